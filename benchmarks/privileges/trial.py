"""The trial of one statement: is what was computed enough, and is none of it too much?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.privileges.engines import AskedSession, tested
from benchmarks.privileges.outside import Outside
from benchmarks.privileges.roles import ROLE
from benchmarks.privileges.stage import GRANT_REFUSED, Refused, Savepoints
from benchmarks.privileges.verdict import Left, Verdict
from safeconduct.model import ObjectKind, Privilege, RemedyKind, Severity
from safeconduct.privileges.asked import parse_sql
from safeconduct.privileges.context import read_context
from safeconduct.privileges.coverage import with_coverage
from safeconduct.privileges.holdings import held_by
from safeconduct.privileges.names import WrongText

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.privileges.client import Client, Outcome
    from benchmarks.privileges.engines import Engine
    from benchmarks.privileges.stage import Stage
    from safeconduct.model import Finding, Grant
    from safeconduct.model.ledger import Need
    from safeconduct.privileges import Needed

_POSTGRES_OWN = frozenset({"pg_catalog", "information_schema"})
_HIDDEN = frozenset({"42501", "42P01", "42883", "42704", "3F000"})
"""How the server refuses what lies in a schema that the role may not use."""
_REFUSED = frozenset({"42501", GRANT_REFUSED})
_NO_MATTER = re.compile(
    r"\s*(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|FETCH|MOVE|CLOSE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN"
    r"|NOTIFY|SHOW|RESET|SET\s+CONSTRAINTS|SET\s+((SESSION|LOCAL)\s+)?SESSION\s+AUTHORIZATION|PREPARE\s+TRANSACTION)\b",
    re.IGNORECASE,
)
"""SET SESSION AUTHORIZATION asks who logged in, which is the superuser whoever the session has become since."""
_REPEATABLE_OUTSIDE = re.compile(r"\s*VACUUM\b", re.IGNORECASE)


class Trial:
    """An engine before the court of a server."""

    def __init__(self, client: Client, engine: Engine, database: str) -> None:
        self._client = client
        self._engine = engine
        self._session = AskedSession(client, ROLE, database)

    def judge(self, statement: Verdict, data: Callable[[], str]) -> Verdict:
        """Judge the statement (a verdict without an outcome yet), at this point of its file."""
        text = statement.text
        if _NO_MATTER.match(text):
            return replace(statement, left=Left.NO_MATTER)
        if _ends_transactions(text):
            return replace(statement, left=Left.NOT_REPEATABLE, error="it ends the transaction that it is tried in")
        if self._client.idle and _REPEATABLE_OUTSIDE.match(text):
            with Outside(self._client, text) as outside:
                return self._on(outside, statement)
        try:
            with Savepoints(self._client, text, data) as stage:
                return self._on(stage, statement)
        except Refused as refused:
            return replace(statement, left=Left.INVALID, error=str(refused))

    def _on(self, stage: Stage, statement: Verdict) -> Verdict:
        if not (first := stage.as_superuser()).passed:
            return replace(statement, left=Left.INVALID, error=_words(first))
        if not (second := stage.as_superuser()).passed:
            return replace(statement, left=Left.NOT_REPEATABLE, error=_words(second))
        bare = stage.as_role(())
        statement = replace(statement, left=Left.NEEDS_NOTHING if bare.passed else None)
        try:
            found = stage.ask(lambda: self._asked(statement.text, stage))
        except Exception as error:
            # An engine that breaks has not answered, and the next statements are asked all the same.
            return replace(statement, unjudged=(f"{type(error).__name__}: {error}"[:300],))
        return self._weighed(stage, statement, found)

    def _asked(self, text: str, stage: Stage) -> Needed:
        found = self._engine(self._session, text, read_context(self._session))
        needs = found.needs if stage.is_undone else self._without_mends(found.needs)
        return replace(found, needs=needs - self._public(needs))

    def _without_mends(self, needs: frozenset[Need]) -> frozenset[Need]:
        """Where a mend cannot be undone, the grant that it stands for is given, with all that this brings along."""
        return with_coverage(self._session, (replace(need, mend="") for need in needs))

    def _public(self, needs: frozenset[Need]) -> set[Need]:
        """What everybody has in PostgreSQL's own schemas and on languages, of which PUBLIC is not stripped."""
        own = {need: need.proposal for need in needs if _is_open(need.proposal)}
        held = held_by(self._session, own.values(), [ROLE])[ROLE]
        return {need for need, grant in own.items() if grant in held}

    def _weighed(self, stage: Stage, statement: Verdict, found: Needed) -> Verdict:
        refusals = [finding for finding in found.findings if _is_refusal(finding)]
        parts = [_part(need, stage) for need in tested(found.needs)]
        parts += [_Part(finding.remedies[0].text) for finding in refusals if _is_mended(finding, stage)]
        unjudged = tuple(dict.fromkeys(one.reason for one in found.unjudged))
        statement = replace(statement, grants=tuple(part.sql for part in parts), unjudged=unjudged)
        if statement.left or unjudged:
            return statement
        for finding in refusals:
            if not _is_mended(finding, stage):
                return replace(statement, error=f"said to be beyond any grant: {finding.message}")
        if (outcome := stage.as_role(statement.grants)).sqlstate:
            return replace(statement, error=_words(outcome))
        return replace(statement, superfluous=tuple(self._superfluous(stage, parts)))

    def _superfluous(self, stage: Stage, parts: Sequence[_Part]) -> list[str]:
        found = []
        for position, part in enumerate(parts):
            outcome = stage.as_role([other.sql for at, other in enumerate(parts) if at != position])
            if outcome.passed:
                found.append(part.sql)
            elif outcome.sqlstate not in part.refusals:
                found.append(f"{part.sql} [without it: {_words(outcome)}]")
        return found


@dataclass(frozen=True)
class _Part:
    """One piece of an answer: what is run to give it, and how the server may refuse the statement without it."""

    sql: str
    refusals: frozenset[str] = _REFUSED


def _part(need: Need, stage: Stage) -> _Part:
    """What is proposed: a mend in place of the grant, where what it changes can be undone."""
    sql = need.mend.replace("{role}", ROLE) if need.mend and stage.is_undone else need.proposal.sql(ROLE)
    return _Part(sql, _HIDDEN if _is_usage(need.proposal) or need.brings else _REFUSED)


def _is_refusal(finding: Finding) -> bool:
    """Whether it says that the server refuses the statement.

    Row security that hides all rows in silence is no refusal: the statement passes, and touches none.
    """
    return finding.severity is not Severity.NOTE and "sqlstate" in finding.evidence


def _is_mended(finding: Finding, stage: Stage) -> bool:
    """Whether it comes with SQL that lets the statement pass, such as CREATE POLICY: no grant is enough there."""
    return stage.is_undone and bool(finding.remedies) and finding.remedies[0].kind is RemedyKind.SQL


def _is_open(grant: Grant) -> bool:
    return (
        grant.kind is ObjectKind.LANGUAGE
        or (grant.name if grant.kind is ObjectKind.SCHEMA else grant.schema) in _POSTGRES_OWN
    )


def _is_usage(grant: Grant) -> bool:
    return grant.kind is ObjectKind.SCHEMA and grant.privilege is Privilege.USAGE


def _words(outcome: Outcome) -> str:
    return f"{outcome.sqlstate} {outcome.message}".strip()


def _ends_transactions(text: str) -> bool:
    """Whether several statements are sent at once, some of them about the transaction."""
    try:
        statements = parse_sql(text).statements
    except WrongText:
        return False  # the server says what is wrong
    return len(statements) > 1 and any(raw.stmt.STRUCT == "TransactionStmt" for raw in statements)
