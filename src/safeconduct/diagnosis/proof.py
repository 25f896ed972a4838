"""Remedies of statements: proven by an administrator in a transaction that is rolled back, or kept with --real."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Applied, Finding, RemedyKind, Severity
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.diagnosis.question import Question
    from safeconduct.postgres.insider import Administrator
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Judgement
    from safeconduct.privileges.rehearsal import Rehearsed


def tried(
    name: str, session: OpenSession, judgement: Judgement, question: Question
) -> tuple[Judgement, tuple[Applied, ...]]:
    """The judgement with what was seen of its remedies, and the remedies that were kept."""
    first = [finding.remedies[0] for finding in judgement.findings if _counts(finding) and finding.remedies]
    counted = [finding for finding in judgement.findings if _counts(finding)]
    administrator = question.administrator
    if administrator is None or not counted or len(first) < len(counted):
        return judgement, ()
    if any(remedy.kind is not RemedyKind.SQL for remedy in first):
        return judgement, ()
    try:
        rehearsed = _rehearse(name, session, tuple(remedy.text for remedy in first), question, administrator)
    except (QueryRefused, SessionLost) as error:
        return _marked(judgement, None, f"the administrator's session ended: {error}"), ()
    if rehearsed.kept:
        done = tuple(Applied(name, replace(one, proven=rehearsed.proven), administrator.label) for one in first)
        return _marked(judgement, rehearsed.proven, rehearsed.reason), done
    return _marked(judgement, rehearsed.proven, rehearsed.reason), ()


def _rehearse(
    name: str, session: OpenSession, remedies: tuple[str, ...], question: Question, administrator: Administrator
) -> Rehearsed:
    from safeconduct.privileges.rehearsal import Rehearsed, Trial, rehearse

    ((pid, search_path),) = session.query(
        "SELECT pg_catalog.pg_backend_pid()::text, pg_catalog.current_setting('search_path')"
    )
    with administrator.in_database(session.database) as other:
        if other is None:
            return Rehearsed(None, f"the administrator does not get into the database {session.database}")
        seen = other.query(
            "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid::text = $1 AND usename = $2", [pid, session.role]
        )
        if not seen:
            return Rehearsed(None, "the administrator is on another server")
        trial = Trial(
            session.role,
            search_path or "",
            question.asked_of(name),
            remedies,
            execute=question.prove,
            keep=question.real,
        )
        return rehearse(other, trial)


def _counts(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _marked(judgement: Judgement, proven: bool | None, reason: str) -> Judgement:
    """All remedies were tried together: what was seen holds for each of the first ones."""
    evidence = {"rehearsal": reason} if reason else {}
    findings = tuple(
        replace(
            finding,
            remedies=(replace(finding.remedies[0], proven=proven), *finding.remedies[1:]),
            evidence={**finding.evidence, **evidence},
        )
        if _counts(finding) and finding.remedies
        else finding
        for finding in judgement.findings
    )
    return replace(judgement, findings=findings)
