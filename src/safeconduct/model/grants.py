"""GRANT statements that a person would write: one for each object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model.privilege import Grant, ObjectKind, Privilege, grant_sql, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

_ORDER = {privilege: position for position, privilege in enumerate(Privilege)}
_KINDS = {kind: position for position, kind in enumerate(ObjectKind)}
"""From the outside in, which is how the server meets them: database, schema, table, sequence."""


ObjectKey = tuple[str, ...]
"""Kind, schema, name and arguments of an object, and "grantable" where the grant may be passed on."""


def object_key(grant: Grant) -> ObjectKey:
    """What the grant is on: one statement serves all grants of one key."""
    return grant.kind.value, grant.schema, grant.name, grant.arguments, "grantable" if grant.grantable else ""


def by_object(grants: Iterable[Grant]) -> dict[ObjectKey, tuple[Grant, ...]]:
    """The grants by what they are on, in a settled order; those that may be passed on apart."""
    found: dict[ObjectKey, tuple[Grant, ...]] = {}
    for grant in sorted(grants, key=_order):
        key = object_key(grant)
        found[key] = (*found.get(key, ()), grant)
    return found


def grant_statement(grants: tuple[Grant, ...], role: str) -> str:
    """`GRANT SELECT, INSERT (a, b) ON TABLE s.t TO role;` for grants on one object."""
    return grant_sql(grants[0], privilege_list(grants), role)


def privilege_list(grants: tuple[Grant, ...]) -> str:
    """`SELECT, INSERT (a, b)` for grants on one object; a privilege on the whole of it stands for its columns, too."""
    columns: dict[Privilege, list[str]] = {}
    for grant in grants:
        columns.setdefault(grant.privilege, []).append(grant.column)
    return ", ".join(
        privilege.value if "" in names else f"{privilege.value} ({', '.join(map(quote_identifier, names))})"
        for privilege, names in columns.items()
    )


def _order(grant: Grant) -> tuple[int, str, str, str, int, str, bool]:
    place = _KINDS[grant.kind], grant.schema, grant.name, grant.arguments
    return *place, _ORDER[grant.privilege], grant.column, grant.grantable
