"""Taking a snapshot: this room's own questions, asked about everything that there is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from safeconduct.model import Grant, ObjectKind
from safeconduct.privileges.holdings import access_lists, held_by
from safeconduct.privileges.memberships import read_memberships
from safeconduct.privileges.queries import as_json, statement
from safeconduct.privileges.snapshot.document import Document
from safeconduct.privileges.snapshot.grants import grants_on, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.postgres.session import Row, Session

_AT_ONCE = 1000
"""How many things are asked about in one round trip, which has to be answered in time."""
_THINGS = frozenset(
    """TYPE|OPERATOR|LANGUAGE|FOREIGN SERVER|FOREIGN DATA WRAPPER|TABLESPACE|DATABASE|LARGE OBJECT|EXTENSION
    |EXTENSION TO CREATE|PUBLICATION|COLLATION|TEXT SEARCH CONFIGURATION|STATISTICS|PARAMETER|ROLE""".replace(
        "\n    ", ""
    ).split("|")
)
_READABLE = frozenset("rpvmfS")


def take(session: Session, connection: str) -> Document:
    """Everything that judging reads, as the session's role sees it; no rows of tables.

    Raises what Session.query raises.

    What happens between its round trips may be in one part of the document and not in another.
    """
    objects = session.query(statement("snapshot_objects.sql"))
    relations = [(schema or "", name or "") for what, schema, name, _ in objects if what == "RELATION"]
    schemas = [name or "" for what, _, name, _ in objects if what == "SCHEMA"]
    roles = [name or "" for what, _, name, _ in objects if what == "ROLE"]
    readable = [(row[1] or "", row[2] or "") for row in objects if row[0] == "RELATION" and row[3] in _READABLE]
    grants = sorted(grants_on(objects, session.server_version))
    context = json.loads(session.query(statement("context.sql"))[0][0] or "{}")
    found = [*_relations(session, relations, schemas)]
    return Document(
        connection=connection,
        role=session.role,
        database=session.database,
        server_version=session.server_version,
        context=context,
        relations=found,
        functions=[*_functions(session, objects)],
        views=_rows(session.query(statement("views.sql"), [_named(readable)])),
        views_read=_rows(session.query(statement("snapshot_views.sql"))),
        definitions=[*_definitions(session, found)],
        policies=[json.loads(row[0] or "{}") for row in session.query(statement("policies.sql"), [_named(readable)])],
        things=[*_things(session, objects)],
        operators=_rows(session.query(statement("snapshot_operators.sql"))),
        memberships=_rows(session.query(statement("snapshot_memberships.sql"))),
        attributes=_rows(session.query(statement("role_attributes.sql"), [as_json(roles)])),
        inventory=_rows(session.query(statement("inventory.sql"), [as_json(roles)])),
        later=_rows(session.query(statement("inventory_later.sql"), [as_json(roles)])),
        leaning=[*_leaning(session, roles, readable)],
        held=_held(session, grants, (context["role"], *_owners(found))),
        access=[*_access(session, grants)],
    )


def _rows(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(row) for row in rows]


def _named(relations: Sequence[tuple[str, str]]) -> str:
    return as_json([{"schema": schema, "name": name} for schema, name in relations])


def _relations(
    session: Session, relations: Sequence[tuple[str, str]], schemas: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The answers of relations.sql: those on schemas come with the first."""
    for start in range(0, max(len(relations), 1), _AT_ONCE):
        asked = [_named(relations[start : start + _AT_ONCE]), as_json(schemas if start == 0 else [])]
        for (text,) in session.query(statement("relations.sql"), asked):
            yield json.loads(text or "{}")


def _functions(session: Session, objects: Sequence[Row]) -> Iterator[dict[str, Any]]:
    names = sorted({(row[1] or "", row[2] or "") for row in objects if row[0] in ("FUNCTION", "PROCEDURE")})
    for start in range(0, len(names), _AT_ONCE):
        for (text,) in session.query(statement("functions.sql"), [_named(names[start : start + _AT_ONCE]), "[]"]):
            yield json.loads(text or "{}")


def _things(session: Session, objects: Sequence[Row]) -> Iterator[list[Any]]:
    asked = [{"kind": what, "schema": schema, "name": name} for what, schema, name, _ in objects if what in _THINGS]
    for start in range(0, len(asked), _AT_ONCE):
        yield from _rows(session.query(statement("things.sql"), [as_json(asked[start : start + _AT_ONCE])]))


def _leaning(session: Session, roles: Sequence[str], relations: Sequence[tuple[str, str]]) -> Iterator[list[Any]]:
    """What leans on each role's privileges, of those roles that own or passed on anything."""
    asked = as_json([{"kind": "TABLE", "schema": schema, "name": name} for schema, name in relations])
    for role in roles:
        if not role.startswith("pg_"):
            for row in session.query(statement("leaning.sql"), [role, asked]):
                yield [role, *row]


def _is_defined(relation: dict[str, Any]) -> bool:
    """Whether it is a view of somebody's, materialized or not, or has rules."""
    own = relation.get("schema") in ("pg_catalog", "information_schema")
    return not own and (relation.get("kind") in ("v", "m") or bool(relation.get("rules")))


def _definitions(session: Session, relations: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    named = [(one["schema"], one["name"]) for one in relations if _is_defined(one)]
    seen: set[str] = set()
    for start in range(0, len(named), _AT_ONCE):
        for (text,) in session.query(statement("definitions.sql"), [_named(named[start : start + _AT_ONCE])]):
            if text and text not in seen:
                seen.add(text)
                yield json.loads(text)


def _owners(relations: Sequence[dict[str, Any]]) -> list[str]:
    """With whose rights views and rules read and write, but for superusers, who may do all."""
    return sorted({one["owner"] for one in relations if _is_defined(one) and not one["owned_by_superuser"]})


def _held(session: Session, grants: Sequence[Grant], bearers: Sequence[str]) -> dict[str, list[list[Any]]]:
    """What the role, those that it is a member of and the owners of views hold, by object."""
    role, *owners = bearers
    roles = tuple(dict.fromkeys((role, *read_memberships(session, role).reached(), *owners)))
    found: dict[str, dict[tuple[str, ...], list[str]]] = {name: {} for name in roles}
    for start in range(0, len(grants), _AT_ONCE):
        some = grants[start : start + _AT_ONCE]
        both = [*some, *(replace(g, grantable=True) for g in some if g.kind is not ObjectKind.ATTRIBUTE)]
        for name, held in held_by(session, both, roles).items():
            for grant in sorted(held):
                word = grant.privilege.value + ("*" if grant.grantable else "")
                found[name].setdefault(key_of(grant), []).append(word)
    return {name: [[*key, words] for key, words in objects.items()] for name, objects in found.items()}


def _access(session: Session, grants: Sequence[Grant]) -> Iterator[list[Any]]:
    """Owner, and for each privilege the grantees and the default privileges, by object."""
    found: dict[tuple[str, ...], list[Any]] = {}
    for start in range(0, len(grants), _AT_ONCE):
        for grant, acl in access_lists(session, grants[start : start + _AT_ONCE]).items():
            owner_and_lists = found.setdefault(key_of(grant), [acl.owner, {}, {}])
            owner_and_lists[1][grant.privilege.value] = list(acl.grantees)
            if acl.defaults:
                defaults = [{"creator": d.creator, "schema": d.schema, "grantee": d.grantee} for d in acl.defaults]
                owner_and_lists[2][grant.privilege.value] = defaults
    for key, rest in found.items():
        yield [*key, *rest]
