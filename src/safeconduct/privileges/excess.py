"""What a role holds beyond its need: excess = held - needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, Privilege
from safeconduct.model.holding import Source, Way
from safeconduct.model.ledger import Excess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model.holding import Inventory
    from safeconduct.model.ledger import Need


def excess_of(inventory: Inventory, needs: Iterable[Need]) -> tuple[Excess, ...]:
    """Every grant in effect that no need asks for, sorted; nothing for a superuser, who holds all without grants.

    Of several grants that would meet a need, one that the role has by itself is kept, and the least of those.
    """
    if inventory.superuser:
        return ()
    held = tuple(_held(inventory))
    kept = _kept(held, tuple(needs))
    return tuple(sorted(_beyond(held, kept), key=lambda one: (one.grant, one.way.source.value, one.way.through)))


def _held(inventory: Inventory) -> Iterator[tuple[Grant, Way]]:
    for holding in inventory.counted():
        for grant in holding.grants():
            yield grant, holding.way


def _kept(held: tuple[tuple[Grant, Way], ...], needs: tuple[Need, ...]) -> dict[Grant, set[Grant]]:
    """The held grants that are needed, each with the narrower ones that were really asked for."""
    own = {grant for grant, way in held if way.source is Source.GRANTED}
    every = {grant for grant, _ in held}
    by_privilege = _columns(every)
    kept: dict[Grant, set[Grant]] = {}
    for need in needs:
        # A privilege on the whole table is as good as one on a column of it, and asked for where nothing less is held.
        # The right to pass it on is in the grant itself.
        wanted = [replace(grant, grantable=False) for grant in need.grants]
        enough = tuple(dict.fromkeys([*wanted, *(replace(grant, column="") for grant in wanted)]))
        chosen = next((g for g in enough if g in own), None) or next((g for g in enough if g in every), None)
        if chosen is not None:
            kept.setdefault(chosen, set()).add(wanted[0])
        else:  # every column singly is as good as the whole table
            for grant in by_privilege.get(wanted[0], ()):
                kept.setdefault(grant, set()).add(grant)
    return kept


def _columns(grants: Iterable[Grant]) -> dict[Grant, list[Grant]]:
    """The grants on columns by the grant on the whole table that they are parts of."""
    found: dict[Grant, list[Grant]] = {}
    for grant in grants:
        if grant.column:
            found.setdefault(replace(grant, column=""), []).append(grant)
    return found


def _beyond(held: tuple[tuple[Grant, Way], ...], kept: dict[Grant, set[Grant]]) -> Iterator[Excess]:
    own = {grant for grant, way in held if way.source is Source.GRANTED}
    columns = _columns(kept)
    for grant, way in held:
        if grant not in kept:
            # REVOKE on a table takes the columns with it, among them those that are kept.
            yield Excess(grant, way, tuple(sorted(columns.get(grant, ()))))
        elif way.source is not Source.GRANTED and grant in own:
            continue  # it has it twice, and the other way is somebody else's concern
        elif way.source is Source.GRANTED and grant not in kept[grant] and grant.privilege in _BY_COLUMN:
            yield Excess(grant, way, tuple(sorted(kept[grant])))


_BY_COLUMN = frozenset({Privilege.SELECT, Privilege.INSERT, Privilege.UPDATE, Privilege.REFERENCES})
