"""Which statement asked for what: the file and line behind each need, name and reason."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Grant, ObjectKind, Privilege
from safeconduct.privileges.uses import needs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.model import Finding, Location
    from safeconduct.privileges.names import RelationName
    from safeconduct.privileges.reading import Absent, Record


@dataclass(frozen=True)
class _Trace:
    """What one text added to the record, and where the text stands (None for an option's)."""

    origin: Location | None
    grants: tuple[Grant, ...]
    absent: tuple[Absent, ...]
    created: frozenset[RelationName]


class Traces:
    """Follows a record from text to text."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._traces: list[_Trace] = []

    @contextmanager
    def of(self, origin: Location | None) -> Iterator[None]:
        """Within this block the text of this origin is read."""
        record = self._record
        uses, needs, absent = len(record.uses), len(record.needs), len(record.absent)
        opened, reasons, created = len(record.opened), len(record.reasons), set(record.created)
        yield
        if origin is None:
            self._traces.append(_Trace(None, (), tuple(record.absent[absent:]), frozenset(record.created - created)))
            return
        found = [need.proposal for use in record.uses[uses:] for need in needs_of(use)]
        found += [need.proposal for need in record.needs[needs:]]
        found += [_usage(relation.schema) for _, relation in record.opened[opened:]]
        record.reasons[reasons:] = [f"{origin.file}:{origin.line}: {reason}" for reason in record.reasons[reasons:]]
        new = frozenset(record.created - created)
        self._traces.append(_Trace(origin, tuple(found), tuple(record.absent[absent:]), new))

    def asked_by(self) -> Mapping[Grant, tuple[Location, ...]]:
        """Where each grant is asked for, in the order of the texts."""
        places: dict[Grant, dict[Location, None]] = {}
        for trace in self._traces:
            if trace.origin:
                for grant in trace.grants:
                    places.setdefault(grant, {})[trace.origin] = None
        return {grant: tuple(some) for grant, some in places.items()}

    def absent(self) -> Iterator[tuple[Location | None, list[Absent]]]:
        """The names that mean nothing, by text; without those that a later text makes: tasks run again and again."""
        seen: set[Absent] = set()
        for number, trace in enumerate(self._traces):
            later = {name for other in self._traces[number + 1 :] for name in other.created} if trace.origin else set()
            found = [one for one in trace.absent if one not in seen and one.name not in later]
            seen.update(found)
            if found:
                yield trace.origin, found


def placed(finding: Finding, origins: Sequence[Location]) -> Finding:
    """The finding with where its statements stand: the first as its place, all as evidence."""
    if not origins:
        return finding
    shown = [f"{origin.file}:{origin.line}" for origin in origins]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    evidence = {**finding.evidence, "asked for in": ", ".join(shown[:_SHOWN]) + more}
    return replace(finding, location=origins[0], evidence=evidence)


_SHOWN = 5


def _usage(schema: str) -> Grant:
    return Grant(ObjectKind.SCHEMA, "", schema, Privilege.USAGE)
