"""The connection that was let in, kept to ask the server about itself."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.postgres import frontend
from safeconduct.postgres.channel import Channel, Deadline, DeadlinePassed
from safeconduct.postgres.framing import WireError
from safeconduct.postgres.query import run_query
from safeconduct.postgres.session import SessionLost
from safeconduct.postgres.wants import drive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.postgres.exchange import Exchange
    from safeconduct.postgres.framing import Inbox
    from safeconduct.postgres.session import Row


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

    def query(self, sql: str, params: Sequence[str | None] = ()) -> list[Row]:
        """See Session.query."""
        self._channel.deadline = Deadline(self._seconds)
        try:
            return drive(run_query(sql, params, self._inbox), self._channel.send, lambda _: self._channel.receive())
        except (OSError, WireError, DeadlinePassed) as error:
            self.close()
            raise SessionLost(f"the session broke: {str(error) or 'no answer in time'}") from error

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
    digits = "".join(c for c in major if c.isdigit()) if major[:1].isdigit() else ""
    minor = "".join(c for c in rest if c.isdigit())
    return int(digits[:4]) * 10000 + int(minor[:4] or 0) if digits else 0


@dataclass(frozen=True)
class SessionFacts:
    """What a session knows of itself. `free_slots` counts what is left to ordinary roles; None if it cannot be seen."""

    backend_pid: int
    in_recovery: bool
    read_only: bool
    free_slots: int | None


def session_facts(session: OpenSession) -> SessionFacts:
    """Ask the session once. Raises QueryRefused or SessionLost (a pooler's console, for one, knows no such query)."""
    pid, recovery, read_only, free = session.query(_FACTS)[0]
    return SessionFacts(int(pid or 0), recovery == "t", read_only == "on", int(free) if free else None)


_FACTS = (Path(__file__).with_name("sql") / "session_facts.sql").read_text("utf-8")
