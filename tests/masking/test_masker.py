"""The one door: whatever text goes through it, it comes out as text, and without a secret."""

from __future__ import annotations

import copy
import itertools
import pickle
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeconduct.masking import Masker
from safeconduct.model import MASK, Secret
from tests.masking.spellings import SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "hunter2/Grün 'x'"
MASKER = Masker([Secret(SECRET), Secret("warehouse")], public=["warehouse.example.com", "etl"])
WRITTEN = [
    SPELLINGS[name](SECRET) for name in ("as it is", "percent-encoded", "JSON", "JSON in JSON", "repr", "conninfo")
]

# What the parts of the masker look for, so that random texts made of it get deep into them.
WORDS = (
    *(
        "password",
        "token",
        "sslkey",
        "PASSWORD '",
        "Authorization: Basic ",
        "n",
        "None",
        "<password>",
        "{{ x }}",
        "***",
    ),
    *("=", ":", "://", "u:p@h", "@", "/", "?", "&", ";", ",", "'", '"', "\\", "{", "}", "[", "]", "(", ")", "$"),
    *(" ", "\n", "\r", "\t", "\0", "%3D", "%27", "\udcff", "\u202e", "eyJ" + "a" * 12, ".", "b" * 12, "md5" + "0" * 32),
    *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "AKIA" + "A" * 16, "gAAAAA" + "c" * 40),
    *("SCRAM-SHA-256$4096:aa==$bb=:cc=", "ghp_" + "a1" * 18, "warehouse", "etl", *WRITTEN),
)
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(st.characters(), max_size=5)), max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_comes_out_as_text_without_the_secret(text: str) -> None:
    masked = MASKER.text(text)
    assert not [written for written in WRITTEN if written in masked]


@given(st.text("0123456789abc ,.;-\n\u00e9\udcff"))
def test_a_text_without_secrets_is_left_as_it_is(text: str) -> None:
    assert Masker([Secret("Hunter2")]).text(text) == text


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_masked_text_is_left_as_it_is(text: str) -> None:
    masked = MASKER.text(text)
    assert MASKER.text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "postgres://etl:hunter@h/sales?password=hunter",
        "password='it\\'s' host=h",
        '{"password": "a \\" b", "extra": "{\\"token\\": \\"x\\"}"}',
        "password: hunter\ntoken: hunter",
        "Authorization: Bearer hunter",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "SCRAM-SHA-256$4096:aa==$bb=:cc=",
        "PASSWORD 'hunter'",
        f"password={SECRET} and {SECRET}",
        "sslkey=/run/secrets/AKIA" + "A" * 16,
    ],
)
def test_masking_twice_is_masking_once(text: str) -> None:
    masked = MASKER.text(text)
    assert masked != text
    assert MASKER.text(masked) == masked


@given(TEXTS, TEXTS)
@example("password=", "")
@example("", "@h/sales")
@example('{"a": "', '"}')
@example("postgres://etl:", "@h/sales")
@example("password='", "'")
def test_a_known_secret_is_hidden_between_whatever_stands_around_it(before: str, after: str) -> None:
    masked = MASKER.text(before + SECRET + after)
    assert SECRET not in masked
    assert "hunter2" not in masked
    assert "Grün" not in masked


@pytest.mark.parametrize("written", WRITTEN)
def test_a_password_echoed_in_a_servers_sentence_is_hidden(written: str) -> None:
    text = 'password "{}" of user "etl" is not the one of warehouse.example.com'
    assert MASKER.text(text.format(written)) == text.format(MASK)


HOSTILE = [
    "... ",
    "hunt",
    "hunter2...",
    "password='",
    "://a:b@",
    "://",
    "eyJ",
    '\\"',
    "token: ",
    "-----BEGIN ",
    "%3D",
    "'x ",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_ten_times_the_text_takes_ten_times_the_steps(part: str) -> None:
    masker = Masker([Secret("hunter2-" + "abcdefgh/")])
    masker.text('"loaded"' + part)  # what is loaded when it is first needed is not counted
    assert steps(masker, part * 2_000) < 12 * steps(masker, part * 200)


@pytest.mark.parametrize("part", HOSTILE)
def test_a_longer_secret_makes_no_text_take_more_steps(part: str) -> None:
    short, long = (Masker([Secret("hunter2-" + "abcdefgh/" * times)]) for times in (3, 300))
    assert steps(long, part * 100) < 3 * steps(short, part * 100)


def steps(masker: Masker, text: str) -> int:
    """Calls made while masking: unlike seconds, the same each time."""
    count = itertools.count()
    sys.setprofile(lambda *_: next(count))
    try:
        masker.text(text)
    finally:
        sys.setprofile(None)
    return next(count)


def test_a_name_that_is_a_password_too_is_hidden_where_it_is_given_as_one() -> None:
    masker = Masker([Secret("etl_writer")], public=["etl_writer"])
    assert masker.text("the role etl_writer may not log in") == "the role etl_writer may not log in"
    assert masker.text("password=etl_writer user=etl_writer") == "password=*** user=etl_writer"
    assert masker.text("postgres://etl_writer:etl_writer@h") == "postgres://etl_writer:***@h"


@pytest.mark.parametrize(
    "text",
    [
        'FATAL:  password authentication failed for user "etl"',
        "no password in the connection",
        "password: the password is wrong",
        "the server asks for a password (md5), and the connection has none",
        "ALTER ROLE etl LOGIN;",
        "hostssl sales etl 10.0.0.7/32 scram-sha-256",
        "GRANT SELECT ON TABLE sales.orders, sales.tokens TO etl;",
        '{"sslmode": "verify-full", "sslrootcert": "/path/to/ca.crt", "sslkey": "/path/to/client.key"}',
        "python3 -c \"import getpass, urllib.parse; print(urllib.parse.quote(getpass.getpass('part: '), safe=''))\"",
        "etl@db1.example.com:5432,db2.example.com:5433/sales",
        "postgresql://etl@db.example.com:5432/sales?sslmode=require",
        "passfile=/home/etl/.pgpass password_encryption=scram-sha-256 max_tokens=5",
        "fernet_key = <the key in use>,<the key of that time>",
        "opened by key 1 of 2 Fernet keys",
    ],
)
def test_what_our_own_reports_say_is_readable(text: str) -> None:
    assert Masker().text(text) == text


def test_an_extra_is_masked_by_known_value_too() -> None:
    extra = {"sslmode": "require", "options": f"-c x={SECRET}", SECRET: 1, "list": [SECRET, {"deep": SECRET}]}
    assert MASKER.extra(extra) == {"sslmode": "require", "options": "-c x=***", MASK: 1, "list": [MASK, {"deep": MASK}]}


@pytest.mark.parametrize("shown", [repr(MASKER), str(MASKER), f"{MASKER}"])
def test_a_masker_does_not_show_what_it_knows(shown: str) -> None:
    assert shown == "Masker()"


@pytest.mark.parametrize("carry", [pickle.dumps, copy.deepcopy, copy.copy])
def test_no_serializer_takes_what_a_masker_knows(carry: Callable[[Masker], object]) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        carry(MASKER)
