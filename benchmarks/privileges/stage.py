"""Where a statement is tried out: in savepoints that are rolled back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from benchmarks.privileges.client import Outcome
from benchmarks.privileges.roles import AS_ROLE, AS_SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.privileges.client import Client
    from safeconduct.privileges import Needed

STRIP_PUBLIC = (Path(__file__).parent / "strip_public.sql").read_text()
GRANT_REFUSED = "GRANT refused"
_PREPARED = re.compile(r"\s*PREPARE\s+(\w+|\"[^\"]+\")", re.IGNORECASE)


class Stage(Protocol):
    """One statement's place in its file, with PUBLIC's rights taken away.

    `is_undone` says that whatever is changed on it is rolled back.
    """

    is_undone: bool

    def as_superuser(self) -> Outcome:
        """Run it with all rights."""

    def as_role(self, grants: Iterable[str]) -> Outcome:
        """Run it as the fresh role after these grants."""

    def ask(self, question: Callable[[], Needed]) -> Needed:
        """Ask something as the fresh role, before any grant."""


class Refused(Exception):
    """The stage cannot be set up."""


class Savepoints:
    """The stage of nearly all statements: whatever happens on it is rolled back.

    The statement is run in place of whichever role the file has taken on: with all rights, then as the fresh role.
    Where the file is in no transaction, constraints and triggers that wait for the commit have their turn, too.
    """

    is_undone = True

    def __init__(self, client: Client, text: str, data: Callable[[], str]) -> None:
        self._client = client
        self._text = text
        self._data = data
        self._alone = client.idle
        prepared = _PREPARED.match(text)
        self._prepared = prepared[1] if prepared else ""
        self._absent: frozenset[str] = frozenset()

    def __enter__(self) -> Savepoints:
        self._who = who(self._client)
        self._client.must("BEGIN READ WRITE" if self._alone else "SAVEPOINT oracle_place")
        setting = self._client.run(f"{AS_SUPERUSER}; SET LOCAL client_min_messages = notice; {STRIP_PUBLIC}")
        if setting.sqlstate:
            self.__exit__()
            raise Refused(f"in a transaction that lets nothing be tried: {setting.message}")
        return self

    def __exit__(self, *_: object) -> None:
        back = "ROLLBACK TO SAVEPOINT oracle_place; RELEASE SAVEPOINT oracle_place"
        self._client.must("ROLLBACK" if self._alone else back)
        become(self._client, self._who)

    def as_superuser(self) -> Outcome:
        """Run it with all rights."""
        outcome = self._try(())
        self._absent = outcome.absent
        return outcome

    def as_role(self, grants: Iterable[str]) -> Outcome:
        """Run it as the fresh role after these grants.

        IF EXISTS passes over what lies in a schema that the role may not use, as if it were not there: that is no pass.
        """
        outcome = self._try((*grants, AS_ROLE))
        hidden = sorted(outcome.absent - self._absent)
        return Outcome("42P01", f"only a notice: {hidden[0]}") if outcome.passed and hidden else outcome

    def ask(self, question: Callable[[], Needed]) -> Needed:
        """Ask something as the fresh role, before any grant."""
        self._client.must(f"SAVEPOINT oracle_try; {AS_ROLE}")
        try:
            return question()
        finally:
            self._client.must("ROLLBACK TO SAVEPOINT oracle_try")

    def _try(self, before: Iterable[str]) -> Outcome:
        self._client.must("SAVEPOINT oracle_try")
        try:
            outcome = prepare(self._client, before)
            outcome = outcome if outcome.sqlstate else self._client.run(self._text, self._data)
            if outcome.passed and self._alone:
                late = self._client.run("SET CONSTRAINTS ALL IMMEDIATE")
                outcome = late if late.sqlstate else outcome
        finally:
            self._client.must("ROLLBACK TO SAVEPOINT oracle_try")
        if self._prepared and outcome.passed:
            self._client.must(f"DEALLOCATE {self._prepared}")
        return outcome


def prepare(client: Client, texts: Iterable[str]) -> Outcome:
    """Run these grants one by one; GRANT_REFUSED where one of them is refused."""
    for text in texts:
        if (refusal := client.run(text)).sqlstate:
            return Outcome(GRANT_REFUSED, f"{text} {refusal.sqlstate} {refusal.message}")
    return Outcome()


def who(client: Client) -> tuple[str, str]:
    """The session's role and the current one, as SQL has them."""
    ((session, current),) = client.must("SELECT quote_ident(session_user), quote_ident(current_user)").rows
    return session or "", current or ""


def become(client: Client, wanted: tuple[str, str]) -> None:
    """Rolling back both settings may lose one of them."""
    session, current = wanted
    if who(client) != wanted:
        client.must(f"SET SESSION AUTHORIZATION {session}; SET ROLE {'NONE' if session == current else current}")
