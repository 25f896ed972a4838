"""Which line of pg_hba.conf decided, and why the lines before it did not."""

from __future__ import annotations

import difflib
import ipaddress
import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import RemedyKind
from safeconduct.postgres import rules_login as rules
from safeconduct.postgres.hba import Asks, Login, match, method_of
from safeconduct.postgres.insider import questions
from safeconduct.postgres.insider.hba_facts import SessionFacts
from safeconduct.postgres.insider.hba_file import server_rules
from safeconduct.postgres.insider.interface import Inside

if TYPE_CHECKING:
    from safeconduct.model import Finding, Remedy
    from safeconduct.postgres.hba import Decision, HbaLine
    from safeconduct.postgres.insider.hba_file import ServerRules
    from safeconduct.postgres.insider.questions import Myself
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.session import Session

MOST = 8
"""So many of the lines that lost are shown, the nearest to the deciding one."""


@dataclass(frozen=True)
class _Case:
    refusal: Refusal
    finding: Finding
    read: ServerRules
    decision: Decision
    with_tls: Decision
    has_tls: bool

    @property
    def line(self) -> HbaLine | None:
        return self.decision.line

    def place(self, line: HbaLine) -> str:
        return f"{posixpath.basename(line.file or self.read.path)} line {line.number}"


def explain_rule(session: Session, refusal: Refusal, finding: Finding, seen: Myself) -> Inside:
    """The deciding line for this login, with the lines that lost."""
    read = server_rules(session)
    if read is None:
        return Inside(evidence={"rules": "the administrator may not read pg_hba.conf"})
    facts = SessionFacts(session, refusal.role)
    login = Login(refusal.database, refusal.role, _address(refusal, seen), tls=refusal.tls)
    plain, tls = (match(read.file.lines, one, facts) for one in (login, replace(login, tls=True)))
    case = _Case(refusal, finding, read, plain, tls, seen.has_tls)
    evidence = _evidence(case)
    if read.doubt or not case.decision.certain:
        return Inside(evidence=evidence)
    if finding.rule != rules.NO_ENTRY.id:
        return Inside(evidence=evidence)
    return Inside(_no_entry(session, case), evidence)


def _address(refusal: Refusal, seen: Myself) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Where the server saw the login come from: as it sees the administrator, where both came from this host by TCP."""
    if refusal.client_address is None:
        return None
    text = refusal.client_address
    if seen.seen_from and not ipaddress.ip_address(text).is_loopback:
        text = seen.seen_from
    return ipaddress.ip_address(text)


def _evidence(case: _Case) -> dict[str, str]:
    line = case.line
    decided = f"{case.place(line)}: {line.text}" if line is not None else "no line fits"
    if not case.decision.certain:
        decided = f"could not be told for certain; as far as is known, {decided}"
    evidence = {"rules": case.read.path, "decided by": decided}
    if (more := len(case.decision.passed) - MOST) > 0:
        evidence["passed over"] = f"{more} more lines above these"
    for one in case.decision.passed[-MOST:]:
        evidence[f"passed over {case.place(one.line)}"] = f"{one.line.text} ({one.reason})"
    return {**evidence, **({"beware": case.read.doubt} if case.read.doubt else {})}


def _no_entry(session: Session, case: _Case) -> Finding:
    line, refusal = case.line, case.refusal
    who = f"{refusal.role} into {refusal.database} from {refusal.client_address or 'the unix socket'}"
    if line is None:
        message, where = f"no line of pg_hba.conf lets {who}", f"in {case.read.path}"
    elif method_of(line).asks is Asks.REFUSES:
        message, where = f"{case.place(line)} rejects {who}", f"in {case.read.path} above {case.place(line)}"
    else:
        message = f"{case.place(line)} asks {refusal.role} for a client certificate, and none was shown"
        where = f"in {case.read.path} above {case.place(line)}"
    remedies = tuple(_placed(one, where) for one in case.finding.remedies if _serves(one, case))
    named = _misspelt(session, refusal)
    return replace(case.finding, message=message + named, possible=(), remedies=remedies)


def _placed(remedy: Remedy, where: str) -> Remedy:
    if remedy.kind is not RemedyKind.PG_HBA:
        return remedy
    return replace(remedy, when=f"{where}; then SELECT pg_reload_conf()")


def _serves(remedy: Remedy, case: _Case) -> bool:
    """TLS serves where the server has it and a line lets such a login in; a certificate, where a line asks for one."""
    if remedy.kind is not RemedyKind.OPTION:
        return True
    if "sslcert" in remedy.text:
        return case.line is not None and method_of(case.line).asks is not Asks.REFUSES
    line = case.with_tls.line
    return case.has_tls and line is not None and case.with_tls.certain and method_of(line).asks is not Asks.REFUSES


def _misspelt(session: Session, refusal: Refusal) -> str:
    """What does not exist at all: pg_hba.conf is looked at before, so that this would be the next refusal."""
    words = []
    for kind, name in (("role", refusal.role), ("database", refusal.database)):
        there = questions.names(session, kind)
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            words.append(f"; there is no {kind} {name}" + (f" (did you mean {near[0]}?)" if near else ""))
    return "".join(words)
