"""A column that Airflow encrypts: its text, or why no key gives it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Unjudged
from safeconduct.secrets.keyring import KeyState, Opened, token_time

if TYPE_CHECKING:
    from safeconduct.model import Rule
    from safeconduct.secrets.keyring import Keyring


def open_column(
    conn_id: str, column: str, stored: Secret | None, flagged: bool, keyring: Keyring
) -> Secret | Opened | Finding | Unjudged | None:
    """The text of a column: as stored where it is plaintext, opened where it is a token."""
    if not stored:
        return None
    text = stored.reveal()
    made = token_time(text)
    if not flagged:
        return (
            _finding(rules.FLAG_LIES, conn_id, column, "says plaintext, but holds a Fernet token") if made else stored
        )
    if made is None:
        return _finding(rules.ROW_CORRUPT, conn_id, column, "says encrypted, but holds no Fernet token")
    if keyring.state is KeyState.UNKNOWN:
        return Unjudged(conn_id, f"the {column} of {conn_id} is encrypted, and {keyring.problem}")
    if keyring.state is not KeyState.USABLE:
        return _unusable(conn_id, column, keyring)
    opened = keyring.open(text)
    return opened if opened is not None else _other_key(conn_id, column, made.strftime("%Y-%m-%d"), keyring)


def _unusable(conn_id: str, column: str, keyring: Keyring) -> Finding:
    rule, words = {
        KeyState.ABSENT: (rules.KEY_ABSENT, "no Fernet key is configured"),
        KeyState.EMPTY: (rules.KEY_EMPTY, "the Fernet key is empty"),
        KeyState.MALFORMED: (rules.KEY_MALFORMED, f"the Fernet key is malformed: {keyring.problem}"),
    }[keyring.state]
    right = "fernet_key = <the key that the row was written with>"
    remedy = Remedy(RemedyKind.OPTION, right, when=f"in {keyring.origin}")
    return _finding(rule, conn_id, column, f"is encrypted, and {words}", (remedy,), key=keyring.origin)


def _other_key(conn_id: str, column: str, made: str, keyring: Keyring) -> Finding:
    count = len(keyring)
    words = (
        "was encrypted with another key than the one configured"
        if count == 1
        else (f"was encrypted with another key than the {count} configured")
    )
    remedies = (
        Remedy(
            RemedyKind.OPTION,
            "fernet_key = <the key in use>,<the key of that time>",
            when=f"in {keyring.origin}, where the key of {made} is known",
        ),
        Remedy(
            RemedyKind.COMMAND,
            f"airflow connections delete {shlex.quote(conn_id)}",
            when="where it is lost: then add the connection again with its credential",
        ),
    )
    return _finding(
        rules.KEY_OTHER,
        conn_id,
        column,
        words,
        remedies,
        key=keyring.origin,
        encrypted=made,
        tried=f"{count} key{'s' * (count > 1)}",
    )


def _right_key(keyring: Keyring) -> Remedy:
    return Remedy(
        RemedyKind.OPTION, "fernet_key = <the key that the row was written with>", when=f"in {keyring.origin}"
    )


def _finding(
    rule: Rule, conn_id: str, column: str, words: str, remedies: tuple[Remedy, ...] = (), **evidence: str
) -> Finding:
    return rule.finding(
        conn_id,
        f"the {column} of {conn_id} {words}",
        evidence={"row": f"metadata database, table connection, conn_id {conn_id}", "column": column, **evidence},
        remedies=remedies,
    )
