"""An open session: the connection that was let in, kept to ask the server about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.postgres.server_message import ServerMessage

Row = tuple[str | None, ...]


NO_ANSWER = "no answer in time"


class SessionLost(Exception):
    """The connection broke, or did not answer in time; the text is one sentence. The session is closed."""


class Session(Protocol):
    """What the later stages need of a connection that was let in."""

    @property
    def role(self) -> str:
        """The role that logged in."""

    @property
    def database(self) -> str:
        """The database it is in."""

    @property
    def server_version(self) -> int:
        """As `server_version_num`: 150020 for 15.20."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """What the server reported about itself at start-up (ParameterStatus)."""

    def query(self, sql: str, params: Sequence[str | None] = ()) -> list[Row]:
        """Run one statement with `$1` parameters and return its rows as text, NULL as None.

        Raises QueryRefused with the server's error fields when the server refuses it, and SessionLost when the
        connection breaks or the deadline passes.
        """

    def close(self) -> None:
        """Say goodbye (Terminate) and close the socket; never raises."""


@runtime_checkable
class ParsingSession(Session, Protocol):
    """A session that can have a statement parsed without running it."""

    def parse_only(self, sql: str) -> Sequence[ServerMessage]:
        """Have one statement parsed and rewritten but neither planned nor run, and return the notices it gave.

        `$1` may stand in it without a value. Raises what query raises.
        """
