"""Backends in turn, as Airflow asks them: the first that has the connection answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.airflow.rules import UNKNOWN
from safeconduct.model import Finding, Severity, Unjudged
from safeconduct.secrets.interface import Found
from safeconduct.secrets.pasting import command_on
from safeconduct.secrets.sparing import spared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.secrets.interface import Answer, ConnectionBackend

NEAR = 5
"""At most so many near names are given."""


def look_up(conn_id: str, backends: Sequence[ConnectionBackend]) -> Answer:
    """The first backend's answer that has one; a Finding with the nearest names where none has.

    A backend that could not be asked, or whose definition cannot be read, is passed over as Airflow does; what was
    wrong there is the answer when no backend after it has the connection either, a finding before what could not be
    judged, else a warning. The definition says which configured backends were asked before, and had nothing.
    """
    failed: list[Finding | Unjudged] = []
    without: list[str] = []
    for backend in backends:
        answer = spared(conn_id, partial(backend.get, conn_id))
        if isinstance(answer, (Finding, Unjudged)):
            failed.append(answer)
        elif answer is not None:
            return _told(_warned(answer, failed), without)
        elif backend.asked_first:
            without.append(backend.name)
    failed.sort(key=lambda one: isinstance(one, Unjudged))
    return failed[0] if failed else _unknown(conn_id, backends)


def all_connections(backends: Sequence[ConnectionBackend], opened: bool = False) -> Iterator[tuple[str, Answer]]:
    """Every connection of every backend by its id. One that an earlier backend has hides a later one of that id.

    Those of other types than PostgreSQL may come without their credentials, unless `opened`.

    Environment variables know no lower case, so they hide whatever folds to the same name. One that cannot be read
    hides nothing.
    """
    seen: set[str] = set()
    faulty: dict[str, tuple[str, Finding | Unjudged]] = {}
    for backend in backends:
        there = set()
        for conn_id, answer in _every(backend, opened):
            key = conn_id.upper()
            if not conn_id:
                yield conn_id, answer
            elif key in seen:
                continue
            elif isinstance(answer, Found):
                there.add(key)
                failed = (faulty.pop(key)[1],) if key in faulty else ()
                yield conn_id, _warned(answer, failed)
            else:
                faulty.setdefault(key, (conn_id, answer))
        seen |= there
    yield from faulty.values()


def _every(backend: ConnectionBackend, opened: bool) -> Iterator[tuple[str, Answer]]:
    """All of a backend; where its listing breaks off by a defect of ours, that is one answer more."""
    every = backend.all_opened() if opened else backend.all()
    while True:
        found = spared(backend.name, lambda: next(every, None))
        if isinstance(found, Unjudged):
            yield "", found
            return
        if found is None:
            return
        yield found


def _warned(found: Found, failed: Sequence[Finding | Unjudged]) -> Found:
    warnings = (replace(one, severity=Severity.WARNING) for one in failed if isinstance(one, Finding))
    unjudged = (one for one in failed if isinstance(one, Unjudged))
    return replace(found, warnings=(*found.warnings, *warnings), unjudged=(*found.unjudged, *unjudged))


def _told(found: Found, without: Sequence[str]) -> Found:
    if not without:
        return found
    return replace(found, definition=f"{found.definition}; asked before, without it: {', '.join(without)}")


def _unknown(conn_id: str, backends: Sequence[ConnectionBackend]) -> Finding:
    asked_for_ids = (spared(backend.name, backend.conn_ids) for backend in backends)
    known = [name for ids in asked_for_ids if isinstance(ids, tuple) for name in ids]
    near = _nearest(conn_id, known)
    asked = ", then ".join(backend.name for backend in backends)
    evidence = {"asked": asked, "connections there": str(len(set(known)))}
    if near:
        evidence["nearest"] = ", ".join(near)
    remedies = tuple(command_on("safeconduct why", name, when="the name was meant so") for name in near[:1])
    hint = f"; did you mean {near[0]}?" if near else ""
    return UNKNOWN.finding(conn_id, f"there is no connection {conn_id}{hint}", evidence=evidence, remedies=remedies)


def _nearest(conn_id: str, known: Sequence[str]) -> list[str]:
    import difflib  # only a name that is nowhere needs it

    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.lower(), name)
    return [folded[name] for name in difflib.get_close_matches(conn_id.lower(), folded, n=NEAR, cutoff=0.65)]
