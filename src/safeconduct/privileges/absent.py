"""Names that are in no catalog, or not where they are looked for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Remedy, RemedyKind, Stage, quote_identifier
from safeconduct.privileges import rules
from safeconduct.privileges.catalog import as_json, statement
from safeconduct.privileges.names import RelationName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.catalog import Context, Relation

_MOST_ROWS = "2000"
_MOST_NAMED = 3


def explain_absent(
    session: Session, context: Context, names: Iterable[RelationName], subject: str
) -> Iterator[Finding]:
    """One finding for each name that means no relation. Raises what Session.query raises."""
    for name in dict.fromkeys(names):
        schemas = [name.schema] if name.schema else [*context.path, *context.closed]
        rows = session.query(statement("near.sql"), [name.name, as_json(schemas), _MOST_ROWS])
        found = [RelationName(schema or "", relation or "") for schema, relation in rows]
        elsewhere = [near for near in found if near.name == name.name]
        if elsewhere and not name.schema:
            yield _off_the_path(name, elsewhere, context, subject)
        else:
            yield _missing(name, found, context, subject)


def absent_column(relation: Relation, column: str, subject: str) -> Finding:
    """The finding for a column that was asked for and does not exist."""
    near = difflib.get_close_matches(column, relation.columns, _MOST_NAMED)
    return Finding(
        rules.COLUMN_MISSING.id,
        subject,
        f"{relation} has no column {quote_identifier(column)}",
        Stage.PRIVILEGES,
        evidence={"columns": ", ".join(quote_identifier(name) for name in relation.columns)},
        possible=tuple(f"{quote_identifier(name)} was meant" for name in near),
    )


def _off_the_path(name: RelationName, elsewhere: list[RelationName], context: Context, subject: str) -> Finding:
    shown = ", ".join(str(found) for found in elsewhere[:_MOST_NAMED])
    path = ", ".join(quote_identifier(name) for name in (*context.search_path, elsewhere[0].schema))
    role, database = quote_identifier(context.role), quote_identifier(context.database)
    return Finding(
        rules.RELATION_NOT_ON_SEARCH_PATH.id,
        subject,
        f"{name} is not found: search_path does not lead to {shown}",
        Stage.PRIVILEGES,
        evidence={
            "sqlstate": "42P01",
            "search_path": ", ".join(map(quote_identifier, context.search_path)),
            "exists": shown,
        },
        remedies=(
            Remedy(RemedyKind.OPTION, str(elsewhere[0]), when="the statement can name the schema"),
            Remedy(
                RemedyKind.SQL,
                f"ALTER ROLE {role} IN DATABASE {database} SET search_path = {path};",
                when="the statement must stay as it is; it takes effect with the next login",
            ),
        ),
    )


def _missing(name: RelationName, found: list[RelationName], context: Context, subject: str) -> Finding:
    near = _nearest(name, found)
    looked = (name.schema,) if name.schema else (*context.path, *context.closed)
    return Finding(
        rules.RELATION_MISSING.id,
        subject,
        f"{name} does not exist in database {quote_identifier(context.database)}",
        Stage.PRIVILEGES,
        evidence={
            "sqlstate": "42P01",
            "looked_in": ", ".join(map(quote_identifier, looked)),
            "search_path": ", ".join(map(quote_identifier, context.search_path)),
        },
        possible=(
            *(f"{match} was meant" for match in near),
            "it is in another database, or an earlier statement creates it",
        ),
    )


def _nearest(name: RelationName, found: list[RelationName]) -> list[RelationName]:
    by_text = {relation.name: relation for relation in reversed(found)}
    close = difflib.get_close_matches(name.name, by_text, _MOST_NAMED)
    same = [relation for relation in found if relation.name.lower() == name.name.lower()]
    return list(dict.fromkeys([*same, *(by_text[text] for text in close)]))[:_MOST_NAMED]
