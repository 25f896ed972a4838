"""REVOKE statements for what a role holds beyond its need, and what else would break if they ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, quote_identifier
from safeconduct.model.grants import by_object, grant_statement, object_key, privilege_list
from safeconduct.model.holding import Source
from safeconduct.model.ledger import Revocation
from safeconduct.privileges.queries import as_json, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.model.grants import ObjectKey
    from safeconduct.model.ledger import Excess
    from safeconduct.postgres.session import Session


def revocations(excess: Iterable[Excess], role: str, leaning: dict[ObjectKey, tuple[str, ...]]) -> list[Revocation]:
    """What to run so that the role keeps no more than it needs, object by object.

    What comes by ownership, membership or PUBLIC is not taken away here: `remarks` says so.
    """
    own = [one for one in excess if one.revocable]
    narrower = by_object(grant for one in own for grant in one.narrower)
    return [
        Revocation(_in_turn(grants, narrower.get(key, ()), role), leaning.get(key, ()), _blocked(leaning.get(key, ())))
        for key, grants in by_object(one.grant for one in own).items()
    ]


def _blocked(leaning: tuple[str, ...]) -> str:
    if any(PASSED_ON in what for what in leaning):
        return "the role has passed it on: with CASCADE it is taken from them as well"
    return ""


def _in_turn(grants: tuple[Grant, ...], narrower: tuple[Grant, ...], role: str) -> tuple[str, ...]:
    """REVOKE on a table takes the privilege on its columns with it: what is to stay is given anew behind it."""
    if not narrower:
        return (revoke_statement(grants, role),)
    return "BEGIN;", revoke_statement(grants, role), grant_statement(narrower, role), "COMMIT;"


def revoke_statement(grants: tuple[Grant, ...], role: str) -> str:
    """`REVOKE SELECT, INSERT (a, b) ON TABLE s.t FROM role;` for grants on one object."""
    first = grants[0]
    return f"REVOKE {privilege_list(grants)} ON {first.kind.value} {first.object_sql} FROM {quote_identifier(role)};"


def read_leaning(session: Session, excess: Sequence[Excess], role: str) -> dict[ObjectKey, tuple[str, ...]]:
    """What leans on the role's own grants, by object. Raises what Session.query raises."""
    keys = {object_key(one.grant) for one in excess if one.revocable and one.grant.kind in _RELATIONS}
    if not keys:
        return {}
    asked = as_json([{"kind": kind, "schema": schema, "name": name} for kind, schema, name, *_ in sorted(keys)])
    by_name: dict[tuple[str, str], tuple[str, ...]] = {}
    for schema, name, what in session.query(statement("leaning.sql"), [role, asked]):
        place = schema or "", name or ""
        by_name[place] = (*by_name.get(place, ()), what or "")
    return {key: by_name[key[1], key[2]] for key in keys if (key[1], key[2]) in by_name}


PASSED_ON = "passed it on"
"""How leaning.sql says that somebody else has the privilege from the role."""
_RELATIONS = (ObjectKind.TABLE, ObjectKind.SEQUENCE)


def remarks(excess: Iterable[Excess]) -> Iterator[str]:
    """What is beyond the need and cannot be taken from the role alone, one sentence for each way."""
    groups: dict[tuple[Source, tuple[str, ...]], list[Grant]] = {}
    for one in excess:
        if not one.revocable:
            groups.setdefault((one.way.source, one.way.through), []).append(one.grant)
    for (source, through), grants in groups.items():
        what = _what(grants)
        names = " in ".join(quote_identifier(role) for role in through)
        if source is Source.PUBLIC:
            yield f"{what}: open to everybody (PUBLIC)"
        elif source is Source.OWNER:
            member = f", as a member of {names}" if names else ""
            yield f"{what}: the role's own{member}, and an owner may do all"
        else:
            yield f"{what}: by the membership in {names}, whose other members have it, too"


def _what(grants: list[Grant]) -> str:
    """The privileges by their objects, or how many objects there are."""
    objects = by_object(grants)
    if len(objects) > _FEW:
        return f"privileges on {len(objects)} objects"
    return "; ".join(
        f"{privilege_list(some)} on {some[0].kind.value.lower()} {some[0].object_sql}" for some in objects.values()
    )


_FEW = 3
