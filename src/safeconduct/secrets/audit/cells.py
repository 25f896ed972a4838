"""Each encrypted cell by itself: plaintext, of an old key, of none, no token at all, or with a flag that lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind, Severity
from safeconduct.secrets import rules_keys
from safeconduct.secrets.census import Census
from safeconduct.secrets.key_findings import LIST, ROTATE, day_of
from safeconduct.secrets.keyring import KeyState, moment
from safeconduct.secrets.signatures import Signatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from safeconduct.airflow.credential_columns import CredentialCell, CredentialColumn, Page
    from safeconduct.model import Finding, Rule
    from safeconduct.secrets.audit.gathering import Gathering
    from safeconduct.secrets.keyring import Keyring
    from safeconduct.secrets.signatures import Signature

    Name = Callable[[str], str]

_GENERATE = Remedy(RemedyKind.COMMAND, "safeconduct keys generate", when="for a key to encrypt with")
_NEW_KEY = Remedy(RemedyKind.COMMAND, "safeconduct keys generate", when="for a new key, to be put first")
_SAID_TOGETHER = 5
"""Rows whose names matter to what is said of all of them together."""
_WORDS = {"password": "a password", "extra": "an extra", "val": "a value", "kwargs": "a column kwargs"}
_KINDS = {"trigger": "trigger", "connection_test_request": "connection test"}


@dataclass(frozen=True)
class _Told:
    """What is wrong with a cell, its place aside."""

    rule: Rule
    words: str
    remedies: tuple[Remedy, ...]
    evidence: tuple[tuple[str, str], ...] = ()
    severity: Severity = Severity.ERROR


class CellAudit:
    """Judges pages of cells, and counts them in a census. `max_age` is None where any age will do."""

    def __init__(self, keyring: Keyring, gathering: Gathering, now: datetime, max_age: timedelta | None) -> None:
        self.census = Census()
        self.signatures = Signatures(keyring.secrets)
        self._keyring = keyring
        self._gathering = gathering
        self._oldest = now - max_age if max_age is not None else None
        self._max_age = max_age

    def page(self, page: Page, name: Name) -> None:
        """One more page; `name` tells what people call the row of a key."""
        signed = self.signatures.of_all(page)
        self.census.add(page, signed, name if len(self.census.named) < _SAID_TOGETHER else lambda _: "")
        for cell, signature in zip(page.cells, signed, strict=True):
            for told in self._judged(cell, signature):
                self._tell(page.column, cell.key, name, told)

    def _tell(self, column: CredentialColumn, key: str, name: Name, told: _Told) -> None:
        def found() -> Finding:
            subject = subject_of(column.table, key, name(key))
            return told.rule.finding(
                subject,
                f"{subject} has {_WORDS[column.column]} that {told.words}",
                evidence={"column": str(column), **dict(told.evidence)},
                remedies=told.remedies,
                severity=told.severity,
            )

        self._gathering.tell(told.rule, found)

    def _judged(self, cell: CredentialCell, signature: Signature | None) -> Iterator[_Told]:
        usable = self._keyring.state is KeyState.USABLE
        if signature is None:
            yield self._no_token() if cell.encrypted else self._plaintext(usable)
            return
        made = (("made", day_of(signature.made)),)
        if not signature.key:
            if usable:  # else no token can be opened, which is said once
                yield self._lost(cell, made)
            return
        if not cell.encrypted:
            words = "is a token, although its flag says plaintext, and Airflow hands on the token itself"
            yield _Told(rules_keys.FLAGS_LIE, words, (ROTATE,), made)
        if signature.key > 1:
            words = f"is opened by key {signature.key} of {len(self._keyring)} alone"
            yield _Told(rules_keys.STILL_NEEDED, words, (ROTATE,), made, Severity.WARNING)
        if self._oldest is not None and self._max_age is not None and moment(signature.made) < self._oldest:
            words = f"was encrypted on {day_of(signature.made)}, more than {self._max_age.days} days ago"
            yield _Told(rules_keys.TOO_OLD, words, (_NEW_KEY, ROTATE), made)

    @staticmethod
    def _no_token() -> _Told:
        return _Told(rules_keys.NO_TOKEN, "says encrypted, and holds no token", (LIST,))

    @staticmethod
    def _plaintext(usable: bool) -> _Told:
        remedies = (ROTATE,) if usable else (_GENERATE, ROTATE)
        return _Told(rules_keys.PLAINTEXT, "is stored in plaintext", remedies, severity=Severity.WARNING)

    def _lost(self, cell: CredentialCell, made: tuple[tuple[str, str], ...]) -> _Told:
        where = f"in {self._keyring.origin}, where that key is known"
        add = Remedy(RemedyKind.OPTION, "fernet_key = <the key in use>,<the key of that time>", when=where)
        flag = "" if cell.encrypted else ", and its flag says plaintext"
        tried = f"none of {len(self._keyring)} keys opens" if len(self._keyring) > 1 else "the key does not open"
        words = f"is a token that {tried}{flag}"
        return _Told(rules_keys.LOST, words, (add, LIST), made)


def subject_of(table: str, key: str, name: str) -> str:
    """How a row is called."""
    kind = _KINDS.get(table, table)
    return f"{kind} {key} ({name})" if table == "trigger" else f"{kind} {name}"
