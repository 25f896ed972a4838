"""GRANT statements that a person would write: one for each object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER = {privilege: position for position, privilege in enumerate(Privilege)}
_KINDS = {kind: position for position, kind in enumerate(ObjectKind)}
"""From the outside in, which is how the server meets them: database, schema, table, sequence."""


def by_object(grants: Iterable[Grant]) -> dict[tuple[str, str, str], tuple[Grant, ...]]:
    """The grants by kind, schema and name of what they are on, in a settled order."""
    found: dict[tuple[str, str, str], tuple[Grant, ...]] = {}
    for grant in sorted(grants, key=lambda g: (_KINDS[g.kind], g.schema, g.name, _ORDER[g.privilege], g.column)):
        key = (grant.kind.value, grant.schema, grant.name)
        found[key] = (*found.get(key, ()), grant)
    return found


def grant_statement(grants: tuple[Grant, ...], role: str) -> str:
    """`GRANT SELECT, INSERT (a, b) ON TABLE s.t TO role;` for grants on one object."""
    first = grants[0]
    return f"GRANT {privilege_list(grants)} ON {first.kind.value} {first.object_sql} TO {quote_identifier(role)};"


def privilege_list(grants: tuple[Grant, ...]) -> str:
    """`SELECT, INSERT (a, b)` for grants on one object."""
    columns: dict[Privilege, list[str]] = {}
    for grant in grants:
        columns.setdefault(grant.privilege, []).extend([grant.column] if grant.column else [])
    return ", ".join(
        f"{privilege.value} ({', '.join(quote_identifier(name) for name in names)})" if names else privilege.value
        for privilege, names in columns.items()
    )
