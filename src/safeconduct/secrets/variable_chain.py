"""Backends in turn for a variable, as Airflow asks them: the first that has it answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Severity, Unjudged
from safeconduct.secrets.sparing import spared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.secrets.interface import ConnectionBackend, FoundVariable


def look_up_variable(key: str, backends: Sequence[ConnectionBackend]) -> FoundVariable | Finding | Unjudged | None:
    """The first backend's answer that has one; None where none has.

    One that could not be asked is passed over, as Airflow does: that is a warning beside the answer of a later one,
    and the answer where no later one has the variable.
    """
    failed: list[Finding | Unjudged] = []
    without: list[str] = []
    for backend in backends:
        answer = spared(key, partial(backend.variable, key))
        if isinstance(answer, (Finding, Unjudged)):
            failed.append(answer)
        elif answer is not None:
            return _told(answer, failed, without)
        elif backend.asked_first:
            without.append(backend.name)
    failed.sort(key=lambda one: isinstance(one, Unjudged))
    return failed[0] if failed else None


def _told(found: FoundVariable, failed: Sequence[Finding | Unjudged], without: Sequence[str]) -> FoundVariable:
    where = f"{found.where}; asked before, without it: {', '.join(without)}" if without else found.where
    faults = (replace(one, severity=Severity.WARNING) if isinstance(one, Finding) else one for one in failed)
    return replace(found, where=where, faults=(*found.faults, *faults))
