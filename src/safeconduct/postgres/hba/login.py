"""Who knocks, as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from safeconduct.postgres.hba.addresses import IPAddress

LONGEST_NAME = 63
"""Bytes of a name (NAMEDATALEN less one); the server cuts off the rest before it looks for a rule."""


@dataclass(frozen=True)
class Login:
    """One attempt. `address` is where the server sees it come from (None: through its Unix socket).

    `tls` and `gss` say whether the connection is encrypted so by the time of the login. `replication` is "physical"
    for a replication connection without a database, "logical" for one with (then `database` counts as usual).
    """

    database: str
    user: str
    address: IPAddress | None
    tls: bool = False
    gss: bool = False
    replication: Literal["physical", "logical"] | None = None

    @property
    def seen_database(self) -> str:
        """The name as the server compares it: at most 63 bytes."""
        return _truncated(self.database or self.user)

    @property
    def seen_user(self) -> str:
        """The name as the server compares it: at most 63 bytes."""
        return _truncated(self.user)


def _truncated(name: str) -> str:
    return name.encode("utf-8", "surrogateescape")[:LONGEST_NAME].decode("utf-8", "surrogateescape")
