"""Nothing that a terminal would obey comes through, and nothing is lost on the way."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.masking import printable

OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("a\tb", "a    b"),
        ("progress\rdone", "progress\\rdone"),
        ("\r\n", "\\r\n"),
        ("\x1b[2J\x1b]0;owned\x07", "\\x1b[2J\\x1b]0;owned\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\0b", "a\\x00b"),
        ("a\x08b\x7f", "a\\x08b\\x7f"),
        ("abc\u202edcba", "abc\\u202edcba"),
        ("\u2066a\u2069\u200e\u200f\u061c", "\\u2066a\\u2069\\u200e\\u200f\\u061c"),
        ("a\u200bb\u200d\ufeff\u00ad", "a\\u200bb\\u200d\\ufeff\\xad"),
        ("a\u2028b\u2029", "a\\u2028b\\u2029"),
        ("\udcff\ud800", "\\udcff\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("échec\u00a0: l’authentification «\u202fetl\u202f»", "échec\u00a0: l’authentification «\u202fetl\u202f»"),
        ("密码 пароль 🔒", "密码 пароль 🔒"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_of_all_characters_none_is_obeyed() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert {char for char in set(printable(every)) if unicodedata.category(char) in OBEYED} == {"\n"}


@given(st.text(st.characters()))
def test_any_text_can_be_written_and_stays_as_it_is_the_second_time(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert printable(shown) == shown


@given(st.text(st.characters()))
def test_nothing_is_removed(text: str) -> None:
    # Were a character dropped, what masking saw apart could come together.
    assert len(printable(text)) >= len(text)
    assert printable(text) == "".join(map(printable, text))
