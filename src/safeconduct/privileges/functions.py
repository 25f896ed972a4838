"""Functions that statements call: those of PostgreSQL itself are open to all unless somebody closed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.privileges.catalog import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.catalog import Context

_READ_OTHERS = frozenset(
    """query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml table_to_xml table_to_xmlschema
    table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml
    database_to_xmlschema database_to_xml_and_xmlschema ts_stat ts_rewrite lo_open lo_get lo_put lo_unlink lo_export
    lo_import loread lowrite set_config""".split()
)
"""Built-in functions that are open to all, but look at objects named in their arguments, or change the role."""


def unjudged_functions(session: Session, context: Context, called: set[tuple[str, ...]]) -> Iterator[str]:
    """Why a call may be refused, one reason for each function that cannot be told to be open."""
    unqualified = [name for name in called if len(name) == 1]
    pairs = {name[-2:] for name in called if len(name) > 1}
    pairs |= {(schema, name[0]) for name in unqualified for schema in context.path}
    if not pairs:
        return
    asked = as_json([{"schema": schema, "name": name} for schema, name in sorted(pairs)])
    rows = session.query(statement("functions.sql"), [asked])
    found = {(schema or "", name or ""): may == "true" for schema, name, may in rows}
    for name in sorted(called):
        schemas = context.path if len(name) == 1 else (name[-2],)
        hits = {schema: found[schema, name[-1]] for schema in schemas if (schema, name[-1]) in found}
        if reason := _reason(".".join(name), name, hits):
            yield reason


def _reason(text: str, name: tuple[str, ...], hits: dict[str, bool]) -> str:
    if name[-1] in _READ_OTHERS and "pg_catalog" in hits:
        return f"{text} reads or changes what its arguments say, which is not judged"
    if set(hits) == {"pg_catalog"}:
        return "" if hits["pg_catalog"] else f"{text} is not open to everybody, and EXECUTE on it is not judged"
    if not hits:
        # The parser writes some of SQL's own syntax as calls of functions that older servers do not have.
        return "" if name[0] == "pg_catalog" else f"no function {text} is found by this role, so its call is not judged"
    return f"{text} is a function of {', '.join(hits)}: neither EXECUTE on it nor what it does is judged"
