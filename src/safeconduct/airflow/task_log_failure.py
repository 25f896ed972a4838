"""A failure that a task's log tells of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class FailureKind(str, Enum):
    """How far it came: no answer (or none to its end), no login, or no to a statement."""

    UNREACHABLE = "unreachable"
    LOGIN_REFUSED = "login refused"
    STATEMENT_REFUSED = "statement refused"


@dataclass(frozen=True)
class TaskFailure:
    """What the log tells of one failure; None is what it does not tell.

    `line` counts from 1. `message` is one line of the driver's or the server's words. `exception` is the driver's
    class as far as the log names it ("psycopg2.errors.InsufficientPrivilege"; Airflow 3 leaves the module out).
    `host` is what was asked for, `address` what it was resolved to. `object_kind` and `object_name` are as in
    "permission denied for table orders". `conn_ids` were in use before, the nearest first; the failure belongs to
    one of them. `statement` is the SQL without its parameters, with what looks like a secret masked; `is_exact`
    says that the error itself quotes it, else it is the last one that the log has before.
    """

    line: int
    message: str
    kind: FailureKind
    exception: str | None = None
    sqlstate: str | None = None
    user: str | None = None
    database: str | None = None
    host: str | None = None
    address: str | None = None
    port: int | None = None
    object_kind: str | None = None
    object_name: str | None = None
    conn_ids: tuple[str, ...] = ()
    statement: str | None = field(default=None, repr=False)
    is_exact: bool = False

    @property
    def key(self) -> object:
        """What tells one failure from another, however often and in whatever form it is told."""
        return (self.kind, self.message.removeprefix("connection failed: "))
