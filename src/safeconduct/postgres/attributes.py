"""target_session_attrs: which kind of server a connection asks for."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.postgres.open_session import SessionFacts


class Kind(Enum):
    """The values of target_session_attrs that a session either suits or does not."""

    ANY = "any"
    READ_WRITE = "read-write"
    READ_ONLY = "read-only"
    PRIMARY = "primary"
    STANDBY = "standby"


def kinds_asked(value: str) -> tuple[Kind, ...]:
    """The kinds looked for, one round over all hosts each: prefer-standby is a standby, then any.

    The value has been checked by `target_of`.
    """
    return (Kind.STANDBY, Kind.ANY) if value == "prefer-standby" else (Kind(value),)


def suits(facts: SessionFacts, kind: Kind) -> bool:
    """Whether the session is of this kind."""
    return {
        Kind.ANY: True,
        Kind.READ_WRITE: not facts.read_only,
        Kind.READ_ONLY: facts.read_only,
        Kind.PRIMARY: not facts.in_recovery,
        Kind.STANDBY: facts.in_recovery,
    }[kind]
