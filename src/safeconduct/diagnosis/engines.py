"""Which engine tells what statements need, and where the server is asked: nowhere, in a copy, or in the database."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from safeconduct.postgres.insider import Administrator
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.postgres.session import ParsingSession, Session
    from safeconduct.postgres.target import Target
    from safeconduct.privileges import Asked, Needed
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.needs import NeededBy

Name: TypeAlias = Literal["better", "server", "static"]
Opener: TypeAlias = "Callable[[OpenSession, ExitStack], ParsingSession]"
"""Brings a session in a shadow for the session that is judged. Raises NoShadow, OSError and what a session raises."""


@dataclass
class Engines:
    """The engine for each session that is judged; sessions may come from several threads.

    `live` lets the database itself be asked, whose log then has the statements; `shadow` brings a session elsewhere.
    A shadow is opened once for each database, and ends with `close`.
    """

    name: Name = "better"
    live: bool = False
    shadow: Opener | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stack: ExitStack = field(default_factory=ExitStack)
    _known: dict[tuple[str, str], ParsingSession | str] = field(default_factory=dict)

    def engine_for(self, session: OpenSession) -> tuple[NeededBy, str]:
        """The engine, and why it is not the one that was asked for; "" where it is."""
        from safeconduct.privileges.server import needed_by  # heavy, and only accounts need it

        found: ParsingSession | str | None = self._shadow_for(session) if self.shadow else None
        if isinstance(found, str):
            return needed_by("static"), f"the server engine was not asked: {found}"
        asked = needed_by(self.name, consent=self.live, shadow=found)
        return (asked if found is None else _OneAtATime(asked, self._lock)), ""

    def close(self) -> None:
        """End the shadows."""
        self._stack.close()

    def _shadow_for(self, session: OpenSession) -> ParsingSession | str:
        assert self.shadow is not None
        key = session.peer, session.database
        with self._lock:
            if key not in self._known:
                self._known[key] = self._open(self.shadow, session)
            return self._known[key]

    def _open(self, shadow: Opener, session: OpenSession) -> ParsingSession | str:
        from safeconduct.privileges.server import NoShadow

        try:
            return shadow(session, self._stack)
        except (NoShadow, OSError, QueryRefused, SessionLost) as error:
            return str(error)


@dataclass(frozen=True)
class _OneAtATime:
    """A shadow is one session, which several threads take in turn."""

    engine: NeededBy
    lock: threading.Lock

    def __call__(
        self, session: Session, asked: Sequence[Asked], subject: str = "", context: Context | None = None
    ) -> Needed:
        with self.lock:
            return self.engine(session, asked, subject, context)


def copied_by(administrator: Administrator) -> Opener:
    """A shadow that is made on this machine from what the administrator dumps of the database's schema."""

    def opened(session: OpenSession, stack: ExitStack) -> ParsingSession:
        from safeconduct.privileges.server import shadow_of

        return stack.enter_context(shadow_of(administrator.way_into(session.database), session))

    return opened


def restored_at(target: Target, timeout: float) -> Opener:
    """A shadow that somebody restored, whose session may take any role that is judged. `timeout` is in seconds."""

    def opened(session: OpenSession, stack: ExitStack) -> ParsingSession:
        from safeconduct.postgres.attempt import attempt
        from safeconduct.privileges.server import NoShadow

        found = attempt(target, timeout).session
        if found is None:
            raise NoShadow(f"{target.label} does not let us in: `safeconduct why` tells why")
        stack.callback(found.close)
        if found.server_version // 10000 != session.server_version // 10000:
            raise NoShadow(f"{target.label} is PostgreSQL {found.server_version // 10000}, not the database's version")
        return found

    return opened
