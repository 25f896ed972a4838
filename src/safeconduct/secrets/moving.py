"""Credentials on their way from the metadata database to a secrets backend, and back: planned first, then done.

At every moment one of the two places has all of it: what is to be taken out of one is read back from the other before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.metadata_edits import Edit
from safeconduct.model import Finding, Secret, Unjudged
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.rules import NAME_IMPOSSIBLE, RECORD_NOT_KEPT
from safeconduct.secrets.writing import Seen, WritableSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from safeconduct.secrets.interface import ConnectionBackend
    from safeconduct.secrets.keeping import Keeper
    from safeconduct.secrets.movable import Movable

Failed = Finding | Unjudged


class Fate(Enum):
    """What is to happen to one; the value is the word for it."""

    MOVE = "move"
    REPLACE = "replace"
    """As MOVE, with another record there that is replaced."""
    EMPTY = "empty"
    """The record is there already: only the row is emptied."""
    FETCH = "fetch"
    """Back into the row."""
    REMOVE = "remove"
    """The row has it already: only the record is taken away."""
    THERE = "there"
    """It is where it should be already."""
    BARE = "bare"
    """It has nothing secret."""
    DIFFERS = "differs"
    """The other place has another one, which is not to be replaced."""
    POORER = "poorer"
    """The row has no secret and the record differs: to replace it would lose its secrets."""
    HIDDEN = "hidden"
    """An environment variable has another one, and comes between the two: Airflow would take another than before."""
    ABSENT = "absent"
    FAILED = "failed"

    @property
    def changes(self) -> bool:
        """Whether anything is written."""
        return self in (Fate.MOVE, Fate.REPLACE, Fate.EMPTY, Fate.FETCH, Fate.REMOVE)


@dataclass(frozen=True)
class Move:
    """One of a plan. `whole` is what both places are to agree on, `seen` what is in the backend now.

    `stays` are the fields that look secret and are left in its row.
    """

    name: str
    fate: Fate
    edit: Edit | None = None
    whole: Any = field(default=None, repr=False)
    text: Secret | None = None
    seen: Seen | None = None
    stays: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """What was planned or has been done, and why not more of it.

    `half` are names whose records were written and whose rows could not be emptied.
    """

    moves: tuple[Move, ...]
    faults: tuple[Failed, ...] = ()
    half: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What is asked for. `takes_rest` has the place that was left emptied wholly: the row deleted, or the record."""

    names: tuple[str, ...] = ()
    """None of them: all rows that there are."""
    overwrite: bool = False
    takes_rest: bool = False


class Mover:
    """Moves one kind of things between the rows of a keeper and the records of a source."""

    def __init__(self, keeper: Keeper, source: WritableSource, movable: Movable[Any, Any]) -> None:
        self._keeper = keeper
        self._source = source
        self._movable = movable

    def plan(self, wishes: Wishes) -> Moved | Failed:
        """What is to be done to have the secrets in the backend."""
        return self._planned(wishes, self._there)

    def plan_back(self, wishes: Wishes) -> Moved | Failed:
        """What is to be done to have them in the metadata database again."""
        return self._planned(wishes, self._back)

    def carry_out(self, planned: Moved) -> Moved:
        """Write records, read them back, and then empty the rows, all or none of those. Raises Overtaken."""
        faults: list[Failed] = []
        good: list[Move] = []
        for move in (one for one in planned.moves if one.fate in (Fate.MOVE, Fate.REPLACE, Fate.EMPTY)):
            try:
                fault = self._written(move)
            except Trouble as trouble:
                faults.append(trouble.finding(move.name))
                if trouble.lasting:
                    break
                continue
            faults += [fault] if fault else []
            good += [] if fault else [move]
        if (failed := self._edit(good)) is not None:
            ended = _ended(planned, (), (*faults, failed))
            return replace(ended, half=tuple(move.name for move in good))
        return _ended(planned, good, faults)

    def carry_out_back(self, planned: Moved) -> Moved:
        """Fill the rows, all or none, read them back, and only then take records away. Raises Overtaken."""
        some = [move for move in planned.moves if move.fate in (Fate.FETCH, Fate.REMOVE)]
        if (failed := self._edit([move for move in some if move.edit is not None])) is not None:
            return _ended(planned, (), (failed,))
        rows = self._rows()
        if isinstance(rows, (Finding, Unjudged)):
            return _ended(planned, (), (rows,))
        faults: list[Failed] = []
        good: list[Move] = []
        for move in some:
            fault = self._is_kept(move, rows.get(move.name))
            good += [] if fault else [move]
            fault = fault or self._taken(move)
            faults += [fault] if fault else []
        return _ended(planned, good, faults)

    def others_at(self, backend: ConnectionBackend, moved: Moved) -> tuple[tuple[str, ...], Failed | None]:
        """Of those that change, the names under which this backend has another one; why it could not be asked."""
        others: list[str] = []
        for move in moved.moves:
            if not move.fate.changes:
                continue
            found = self._movable.asked_of(backend, move.name)
            if isinstance(found, (Finding, Unjudged)):
                return tuple(others), found
            if found is not None and self._movable.differences(move.whole, found):
                others.append(move.name)
        return tuple(others), None

    # Planning

    def _planned(self, wishes: Wishes, plan: Callable[[str, Any, Wishes], Move | Failed]) -> Moved | Failed:
        rows = self._rows()
        if isinstance(rows, (Finding, Unjudged)):
            return rows
        moves: list[Move] = []
        faults: list[Failed] = []
        for name in dict.fromkeys(wishes.names or rows):
            try:
                move = plan(name, rows.get(name), wishes)
            except Trouble as trouble:
                if trouble.lasting:
                    return trouble.finding(self._source.place.label)
                move = trouble.finding(name)
            if isinstance(move, Move):
                moves.append(move)
            else:
                faults.append(move)
                moves.append(Move(name, Fate.FAILED))
        return Moved(tuple(moves), tuple(faults))

    def _rows(self) -> dict[str, Any] | Failed:
        rows = self._movable.rows()
        return rows if isinstance(rows, (Finding, Unjudged)) else {self._movable.name_of(row): row for row in rows}

    def _there(self, name: str, row: Any, wishes: Wishes) -> Move | Failed:
        movable = self._movable
        if row is None:
            return Move(name, Fate.ABSENT)
        whole = movable.opened(row)
        if isinstance(whole, (Finding, Unjudged)):
            return whole
        has_secret = movable.has_secret(whole)
        stays = () if wishes.takes_rest else movable.staying(whole)
        try:
            seen = self._source.see(movable.kind, name)
        except Trouble as trouble:
            if has_secret or wishes.takes_rest or trouble.rule != NAME_IMPOSSIBLE:
                raise
            return Move(name, Fate.BARE, stays=stays)
        fate = self._fate(name, whole, has_secret, seen, wishes)
        if not isinstance(fate, Fate):
            return fate
        if not fate.changes:
            return Move(name, fate, stays=stays)
        if fate is Fate.MOVE and movable.is_hidden(name, whole):
            return Move(name, Fate.HIDDEN)
        after = None if wishes.takes_rest else movable.emptied(row, whole)
        if isinstance(after, (Finding, Unjudged)):
            return after
        text = movable.text_of(whole, self._source)
        if fate is not Fate.EMPTY and (fault := self._unkept(name, whole, text)):
            return fault
        agreed = self._recorded(name, seen) if fate is Fate.EMPTY else whole
        return Move(name, fate, Edit(name, row, after), agreed, text, seen, stays)

    def _fate(self, name: str, whole: Any, has_secret: bool, seen: Seen, wishes: Wishes) -> Fate | Failed:
        movable = self._movable
        if seen.record is None:
            return Fate.MOVE if has_secret or wishes.takes_rest else Fate.BARE
        recorded = self._recorded(name, seen)
        if isinstance(recorded, (Finding, Unjudged)):
            return Fate.REPLACE if wishes.overwrite and has_secret else recorded
        if not has_secret:
            if movable.differences(whole, movable.bare(recorded)):
                return Fate.POORER
            return Fate.EMPTY if wishes.takes_rest else Fate.THERE
        if not movable.differences(whole, recorded):
            return Fate.EMPTY
        return Fate.REPLACE if wishes.overwrite else Fate.DIFFERS

    def _back(self, name: str, row: Any, wishes: Wishes) -> Move | Failed:
        movable = self._movable
        seen = self._source.see(movable.kind, name)
        whole = movable.opened(row) if row is not None else None
        if isinstance(whole, (Finding, Unjudged)):
            return whole
        if seen.record is None:
            return Move(name, self._without_record(whole, wishes))
        recorded = self._recorded(name, seen)
        if isinstance(recorded, (Finding, Unjudged)):
            return recorded
        if wishes.takes_rest and movable.is_hidden(name, recorded):
            return Move(name, Fate.HIDDEN)
        if whole is not None and not movable.differences(whole, recorded):
            return Move(name, Fate.REMOVE if wishes.takes_rest else Fate.THERE, whole=recorded, seen=seen)
        emptied = whole is None or not movable.differences(whole, movable.bare(recorded))
        if not emptied and not wishes.overwrite:
            return Move(name, Fate.DIFFERS)
        after = movable.filled(row, recorded)
        if isinstance(after, (Finding, Unjudged)):
            return after
        kept_seen = seen if wishes.takes_rest else None
        return Move(name, Fate.FETCH, Edit(name, row, after), recorded, seen=kept_seen)

    def _without_record(self, whole: Any, wishes: Wishes) -> Fate:
        """Of one that has no secret nobody can tell whether it ever had: who names it expects one."""
        if whole is not None and self._movable.has_secret(whole):
            return Fate.THERE
        return Fate.ABSENT if whole is None or wishes.names else Fate.BARE

    # Doing

    def _recorded(self, name: str, seen: Seen) -> Any:
        return None if seen.record is None else self._movable.read(name, seen.record.text)

    def _unkept(self, name: str, whole: Any, text: Secret) -> Failed | None:
        """Why this text would not be read back as what it was written from."""
        read = self._movable.read(name, text)
        if isinstance(read, (Finding, Unjudged)):
            return read
        changed = self._movable.differences(whole, read)
        return self._not_kept(name, "its record would read back with another", changed) if changed else None

    def _not_kept(self, name: str, what: str, changed: Sequence[str] = ()) -> Finding:
        fields = ", ".join(changed)
        message = f"{name}: {what} {fields}".rstrip()
        return RECORD_NOT_KEPT.finding(
            name, message, evidence={"place": self._source.place.label, **({"fields": fields} if fields else {})}
        )

    def _written(self, move: Move) -> Failed | None:
        """Write the record if it is to be written, and read it back. Raises Trouble."""
        kind = self._movable.kind
        if move.fate is not Fate.EMPTY and move.text is not None and move.seen is not None:
            self._source.write(kind, move.name, move.text, move.seen)
        recorded = self._recorded(move.name, self._source.see(kind, move.name))
        if recorded is None or isinstance(recorded, (Finding, Unjudged)):
            return recorded or self._not_kept(move.name, "its record was not there when it was read back")
        changed = self._movable.differences(move.whole, recorded)
        return self._not_kept(move.name, "its record was read back with another", changed) if changed else None

    def _edit(self, moves: Iterable[Move]) -> Failed | None:
        return self._keeper.database.edit([move.edit for move in moves if move.edit is not None])

    def _is_kept(self, move: Move, row: Any) -> Failed | None:
        whole = self._movable.opened(row) if row is not None else None
        if whole is None or isinstance(whole, (Finding, Unjudged)):
            return whole or self._not_kept(move.name, "its row was not there when it was read back")
        changed = self._movable.differences(move.whole, whole)
        return self._not_kept(move.name, "its row was read back with another", changed) if changed else None

    def _taken(self, move: Move) -> Failed | None:
        """Take the record away, where that was asked for."""
        if move.seen is None:
            return None
        try:
            self._source.remove(self._movable.kind, move.name, move.seen)
        except Trouble as trouble:
            return trouble.finding(move.name)
        return None


def _ended(planned: Moved, good: Iterable[Move], faults: Iterable[Failed]) -> Moved:
    """What came of the plan: those that should have been changed and were not have failed."""
    done = {move.name for move in good}
    moves = (
        replace(move, fate=Fate.FAILED) if move.fate.changes and move.name not in done else move
        for move in planned.moves
    )
    return Moved(tuple(moves), (*planned.faults, *faults))
