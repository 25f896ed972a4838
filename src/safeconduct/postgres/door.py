"""One address of one host: knock once, and say what answered."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, Stage
from safeconduct.postgres import rules_transport as rules
from safeconduct.postgres.channel import Channel, Deadline, DeadlinePassed
from safeconduct.postgres.conversing import converse
from safeconduct.postgres.silence import WHERE_IT_LISTENS
from safeconduct.postgres.tls import tls_plan
from safeconduct.postgres.trial import Lead, Steps, Trial

if TYPE_CHECKING:
    from collections.abc import Hashable

    from safeconduct.model import Finding, Rule
    from safeconduct.postgres.resolve import Address
    from safeconduct.postgres.target import HostPort, Target
    from safeconduct.postgres.tls import Encryption


@dataclass(frozen=True)
class Door:
    """Where to knock, and how long to wait for the whole login, in seconds."""

    target: Target
    host: HostPort
    address: Address
    timeout: float

    @property
    def plan(self) -> tuple[Encryption, ...]:
        """The encryptions that libpq tries, in order."""
        return tls_plan(self.target, self.host)

    @property
    def key(self) -> Hashable:
        """The address, for the memory of a run."""
        return ("address", self.address.family, self.address.sockaddr)


def knock(door: Door, encryption: Encryption, steps: Steps) -> Trial:
    """Open the port and log in. The channel is closed unless the trial carries a session."""
    began = time.monotonic()
    try:
        channel = Channel.open(door.address.family, door.address.sockaddr, Deadline(door.timeout))
    except (OSError, DeadlinePassed) as error:
        return steps.refused(_explain_port(door, error), lead=Lead.NEXT_ADDRESS)
    steps.passed(Stage.PORT, f"open in {max(1, round((time.monotonic() - began) * 1000))} ms")
    trial = None
    try:
        trial = converse(door, channel, encryption, steps)
    finally:
        if trial is None or trial.session is None:
            channel.close()
    return trial


def _explain_port(door: Door, error: OSError | DeadlinePassed) -> Finding:
    evidence = {"address": door.address.text}
    if not isinstance(error, DeadlinePassed):
        evidence["error"] = error.strerror or type(error).__name__
    if isinstance(error, DeadlinePassed):
        rule, words = rules.PORT_TIMED_OUT, f"no answer within {door.timeout:g} s"
    elif door.host.is_unix and isinstance(error, FileNotFoundError | ConnectionRefusedError | NotADirectoryError):
        rule, words = rules.SOCKET_ABSENT, "no server listens on this unix socket"
    elif isinstance(error, ConnectionRefusedError):
        rule, words = rules.PORT_REFUSED, "nothing listens on this port"
    else:
        rule, words = rules.PORT_UNREACHABLE, "the address cannot be reached"
    remedies = tuple(remedy for remedy in (_look(door, rule),) if remedy)
    return rule.finding(door.target.subject, f"{door.address.text}: {words}", evidence=evidence, remedies=remedies)


def _look(door: Door, rule: Rule) -> Remedy | None:
    """What to run where, to see what keeps the port closed."""
    if rule is rules.PORT_REFUSED:
        return WHERE_IT_LISTENS
    if rule is rules.SOCKET_ABSENT:
        when = "on this host: where does PostgreSQL keep its socket? Name that directory, or a host, in the connection"
        return Remedy(RemedyKind.COMMAND, "ss -lxp | grep PGSQL", when=when)
    if rule is rules.PORT_TIMED_OUT:
        when = "on the host where the task runs, once a firewall or security group lets it through"
        host = shlex.quote(door.host.hostaddr or door.host.host)
        return Remedy(RemedyKind.COMMAND, f"nc -vz -w 5 {host} {door.host.port}", when=when)
    if rule is rules.PORT_UNREACHABLE and not door.host.is_unix:
        when = "on the host where the task runs, to see which way it would go"
        number = door.address.text.rpartition(":")[0].strip("[]")
        return Remedy(RemedyKind.COMMAND, f"ip route get {shlex.quote(number)}", when=when)
    return None
