"""Schemas that are named and do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier
from safeconduct.privileges import rules
from safeconduct.privileges.absent import MOST_NAMED, MOST_ROWS, named_alike, nearest
from safeconduct.privileges.queries import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.reading import LostSchema


def explain_lost(
    session: Session, context: Context, lost: Iterable[LostSchema], subject: str
) -> Iterator[tuple[str, Finding]]:
    """One finding for each schema that does not exist, with its name. Raises what Session.query raises."""
    first = {one.schema: one for one in reversed(list(lost))}
    if not first:
        return
    schemas = [schema or "" for (schema,) in session.query(statement("schemas.sql"), [MOST_ROWS])]
    for one in reversed(first.values()):
        finding = rules.SCHEMA_MISSING.finding(
            subject,
            f"schema {quote_identifier(one.schema)} does not exist in database {context.database_sql}",
            evidence={**({"sqlstate": one.sqlstate} if one.sqlstate else {}), "because": f"{one.what} in it"},
            possible=(
                *(f"{match} was meant" for match in _meant(session, one, schemas)),
                "it is in another database, or an earlier statement creates it",
            ),
        )
        yield one.schema, finding


def _meant(session: Session, lost: LostSchema, schemas: list[str]) -> list[str]:
    """Schemas of a similar name, and relations of the same name in others."""
    near = nearest(lost.schema, schemas)
    same = named_alike(session, lost.relation, ()) if lost.relation else []
    same.sort(key=lambda relation: relation.schema not in near)
    told = {relation.schema for relation in same[:MOST_NAMED]}
    others = [f"schema {quote_identifier(schema)}" for schema in near if schema not in told]
    return [*map(str, same[:MOST_NAMED]), *others][:MOST_NAMED]
