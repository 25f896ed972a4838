"""The password between user and host disappears from a URI, percent-encoded or not; everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking.uris import hide_userinfo
from tests.masking.spellings import percent

# What no URI may hold as it is, and people type all the same; a blank ends the word, and a quotation mark may.
RAW = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="'\"`"), min_size=1)
NAMES = st.text("abcdefgh0123456789.-_%", min_size=1)
SCHEMES = st.sampled_from(["postgres", "postgresql+psycopg2", "redis", "http", "snowflake", "aws"])


@settings(max_examples=200, deadline=None)
@given(SCHEMES, NAMES, st.text(st.characters(), min_size=1), NAMES)
def test_a_percent_encoded_password_is_hidden(scheme: str, user: str, password: str, host: str) -> None:
    text = f"at {scheme}://{user}:{{}}@{host}:5432/sales?sslmode=require it fails"
    assert hide_userinfo(text.format(percent(password))) == text.format("***")


@settings(max_examples=200, deadline=None)
@given(NAMES, RAW, NAMES)
def test_a_password_that_should_have_been_encoded_is_hidden_whole(user: str, password: str, host: str) -> None:
    text = f"at postgres://{user}:{{}}@{host}:5432/sales it fails"
    assert hide_userinfo(text.replace("{}", password)) == text.replace("{}", "***")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgres://u:pw@h", "postgres://u:***@h"),
        ("postgres://:pw@h/sales", "postgres://:***@h/sales"),
        ("postgres://u:5432@h", "postgres://u:***@h"),
        ("postgres://u:12/x@h", "postgres://u:***@h"),
        ("postgres://u:12?x@h", "postgres://u:***@h"),
        ("postgres://u:p@s:s@h/sales", "postgres://u:***@h/sales"),
        ("postgres://u:p/w?x#y@h:5432/sales", "postgres://u:***@h:5432/sales"),
        ("postgres://u:a://b@h", "postgres://u:***@h"),
        ("postgres://u:it's@h", "postgres://u:***@h"),
        ("postgres://u:pw@h1:5432,h2:5433/sales", "postgres://u:***@h1:5432,h2:5433/sales"),
        ("postgres://u:pw@[::1]:5432/sales", "postgres://u:***@[::1]:5432/sales"),
        ("postgres://me@corp:pw@h", "postgres://me@corp:***@h"),
        ("postgresql+psycopg2://u:pw@h,\nredis://:pw@h", "postgresql+psycopg2://u:***@h,\nredis://:***@h"),
        ("x='postgres://u:pw@h', y=1@2", "x='postgres://u:***@h', y=1@2"),
        ('{"uri": "postgres://u:p\'w@h", "to": "a@b"}', '{"uri": "postgres://u:***@h", "to": "a@b"}'),
        ('"{\\"a\\": \\"x://u:pw@h\\", \\"b\\": \\"a@b\\"}"', '"{\\"a\\": \\"x://u:***@h\\", \\"b\\": \\"a@b\\"}"'),
        ("(postgres://u:pw@h/sales)", "(postgres://u:***@h/sales)"),
        ("postgres://u:pw@", "postgres://u:***@"),
        ("postgres://u:\0pw\udcff@h", "postgres://u:***@h"),
    ],
)
def test_only_the_password_is_hidden(text: str, expected: str) -> None:
    assert hide_userinfo(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u@h:5432/sales",
        "postgres://u@h:5432/sales@x",
        "postgres://u@h:5432,h2:5432/a@b",
        "postgres://h:5432/sales",
        "postgres://u:@h",
        "postgres://",
        "://",
        "https://example.com/a/b?c=d",
        "u@h:5432/sales",
        "etl@warehouse: refused; see a:b@c",
        "postgres:// u:pw@h",
        "",
    ],
)
def test_what_has_no_password_stays(text: str) -> None:
    assert hide_userinfo(text) == text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="@")))
def test_nothing_is_hidden_without_an_at_sign(text: str) -> None:
    assert hide_userinfo(text) == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["://", ":", "@", "/", "a", "1", "'", '"', "\\", ",", " ", "\n", "\udcff"])).map("".join)
)
def test_masked_text_is_left_as_it_is(text: str) -> None:
    masked = hide_userinfo(text)
    assert hide_userinfo(masked) == masked
