"""From the use of a relation to the grants that allow it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege, quote_identifier
from safeconduct.model.ledger import Need
from safeconduct.privileges.asked import COLUMN_PRIVILEGES
from safeconduct.privileges.catalog import SEQUENCE
from safeconduct.privileges.fired import Fired, NewRow, new_row
from safeconduct.privileges.names import RelationName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges.catalog import Relation, Trigger
    from safeconduct.privileges.scope import Use

_EVENTS = {Privilege.INSERT: 4, Privilege.DELETE: 8, Privilege.UPDATE: 16, Privilege.TRUNCATE: 32}
_INSTEAD = 64
"""pg_trigger.tgtype's bits."""
_CHECKED = {
    Privilege.INSERT: ("check", "generated", "index", "domain"),
    Privilege.UPDATE: ("check", "generated", "index", "domain"),
}
_WORDS = {
    "view": "the query",
    "check": "a CHECK constraint",
    "generated": "a generated column",
    "index": "an index",
    "domain": "a domain",
}


def needs_of(use: Use) -> Iterator[Need]:
    """One need for each privilege, or for each column where columns are named; none where others' rights count."""
    relation = use.relation
    if use.as_owner:
        return
    kind = ObjectKind.SEQUENCE if relation.kind == SEQUENCE else ObjectKind.TABLE
    via = f"{use.via} needs it" if use.via else ""
    for privilege, columns in use.columns.items():
        whole = Grant(kind, relation.schema, relation.name, privilege)
        if privilege in use.whole or privilege not in COLUMN_PRIVILEGES or kind is ObjectKind.SEQUENCE:
            yield Need((whole,), via)
        elif columns:
            for column in columns:
                yield _on_column(relation.schema, relation.name, privilege, column, via)
        else:
            singly = (Grant(kind, relation.schema, relation.name, privilege, column) for column in relation.columns)
            yield Need((*singly, whole), f"{privilege.value} on any one column is enough, the statement names none")


def caveats(use: Use) -> Iterator[str]:
    """Why having the privileges may still not be enough for this use."""
    relation = use.relation
    is_free = use.as_superuser or (use.as_owner == relation.owner and not relation.row_security_forced)
    if use.as_owner and relation.row_security and not is_free:
        owner = quote_identifier(use.as_owner)
        yield f"{relation} is used with the rights of {owner}: what row security keeps from those is not judged"
    if relation.kind == "f":
        yield f"{relation} is a foreign table: what the other server allows is not judged"


def fired_by(use: Use) -> Iterator[Fired]:
    """The triggers that this use fires: their functions run with the rights of who fires them.

    Foreign keys' own triggers run as the tables' owners, and are not among them.
    """
    relation = use.relation
    for trigger in (one for one in relation.triggers if one.enabled):
        for privilege, columns in written(use):
            of = trigger.columns if privilege is Privilege.UPDATE else ()
            if trigger.events & _EVENTS[privilege] and (not of or not columns.isdisjoint(of)):
                row = _given(use, privilege, columns) if _has_its_columns(trigger, relation) else NewRow()
                yield Fired(privilege.value, relation, trigger, row)


def _has_its_columns(trigger: Trigger, relation: Relation) -> bool:
    """Whether it sees the relation's own columns: unlike a partition's, those of a child may be generated."""
    return relation.kind == "p" or trigger.table in (None, RelationName(relation.schema, relation.name))


def _given(use: Use, privilege: Privilege, written: frozenset[str]) -> NewRow:
    kept = frozenset(use.relation.columns) - written if privilege is Privilege.UPDATE else frozenset()
    return new_row(use.relation, use.given.get(privilege, {}), kept)


def expressions_of(use: Use) -> Iterator[tuple[int, str]]:
    """The functions that the relation's expressions call for this use, each with why."""
    relation = use.relation
    if not relation.expressions:
        return
    found: list[tuple[str, frozenset[str] | None]] = [("view", None)] if Privilege.SELECT in use.columns else []
    for privilege, columns in written(use):
        changed = columns if privilege is Privilege.UPDATE else None
        found += [(what, changed) for what in _CHECKED.get(privilege, ())]
    for what, changed in found:
        for oid in relation.functions_of(what, changed):
            yield oid, f"{_WORDS[what]} of {relation} calls it{', in ' + use.via if use.via else ''}"


def replaced(relation: Relation, privilege: Privilege) -> bool:
    """Whether an INSTEAD OF trigger does what this privilege allows."""
    return any(one.enabled and one.events & _INSTEAD and one.events & _EVENTS[privilege] for one in relation.triggers)


def written(use: Use) -> Iterator[tuple[Privilege, frozenset[str]]]:
    """What the use writes, and on which columns. FOR UPDATE asks for UPDATE without any, and writes nothing."""
    for privilege, columns in use.columns.items():
        whole = frozenset(use.relation.columns) if privilege in use.whole else frozenset()
        if privilege in _EVENTS and (privilege is not Privilege.UPDATE or columns or whole):
            yield privilege, whole | frozenset(columns)


@lru_cache(maxsize=4096)
def _on_column(schema: str, name: str, privilege: Privilege, column: str, why: str) -> Need:
    """The same columns are asked for again and again, from statement to statement."""
    return Need((Grant(ObjectKind.TABLE, schema, name, privilege, column),), why)
