"""Many walks: every connection that was named, or all there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from safeconduct.diagnosis.rules import OTHER_TYPE
from safeconduct.diagnosis.schedule import run_all
from safeconduct.diagnosis.staircase import used_in
from safeconduct.diagnosis.walk import walk
from safeconduct.model import Finding, Report, Secret, Severity, Unjudged
from safeconduct.secrets import Found, all_connections, look_up

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from safeconduct.diagnosis.question import Question
    from safeconduct.diagnosis.sources import Sources
    from safeconduct.diagnosis.staircase import WalkResult
    from safeconduct.model import Location
    from safeconduct.privileges import Asked
    from safeconduct.secrets import Answer


class Reading(Protocol):
    """What a log or a folder of DAGs asks for: which connections to walk, and what is to be said beside."""

    @property
    def conn_ids(self) -> tuple[str, ...]:
        """The connections."""

    @property
    def places(self) -> Mapping[str, tuple[Location, ...]]:
        """Where in somebody's files each of them is used."""

    @property
    def asked(self) -> Mapping[str, tuple[Asked, ...]]:
        """What is asked of each of them."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Notes on what was read."""

    @property
    def unjudged(self) -> tuple[Unjudged, ...]:
        """What of it could not be told."""


Named = tuple[str, "Answer"]
"""A connection's id and what its look-up answered."""


@dataclass(frozen=True)
class Survey:
    """What is to be walked, and what is to be said beside: of connections left out, of places not asked.

    `secrets` are those of the places that were asked, beside the connections' own; `used` has where in somebody's files
    a connection is used.
    """

    named: tuple[Named, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    secrets: tuple[Secret, ...] = ()
    used: Mapping[str, tuple[Location, ...]] = field(default_factory=dict)


def survey_of(conn_ids: tuple[str, ...], sources: Sources, reading: Reading | None = None) -> Survey:
    """The connections of these ids and of what was read, or without any all that can be walked."""
    if reading is not None:
        survey = survey_of((*conn_ids, *reading.conn_ids), sources) if conn_ids or reading.conn_ids else Survey()
        return replace(
            survey,
            findings=(*reading.findings, *survey.findings),
            unjudged=(*reading.unjudged, *survey.unjudged),
            used=reading.places,
        )
    if not sources.backends:
        return Survey(findings=(*sources.findings, *sources.faults), unjudged=sources.unjudged)
    if conn_ids:
        named = tuple((conn_id, look_up(conn_id, sources.backends)) for conn_id in dict.fromkeys(conn_ids))
        return Survey(named, sources.faults, sources.unjudged, sources.secrets)
    survey = _postgres_only(all_connections(sources.backends), sources.unjudged)
    if survey == Survey():
        where = " or ".join(backend.place for backend in sources.backends)
        return Survey(findings=sources.faults, unjudged=(Unjudged("connections", f"there are none in {where}"),))
    return replace(survey, findings=(*survey.findings, *sources.faults), secrets=sources.secrets)


def _postgres_only(answers: Iterable[Named], unjudged: tuple[Unjudged, ...]) -> Survey:
    """Of all connections those that can be walked; the others are counted by type in one note.

    What a place answered that could not be asked (an empty id) is said beside.
    """
    every = tuple(answers)
    places = [answer for name, answer in every if not name]
    named = tuple((name, answer) for name, answer in every if name)
    findings = tuple(answer for answer in places if isinstance(answer, Finding))
    unjudged += tuple(answer for answer in places if isinstance(answer, Unjudged))
    kept, note = _kept(named)
    return Survey(kept, findings + note, unjudged)


def _kept(named: tuple[Named, ...]) -> tuple[tuple[Named, ...], tuple[Finding, ...]]:
    kept = tuple((name, answer) for name, answer in named if not isinstance(answer, Found) or _is_postgres(answer))
    types = Counter(
        answer.connection.conn_type or "no type"
        for _, answer in named
        if isinstance(answer, Found) and not _is_postgres(answer)
    )
    if not types:
        return kept, ()
    counted = ", ".join(f"{count} {kind}" for kind, count in types.most_common())
    note = OTHER_TYPE.finding(
        "connections",
        f"{types.total()} connections of other types were left out: {counted}",
        severity=Severity.NOTE,
        evidence=dict(sorted((kind, str(count)) for kind, count in types.items())),
    )
    return kept, (note,)


def walk_all(survey: Survey, question: Question, progress: Callable[[], object] = lambda: None) -> Report:
    """Walk them all and report them in the order given; `progress` is called after each."""
    results: dict[int, WalkResult] = {}
    for index, result in run_all(survey.named, _server, lambda named: _walked(named, survey, question)):
        results[index] = result
        progress()
    ordered = [results[index] for index in range(len(survey.named))]
    troubles = [insider.trouble for insider in question.insiders]
    return Report(
        walks=tuple(result.walk for result in ordered),
        findings=(
            *(finding for result in ordered for finding in result.findings),
            *survey.findings,
            *(trouble for trouble in troubles if isinstance(trouble, Finding)),
        ),
        unjudged=(
            *(one for result in ordered for one in result.unjudged),
            *survey.unjudged,
            *(trouble for trouble in troubles if isinstance(trouble, Unjudged)),
        ),
        secrets=(
            *survey.secrets,
            *(secret for result in ordered for secret in result.secrets),
            *(secret for insider in question.insiders for secret in insider.secrets),
        ),
        applied=tuple(one for result in ordered for one in result.applied),
    )


def _walked(named: Named, survey: Survey, question: Question) -> WalkResult:
    """The walk's result, with the files that use the connection where it led to no session."""
    result = walk(*named, question)
    places = survey.used.get(named[0], ())
    return used_in(result, places) if places else result


def _is_postgres(found: Found) -> bool:
    """Whether it is meant as one: `postgresql+psycopg2` is a type of its own for Airflow, and its walk says so."""
    return found.connection.conn_type.lower().startswith("postgres")


def _server(named: Named) -> Hashable:
    """What two connections share when they lead to one server, as far as their definitions tell."""
    _, answer = named
    if not isinstance(answer, Found):
        return None
    return ((answer.connection.host or "").lower(), answer.connection.port or 5432)
