"""What the server's catalogs say about the relations that were named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.names import RelationName, schemas_of
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context

SEQUENCE = "S"
_KINDS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "t": "table",
    SEQUENCE: "sequence",
    "i": "index",
    "I": "index",
    "c": "composite type",
}
_INVOKER = ("security_invoker=t", "security_invoker=y", "security_invoker=on", "security_invoker=1")
_HAVE_ROWS = frozenset("rpvmftS")


@dataclass(frozen=True)
class Trigger:
    """A trigger of a relation or of a partition of it: pg_trigger.tgtype, the function, the columns of UPDATE OF.

    `tables` has the names of its transition tables; `calls` the functions of its WHEN; `table` is what it is on, and
    `referenced` what a constraint trigger is FROM. Partitions get it whether it is `enabled` or not.
    """

    name: str
    events: int
    function: int
    columns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    calls: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ()
    table: RelationName | None = None
    enabled: bool = True
    referenced: RelationName | None = None

    def as_seen(self, body: str) -> str:
        """What the body of its function can tell it from others by: those of partitions are mostly alike."""
        is_named = any(word in body.lower() for word in ("tg_table", "tg_rel", "tg_name"))
        return f"{self.events} {self.arguments} {self.tables} {(self.name, self.table) if is_named else ''}"


@dataclass(frozen=True)
class Expression:
    """That an expression of a relation calls a function which did not come with PostgreSQL.

    `what` is default, generated, check, index, domain or view; without `columns` it is about all of them.
    """

    what: str
    columns: tuple[str, ...]
    function: int


@dataclass(frozen=True)
class Relation:
    """A table, view, sequence and so on; `kind` is pg_class.relkind.

    `sequences` maps a column to the sequences that its default takes values from; `owned_sequences` has those of its
    columns, each with its owner. `referenced_by` has the tables whose foreign keys lead to it, directly or through
    others; `table` an index's table, or that which has a sequence for one of its columns. `children` inherit from it
    or are its partitions, directly or through others, and have no more than names and owners. `row_security` says that
    it is on for the table, whomever it binds, its owner as well if it is forced. A view that is `security_invoker`, or
    reads one that is, `reads_as_caller`; `has_rules` beside that of a view. `holds` says of a column whether its values
    are compared by their bytes (text), as char(n) (bpchar), or in another way (plain); it is silent on rows and
    domains. `system_triggers` says that keys have triggers of their own on it.
    """

    schema: str
    name: str
    kind: str
    columns: tuple[str, ...] = ()
    system_columns: tuple[str, ...] = ()
    generated: frozenset[str] = frozenset()
    sequences: Mapping[str, tuple[RelationName, ...]] = field(default_factory=dict)
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    expressions: tuple[Expression, ...] = ()
    owner: str = ""
    owned_by_superuser: bool = False
    owned_sequences: tuple[tuple[str, str], ...] = ()
    referenced_by: tuple[RelationName, ...] = ()
    table: RelationName | None = None
    row_security: bool = False
    row_security_forced: bool = False
    security_invoker: bool = False
    reads_as_caller: bool = False
    has_rules: bool = False
    children: tuple[Relation, ...] = ()
    holds: Mapping[str, str] = field(default_factory=dict)
    system_triggers: bool = False

    def __str__(self) -> str:
        return str(RelationName(self.schema, self.name))

    @cached_property
    def visible(self) -> Mapping[str, str]:
        """Its columns, each under its own name."""
        return {column: column for column in self.columns}

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return _KINDS.get(self.kind, "object")

    def functions_of(self, what: str, columns: Iterable[str] | None = None) -> tuple[int, ...]:
        """The functions that its expressions of this kind call, on these columns or on all (None)."""
        wanted = None if columns is None else set(columns)
        return tuple(
            one.function
            for one in self.expressions
            if one.what == what and (wanted is None or not one.columns or not wanted.isdisjoint(one.columns))
        )

    @property
    def has_rows(self) -> bool:
        """Whether a statement can read it: indexes and composite types stand in pg_class, too."""
        return self.kind in _HAVE_ROWS


@dataclass(frozen=True)
class Catalog:
    """The named relations that exist, and how unqualified names find them.

    `schemas` has those that were named and exist, with whether the role may use them; `schema_owners` who owns them,
    and whether that is a superuser.
    """

    context: Context
    relations: Mapping[tuple[str, str], Relation]
    schemas: Mapping[str, bool] = field(default_factory=dict)
    schema_owners: Mapping[str, tuple[str, bool]] = field(default_factory=dict)

    def find(self, name: RelationName) -> Relation | None:
        """The relation that PostgreSQL would take the name for, or would if the role could use its schema."""
        for schema in schemas_of(name, (*self.context.path, *self.context.closed)):
            if found := self.relations.get((schema, name.name)):
                return found
        return None

    def may_use(self, schema: str) -> bool:
        """Whether the role may use the schema. False for one that does not exist."""
        return self.schemas.get(schema, schema in self.context.path)

    def passed_over(self, name: RelationName, relation: Relation) -> Relation | None:
        """The relation of this name that stands earlier on search_path, in a schema that the role may not use."""
        wished = self.context.wished
        if name.schema or relation.schema not in self.context.path or relation.schema not in wished:
            return None
        before = wished[: wished.index(relation.schema)]
        hidden = (self.relations.get((schema, name.name)) for schema in before if schema in self.context.closed)
        return next((found for found in hidden if found), None)

    def with_more(self, other: Catalog) -> Catalog:
        """This one with what another lookup of the same session found."""
        return replace(
            self,
            relations={**self.relations, **other.relations},
            schemas={**self.schemas, **other.schemas},
            schema_owners={**self.schema_owners, **other.schema_owners},
        )

    def under(self, setting: tuple[str, ...]) -> Catalog:
        """The same catalog for a session that has SET search_path to these names."""
        return replace(self, context=self.context.with_path(setting, self.may_use))


def read_catalog(session: Session, context: Context, pairs: set[tuple[str, str]], schemas: set[str]) -> Catalog:
    """Look up relations, by schema and name, and schemas, in one round trip. Raises what Session.query raises."""
    schemas = schemas | {schema for schema, _ in pairs}
    if not schemas:
        return Catalog(context, {})
    asked = as_json([{"schema": schema, "name": name} for schema, name in sorted(pairs)])
    answers = [
        _read(row[0] or "{}") for row in session.query(statement("relations.sql"), [asked, as_json(sorted(schemas))])
    ]
    found = [one for one in answers if isinstance(one, _Schema)]
    return Catalog(
        context,
        {(one.schema, one.name): one for one in answers if isinstance(one, Relation)},
        {one.name: one.usable for one in found},
        {one.name: (one.owner, one.superuser) for one in found},
    )


@dataclass(frozen=True)
class _Schema:
    name: str
    usable: bool
    owner: str
    superuser: bool


@lru_cache(maxsize=4096)
def _read(text: str) -> Relation | _Schema:
    """One answer of relations.sql. The same table is named again and again, in a text and from text to text."""
    found = json.loads(text)
    if "usable_schema" in found:
        return _Schema(found["usable_schema"], found["usable"], found["owner"], found["superuser"])
    return _relation(found)


def _relation(found: dict[str, Any]) -> Relation:
    columns = found["columns"] or []
    return Relation(
        schema=found["schema"],
        name=found["name"],
        kind=found["kind"],
        columns=tuple(c["name"] for c in columns if not c["system"]),
        system_triggers=bool(found.get("system_triggers")),
        holds={c["name"]: c["holds"] for c in columns if c.get("holds")},
        system_columns=tuple(c["name"] for c in columns if c["system"]),
        generated=frozenset(c["name"] for c in columns if c["generated"]),
        sequences=_sequences(found["sequences"] or []),
        constraints={name: tuple(cols or ()) for name, cols in (found["constraints"] or {}).items()},
        primary_key=tuple(found["primary_key"] or ()),
        triggers=tuple(_trigger(row) for row in found["triggers"] or []),
        expressions=tuple(
            Expression(row["what"], tuple(row["columns"] or ()), row["function"]) for row in found["expressions"] or []
        ),
        owner=found["owner"],
        owned_by_superuser=found["owned_by_superuser"],
        owned_sequences=tuple((row["name"], row["owner"]) for row in found["owned_sequences"] or []),
        referenced_by=tuple(RelationName(row["schema"], row["name"]) for row in found["referenced_by"] or []),
        table=RelationName(*found["table"]) if found["table"] else None,
        row_security=bool(found["row_security"]),
        row_security_forced=bool(found["row_security_forced"]),
        security_invoker=_is_invoker(found["options"] or []),
        reads_as_caller=bool(found["reads_as_caller"]),
        has_rules=bool(found["rules"]),
        children=tuple(
            Relation(row["schema"], row["name"], row["kind"], owner=row["owner"], owned_by_superuser=row["superuser"])
            for row in found["children"] or []
        ),
    )


def _trigger(row: dict[str, Any]) -> Trigger:
    tables = tuple(name for name in (row["old_table"], row["new_table"]) if name)
    arguments = tuple(row["arguments"].split("\\000")[:-1])
    return Trigger(
        row["name"],
        row["events"],
        row["function"],
        tuple(row["columns"] or ()),
        tables,
        tuple(row["calls"] or ()),
        arguments,
        RelationName(*row["table"]),
        row.get("enabled", True),
        RelationName(*row["from"]) if row.get("from") else None,
    )


def _sequences(rows: list[dict[str, str]]) -> dict[str, tuple[RelationName, ...]]:
    found: dict[str, tuple[RelationName, ...]] = {}
    for row in rows:
        found[row["column"]] = (*found.get(row["column"], ()), RelationName(row["schema"], row["name"]))
    return found


def _is_invoker(options: list[str]) -> bool:
    """As parse_bool() reads it: true, yes, on and 1, of the first two also the beginning."""
    return any(option.lower().startswith(_INVOKER) for option in options)
