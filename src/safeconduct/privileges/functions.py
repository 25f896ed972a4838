"""Functions that statements call: those of PostgreSQL itself are open to all unless somebody closed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.scope import UnknownColumn

READ_OTHERS = frozenset(
    """query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml table_to_xml table_to_xmlschema
    table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml
    database_to_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite lo_open lo_get lo_put lo_unlink lo_export
    lo_import loread lowrite set_config""".split()
)
"""Built-in functions that are open to all, but look at objects named in their arguments, or change the role."""


Call = tuple[tuple[str, ...], tuple[str, ...]]
"""The parts of a function's name, and the schemas in which an unqualified one is looked for."""


@dataclass(frozen=True)
class Called:
    """All functions of one name in one schema: whether all are open to the role, and whether one takes a row."""

    may_execute: bool
    takes_row: bool


def look_up_functions(session: Session, calls: Iterable[Call]) -> dict[tuple[str, str], Called]:
    """The functions that may be called, by schema and name, in one round trip. Raises what Session.query raises."""
    pairs = {(schema, parts[-1]) for parts, path in calls for schema in _schemas(parts, path)}
    if not pairs:
        return {}
    asked = as_json([{"schema": schema, "name": name} for schema, name in sorted(pairs)])
    rows = session.query(statement("functions.sql"), [asked])
    return {(schema or "", name or ""): Called(may == "true", row == "true") for schema, name, may, row in rows}


def unjudged_functions(found: Mapping[tuple[str, str], Called], calls: Iterable[Call]) -> Iterator[str]:
    """Why a call may be refused, one reason for each function that cannot be told to be open."""
    for parts, path in sorted(calls):
        hits = {schema: found[schema, parts[-1]] for schema in _schemas(parts, path) if (schema, parts[-1]) in found}
        if reason := _reason(".".join(map(quote_identifier, parts)), parts, hits):
            yield reason


def calls_of_rows(unknown: Iterable[UnknownColumn], context: Context) -> Iterator[Call]:
    """The calls that alias.name may be where there is no such column: name(alias)."""
    return (((column.parts[-1],), context.path) for column in unknown if column.in_row)


def columns_or_calls(
    unknown: Iterable[UnknownColumn], found: Mapping[tuple[str, str], Called], context: Context
) -> tuple[list[UnknownColumn], list[str]]:
    """The columns that are missing for certain, and why others may be calls of functions."""
    missing: list[UnknownColumn] = []
    reasons: list[str] = []
    for column in unknown:
        name = column.parts[-1]
        hits = [schema for schema in context.path if (schema, name) in found and found[schema, name].takes_row]
        if column.in_row and hits:
            reasons.append(f"{column} is no column, and may call the function {hits[0]}.{name}, which is not judged")
        else:
            missing.append(column)
    return missing, reasons


def _schemas(parts: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    return path if len(parts) == 1 else (parts[-2],)


def _reason(text: str, name: tuple[str, ...], hits: dict[str, Called]) -> str:
    if name[-1] in READ_OTHERS and "pg_catalog" in hits:
        return f"{text} reads or changes what its arguments say, which is not judged"
    if set(hits) == {"pg_catalog"}:
        is_open = hits["pg_catalog"].may_execute
        return "" if is_open else f"{text} is not open to everybody, and EXECUTE on it is not judged"
    if not hits:
        # The parser writes some of SQL's own syntax as calls of functions that older servers do not have.
        return "" if name[0] == "pg_catalog" else f"no function {text} is found by this role, so its call is not judged"
    where = ", ".join(map(quote_identifier, hits))
    return f"{text} is a function of {where}: neither EXECUTE on it nor what it does is judged"
