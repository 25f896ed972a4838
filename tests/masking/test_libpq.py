"""libpq's complaints of a connection string: pieces of a password are hidden, what belongs there stays."""

from __future__ import annotations

import pytest

from safeconduct.masking.libpq import hide_pieces


@pytest.mark.parametrize(
    "text",
    [
        'missing "=" after "{}" in connection info string',
        'invalid percent-encoded token: "{}"',
        'forbidden value %00 in percent-encoded value: "{}"',
        'missing key/value separator "=" in URI query parameter: "{}"',
        'extra key/value separator "=" in URI query parameter: "{}"',
        'could not translate host name "{}@h" to address: Name or service not known',
        'connection to server at "{}@h" (10.0.0.1), port 5432 failed: FATAL:  no',
        'invalid port number: "{}"',
        'invalid integer value "{}" for connection option "port"',
        'invalid connection option "{}"',
        'invalid URI query parameter: "{}"',
    ],
)
def test_a_piece_of_a_password_is_hidden(text: str) -> None:
    assert hide_pieces(text.replace("{}", "Hunter2/a")) == text.replace("{}", "***")
    assert hide_pieces(f"(psycopg2.OperationalError) {text.replace('{}', 'Hunter2')}\n").count("***") == 1


@pytest.mark.parametrize(
    "text",
    [
        'could not translate host name "db.example.com" to address: Name or service not known',
        'connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  password authentication failed for "a@b"',
        'invalid port number: "70000"',
        'invalid integer value "-1" for connection option "port"',
        'invalid connection option "sslmood"',
    ],
)
def test_what_belongs_there_stays(text: str) -> None:
    assert hide_pieces(text) == text
