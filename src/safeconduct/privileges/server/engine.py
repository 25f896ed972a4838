"""Which engine tells what is needed: the syntax and the catalogs, the server itself, or the better of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from safeconduct.model import ObjectKind, Unjudged
from safeconduct.postgres.session import ParsingSession
from safeconduct.privileges import rules
from safeconduct.privileges.asked import SqlAsk
from safeconduct.privileges.context import read_context
from safeconduct.privileges.engine import needed, needed_beneath, needed_by_syntax
from safeconduct.privileges.needs import Needed
from safeconduct.privileges.prepared import with_prepared
from safeconduct.privileges.server.asking import Teller
from safeconduct.privileges.server.differences import differences
from safeconduct.privileges.server.turns import Told, Turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.model import Finding, Grant, Location
    from safeconduct.model.ledger import Need
    from safeconduct.postgres.session import Session
    from safeconduct.privileges.asked import Asked
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.needs import NeededBy

Engine: TypeAlias = Literal["static", "server", "better"]

_TOLD_BY_SERVER = frozenset({ObjectKind.TABLE, ObjectKind.SEQUENCE, ObjectKind.FUNCTION, ObjectKind.PROCEDURE})
_ABSENT = frozenset(
    rule.id
    for rule in (rules.COLUMN_MISSING, rules.RELATION_MISSING, rules.RELATION_NOT_ON_SEARCH_PATH, rules.SCHEMA_MISSING)
)
"""What the server has found is not absent."""


def needed_by(engine: Engine = "better", *, consent: bool = False, shadow: ParsingSession | None = None) -> NeededBy:
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


@dataclass(frozen=True)
class _Both:
    shadow: ParsingSession | None
    may_ask: bool
    says_why: bool

    def __call__(
        self, session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
    ) -> Needed:
        """See needed_by. Raises what Session.query raises."""
        context = context or read_context(session)
        asked = with_prepared(session, asked)
        told = Told()
        teller = self._teller(session, context)
        for ask in asked:
            if isinstance(ask, SqlAsk):
                Turns(teller, context, in_shadow=self.shadow is not None).take(ask, told)
            else:
                told.by_syntax.append(ask)
        rest = needed_by_syntax(session, told.by_syntax, subject, context) if told.by_syntax else Needed()
        if not told.by_server and not told.answers:
            return _with_reasons(rest, self._why(told, rest), subject, context)
        names = needed_by_syntax(session, told.by_server, subject, context)
        needs = [need for one in told.answers for need in one.needs]
        reasons = [reason for one in told.answers for reason in one.reasons]
        found = [one for answer in told.answers for one in answer.beneath]
        unseen = needed_beneath(session, found, subject, context) if found else Needed()
        reasons += [*self._why(told, rest), *(differences(names, needs) if self.says_why else ())]
        return _with_reasons(_joined(rest, names, unseen, needs), reasons, subject, context)

    def _teller(self, session: Session, context: Context) -> Teller | None:
        if self.shadow is not None:
            return Teller(self.shadow, context.role)
        return Teller(session) if self.may_ask and isinstance(session, ParsingSession) else None

    def _why(self, told: Told, rest: Needed) -> Iterator[str]:
        return iter(told.why_not if self.says_why or rest.unjudged else ())


def _joined(rest: Needed, names: Needed, unseen: Needed, needs: Sequence[Need]) -> Needed:
    """The static engine's word on what the server left, and on schemas and the session; the server's on all else.

    What the server has told of and runs unseen is read from its source.
    """
    found = (finding for finding in names.findings if finding.rule not in _ABSENT)
    findings: list[Finding] = []
    findings += (finding for finding in (*rest.findings, *found, *unseen.findings) if finding not in findings)
    return Needed(
        rest.needs
        | unseen.needs
        | {need for need in names.needs if need.proposal.kind not in _TOLD_BY_SERVER}
        | frozenset(needs),
        tuple(findings),
        tuple(dict.fromkeys([*rest.unjudged, *unseen.unjudged])),
        tuple(dict.fromkeys([*rest.passed_over, *names.passed_over, *unseen.passed_over])),
        _all_places(names.asked_by, unseen.asked_by, rest.asked_by),
    )


def _all_places(*several: Mapping[Grant, tuple[Location, ...]]) -> dict[Grant, tuple[Location, ...]]:
    found: dict[Grant, dict[Location, None]] = {}
    for places in several:
        for grant, some in places.items():
            found.setdefault(grant, {}).update(dict.fromkeys(some))
    return {grant: tuple(some) for grant, some in found.items()}


def _with_reasons(found: Needed, reasons: Sequence[str] | Iterator[str], subject: str, context: Context) -> Needed:
    more = () if context.superuser else (Unjudged(subject, reason) for reason in reasons)
    return replace(found, unjudged=tuple(dict.fromkeys([*found.unjudged, *more])))
