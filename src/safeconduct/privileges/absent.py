"""Names that are in no catalog, or not where they are looked for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, quote_identifier
from safeconduct.privileges import rules
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.origin import path_remedy, words
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.catalog import Catalog
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading import Absent
    from safeconduct.privileges.scope import UnknownColumn

MOST_ROWS = "2000"
MOST_NAMED = 3


def explain_absent(session: Session, catalog: Catalog, absent: Iterable[Absent], subject: str) -> Iterator[Finding]:
    """One finding for each name that means no relation. Raises what Session.query raises."""
    for one in dict.fromkeys(absent):
        name, context = one.name, one.context
        found = named_alike(session, name, (name.schema,) if name.schema else (*context.path, *context.closed))
        elsewhere = [near for near in found if near.name == name.name]
        if elsewhere and not name.schema:
            yield _off_the_path(name, elsewhere, context, subject)
        else:
            hidden = bool(name.schema) and not catalog.may_use(name.schema)
            yield _missing(name, found, context, subject, hidden)


def named_alike(session: Session, name: RelationName, schemas: Iterable[str]) -> list[RelationName]:
    """Relations of the same name in any schema, and of similar ones in these. Raises what Session.query raises."""
    rows = session.query(statement("near.sql"), [name.name, as_json(list(schemas)), MOST_ROWS])
    return [RelationName(schema or "", relation or "") for schema, relation in rows]


def absent_column(column: UnknownColumn, subject: str, hidden: bool) -> Finding:
    """The finding for a column that does not exist. `hidden`: the server is refused another name before it looks."""
    name = column.parts[-1]
    near = [
        f"{quote_identifier(found)} was meant"
        for found in nearest(name, (c for _, some in column.places for c in some))
    ]
    if column.bare and not near:
        text = f"a text was meant, which stands in single quotes: '{name}'"
        near = [text, "the statement is meant for another version of the tables"]
    shown = {label: ", ".join(map(quote_identifier, some)) or "none" for label, some in column.places}
    places = next(iter(shown.values())) if len(shown) == 1 else "; ".join(f"{k}: {v}" for k, v in shown.items())
    return rules.COLUMN_MISSING.finding(
        subject,
        _no_column(column, list(shown)),
        evidence={**({} if hidden else {"sqlstate": "42703"}), **({"columns": places} if places else {})},
        possible=tuple(near),
    )


def _no_column(column: UnknownColumn, places: list[str]) -> str:
    name = quote_identifier(column.parts[-1])
    if not places:
        return f"{name} is no column: nothing that has columns is named"
    if len(places) == 1:
        return f"{places[0]} has no column {name}"
    return f"none of {', '.join(places)} has a column {name}"


def _off_the_path(name: RelationName, elsewhere: list[RelationName], context: Context, subject: str) -> Finding:
    shown = ", ".join(str(found) for found in elsewhere[:MOST_NAMED])
    path = (*context.search_path, elsewhere[0].schema)
    return rules.RELATION_NOT_ON_SEARCH_PATH.finding(
        subject,
        f"{name} is not found: search_path does not lead to {shown}",
        evidence={"sqlstate": "42P01", **_search_path(context), "exists": shown, "in_database": context.database_sql},
        remedies=(
            Remedy(RemedyKind.OPTION, str(elsewhere[0]), when="the statement can name the schema"),
            path_remedy(context.path_origin, path, context.role_sql, context.database_sql),
        ),
    )


def _search_path(context: Context) -> dict[str, str]:
    origin = words(context.path_origin, "search_path", context.role_sql, context.database_sql)
    return {"search_path": ", ".join(map(quote_identifier, context.search_path)), "search_path_set_by": origin}


def _missing(name: RelationName, found: list[RelationName], context: Context, subject: str, hidden: bool) -> Finding:
    near = _nearest(name, found)
    looked = (name.schema,) if name.schema else (*context.path, *context.closed)
    return rules.RELATION_MISSING.finding(
        subject,
        f"{name} does not exist in database {context.database_sql}",
        evidence={
            **({} if hidden else {"sqlstate": "42P01"}),
            "looked_in": ", ".join(map(quote_identifier, looked)),
            **({} if name.schema else _search_path(context)),
        },
        possible=(
            *(f"{match} was meant" for match in near),
            "it is in another database, or an earlier statement creates it",
        ),
    )


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that may have been meant, best first: the same but for capitals, then those spelt alike."""
    known = list(dict.fromkeys(names))
    same = [found for found in known if found.lower() == name.lower() and found != name]
    return list(dict.fromkeys([*same, *difflib.get_close_matches(name, known, MOST_NAMED)]))[:MOST_NAMED]


def _nearest(name: RelationName, found: list[RelationName]) -> list[RelationName]:
    by_text = {relation.name: relation for relation in reversed(found)}
    close = difflib.get_close_matches(name.name, by_text, MOST_NAMED)
    same = [relation for relation in found if relation.name.lower() == name.name.lower()]
    return list(dict.fromkeys([*same, *(by_text[text] for text in close)]))[:MOST_NAMED]
