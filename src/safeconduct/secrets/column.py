"""A column that Airflow encrypts: its text, or why no key gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.model import Finding, Remedy, RemedyKind, Secret, Unjudged, quote_literal
from safeconduct.secrets.keyring import KeyState, Opened, token_time
from safeconduct.secrets.pasting import command_on

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
        return _flag_lies(conn_id, column) if made else stored
    if made is None:
        words, again = "says encrypted, but holds no Fernet token", _add_again(conn_id, "to add")
        return _finding(rules.ROW_CORRUPT, conn_id, column, words, (again,))
    if keyring.state is KeyState.UNKNOWN:
        return Unjudged(conn_id, f"the {column} of {conn_id} is encrypted, and {keyring.problem}")
    if keyring.state is not KeyState.USABLE:
        return _unusable(conn_id, column, keyring)
    opened = keyring.open(text)
    return opened if opened is not None else _other_key(conn_id, column, made.strftime("%Y-%m-%d"), keyring)


def _flag_lies(conn_id: str, column: str) -> Finding:
    flag = "is_encrypted" if column == "password" else "is_extra_encrypted"
    set_flag = Remedy(
        RemedyKind.SQL,
        f"UPDATE connection SET {flag} = true WHERE conn_id = {quote_literal(conn_id)};",
        when="in the metadata database, where the token is of a key in use",
    )
    words, again = "says plaintext, but holds a Fernet token", _add_again(conn_id, "else add")
    return _finding(rules.FLAG_LIES, conn_id, column, words, (set_flag, again))


def _add_again(conn_id: str, add: str) -> Remedy:
    return command_on(
        "safeconduct connections delete", conn_id, "--real", f"{add} the connection again with its credential"
    )


def _unusable(conn_id: str, column: str, keyring: Keyring) -> Finding:
    rule, words = {
        KeyState.ABSENT: (rules.KEY_ABSENT, "no Fernet key is configured"),
        KeyState.EMPTY: (rules.KEY_EMPTY, "the Fernet key is empty"),
        KeyState.MALFORMED: (rules.KEY_MALFORMED, f"the Fernet key is malformed: {keyring.problem}"),
    }[keyring.state]
    right = "fernet_key = <the key that the row was written with>"
    where = f"in {keyring.origin}" + (", without a malformed one" if keyring.state is KeyState.MALFORMED else "")
    remedy = Remedy(RemedyKind.OPTION, right, when=where)
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
        _add_again(conn_id, "where it is lost: to add"),
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


def _finding(
    rule: Rule, conn_id: str, column: str, words: str, remedies: tuple[Remedy, ...] = (), **evidence: str
) -> Finding:
    return rule.finding(
        conn_id,
        f"the {column} of {conn_id} {words}",
        evidence={"row": f"metadata database, table connection, conn_id {conn_id}", "column": column, **evidence},
        remedies=remedies,
    )
