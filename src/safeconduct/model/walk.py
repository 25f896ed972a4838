"""The result of walking connections: what every report format renders."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum

from safeconduct.model.finding import Finding, Remedy, Severity, Unjudged
from safeconduct.model.secret import Secret
from safeconduct.model.stage import StageReport


class Outcome(str, Enum):
    """What became of a whole walk."""

    IN = "in"
    REFUSED = "refused"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Walk:
    """One connection's walk. `target` is `login@host:port/database`, never with a password."""

    connection: str
    target: str
    outcome: Outcome
    stages: tuple[StageReport, ...]


class ExitCode(IntEnum):
    """What the process tells its caller; FOUND wins over UNJUDGED."""

    WELL = 0
    FOUND = 1
    USAGE = 2
    UNJUDGED = 3


@dataclass(frozen=True)
class Applied:
    """A remedy that was applied for a connection, and by whom. `failed` says why it could not be; "" for done."""

    subject: str
    remedy: Remedy
    by: str
    failed: str = ""


@dataclass(frozen=True)
class Report:
    """Walks and findings together. A walk's findings are those whose subject is its connection.

    `secrets` are those that were used on the way (passwords from files and the environment among them), so that
    whoever shows the report can hide them. `applied` are the remedies that were applied before these walks.
    """

    walks: tuple[Walk, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    secrets: tuple[Secret, ...] = field(default=(), repr=False)
    applied: tuple[Applied, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """FOUND for any error or warning, else UNJUDGED for anything unjudged, else WELL; notes do not count."""
        if any(finding.severity is not Severity.NOTE for finding in self.findings):
            return ExitCode.FOUND
        if self.unjudged or any(walk.outcome is Outcome.UNJUDGED for walk in self.walks):
            return ExitCode.UNJUDGED
        return ExitCode.WELL
