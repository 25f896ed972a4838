"""Which rule a login meets (check_hba in src/backend/libpq/hba.c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.postgres.hba.answer import YES, Answer, all_of, no
from safeconduct.postgres.hba.fits_address import fits_address
from safeconduct.postgres.hba.fits_names import fits_databases, fits_users
from safeconduct.postgres.hba.line import HbaLine, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.postgres.hba.facts import Facts
    from safeconduct.postgres.hba.login import Login


@dataclass(frozen=True)
class Passed:
    """A line before the deciding one, and why PostgreSQL goes on: one short sentence whose subject is the line.

    `undecided` when it cannot be known whether PostgreSQL goes on; the reason then says what is not known.
    """

    line: HbaLine
    reason: str
    undecided: bool = False


@dataclass(frozen=True)
class Decision:
    """`line` is the first line that fits for certain; None when none does, and PostgreSQL refuses the login.

    `passed` are all lines before it in order. While one of them is undecided, it may be the one that decides.
    """

    line: HbaLine | None
    passed: tuple[Passed, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether `line` decides, and no line before it could."""
        return not any(passed.undecided for passed in self.passed)

    @property
    def candidates(self) -> tuple[HbaLine | None, ...]:
        """All lines that may decide, in order; the last one is `line`."""
        return (*(passed.line for passed in self.passed if passed.undecided), self.line)


def match(lines: Iterable[HbaLine], login: Login, facts: Facts) -> Decision:
    """The line that decides on the login: the first that fits, whether it lets in or not.

    Whether the database and the user exist plays no part; PostgreSQL looks for them later.
    """
    passed: list[Passed] = []
    for line in lines:
        answer = fits(line, login, facts)
        if answer.fits:
            return Decision(line, tuple(passed))
        passed.append(Passed(line, answer.reason, undecided=answer.fits is None))
    return Decision(None, tuple(passed))


def fits(line: HbaLine, login: Login, facts: Facts) -> Answer:
    """Whether one line fits, and if not, the first reason in the order in which PostgreSQL looks."""
    kind = _fits_kind(line.kind, login)
    if not kind.fits:
        return kind
    address = YES
    if line.address is not None and login.address is not None:
        address = fits_address(line.address, login.address, facts)
    if address.fits is False:
        return address
    databases = fits_databases(line.databases, login, facts)
    if databases.fits is False:
        return databases
    return all_of([address, databases, fits_users(line.users, login.seen_user, facts)])


def _fits_kind(kind: Kind, login: Login) -> Answer:
    if login.address is None:
        return YES if kind is Kind.LOCAL else no(f"is for {kind.value}, and this login came through a Unix socket")
    unfit = {
        Kind.LOCAL: "over TCP",
        Kind.HOSTSSL: "" if login.tls else "without TLS",
        Kind.HOSTNOSSL: "with TLS" if login.tls else "",
        Kind.HOSTGSSENC: "" if login.gss else "without GSSAPI encryption",
        Kind.HOSTNOGSSENC: "with GSSAPI encryption" if login.gss else "",
    }.get(kind)
    return no(f"is for {kind.value}, and this login came {unfit}") if unfit else YES
