"""Which engine tells what is needed: the syntax and the catalogs, the server itself, or the better of both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from safeconduct.model import ObjectKind, Unjudged
from safeconduct.privileges import rules
from safeconduct.privileges.asked import SqlAsk
from safeconduct.privileges.context import read_context
from safeconduct.privileges.engine import needed
from safeconduct.privileges.needs import Needed
from safeconduct.privileges.reading import FollowedPath
from safeconduct.privileges.server.asking import Teller, Untold
from safeconduct.privileges.server.differences import differences
from safeconduct.privileges.server.named import named_in
from safeconduct.privileges.server.slicing import slices
from safeconduct.privileges.tree import kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.model import Finding
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.needs import Need
    from safeconduct.privileges.server.answer import Answer
    from safeconduct.privileges.server.slicing import Slice

Engine: TypeAlias = Literal["static", "server", "better"]

_TOLD_BY_SERVER = frozenset({ObjectKind.TABLE, ObjectKind.SEQUENCE, ObjectKind.FUNCTION, ObjectKind.PROCEDURE})
_ABSENT = frozenset(
    rule.id
    for rule in (rules.COLUMN_MISSING, rules.RELATION_MISSING, rules.RELATION_NOT_ON_SEARCH_PATH, rules.SCHEMA_MISSING)
)
"""What the server has found is not absent."""
_FOLLOWED = frozenset({"VariableSetStmt", "TransactionStmt", "DiscardStmt"})
"""Statements that decide how the ones after them are read: whoever reads only some must see these, too."""
NO_SERVER = "no server may be asked: the rewritten statement comes into the server's log, so it needs consent or a shadow"


class NeededBy(Protocol):
    """What `engine.needed` is: a function of the session and of what is asked."""

    def __call__(
        self, session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
    ) -> Needed:
        """The privileges that the session's role needs for all that is asked."""


def needed_by(engine: Engine = "better", *, consent: bool = False, shadow: Session | None = None) -> NeededBy:
    """The engine of this name, called like `needed`.

    "server" asks PostgreSQL to parse and rewrite each query: in `shadow`, a session in a copy of the database without
    its rows, else with `consent` in the judged session itself. Consent is needed because the server writes the
    rewritten query, literals and all, to its log. What the server cannot tell is left to the static engine, and said,
    as is every difference between the two, in which the server is believed: it is what will check.
    "better" does the same, and says so only where the static engine leaves something open; without a server to ask it
    is "static".
    """
    may_ask = consent or shadow is not None
    if engine == "static" or (engine == "better" and not may_ask):
        return needed
    return _Both(shadow, may_ask, says_why=engine == "server")


@dataclass
class _Told:
    """What came out for the statements of a text."""

    answers: list[Answer] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)
    by_server: list[SqlAsk] = field(default_factory=list)
    by_syntax: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class _Both:
    shadow: Session | None
    may_ask: bool
    says_why: bool

    def __call__(
        self, session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
    ) -> Needed:
        """See needed_by. Raises what Session.query raises."""
        context = context or read_context(session)
        told = _Told()
        teller = Teller(self.shadow, context.role) if self.shadow else Teller(session)
        for ask in asked:
            if isinstance(ask, SqlAsk):
                self._ask(teller, ask, context, told)
            else:
                told.by_syntax.append(ask)
        rest = needed(session, told.by_syntax, subject, context) if told.by_syntax else Needed()
        if not told.by_server and not told.answers:
            return _with_reasons(rest, self._why(told, rest), subject, context)
        names = needed(session, told.by_server, subject, context)
        needs = [need for one in told.answers for need in one.needs]
        reasons = [reason for one in told.answers for reason in one.reasons]
        reasons += [*self._why(told, rest), *(differences(names, needs) if self.says_why else ())]
        return _with_reasons(_joined(rest, names, needs), reasons, subject, context)

    def _why(self, told: _Told, rest: Needed) -> Iterator[str]:
        return iter(told.why_not if self.says_why or rest.unjudged else ())

    def _ask(self, teller: Teller, ask: SqlAsk, context: Context, told: _Told) -> None:
        """Ask about each statement in turn, and note which are told."""
        followed = FollowedPath(context.search_path)
        role_known = True
        asked: list[Any] = []
        left: list[Any] = []
        for number, part in enumerate(slices(ask) if not ask.unread else (), 1):
            outcome = self._outcome(teller, part, followed, role_known, context)
            if isinstance(outcome, str):
                left.append(part.raw)
                told.why_not += [f"the server engine cannot tell of statement {number}: {outcome}"] if outcome else []
            else:
                told.answers.append(outcome)
                (left if part.leaves_more else asked).append(part.raw)
            if kind(part.node) in _FOLLOWED:
                asked.append(part.raw)
                role_known = role_known and not _changes_role(part)
            followed.after(part.node)
        if left or not asked:
            told.by_syntax.append(replace(ask, statements=tuple(left)))
        if len(asked) > sum(kind(part.node) in _FOLLOWED for part in slices(ask)):
            told.by_server.append(replace(ask, statements=tuple(asked)))

    def _outcome(
        self, teller: Teller, part: Slice, followed: FollowedPath, role_known: bool, context: Context
    ) -> Answer | str:
        """The server's answer, or why there is none: "" for statements that it has no answer to at all."""
        if not part.query:
            return ""
        if not self.may_ask:
            return NO_SERVER
        if followed.now is None or not role_known:
            return "its role or search_path is only known when it runs"
        wished = context.meant_by(followed.now)
        looked_in = wished if followed.changed else (*context.path, *context.closed)
        path = looked_in if self.shadow or followed.changed else None
        try:
            return teller.ask(part.query, named_in(part.node, looked_in), path, context)
        except Untold as untold:
            return str(untold)


def _changes_role(part: Slice) -> bool:
    return kind(part.node) == "VariableSetStmt" and part.node.name.lower() in ("role", "session_authorization")


def _joined(rest: Needed, names: Needed, needs: Sequence[Need]) -> Needed:
    """The static engine's word on what the server left, and on schemas, names and the session; the server's on all else."""
    found = (finding for finding in names.findings if finding.rule not in _ABSENT)
    findings: list[Finding] = []
    findings += (finding for finding in (*rest.findings, *found) if finding not in findings)
    return Needed(
        rest.needs | {need for need in names.needs if need.proposal.kind not in _TOLD_BY_SERVER} | frozenset(needs),
        tuple(findings),
        rest.unjudged,
        tuple(dict.fromkeys([*rest.passed_over, *names.passed_over])),
    )


def _with_reasons(found: Needed, reasons: Sequence[str] | Iterator[str], subject: str, context: Context) -> Needed:
    more = () if context.superuser else (Unjudged(subject, reason) for reason in reasons)
    return replace(found, unjudged=tuple(dict.fromkeys([*found.unjudged, *more])))
