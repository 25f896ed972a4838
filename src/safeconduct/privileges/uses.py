"""From the use of a relation to the grants that allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.asked import COLUMN_PRIVILEGES
from safeconduct.privileges.catalog import SEQUENCE
from safeconduct.privileges.needs import Need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.scope import Use

_EVENTS = {Privilege.INSERT: 4, Privilege.DELETE: 8, Privilege.UPDATE: 16, Privilege.TRUNCATE: 32}
"""pg_trigger.tgtype's bits."""


def needs_of(use: Use) -> Iterator[Need]:
    """One need for each privilege, or for each column where columns are named."""
    relation = use.relation
    kind = ObjectKind.SEQUENCE if relation.kind == SEQUENCE else ObjectKind.TABLE
    for privilege, columns in use.columns.items():
        whole = Grant(kind, relation.schema, relation.name, privilege)
        if privilege in use.whole or privilege not in COLUMN_PRIVILEGES or kind is ObjectKind.SEQUENCE:
            yield Need((whole,))
        elif columns:
            for column in columns:
                yield Need((_on(whole, column),))
        else:
            singly = tuple(_on(whole, column) for column in relation.columns)
            yield Need((*singly, whole), f"{privilege.value} on any one column is enough, the statement names none")


def caveats(use: Use) -> Iterator[str]:
    """Why having the privileges may still not be enough for this use."""
    relation = use.relation
    writes = {privilege for privilege in use.columns if privilege in _EVENTS}
    if relation.row_security:
        yield f"{relation} has row level security, whose policies are not judged"
    if relation.security_invoker:
        yield f"the view {relation} reads with the caller's rights (security_invoker), and what it reads is not judged"
    if relation.kind == "v" and writes:
        yield f"what lies beneath the view {relation}, which is written through, is not judged"
    if relation.kind == "f":
        yield f"{relation} is a foreign table: what the other server allows is not judged"
    for name, events in relation.triggers:
        if any(events & _EVENTS[privilege] for privilege in writes):
            yield f"the trigger {name} of {relation} runs with the caller's rights, and what it does is not judged"


def _on(grant: Grant, column: str) -> Grant:
    return Grant(grant.kind, grant.schema, grant.name, grant.privilege, column)
