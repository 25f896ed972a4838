"""Which statement asked for what: the file and line behind each need, name and reason."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from safeconduct.model import Grant, ObjectKind, Privilege, listed, quote_identifier
from safeconduct.privileges.asked import SqlAsk
from safeconduct.privileges.doubts import Doubts
from safeconduct.privileges.uses import needs_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from safeconduct.model import Finding, Location
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.names import RelationName
    from safeconduct.privileges.reading import Absent, LostSchema, Record
    from safeconduct.privileges.scope import UnknownColumn

Places: TypeAlias = "tuple[Location, ...]"

_FOLLOWED = ("uses", "calls", "blocks", "taken_over", "things", "unknown", "lost")
"""The record's lists whose items lead on, or are told with their places."""


@dataclass(frozen=True)
class Origin:
    """Where something comes from: a statement that stands at these places (nowhere for an option's), or what is `led`
    to, such as the body of a function: then it comes from whatever leads there.
    """

    places: Places = ()
    led: Hashable = None


@dataclass(frozen=True)
class _Trace:
    """What one piece of a text, or of what it runs unseen, added to the record."""

    text: int
    origin: Origin
    grants: tuple[Grant, ...]
    absent: tuple[Absent, ...]


class Traces:
    """Follows a record from text to text, within a text from piece to piece, and then to what they run unseen."""

    def __init__(self, record: Record, asked: Sequence[Asked] = ()) -> None:
        self._record = record
        self._doubts = Doubts(asked)
        self._is_placed = any(isinstance(ask, SqlAsk) and ask.origin for ask in asked)
        self._traces: list[_Trace] = []
        self._texts = 0
        self._last_made: dict[RelationName, int] = {}
        self._reasons: dict[int, Origin] = {}
        self._added: dict[str, list[Origin]] = {name: [] for name in _FOLLOWED}
        self._called: dict[int, Origin] = {}
        self._leading: dict[Hashable, dict[Origin, None]] = {}
        self._turns: dict[Origin, int] = {}

    def next_text(self) -> None:
        """What is read from now on stands in another text."""
        self._texts += 1

    @contextmanager
    def of(self, origin: Origin) -> Iterator[None]:
        """Within this block something is read that comes from here: first its own file and line, then who sends it."""
        record = self._record
        uses, needs, absent = len(record.uses), len(record.needs), len(record.absent)
        opened, reasons, creations = len(record.opened), len(record.reasons), len(record.creations)
        yield
        self._turns.setdefault(origin, len(self._turns))
        found: list[Grant] = []
        if self._is_placed:
            found += (need.proposal for use in record.uses[uses:] for need in needs_of(use))
            found += (need.proposal for need in record.needs[needs:])
            found += (_usage(relation.schema) for _, relation in record.opened[opened:])
            self._reasons.update(dict.fromkeys(range(reasons, len(record.reasons)), origin))
            self._note(origin)
        for name in record.creations[creations:]:
            if name in record.created:
                self._last_made[name] = self._texts
        self._traces.append(_Trace(self._texts, origin, tuple(found), tuple(record.absent[absent:])))

    def _note(self, origin: Origin) -> None:
        """What was added since the last time comes from here."""
        for name, origins in self._added.items():
            origins += [origin] * (len(getattr(self._record, name)) - len(origins))
        for oid in islice(self._record.called, len(self._called), None):
            self._called[oid] = origin

    def origin(self, name: str, number: int) -> Origin:
        """Where the item of this number in one of the record's lists comes from."""
        some = self._added[name]
        return some[number] if number < len(some) else Origin()

    def lead(self, origin: Origin, to: Hashable) -> Origin:
        """Note that what comes from here leads there, and give what comes from there."""
        if self._is_placed:
            self._leading.setdefault(to, {})[origin] = None
        return Origin(led=to)

    def called(self, oid: int) -> Origin:
        """What comes from this function's being called."""
        return self.lead(self._called.get(oid, Origin()), oid)

    def places(self, origin: Origin) -> Places:
        """The places of all the statements that lead there."""
        return self._in_turn(self._statements(origin))

    def _statements(self, origin: Origin) -> Iterator[Origin]:
        seen: dict[Origin, None] = {origin: None}
        todo = [origin]
        for one in todo:
            fresh = [other for other in self._leading.get(one.led, ()) if other not in seen]
            seen.update(dict.fromkeys(fresh))
            todo += fresh
        return (one for one in seen if one.places)

    def _in_turn(self, statements: Iterable[Origin]) -> Places:
        """Their places in the order in which they were read: of each its own before that of who sends it."""
        ordered = sorted(set(statements), key=self._turns.__getitem__)
        return tuple(dict.fromkeys(place for one in ordered for place in one.places))

    def reasons(self) -> list[str]:
        """The record's reasons, with where the statements stand that they are about."""
        return [
            self._before(self._reasons.get(number, Origin())) + reason
            for number, reason in enumerate(self._record.reasons)
        ]

    def placed(self, finding: Finding, about: Hashable) -> Finding:
        """The finding with the places of the statements that lead to what it is about."""
        return placed(finding, self.places(Origin(led=about)))

    def before(self, name: str, number: int) -> str:
        """The places of an item of one of the record's lists, as they stand before a reason."""
        return self._before(self.origin(name, number))

    def _before(self, origin: Origin) -> str:
        if origin.led is None:
            return _before(origin.places)
        places = self.places(origin)
        return f"{listed(places)}: " if places else ""

    def asked_by(self) -> Mapping[Grant, Places]:
        """Where each grant is asked for, in the order of the texts."""
        asking: dict[Grant, set[Origin]] = {}
        for trace in self._traces:
            if trace.grants and (statements := set(self._statements(trace.origin))):
                for grant in trace.grants:
                    asking.setdefault(grant, set()).update(statements)
        return {grant: self._in_turn(statements) for grant, statements in asking.items()}

    def certain(
        self, columns: Iterable[UnknownColumn], reasons: list[str]
    ) -> tuple[list[LostSchema], list[tuple[Places, list[Absent]]], list[UnknownColumn]]:
        """The schemas, relations (by where their statements stand) and columns that certainly do not exist.

        For those that a statement may make which cannot be read, a reason is added.
        """
        sift = self._doubts.sift
        for number, one in enumerate(self._record.lost):
            self.lead(self.origin("lost", number), one.schema)
        for number, column in enumerate(self._record.unknown):
            self.lead(self.origin("unknown", number), column)
        lost = sift(self._record.lost, lambda one: (f"schema {quote_identifier(one.schema)}", one.schema), reasons)
        absent = [
            (places, sift(found, lambda one: (f"{_before(places)}{one.name}", one.name.name), reasons))  # noqa: B023
            for places, found in self._absent()
        ]
        return lost, absent, sift(columns, lambda one: (f"the column {one}", one.parts[-1]), reasons)

    def _absent(self) -> Iterator[tuple[Places, list[Absent]]]:
        """The names that mean nothing, by text; without those that a later text makes: tasks run again and again."""
        seen: set[Absent] = set()
        for trace in self._traces:
            found = [one for one in trace.absent if one not in seen and not self._made_later(one, trace)]
            seen.update(found)
            if found:
                yield self.places(trace.origin), found

    def _made_later(self, absent: Absent, trace: _Trace) -> bool:
        return bool(trace.origin.places) and self._last_made.get(absent.name, -1) > trace.text


def placed(finding: Finding, places: Sequence[Location]) -> Finding:
    """The finding with where its statements stand: the first as its place, all as evidence."""
    if not places:
        return finding
    return replace(finding, location=places[0], evidence={**finding.evidence, "asked for in": listed(places)})


def _before(places: Places) -> str:
    """The places as they stand before a reason; "" for none."""
    if not places:
        return ""
    first, *senders = (f"{place.file}:{place.line}" for place in places)
    return f"{first} (sent by {', '.join(senders)}): " if senders else f"{first}: "


def _usage(schema: str) -> Grant:
    return Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE)
