"""A line of pg_hba.conf as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from safeconduct.model import Secret

if TYPE_CHECKING:
    from safeconduct.postgres.hba.addresses import AddressKeyword, HostName, Network
    from safeconduct.postgres.hba.tokens import Token


class Kind(str, Enum):
    """The first word of a line: what kind of connection it is for."""

    LOCAL = "local"
    HOST = "host"
    HOSTSSL = "hostssl"
    HOSTNOSSL = "hostnossl"
    HOSTGSSENC = "hostgssenc"
    HOSTNOGSSENC = "hostnogssenc"


@dataclass(frozen=True)
class HbaOption:
    """A name=value behind the method. Passwords that stand there (ldapbindpasswd, radiussecrets) are Secrets."""

    name: str
    value: str | Secret


@dataclass(frozen=True)
class HbaLine:
    """One rule. `number` is the line (the first one, if backslashes continue it) in `file`.

    `address` is None for `local`. `method` is the word of the file, but "peer" where `ident` stands behind `local`.
    `text` is the line as it stands; where it carries a password, written anew with the password masked.
    """

    file: str
    number: int
    kind: Kind
    databases: tuple[Token, ...]
    users: tuple[Token, ...]
    address: Network | HostName | AddressKeyword | None
    method: str
    options: tuple[HbaOption, ...] = ()
    text: str = ""

    def option(self, name: str) -> str | None:
        """The value of an option that is no secret (the last one counts); None when it is not there."""
        values = [option.value for option in self.options if option.name == name]
        return values[-1] if values and isinstance(values[-1], str) else None

    @property
    def place(self) -> str:
        """Where it stands, to be shown: `file line n`; only `line n` where the file is not known."""
        return f"{self.file} line {self.number}" if self.file else f"line {self.number}"


@dataclass(frozen=True)
class HbaProblem:
    """What PostgreSQL refuses, in its words. One problem, and a reload leaves the OLD rules in force.

    `line` is 0 for the file as a whole.
    """

    file: str
    line: int
    message: str


@dataclass(frozen=True)
class HbaFile:
    """All rules in the order in which PostgreSQL tries them, and what it would refuse."""

    lines: tuple[HbaLine, ...] = ()
    problems: tuple[HbaProblem, ...] = ()

    @property
    def loads(self) -> bool:
        """Whether PostgreSQL would take these rules at the next reload or start."""
        return not self.problems
