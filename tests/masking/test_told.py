"""Secrets in what people write about a connection, and what only speaks of secrets."""

from __future__ import annotations

import time

import pytest

from safeconduct.masking import Masker

AWS = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
HIDDEN = {
    "Ask Bob; the password is Tr0ub4dor&3, do not share": "Tr0ub4dor",
    "pw: hunter22 (until May)": "hunter22",
    "Password=swordfish, ask Bob": "swordfish",
    "the password is swordfish.": "swordfish",
    "Passwort lautet Geheim123!": "Geheim123",
    "login with etl / S3cr3t!Pass": "S3cr3t",
    f"use this key / {AWS}": "wJalrXUtn",
    "x" * 5_001: "xxx",
}
SHOWN = [
    "Reporting DB (v2.3-Beta), owner: Data-Team@example.com",
    "the password is in Vault",
    "the password is rotated.",
    "Password: see 1Password",
    "token is rotated weekly",
    "ticket OPS-1234, runbook https://wiki.example.com/x/AbCdEf12",
    "of the shop",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_secret_in_a_sentence_is_hidden(text: str) -> None:
    assert HIDDEN[text] not in Masker().told(text)
    assert "***" in Masker().told(text)


@pytest.mark.parametrize("text", SHOWN)
def test_what_only_speaks_of_secrets_is_shown(text: str) -> None:
    assert Masker().told(text) == text


@pytest.mark.parametrize("part", ["password is ", "pw: ", "a/", "pass", "token token ", "key -> ", "is"])
def test_a_long_text_takes_no_long_time(part: str) -> None:
    began = time.monotonic()
    Masker().told((part * 5_000)[:5_000])
    assert time.monotonic() - began < 2
