"""require_auth, as libpq reads it."""

from __future__ import annotations

import psycopg
import pytest

from safeconduct.postgres.auth_policy import ANY_METHOD, METHODS, BadRequireAuth, parse_require_auth


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", METHODS),
        ("md5", ["md5"]),
        ("scram-sha-256,none", ["scram-sha-256", "none"]),
        ("!password", ["md5", "gss", "sspi", "scram-sha-256", "oauth", "none"]),
        ("!none,!md5", ["password", "gss", "sspi", "scram-sha-256", "oauth"]),
    ],
)
def test_what_it_allows(text: str, allowed: list[str]) -> None:
    policy = parse_require_auth(text)
    assert [method for method in METHODS if policy.allows(method)] == [each for each in METHODS if each in allowed]


def test_methods_without_a_name_are_allowed_only_without_the_option() -> None:
    assert ANY_METHOD.allows("code 4242")
    assert not parse_require_auth("!md5").allows("code 4242")


@pytest.mark.parametrize(
    "text",
    [
        "scram",
        "MD5",
        "md5,",
        ",",
        "md5,md5",
        "!md5,!md5",
        "md5,!password",
        "!md5,password",
        " md5",
        "md5, password",
        "!",
        "!!md5",
    ],
)
def test_libpq_refuses_it_too(text: str) -> None:
    with pytest.raises(BadRequireAuth):
        parse_require_auth(text)
    with pytest.raises(psycopg.OperationalError, match="require_auth"):
        psycopg.connect(host="/nonexistent", require_auth=text)
