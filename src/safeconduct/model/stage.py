"""The stages of a walk, in the order in which a connection passes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stage(str, Enum):
    """One rung: the value is its public name in reports and rule ids."""

    DEFINITION = "definition"
    CREDENTIAL = "credential"
    NAME = "name"
    PORT = "port"
    PROTOCOL = "protocol"
    TLS = "tls"
    RULE = "rule"
    AUTHENTICATION = "authentication"
    DATABASE = "database"
    SESSION = "session"
    PRIVILEGES = "privileges"


class StageOutcome(str, Enum):
    """What became of a connection at one stage."""

    PASSED = "passed"
    REFUSED = "refused"
    UNJUDGED = "unjudged"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class StageReport:
    """One line of the staircase: what was seen at this stage, in a few words."""

    stage: Stage
    outcome: StageOutcome
    detail: str = ""
