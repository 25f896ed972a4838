"""Functions that statements call: which ones a call may mean, whether the role may, and what cannot be told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.reading.calls import Call

READ_OTHERS = frozenset(
    """query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml table_to_xml table_to_xmlschema
    table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml
    database_to_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite set_config""".split()
)
"""Built-in functions that look at objects named in their arguments, or change the role."""
LAST_VALUE = "lastval reads the sequence that its session used last, which is only known when it runs"
_NOT_LOOKED_INTO = frozenset({"c", "internal", "sql", "plpgsql"})
"""Languages whose functions are read, or ask for nothing of their own (C, as far as is known)."""


@dataclass(frozen=True)
class Function:
    """A function or procedure (`kind` p) of the catalogs; `made` says that it did not come with PostgreSQL.

    `inputs` are its input arguments' types, of which the last `len(inputs) - least` may be left out. `body` is in the
    language, `parsed` the whole definition of one whose body is stored as it was understood. `casts` are functions, by
    their numbers, that casts from its arguments' types to its result's call, and the constraints of that; `defaults`
    those that the defaults of its arguments call.
    """

    oid: int
    schema: str
    name: str
    kind: str
    owner: str
    owned_by_superuser: bool
    arguments: str
    inputs: tuple[str, ...]
    least: int
    variadic: bool
    names: tuple[str, ...]
    modes: tuple[str, ...]
    returns: str
    returns_set: bool
    language: str
    definer: bool
    settings: tuple[str, ...]
    made: bool
    body: str
    parsed: str
    may_execute: bool
    takes_row: bool
    casts: tuple[int, ...] = ()
    defaults: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.execute.object_sql

    @property
    def execute(self) -> Grant:
        """The grant that lets a role call it."""
        kind = ObjectKind.PROCEDURE if self.kind == "p" else ObjectKind.FUNCTION
        return Grant(kind, self.schema, self.name, Privilege.EXECUTE, arguments=self.arguments)

    @property
    def is_read(self) -> bool:
        """Whether its body runs with the caller's rights and can be read."""
        return not self.definer and bool(self.body or self.parsed)

    @property
    def makes_sql(self) -> bool:
        """Whether it may run SQL that it puts together from its arguments."""
        return self.language == "plpgsql" and "execute" in self.body.lower()

    @property
    def opaque(self) -> str:
        """Why what it does cannot be told; empty where it can, or where it runs with its owner's rights."""
        if self.definer or self.language in _NOT_LOOKED_INTO:
            return ""
        return f"{self} is written in {self.language}, and what it does is not judged"

    @property
    def opaque_trigger(self) -> str:
        """Why what it does as a trigger cannot be told: those in C may run any SQL, as refint and moddatetime do."""
        is_hidden = self.made and not self.definer and self.language == "c"
        return f"the trigger function {self} is written in C, and what it does is not judged" if is_hidden else ""

    def inputs_of(self, count: int) -> tuple[str, ...]:
        """The types of its arguments in a call with this many, each of VARIADIC on its own."""
        single = len(self.inputs) - 1
        if not self.variadic or count <= single:
            return self.inputs
        return (*self.inputs[:single], *[self.inputs[-1].removeprefix("_")] * (count - single))

    def given(self, types: tuple[str, ...]) -> tuple[str, ...]:
        """The types of its inputs in a call: CALL has something in the place of each output, too (PostgreSQL 14)."""
        if self.kind != "p" or "o" not in self.modes:
            return types
        return tuple(one for one, mode in zip(types, self.modes, strict=False) if mode != "o")

    def takes(self, count: int, named: Iterable[str] = ()) -> bool:
        """Whether it can be called with this many arguments, and with these names among them."""
        if not set(named) <= set(self.names):
            return False
        return count >= self.least and (count <= len(self.inputs) or self.variadic)


@dataclass
class Functions:
    """Those that have been looked up so far."""

    by_oid: dict[int, Function] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Function]] = field(default_factory=dict)

    def add(self, function: Function) -> None:
        """Take one in, once."""
        if function.oid not in self.by_oid:
            self.by_oid[function.oid] = function
            self.by_name.setdefault((function.schema, function.name), []).append(function)

    def named(self, schema: str, name: str) -> list[Function]:
        """All of this name in this schema."""
        return self.by_name.get((schema, name), [])

    def meant(self, call: Call, schemas: Iterable[str]) -> list[Function]:
        """Those that the call may mean, as far as syntax tells: by name, number of arguments, and known types."""
        fitting: dict[tuple[str, ...], Function] = {}
        for schema in schemas:
            # Of two that take the same arguments, that without VARIADIC is meant (FuncnameGetCandidates).
            for one in sorted(self.named(schema, call.parts[-1]), key=lambda one: one.variadic):
                count = len(one.given(call.types))
                if (one.kind == "p") == call.procedure and one.takes(count, call.named):
                    fitting.setdefault(one.inputs_of(count), one)
        exact = [one for inputs, one in fitting.items() if one.given(call.types) in (inputs, one.inputs)]
        return exact if exact and not call.named else list(fitting.values())


def look_up_functions(
    session: Session, found: Functions, pairs: Iterable[tuple[str, str]], oids: Iterable[int] = ()
) -> None:
    """Add the functions of these schemas and names, and of these numbers, in one round trip.

    Raises what Session.query raises.
    """
    names, numbers = sorted(set(pairs)), sorted(set(oids))
    if not names and not numbers:
        return
    asked = as_json([{"schema": schema, "name": name} for schema, name in names])
    for (text,) in session.query(statement("functions.sql"), [asked, as_json(numbers)]):
        found.add(_function(text or "{}"))


@lru_cache(maxsize=4096)
def _function(text: str) -> Function:
    """One answer of functions.sql: the same ones are called again and again."""
    row = json.loads(text)
    return Function(
        oid=row["oid"],
        schema=row["schema"],
        name=row["name"],
        kind=row["kind"],
        owner=row["owner"],
        owned_by_superuser=row["superuser"],
        arguments=row["arguments"],
        inputs=tuple(row["inputs"] or ()),
        least=row["least"],
        variadic=row["variadic"],
        names=tuple(row["names"] or ()),
        modes=tuple(row["modes"] or ()),
        returns=row["returns"],
        returns_set=row["set"],
        language=row["language"],
        definer=row["definer"],
        settings=tuple(row["settings"] or ()),
        made=row["made"],
        body=row["body"] or "",
        parsed=row["parsed"] or "",
        may_execute=row["may_execute"],
        takes_row=row["takes_row"],
        casts=tuple(row.get("casts") or ()),
        defaults=tuple(row.get("defaults") or ()),
    )


def written(parts: Iterable[str]) -> str:
    """A name as it stands in SQL."""
    return ".".join(map(quote_identifier, parts))
