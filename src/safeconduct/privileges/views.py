"""Views that cannot read or write what lies beneath them, because their owner may not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Grant, ObjectKind, Privilege, Remedy, RemedyKind, Stage, quote_identifier
from safeconduct.model.grants import grant_statement, privilege_list
from safeconduct.privileges import rules
from safeconduct.privileges.holdings import held_by
from safeconduct.privileges.names import RelationName
from safeconduct.privileges.needs import least
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.uses import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Row, Session
    from safeconduct.privileges.catalog import Relation
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.scope import Use


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


def closed_to_writers(session: Session, context: Context, uses: Iterable[Use], subject: str) -> Iterator[Finding]:
    """One finding for each relation that is written with the rights of a view's or rule's owner, who may not.

    What a view reads is left to closed_to_owners(). Raises what Session.query raises.
    """
    asked: dict[tuple[str, str, str], set[Need]] = {}
    for use in uses:
        if use.as_owner and not use.as_superuser:
            some = (
                need
                for need in needs_of(replace(use, as_owner=""))
                if not (use.in_view and need.proposal.privilege is Privilege.SELECT)
            )
            asked.setdefault((use.via, use.as_owner, str(use.relation)), set()).update(some)
    if not asked:
        return
    grants = {grant for needs in asked.values() for need in needs for grant in need.grants}
    held = held_by(session, grants, sorted({owner for _, owner, _ in asked}))
    for (via, owner, relation), needs in asked.items():
        lacking = tuple(need.proposal for need in least(one for one in needs if not one.met_by(held[owner])))
        if lacking:
            yield _closed_to_writer(context, subject, via, owner, relation, lacking)


def _closed_to_writer(
    context: Context, subject: str, via: str, owner: str, relation: str, lacking: tuple[Grant, ...]
) -> Finding:
    return Finding(
        rules.VIEW_OWNER_LACKS_PRIVILEGE.id,
        subject,
        f"{via} uses {relation} with the rights of its owner {quote_identifier(owner)},"
        f" who lacks {privilege_list(lacking)}",
        Stage.PRIVILEGES,
        evidence={"sqlstate": "42501", "view_owner": quote_identifier(owner), "in_database": context.database_sql},
        remedies=(Remedy(RemedyKind.SQL, grant_statement(lacking, owner)),),
    )


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
