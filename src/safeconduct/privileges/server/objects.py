"""The objects that a tree names by OID, looked up in the session that the tree came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import Privilege
from safeconduct.privileges.catalog import read_catalog
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.server.checks import Checks


@dataclass(frozen=True)
class Numbered:
    """A relation with its columns by attribute number."""

    relation: Relation
    columns: Mapping[int, str]


@dataclass(frozen=True)
class Function:
    """A function that is called, by its OID there.

    `as_created`: PostgreSQL's own, with nobody's grants; `own`: PostgreSQL's own at all.

    `runs_as_caller` says that its body runs with the caller's rights, and is not a function of the server's program.
    `calling_defaults`: the defaults of its arguments may call others, which the tree shows no more than the defaults.
    `operator` is that which calls it, as schema and name; `via` the relation whose writing calls it, by OID.
    """

    oid: int
    schema: str
    name: str
    arguments: str
    as_created: bool
    own: bool
    runs_as_caller: bool
    calling_defaults: bool = False
    operator: tuple[str, str] | None = None
    via: int = 0


@dataclass(frozen=True)
class Objects:
    """What the OIDs of one tree are, and the OID of the session's role."""

    role: int
    relations: Mapping[int, Numbered]
    functions: tuple[Function, ...]
    types: frozenset[tuple[str, str]]


def look_up(session: Session, context: Context, checks: Checks) -> Objects:
    """Look up all that is in the tree, in two round trips. Raises what Session.query raises."""
    rows = [json.loads(row[0] or "{}") for row in session.query(statement("tree_objects.sql"), [_asked(checks)])]
    return Objects(
        next(row["role"] for row in rows if "role" in row),
        _relations(session, context, [row for row in rows if "relation" in row]),
        tuple(_function(row) for row in rows if "function" in row),
        frozenset((row["schema"], row["name"]) for row in rows if "type" in row),
    )


def _asked(checks: Checks) -> str:
    kinds: dict[str, Iterable[int]] = {
        "relations": {check.relation for check in checks.relations} | {oid for _, oid in checks.sequences if oid},
        "functions": checks.functions,
        "operators": checks.operators,
        "types": checks.types,
        "domains": checks.domains,
        "written": {check.relation for check in checks.relations if check.writes},
        "inserted": {check.relation for check in checks.relations if Privilege.INSERT in check.writes},
    }
    return as_json({kind: sorted(oids) for kind, oids in kinds.items()})


def _relations(session: Session, context: Context, rows: list[dict[str, Any]]) -> dict[int, Numbered]:
    catalog = read_catalog(session, context, {(row["schema"], row["name"]) for row in rows}, set())
    return {
        row["relation"]: Numbered(
            catalog.relations[row["schema"], row["name"]],
            {int(number): name for number, name in (row["columns"] or {}).items()},
        )
        for row in rows
    }


def _function(row: dict[str, Any]) -> Function:
    return Function(
        row["function"],
        row["schema"],
        row["name"],
        row["arguments"],
        row["as_created"],
        row["own"],
        row["runs_as_caller"],
        row["calling_defaults"],
        (row["operator_schema"], row["operator"]) if row["operator"] else None,
        row["via"] or 0,
    )
