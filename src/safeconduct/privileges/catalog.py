"""What the server's catalogs say about the relations that were named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.privileges.names import RelationName, split_search_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.session import Session

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
_HAVE_ROWS = frozenset("rpvmftS")


@dataclass(frozen=True)
class Context:
    """Who asks and where.

    `path` is the schemas in force; `closed` those of search_path that are not: a schema there is passed over in
    silence when it does not exist or the role has no USAGE on it. `search_path` is the setting's names, among them
    `$user`; `version` is server_version_num.
    """

    role: str
    superuser: bool
    database: str
    version: int
    path: tuple[str, ...]
    closed: tuple[str, ...]
    search_path: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A table, view, sequence and so on; `kind` is pg_class.relkind.

    `sequences` maps a column to the sequences that its default takes values from.
    """

    schema: str
    name: str
    kind: str
    columns: tuple[str, ...] = ()
    system_columns: tuple[str, ...] = ()
    generated: frozenset[str] = frozenset()
    sequences: Mapping[str, tuple[RelationName, ...]] = field(default_factory=dict)
    own_defaults: frozenset[str] = frozenset()
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    triggers: tuple[tuple[str, int], ...] = ()
    row_security: bool = False
    security_invoker: bool = False

    def __str__(self) -> str:
        return str(RelationName(self.schema, self.name))

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return _KINDS.get(self.kind, "object")

    @property
    def has_rows(self) -> bool:
        """Whether a statement can read it: indexes and composite types stand in pg_class, too."""
        return self.kind in _HAVE_ROWS


@dataclass(frozen=True)
class Catalog:
    """The named relations that exist, and how unqualified names find them."""

    context: Context
    relations: Mapping[tuple[str, str], Relation]

    def find(self, name: RelationName) -> Relation | None:
        """The relation that PostgreSQL would take the name for, or would if the role could use its schema."""
        schemas = (name.schema,) if name.schema else (*self.context.path, *self.context.closed)
        found = (self.relations.get((schema, name.name)) for schema in schemas)
        return next((relation for relation in found if relation), None)


@cache
def statement(name: str) -> str:
    """The text of one of this room's SQL files."""
    return (Path(__file__).with_name("sql") / name).read_text("utf-8")


def as_json(value: object) -> str:
    """A parameter for SQL that takes JSON. Letters stay themselves: the session converts them, not the JSON type."""
    return json.dumps(value, ensure_ascii=False)


def read_context(session: Session) -> Context:
    """Who the session is now. Raises what Session.query raises."""
    ((text,),) = session.query(statement("context.sql"))
    found = json.loads(text or "{}")
    path = tuple(found["path"])
    setting = split_search_path(found["search_path"])
    wished = [found["role"] if schema == "$user" else schema for schema in setting]
    return Context(
        role=found["role"],
        superuser=found["superuser"],
        database=found["database"],
        version=found["version"],
        path=path,
        closed=tuple(schema for schema in wished if schema not in path),
        search_path=setting,
    )


def read_catalog(session: Session, context: Context, names: Iterable[RelationName]) -> Catalog:
    """Look the names up, in one round trip. Raises what Session.query raises."""
    pairs = {
        (schema, name.name)
        for name in names
        for schema in ((name.schema,) if name.schema else (*context.path, *context.closed))
    }
    if not pairs:
        return Catalog(context, {})
    asked = as_json([{"schema": schema, "name": name} for schema, name in sorted(pairs)])
    rows = session.query(statement("relations.sql"), [asked])
    relations = [_relation(json.loads(row[0] or "{}")) for row in rows]
    return Catalog(context, {(relation.schema, relation.name): relation for relation in relations})


def _relation(found: dict[str, Any]) -> Relation:
    columns = found["columns"] or []
    return Relation(
        schema=found["schema"],
        name=found["name"],
        kind=found["kind"],
        columns=tuple(c["name"] for c in columns if not c["system"]),
        system_columns=tuple(c["name"] for c in columns if c["system"]),
        generated=frozenset(c["name"] for c in columns if c["generated"]),
        sequences=_sequences(found["sequences"] or []),
        own_defaults=frozenset(found["functions"] or []),
        constraints={name: tuple(cols or ()) for name, cols in (found["constraints"] or {}).items()},
        triggers=tuple((t["name"], t["events"]) for t in found["triggers"] or []),
        row_security=bool(found["row_security"]),
        security_invoker=_is_invoker(found["options"] or []),
    )


def _sequences(rows: list[dict[str, str]]) -> dict[str, tuple[RelationName, ...]]:
    found: dict[str, tuple[RelationName, ...]] = {}
    for row in rows:
        found[row["column"]] = (*found.get(row["column"], ()), RelationName(row["schema"], row["name"]))
    return found


def _is_invoker(options: list[str]) -> bool:
    return any(option.lower() in {"security_invoker=true", "security_invoker=on"} for option in options)
