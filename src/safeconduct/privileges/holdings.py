"""What roles hold, by the server's own judgement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import ObjectKind
from safeconduct.privileges.defaults import Default
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.model import Grant
    from safeconduct.postgres.session import Session

PARAMETERS = 150000
"""Since PostgreSQL 15 the right to set a parameter can be granted."""


@dataclass(frozen=True)
class Acl:
    """Who owns an object, and to whom one privilege on it is granted (PUBLIC for everybody).

    `defaults` are the default privileges by which the session's role would have it on others of its kind.
    """

    owner: str
    grantees: tuple[str, ...]
    defaults: tuple[Default, ...] = ()


def held_by(session: Session, grants: Iterable[Grant], roles: Sequence[str]) -> dict[str, frozenset[Grant]]:
    """Which of these grants each role has in effect, in one round trip (two with parameters).

    A role has what PUBLIC has, what it owns, what its memberships inherit, and all if it is a superuser. It has a
    privilege on a table also where it has it on every column. Raises what Session.query raises.
    """
    asked = sorted(set(grants))
    if not asked or not roles:
        return {role: frozenset() for role in roles}
    found: dict[str, set[Grant]] = {role: set() for role in roles}
    for query, some in _parts(asked, session.server_version):
        for position, role in session.query(statement(query), [_as_json(some), as_json(list(roles))]):
            found[role or ""].add(some[int(position or 0) - 1])
    return {role: frozenset(held) for role, held in found.items()}


def access_lists(session: Session, grants: Iterable[Grant]) -> dict[Grant, Acl]:
    """Owner and grantees for each of these grants. Raises what Session.query raises."""
    asked = sorted(set(grants))
    if not asked:
        return {}
    rows = session.query(statement("objects.sql"), [_as_json(asked)])
    return {
        asked[int(position or 0) - 1]: Acl(
            owner or "", tuple(json.loads(grantees or "null") or ()), _defaults(defaults)
        )
        for position, owner, grantees, defaults in rows
    }


def _defaults(text: str | None) -> tuple[Default, ...]:
    rows = json.loads(text or "null") or ()
    return tuple(Default(row["creator"], row["schema"] or "", row["grantee"]) for row in rows)


def _parts(asked: Sequence[Grant], version: int) -> Iterator[tuple[str, list[Grant]]]:
    """What is asked by each of the two statements: parameters can be granted since PostgreSQL 15."""
    others = [grant for grant in asked if grant.kind is not ObjectKind.PARAMETER]
    if others:
        yield "held.sql", others
    parameters = [grant for grant in asked if grant.kind is ObjectKind.PARAMETER]
    if parameters and version >= PARAMETERS:
        yield "held_parameters.sql", parameters


def _as_json(grants: Sequence[Grant]) -> str:
    return as_json(
        [
            {
                "kind": grant.kind.value,
                "schema": grant.schema,
                "name": grant.name,
                "column": grant.column,
                "arguments": grant.arguments,
                "privilege": grant.privilege.value,
                "grantable": grant.grantable,
            }
            for grant in grants
        ]
    )
