"""Connection strings, compared with the real libpq."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safeconduct.model import Finding
from safeconduct.postgres.conninfo import parse_conninfo
from safeconduct.postgres.options import OPTIONS
from tests.postgres import libpq

KNOWN = sorted(set(libpq.parsed("") or {}) | set(OPTIONS))


def ours(text: str) -> dict[str, str] | None:
    found = parse_conninfo("my_postgres", text)
    return None if isinstance(found, Finding) else {keyword: setting.text for keyword, setting in found.items()}


CHARACTERS = "=='\\ \t\n%@:/?&,[]#+ab1é"
WORDS = "%41 %2F %00 %zz host port user dbname sslmode ::1 requiressl ssl=true host= &sslmode=require %20 postgresql://"
PIECES = st.sampled_from([*CHARACTERS, *WORDS.split()])
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@settings(max_examples=600)
@given(TEXTS)
@example("host = a\\ b port='5\\'4' requiressl=1")
@example("host=a\\")
@example("host='a'port=2")
def test_pairs_are_read_as_libpq_reads_them(text: str) -> None:
    assert ours(text) == libpq.parsed(text)


@settings(max_examples=1000)
@given(st.sampled_from(["postgresql://", "postgres://"]), TEXTS)
@example("postgresql://", "u:p%40w@[::1]:5433,b/sales?sslmode=require&options=-c%20a%3Db")
@example("postgresql://", "%2Fvar%2Frun/sales?ssl=true")
@example("postgresql://", "a@b@c/d")
@example("postgresql://", " u :p@ h : 5 / d ?sslmode = require & port = 3")
@example("postgresql://", "h/a b")
def test_uris_are_read_as_libpq_reads_them(prefix: str, text: str) -> None:
    assert ours(prefix + text) == libpq.parsed(prefix + text)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(KNOWN), st.text(st.characters(exclude_characters="\0", codec="utf-8"))))
def test_what_psycopg_writes_is_read_back(options: dict[str, str]) -> None:
    from psycopg.conninfo import make_conninfo

    assert ours(make_conninfo("", **options)) == options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("host", '"=" is missing'),
        ("password='hunter2", "no closing quote"),
        ("postgresql://u:hunter2%zz@h", "password"),
        ("postgresql://u:hunter2@[::1", '"]" is missing'),
        ("postgresql://u:hunter2@[]/x", "empty"),
        ("postgresql://u:hunter2@[::1]x/x", "only"),
        ("postgresql://u:hunter2@h/d?x", 'no "="'),
        ("postgresql://u:hunter2@h/d?sslmode=a=b", 'more than one "="'),
        ("postgresql://u:hunter2%00@h", "%00"),
        ("postgresql://u:hunter 2@h", "%20"),
    ],
)
def test_a_malformed_string_is_named_and_never_shown(text: str, words: str) -> None:
    found = parse_conninfo("my_postgres", text, "dsn in the extra")
    assert isinstance(found, Finding)
    assert found.rule == "postgres.option.string-malformed"
    assert found.message.startswith("dsn in the extra: ")
    assert words in found.message
    assert "hunter" not in repr(found)


def test_an_unknown_option_is_named_with_the_nearest() -> None:
    found = parse_conninfo("my_postgres", "postgresql://u:p@h/d?ssl_mode=require")
    assert isinstance(found, Finding)
    assert found.rule == "postgres.option.unknown"
    assert found.evidence["option"] == "ssl_mode"
    assert found.evidence["nearest"] == "sslmode"


@pytest.mark.parametrize("rest", ["#more!secret", "secret", "Secret", "s3cret", "secret_", "sslm0desecret"])
def test_what_does_not_look_like_a_keyword_is_not_shown(rest: str) -> None:
    found = parse_conninfo("my_postgres", f"host=h password=hunter2 {rest}=x")
    assert isinstance(found, Finding)
    assert "secret" not in repr(found)
