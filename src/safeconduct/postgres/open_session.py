"""The connection that was let in, kept to ask the server about itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from safeconduct.postgres import frontend
from safeconduct.postgres.answers import integer, integer_or_null, only_row
from safeconduct.postgres.channel import Channel, Deadline, DeadlinePassed
from safeconduct.postgres.framing import WireError
from safeconduct.postgres.query import run_parse, run_query
from safeconduct.postgres.session import NO_ANSWER, SessionLost
from safeconduct.postgres.wants import drive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.postgres.exchange import Exchange
    from safeconduct.postgres.framing import Inbox
    from safeconduct.postgres.server_message import ServerMessage
    from safeconduct.postgres.session import Row
    from safeconduct.postgres.wants import Talk

T = TypeVar("T")


class OpenSession:
    """A Session (see `session`) on a channel. Each statement has `seconds` of its own to be answered in."""

    def __init__(
        self, channel: Channel, inbox: Inbox, exchange: Exchange, role: str, database: str, seconds: float
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._seconds = seconds
        self.role = role
        self.database = database
        self.parameters: Mapping[str, str] = exchange.parameters
        self.backend_pid = exchange.backend_pid

    @property
    def server_version(self) -> int:
        """As `server_version_num`, read from what the server reported: 150020 for "15.20 (Debian ...)"; 0 if odd."""
        return version_number(self.parameters.get("server_version", ""))

    @property
    def peer(self) -> str:
        """The address that the session is on; "" where it is gone."""
        try:
            return self._channel.peer
        except OSError:
            return ""

    def query(self, sql: str, params: Sequence[str | None] = ()) -> list[Row]:
        """See Session.query."""
        return self._hold(run_query(sql, params, self._inbox))

    def parse_only(self, sql: str) -> list[ServerMessage]:
        """See ParsingSession.parse_only."""
        return self._hold(run_parse(sql, self._inbox))

    def _hold(self, talk: Talk[T]) -> T:
        self._channel.deadline = Deadline(self._seconds)
        try:
            return drive(talk, self._channel.send, lambda _: self._channel.receive())
        except (OSError, WireError, DeadlinePassed) as error:
            self.close()
            raise SessionLost(f"the session broke: {str(error) or NO_ANSWER}") from error

    def close(self) -> None:
        """See Session.close."""
        with contextlib.suppress(OSError, DeadlinePassed):
            self._channel.deadline = Deadline(1)
            self._channel.send(frontend.terminate())
        self._channel.close()


def version_number(text: str) -> int:
    """`15.20 (Debian ...)` is 150020, `18beta1` is 180000; 0 where no number begins it."""
    head = text.split(" ")[0]
    major, _, rest = head.partition(".")
    digits = "".join(c for c in major if c in _DIGITS) if major[:1] in tuple(_DIGITS) else ""
    minor = "".join(c for c in rest if c in _DIGITS)
    return int(digits[:4]) * 10000 + int(minor[:4] or 0) if digits else 0


_DIGITS = "0123456789"  # str.isdigit() knows more than int() takes


@dataclass(frozen=True)
class SessionFacts:
    """What a session knows of itself. `free_slots` counts what is left to ordinary roles; None if it cannot be seen."""

    backend_pid: int
    in_recovery: bool
    read_only: bool
    free_slots: int | None


def session_facts(session: OpenSession) -> SessionFacts:
    """Ask the session once.

    Raises QueryRefused (a pooler's console, for one, knows no such query), OddAnswer and SessionLost.
    """
    pid, recovery, read_only, free = only_row(session.query(_FACTS), 4)
    return SessionFacts(integer(pid), recovery == "t", read_only == "on", integer_or_null(free))


_FACTS = (Path(__file__).with_name("sql") / "session_facts.sql").read_text("utf-8")
