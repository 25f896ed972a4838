"""Which statement asked for what: the file and line behind each need, name and reason."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from safeconduct.model import Grant, ObjectKind, Privilege, listed, quote_identifier
from safeconduct.privileges.doubts import Doubts
from safeconduct.privileges.uses import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.model import Finding, Location
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.names import RelationName
    from safeconduct.privileges.reading import Absent, LostSchema, Record
    from safeconduct.privileges.scope import UnknownColumn

Places: TypeAlias = "tuple[Location, ...]"


@dataclass(frozen=True)
class _Trace:
    """What one piece of a text added to the record, and where it stands (nowhere for an option's)."""

    text: int
    places: tuple[Location, ...]
    grants: tuple[Grant, ...]
    absent: tuple[Absent, ...]


class Traces:
    """Follows a record from text to text, and within a text from piece to piece."""

    def __init__(self, record: Record, asked: Iterable[Asked] = ()) -> None:
        self._record = record
        self._doubts = Doubts(asked)
        self._traces: list[_Trace] = []
        self._texts = 0
        self._last_made: dict[RelationName, int] = {}

    def next_text(self) -> None:
        """What is read from now on stands in another text."""
        self._texts += 1

    @contextmanager
    def of(self, places: tuple[Location, ...]) -> Iterator[None]:
        """Within this block something is read that stands here: first its own file and line, then who sends it."""
        record = self._record
        uses, needs, absent = len(record.uses), len(record.needs), len(record.absent)
        opened, reasons, creations = len(record.opened), len(record.reasons), len(record.creations)
        yield
        found: list[Grant] = []
        if places:
            found += (need.proposal for use in record.uses[uses:] for need in needs_of(use))
            found += (need.proposal for need in record.needs[needs:])
            found += (_usage(relation.schema) for _, relation in record.opened[opened:])
            record.reasons[reasons:] = [f"{_before(places)}{reason}" for reason in record.reasons[reasons:]]
        for name in record.creations[creations:]:
            if name in record.created:
                self._last_made[name] = self._texts
        self._traces.append(_Trace(self._texts, places, tuple(found), tuple(record.absent[absent:])))

    def asked_by(self) -> Mapping[Grant, tuple[Location, ...]]:
        """Where each grant is asked for, in the order of the texts."""
        places: dict[Grant, dict[Location, None]] = {}
        for trace in self._traces:
            if trace.places:
                for grant in trace.grants:
                    places.setdefault(grant, {}).update(dict.fromkeys(trace.places))
        return {grant: tuple(some) for grant, some in places.items()}

    def certain(
        self, columns: Iterable[UnknownColumn], reasons: list[str]
    ) -> tuple[list[LostSchema], list[tuple[Places, list[Absent]]], list[UnknownColumn]]:
        """The schemas, relations (by where their statements stand) and columns that certainly do not exist.

        For those that a statement may make which cannot be read, a reason is added.
        """
        sift = self._doubts.sift
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
                yield trace.places, found

    def _made_later(self, absent: Absent, trace: _Trace) -> bool:
        return bool(trace.places) and self._last_made.get(absent.name, -1) > trace.text


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
