"""The walk: a definition becomes a target, the target a session, the session a decision."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from safeconduct.diagnosis.engines import Engines
from safeconduct.diagnosis.inside import told_inside
from safeconduct.diagnosis.mending import mended
from safeconduct.diagnosis.proof import tried
from safeconduct.diagnosis.staircase import WalkResult, walked
from safeconduct.masking import worth_hiding
from safeconduct.model import Finding, Severity, Stage, StageOutcome, StageReport, Unjudged
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.target import target_of
from safeconduct.secrets import spared

if TYPE_CHECKING:
    from safeconduct.diagnosis.question import Question
    from safeconduct.model import Applied
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.postgres.target import Target
    from safeconduct.secrets import Answer, Found


def walk(name: str, answer: Answer, question: Question) -> WalkResult:
    """Walk one connection by the answer to its look-up: a definition, or why there is none.

    A walk that fails as nobody foresaw is unjudged, so that the others are reported.
    """
    result = spared(name, lambda: _walk(name, answer, question))
    return _without_definition(name, result, question) if isinstance(result, Unjudged) else result


def _walk(name: str, answer: Answer, question: Question) -> WalkResult:
    if isinstance(answer, (Finding, Unjudged)):
        return _without_definition(name, answer, question)
    if not answer.connection.is_postgres:
        return _not_postgres(name, answer, question)
    target = target_of(answer.connection, question.environ, question.home)
    if isinstance(target, (Finding, Unjudged)):
        return _without_definition(name, target, question)
    return _attempted(name, answer, target, question)


def _attempted(name: str, found: Found, target: Target, question: Question) -> WalkResult:
    stages = [
        StageReport(Stage.DEFINITION, StageOutcome.PASSED, "; ".join([found.definition, *target.assumed.values()])),
        StageReport(Stage.CREDENTIAL, StageOutcome.PASSED, _credential(found, target)),
    ]
    ended = told_inside(attempt(target, question.timeout, question.memory), question.insiders)
    findings = found.warnings + target.warnings + ((ended.finding,) if ended.finding else ())
    unjudged = found.unjudged + ((ended.unjudged,) if ended.unjudged else ())
    applied = mended(name, ended.finding, ended.refusal, question)
    if ended.session is not None:
        with closing(ended.session):
            if question.asked_of(name):
                judged = spared(name, partial(_privileges, name, ended.session, question))
                decision = _unjudged_privileges(judged) if isinstance(judged, Unjudged) else judged
                stages.append(decision.stage)
                findings += decision.findings
                unjudged += decision.unjudged
                applied += decision.applied
            if question.visit is not None:
                question.visit(name, ended.session)
    return walked(
        name,
        target.label,
        [*stages, *ended.stages],
        findings,
        unjudged,
        privileges_asked=bool(question.asked_of(name)),
        free_slots=ended.facts.free_slots if ended.facts else None,
        secrets=tuple(secret for secret in target.secrets if worth_hiding(secret, _public_names(name, target))),
        applied=applied,
    )


def _public_names(name: str, target: Target) -> tuple[str, ...]:
    return (
        name,
        target.user,
        target.database,
        *(part for host in target.hosts for part in (host.host, str(host.port))),
    )


def _credential(found: Found, target: Target) -> str:
    """What the connection proves itself with, and where that came from when it is not in the connection itself."""
    password = target.password
    if password is not None and found.connection.password is None:
        return f"password, from {password.origin}"
    if password is None and target.tls.certificate and os.path.exists(target.tls.certificate):
        return f"client certificate {target.tls.certificate}"
    return found.credential


@dataclass(frozen=True)
class _Decision:
    """What the last stage ended with."""

    stage: StageReport
    findings: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]
    applied: tuple[Applied, ...] = ()


def _unjudged_privileges(why: Unjudged) -> _Decision:
    return _Decision(StageReport(Stage.PRIVILEGES, StageOutcome.UNJUDGED, why.reason), (), (why,))


def _privileges(name: str, session: OpenSession, question: Question) -> _Decision:
    from safeconduct.privileges import SqlAsk, missing  # the parser behind it is heavy, and most walks do not ask

    asked = question.asked_of(name)
    needed_by, reason = (question.engines or Engines()).engine_for(session)
    judgement = missing(session, asked, name, needed_by)
    if reason:
        judgement = replace(judgement, unjudged=(*judgement.unjudged, Unjudged(name, reason)))
    judgement, applied = tried(name, session, judgement, question)
    refusals = [finding for finding in judgement.findings if finding.severity is Severity.ERROR]
    warnings = [finding for finding in judgement.findings if finding.severity is Severity.WARNING]
    if refusals:
        outcome, detail = StageOutcome.REFUSED, f"refused: {refusals[0].message}"
    elif judgement.unjudged:
        outcome, detail = StageOutcome.UNJUDGED, judgement.unjudged[0].reason
    elif any(isinstance(ask, SqlAsk) and ask.unreadable for ask in asked):
        outcome, detail = StageOutcome.UNJUDGED, "what can be read of the SQL is allowed, but not all can be read"
    elif warnings:
        outcome, detail = StageOutcome.PASSED, "nothing is refused, but see the warning"
    else:
        outcome, detail = StageOutcome.PASSED, f"{judgement.role} has all that was asked for"
    stage = StageReport(Stage.PRIVILEGES, outcome, detail)
    return _Decision(stage, judgement.findings, judgement.unjudged, applied)


def _without_definition(name: str, answer: Finding | Unjudged, question: Question) -> WalkResult:
    asked = bool(question.asked_of(name))
    if isinstance(answer, Unjudged):
        report = StageReport(Stage.DEFINITION, StageOutcome.UNJUDGED, answer.reason)
        return walked(name, "", (report,), unjudged=(answer,), privileges_asked=asked)
    stage = answer.stage or Stage.DEFINITION
    report = StageReport(stage, StageOutcome.REFUSED, f"refused: {answer.message}")
    found = f"found: {answer.evidence['row']}" if "row" in answer.evidence else "found"
    before = (StageReport(Stage.DEFINITION, StageOutcome.PASSED, found),) if stage is Stage.CREDENTIAL else ()
    return walked(name, "", (*before, report), (answer,), privileges_asked=asked)


def _not_postgres(name: str, found: Found, question: Question) -> WalkResult:
    kind = found.connection.conn_type or "unnamed"
    # SQLAlchemy's URLs name a driver so.
    hint = "; its URI begins with postgres://, without a driver" if kind.lower().startswith("postgres") else ""
    unjudged = Unjudged(name, f"its type is {kind}; only PostgreSQL connections can be walked{hint}")
    return _without_definition(name, unjudged, question)
