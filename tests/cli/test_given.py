"""What comes in by standard input is read to a limit."""

from __future__ import annotations

import io
from types import SimpleNamespace

import click
import pytest

from safeconduct.cli.given import given_text


def given(octets: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(octets)))
    return given_text("--password", "-", 10)


@pytest.mark.parametrize("octets", [b"0123456789", b"012345678\n", b"01234567\r\n"])
def test_as_much_as_may_be_is_taken(octets: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(octets, monkeypatch) == octets.decode().strip()


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"01234567890", "larger than 0 KiB"),
        (b"", "empty or closed"),
        (b"ab\xff", "byte 3 of standard input is no UTF-8"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence(octets: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(click.UsageError, match=words):
        given(octets, monkeypatch)
