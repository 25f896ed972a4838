"""Remedies of statements: proven by an administrator in a transaction that is rolled back, or kept with --real."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Applied, Finding, RemedyKind, Severity
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.diagnosis.question import Question
    from safeconduct.model import Remedy
    from safeconduct.postgres.insider import Administrator
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Judgement
    from safeconduct.privileges.rehearsal import Rehearsed, Trial

_ABOUT_GRANTS = (
    *("privilege-missing", "usage-missing", "connect-missing", "not-inherited"),
    *("execute-missing", "create-missing", "temporary-missing"),
)
"""How the ids end of rules whose remedy is a grant, which the catalogs can show. Not the rules on roles: membership in
an owner gives more than was asked for, and is not granted on trial."""

# One process of one server: its id alone may be another's on another server. When it began is hidden from roles
# without pg_read_all_stats.
_BEGAN = "SELECT pid::text, extract(epoch FROM backend_start)::text FROM pg_catalog.pg_stat_activity"
_MYSELF = f"{_BEGAN} WHERE pid = pg_catalog.pg_backend_pid()"
_THIS_ONE = f"{_BEGAN} WHERE pid::text = $1 AND usename = $2 AND datname = $3"


def tried(
    name: str, session: OpenSession, judgement: Judgement, question: Question
) -> tuple[Judgement, tuple[Applied, ...]]:
    """The judgement with what was seen of its remedies, and the remedies that were kept."""
    administrator = question.administrator
    refusals = [finding for finding in judgement.findings if finding.severity is Severity.ERROR]
    if administrator is None or not refusals or not all(map(_is_about_grants, refusals)):
        return judgement, ()
    first = tuple(finding.remedies[0] for finding in refusals)
    try:
        rehearsed = _rehearse(session, judgement, first, question, administrator)
    except (QueryRefused, SessionLost) as error:
        return _marked(judgement, None, f"the administrator's session ended: {error}"), ()
    done = tuple(Applied(name, replace(one, proven=True), administrator.label) for one in first if rehearsed.kept)
    return _marked(judgement, rehearsed.proven, rehearsed.reason), done


def _is_about_grants(finding: Finding) -> bool:
    return (
        finding.rule.endswith(_ABOUT_GRANTS) and bool(finding.remedies) and finding.remedies[0].kind is RemedyKind.SQL
    )


def _rehearse(
    session: OpenSession,
    judgement: Judgement,
    remedies: tuple[Remedy, ...],
    question: Question,
    administrator: Administrator,
) -> Rehearsed:
    from safeconduct.privileges.rehearsal import Trial

    keep = question.real and not any(remedy.when for remedy in remedies)
    texts = tuple(remedy.text for remedy in remedies)
    return rehearsed_by(administrator, session, Trial(judgement.role, judgement.missing, texts, keep))


def rehearsed_by(administrator: Administrator, session: OpenSession, trial: Trial) -> Rehearsed:
    """The administrator's trial, on the very server and database of this session; kept only if that is certain.

    Raises what Session.query raises.
    """
    from safeconduct.privileges.rehearsal import Rehearsed, rehearse

    ((pid, began),) = session.query(_MYSELF)
    with administrator.in_database(session.database) as other:
        if other is None:
            return Rehearsed(None, f"the administrator does not get into the database {session.database}")
        seen = other.query(_THIS_ONE, [pid, session.role, session.database])
        if not seen or seen[0][1] not in (began, None):
            return Rehearsed(None, "the administrator is on another server")
        certain = seen[0][1] == began
        return rehearse(other, replace(trial, keep=trial.keep and certain))


def _marked(judgement: Judgement, proven: bool | None, reason: str) -> Judgement:
    """All remedies were tried together: what was seen holds for each of the first ones."""
    evidence = {"rehearsal": reason} if reason else {}
    findings = tuple(
        replace(
            finding,
            remedies=(replace(finding.remedies[0], proven=proven), *finding.remedies[1:]),
            evidence={**finding.evidence, **evidence},
        )
        if finding.severity is Severity.ERROR
        else finding
        for finding in judgement.findings
    )
    return replace(judgement, findings=findings)
