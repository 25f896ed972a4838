"""Views that cannot read what they show, because their owner may not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Grant, ObjectKind, Privilege, Remedy, RemedyKind, Stage, quote_identifier
from safeconduct.model.grants import grant_statement, privilege_list
from safeconduct.privileges import rules
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.postgres.session import Row, Session
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context


def closed_to_owners(
    session: Session, context: Context, relations: Iterable[Relation], subject: str
) -> Iterator[Finding]:
    """One finding for each relation that one of these views reads and its owner may not.

    A materialized view reads when it is refreshed. Raises what Session.query raises.
    """
    views = sorted({(relation.schema, relation.name) for relation in relations})
    if not views:
        return
    asked = as_json([{"schema": schema, "name": name} for schema, name in views])
    for row in session.query(statement("views.sql"), [asked]):
        yield _finding(row, context, subject)


def _finding(row: Row, context: Context, subject: str) -> Finding:
    view_schema, view_name, owner, schema, name, columns = (value or "" for value in row)
    view = RelationName(view_schema, view_name)
    whole = Grant(ObjectKind.TABLE, schema, name, Privilege.SELECT)
    grants = tuple(
        Grant(whole.kind, schema, name, whole.privilege, column) for column in json.loads(columns or "[]")
    ) or (whole,)
    return Finding(
        rules.VIEW_OWNER_LACKS_PRIVILEGE.id,
        subject,
        f"the view {view} reads {whole.object_sql} with the rights of its owner {quote_identifier(owner)},"
        f" who lacks {privilege_list(grants)}",
        Stage.PRIVILEGES,
        evidence={
            "sqlstate": "42501",
            "view": str(view),
            "view_owner": quote_identifier(owner),
            "in_database": context.database_sql,
        },
        remedies=(Remedy(RemedyKind.SQL, grant_statement(grants, owner)),),
    )
