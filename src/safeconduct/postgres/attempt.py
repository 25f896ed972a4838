"""The attempt: where libpq would go, in its order, until one host lets the connection in or says no for good.

libpq goes on to the next address and the next host when one cannot be reached, does not answer in time or takes no
logins at the moment (57P03), and when a session is not of the kind that target_session_attrs asks for; not after any
other refusal (src/interfaces/libpq/fe-connect.c). Here as there; but a password that was refused is never sent a
second time, because directories lock accounts: libpq with sslmode=prefer would.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Remedy, RemedyKind, Stage, StageOutcome, StageReport, Unjudged
from safeconduct.postgres import rules_login, rules_transport
from safeconduct.postgres.attributes import Kind, kinds_asked, suits
from safeconduct.postgres.channel import Deadline
from safeconduct.postgres.door import Door, knock
from safeconduct.postgres.memory import AddressMemory
from safeconduct.postgres.resolve import resolve
from safeconduct.postgres.trial import Lead, Steps, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.open_session import OpenSession, SessionFacts
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.resolve import Address
    from safeconduct.postgres.target import HostPort, Target


@dataclass(frozen=True)
class Attempt:
    """How it ended: exactly one of `session`, `finding` and `unjudged` is set. Close the session.

    `refusal` is what the server said, where the finding comes from a refusal of the server's.
    """

    stages: tuple[StageReport, ...]
    session: OpenSession | None = None
    facts: SessionFacts | None = None
    finding: Finding | None = None
    unjudged: Unjudged | None = None
    refusal: Refusal | None = None


_WAITED = {rules_transport.PORT_TIMED_OUT.id, rules_transport.SILENT.id}


def attempt(target: Target, timeout: float, memory: AddressMemory | None = None) -> Attempt:
    """Try to get in; `timeout` is in seconds for each address, `memory` is shared by the walks of one run."""
    memory = memory or AddressMemory()
    trials: list[Trial] = []
    for kind in kinds_asked(target.target_session_attrs):
        for trial in _trials(target, timeout, memory):
            if trial.session is None:
                trials.append(trial)
            elif (ended := _let_in(target, trial, kind)) is not None:
                return ended
            else:
                trials.append(_unsuited(target, trial))
            if trials[-1].lead is Lead.NOWHERE:
                return _ended(trials)
    return _ended(trials)


def _trials(target: Target, timeout: float, memory: AddressMemory) -> Iterator[Trial]:
    """One trial for each address of each host, as long as libpq would go on."""
    for host in target.hosts:
        addresses = _addresses(target, host, timeout, memory)
        if isinstance(addresses, Trial):
            yield addresses
            continue
        for address in addresses:
            trial = _at(Door(target, host, address, timeout), _name_step(host, addresses), memory)
            yield trial
            if trial.lead is Lead.NEXT_HOST:
                break


def _addresses(target: Target, host: HostPort, timeout: float, memory: AddressMemory) -> tuple[Address, ...] | Trial:
    key = ("name", host.host, host.hostaddr)
    found = memory.recall(key) or resolve(target.subject, host, Deadline(timeout))
    if isinstance(found, Finding):
        memory.remember(key, found)
        return Steps().refused(replace(found, subject=target.subject), lead=Lead.NEXT_HOST)
    if isinstance(found, Unjudged):
        return Steps().unjudged(Stage.NAME, replace(found, subject=target.subject), lead=Lead.NEXT_HOST)
    return found


def _name_step(host: HostPort, addresses: tuple[Address, ...]) -> StageReport:
    if host.is_unix:
        return StageReport(Stage.NAME, StageOutcome.PASSED, f"unix socket {addresses[0].text}")
    numbers = ", ".join(address.text.rpartition(":")[0].strip("[]") for address in addresses)
    given = host.host if host.host != numbers else ""
    return StageReport(Stage.NAME, StageOutcome.PASSED, f"{given} is {numbers}" if given else numbers)


def _at(door: Door, name: StageReport, memory: AddressMemory) -> Trial:
    """Knock with the first encryption of libpq's plan, and with the second where libpq would and no password left."""
    silent = memory.recall(door.key)
    if isinstance(silent, Finding):
        return Steps((name,)).refused(replace(silent, subject=door.target.subject), lead=Lead.NEXT_ADDRESS)
    trials: list[Trial] = []
    for encryption in door.plan:
        trials.append(knock(door, encryption, Steps((name,))))
        if trials[-1].lead is not Lead.OTHER_ENCRYPTION:
            break
    last = trials[-1]
    if last.finding is not None and last.finding.rule in _WAITED:
        memory.remember(door.key, last.finding)
    lead = Lead.NOWHERE if last.lead is Lead.OTHER_ENCRYPTION else last.lead
    return replace(_furthest(trials), lead=lead)


def _let_in(target: Target, trial: Trial, kind: Kind) -> Attempt | None:
    """The end of the attempt if this session is of the kind asked for; None to go on."""
    assert trial.session is not None
    if trial.facts is None and kind is not Kind.ANY:
        reason = f"target_session_attrs={kind.value} asks what the server is, and it did not say"
        trial.session.close()
        return _ended([Steps(trial.stages).unjudged(Stage.SESSION, Unjudged(target.subject, reason))])
    if trial.facts is None or suits(trial.facts, kind):
        return Attempt(trial.stages, session=trial.session, facts=trial.facts)
    return None


def _unsuited(target: Target, trial: Trial) -> Trial:
    assert trial.session is not None
    assert trial.facts is not None
    trial.session.close()
    is_what = f"{'a standby' if trial.facts.in_recovery else 'a primary'}, "
    is_what += "read-only" if trial.facts.read_only else "read-write"
    finding = rules_login.ATTRIBUTES_UNMET.finding(
        target.subject,
        f"target_session_attrs={target.target_session_attrs} asks for another kind of server",
        evidence={"server": is_what},
        remedies=(
            Remedy(
                RemedyKind.OPTION,
                '{"target_session_attrs": "any"}',
                when="in the connection's extra, where this is the right server; else name another host",
            ),
        ),
    )
    stages = tuple(report for report in trial.stages if report.stage is not Stage.SESSION)
    return Steps(stages).refused(finding, lead=Lead.NEXT_HOST)


def _furthest(trials: list[Trial]) -> Trial:
    """The one that says most: let in, else the one that came furthest, with the words of the others."""
    best = next((trial for trial in trials if trial.session), None) or max(trials, key=lambda trial: trial.reached)
    others = [trial.words for trial in trials if trial is not best and trial.words != best.words]
    if best.finding is None or not others:
        return best
    evidence = {**best.finding.evidence, "also tried": "; ".join(dict.fromkeys(others))}
    return replace(best, finding=replace(best.finding, evidence=evidence))


def _ended(trials: list[Trial]) -> Attempt:
    best = _furthest(trials)
    return Attempt(best.stages, finding=best.finding, unjudged=best.unjudged, refusal=best.refusal)
