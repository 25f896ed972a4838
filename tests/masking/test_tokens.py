"""Secrets that show by their shape disappear without any name before them, and nothing that only resembles them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking.tokens import hide_tokens

# Put together here, so that no scanner of sources takes them for real.
HEX = "0123456789abcdef" * 2
BODY = "aB3-_" * 12
LETTERS = "aB3x" * 20
JWT = f"eyJ{BODY}.eyJ{BODY}.{BODY}"
FERNET_KEY = base64.urlsafe_b64encode(bytes(range(100, 132))).decode()
TOKENS = {
    "JWT": JWT,
    "JWT without signature": f"eyJ{BODY}.eyJ{BODY}.",
    "Fernet token": f"gAAAAA{BODY}==",
    "AWS access key id": "AKIA" + "A7" * 8,
    "AWS temporary key id": "ASIA" + "A7" * 8,
    "GitHub": "gh" + "p_" + LETTERS[:36],
    "GitHub, fine-grained": "github" + "_pat_" + LETTERS,
    "GitLab": "gl" + "pat-" + LETTERS[:20],
    "Slack": "xo" + "xb-" + LETTERS[:24],
    "Slack, a webhook's path": f"T{LETTERS[:8].upper()}/B{LETTERS[:8].upper()}/{LETTERS[:24]}",
    "Stripe": "sk" + "_live_" + LETTERS[:24],
    "Vault": "hv" + "s." + LETTERS[:24],
    "Google": "AI" + "za" + LETTERS[:35],
    "Databricks": "da" + "pi" + HEX,
    "npm": "np" + "m_" + LETTERS[:36],
    "SendGrid": "S" + f"G.{LETTERS[:22]}.{LETTERS[:43]}",
    "PostgreSQL's md5": "md5" + HEX,
    "Fernet key": FERNET_KEY,
}
AROUND = (
    "{}",
    "login {} refused",
    "x%3D{}",
    '"{}"',
    "'{}'",
    "={};",
    "a,{},b",
    "({})",
    ":{}@",
    "/{}/",
    "?jwt={}&x=y",
    "said\\n{}\\n",
)


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_hidden_wherever_it_stands(token: str) -> None:
    masked = {around: hide_tokens(around.replace("{}", TOKENS[token])) for around in AROUND}
    assert masked == {around: around.replace("{}", "***") for around in AROUND}


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", " "])
def test_a_private_key_is_hidden_between_its_marks(kind: str, newline: str) -> None:
    begin, end = f"-----BEGIN {kind}PRIVATE KEY-----", f"-----END {kind}PRIVATE KEY-----"
    key = newline.join([begin, "MIIEvQIBADANBg", "kqhkiG9w0BAQEF", end])
    assert hide_tokens(f"<{key}> and <{key}>") == f"<{begin}***{end}> and <{begin}***{end}>"


def test_a_private_key_without_an_end_is_hidden_to_the_end_of_the_text() -> None:
    masked = hide_tokens("sslkey -----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n\nkqhkiG9w0BAQEF")
    assert masked == "sslkey -----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy", "SCRAM-SHA-256$***"),
        ("asks for SCRAM-SHA-256", "asks for SCRAM-SHA-256"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("authorization: basic dTpwdw==", "authorization: basic ***"),
        ('{"Authorization": "Bearer abc"}', '{"Authorization": "Bearer ***"}'),
        ("hooks.slack.com/services/" + LETTERS, "hooks.slack.com/services/***"),
        (f"{FERNET_KEY},{FERNET_KEY}", "***,***"),
    ],
)
def test_what_says_of_which_kind_it_is_stays(text: str, expected: str) -> None:
    assert hide_tokens(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "eyJustAName.of_a_module",
        "AKIA-is-where-we-live",
        "AKIA" + "A7" * 9,
        "xAKIA" + "A7" * 8,
        "md5" + HEX + "0",
        "md5 or scram-sha-256",
        "ghp_short",
        "gAAAAA",
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----",
        "a_very_long_name_of_an_option_that_is_set_so=1",
        "A" * 43 + "=",
        LETTERS[:42] + "=",
        "sha256:" + HEX * 2,
        "the role etl of warehouse.example.com:5432",
    ],
)
def test_what_only_resembles_a_token_stays(text: str) -> None:
    assert hide_tokens(text) == text


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_every_fernet_key_is_hidden(octets: bytes) -> None:
    key = base64.urlsafe_b64encode(octets).decode()
    mixed = key.lower() != key and key.upper() != key
    assert hide_tokens(f"fernet {key} key") == ("fernet *** key" if mixed else f"fernet {key} key")


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_text_comes_out_with_no_more_than_its_tokens_changed(text: str) -> None:
    masked = hide_tokens(text + " " + JWT)
    assert masked.endswith(" ***")
    assert hide_tokens(masked) == masked
