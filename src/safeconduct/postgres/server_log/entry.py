"""One entry of PostgreSQL's server log, whatever format it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class LogEntry:
    """What the server said at one moment, with what its format tells about the session; None where it does not tell.

    `severity` is the untranslated word where we know it ("FATAL"), else the word as it stands. `activity` is the
    command tag: "authentication" or "startup" while somebody logs in. `client_host` is an address, a name, or
    "[local]" for the Unix socket. `source` is the file. Statements are not kept, and what is kept of the texts may
    still hold secrets, so neither message nor detail is in the repr.
    """

    severity: str
    message: str = field(repr=False)
    detail: str | None = field(default=None, repr=False)
    time: datetime | None = None
    pid: int | None = None
    user: str | None = None
    database: str | None = None
    client_host: str | None = None
    sqlstate: str | None = None
    routine: str | None = None
    activity: str | None = None
    source: str = ""

    @property
    def is_fatal(self) -> bool:
        """Whether it ended the session, as every refused login does."""
        return self.severity == "FATAL"
