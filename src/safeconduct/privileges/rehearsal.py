"""Remedies tried out: granted, looked at as the role, and taken back; or kept, on the very same way.

Seen are the catalogs, by judging once more, and the server's own planner, which checks tables, columns and functions
(not the sequence behind a default, nor triggers: those the judgement knows). Nothing of the statements is executed
unless that is asked for; then it is rolled back, which leaves sequences advanced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Severity, quote_identifier
from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges.asked import SqlAsk, parse_sql
from safeconduct.privileges.judgement import missing
from safeconduct.privileges.names import WrongText
from safeconduct.privileges.placeholders import with_nulls
from safeconduct.privileges.tree import kind, unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked

LOCK_TIMEOUT = "1s"
STATEMENT_TIMEOUT = "5s"
_PLANNED = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


@dataclass(frozen=True)
class Trial:
    """What to try: remedies as SQL, for a role with a search_path, and what was asked of it.

    `execute` runs the asked statements instead of planning them; `keep` keeps the remedies where they help.
    """

    role: str
    search_path: str
    asked: tuple[Asked, ...]
    remedies: tuple[str, ...]
    execute: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Rehearsed:
    """`proven` is True where the way was open, False where it was not, None where that could not be seen."""

    proven: bool | None
    reason: str = ""
    kept: bool = False


class _CannotAct(Exception):
    """The administrator may not take the role's part."""


def rehearse(session: Session, trial: Trial) -> Rehearsed:
    """Try it in one transaction of the administrator's session. Raises SessionLost."""
    session.query("BEGIN")
    try:
        session.query(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        for remedy in trial.remedies:
            for statement in remedy.split(";\n"):
                session.query(statement)
    except QueryRefused as error:
        session.query("ROLLBACK")
        return Rehearsed(None, f"the administrator could not apply it: {error}")
    seen = _seen(session, trial)
    kept = trial.keep and seen.proven is not False
    session.query("COMMIT" if kept else "ROLLBACK")
    return Rehearsed(seen.proven, seen.reason, kept)


def _seen(session: Session, trial: Trial) -> Rehearsed:
    session.query("SAVEPOINT safeconduct_part")
    try:
        _act_as(session, trial.role)
        session.query("SELECT pg_catalog.set_config('search_path', $1, true)", [trial.search_path])
        session.query(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        return _judged_again(session, trial) or _planned(session, trial)
    except _CannotAct as error:
        return Rehearsed(None, str(error))
    except QueryRefused as error:
        return Rehearsed(None, f"it could not be tried: {error}")
    finally:
        session.query("ROLLBACK TO SAVEPOINT safeconduct_part")


def _act_as(session: Session, role: str) -> None:
    """A superuser takes the role's whole part; who is none and is a member of the role, its privileges at least."""
    for setting in ("SESSION AUTHORIZATION", "ROLE"):
        session.query("SAVEPOINT safeconduct_act")
        try:
            session.query(f"SET LOCAL {setting} {quote_identifier(role)}")
        except QueryRefused:
            session.query("ROLLBACK TO SAVEPOINT safeconduct_act")
        else:
            return
    raise _CannotAct(f"the administrator may not act as {role}")


def _judged_again(session: Session, trial: Trial) -> Rehearsed | None:
    judgement = missing(session, trial.asked, "")
    refusals = [finding for finding in judgement.findings if finding.severity is Severity.ERROR]
    if refusals:
        return Rehearsed(False, refusals[0].message)
    return Rehearsed(None, judgement.unjudged[0].reason) if judgement.unjudged else None


def _planned(session: Session, trial: Trial) -> Rehearsed:
    for statement, node in _statements(trial.asked):
        if not trial.execute and node not in _PLANNED:
            return Rehearsed(None, f"{node} cannot be planned, only executed (--prove)")
        refused = _refusal(session, statement if trial.execute else f"EXPLAIN {statement}")
        if refused is not None:
            return Rehearsed(False if refused.error.sqlstate == "42501" else None, str(refused))
    return Rehearsed(True)


def _refusal(session: Session, statement: str) -> QueryRefused | None:
    session.query("SAVEPOINT safeconduct_plan")
    try:
        session.query(statement)
    except QueryRefused as error:
        return error
    finally:
        session.query("ROLLBACK TO SAVEPOINT safeconduct_plan")
    return None


def _statements(asked: Sequence[Asked]) -> Iterator[tuple[str, str]]:
    """Every statement as text, with NULL for its placeholders, and the name of its kind."""
    for ask in asked:
        if not isinstance(ask, SqlAsk):
            continue
        text = with_nulls(ask.text)
        try:
            nodes = parse_sql(text).statements
        except WrongText:
            nodes = ()
        for raw in nodes:
            octets = text.encode()[raw.stmt_location :]
            part = octets[: raw.stmt_len] if raw.stmt_len else octets
            yield part.decode(errors="replace").strip().rstrip(";"), kind(unwrap(raw.stmt))
