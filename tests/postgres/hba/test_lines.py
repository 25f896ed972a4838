"""Lines as values: what they show, what they hide, and what their method asks for."""

from __future__ import annotations

import pytest

from safeconduct.postgres.hba import (
    AddressKeyword,
    Asks,
    HbaLine,
    HostName,
    Token,
    lines_from_view,
    method_of,
    parse_hba,
    problems_from_view,
)
from tests.servers.postgres import Postgres

PASSWORD = "Never-In-Clear-9"
LDAP = f'host  all all all ldap ldapserver=x ldapbasedn="dc=x" ldapbinddn=cn ldapbindpasswd={PASSWORD} # why'


def only(text: str, version: int = 16) -> HbaLine:
    file = parse_hba("/etc/hba", lambda path: text, version)
    assert not file.problems
    [line] = file.lines
    return line


def test_a_line_shows_itself_as_it_stands() -> None:
    line = only('\n\nhost  sales,"all"\tetl  10.1.2.3/8 md5 # old\n')
    assert line.text == 'host  sales,"all"\tetl  10.1.2.3/8 md5 # old'
    assert (line.place, line.databases) == ("/etc/hba line 3", (Token("sales"), Token("all", quoted=True)))
    assert str(line.address) == "10.1.2.3/8"


@pytest.mark.parametrize("version", [13, 16, 18])
def test_passwords_in_options_are_not_shown(version: int) -> None:
    line = only(LDAP, version)
    assert PASSWORD not in repr(line) + line.text
    assert line.text == "host all all all ldap ldapserver=x ldapbasedn=dc=x ldapbinddn=cn ldapbindpasswd=***"
    assert line.option("ldapbindpasswd") is None
    assert line.option("ldapserver") == "x"


@pytest.mark.parametrize("rest", ["two words", "two b=c", "two,words"])
def test_the_second_word_of_a_password_is_not_shown(rest: str) -> None:
    text = f"host all all all ldap ldapserver=x ldapbasedn=x ldapbindpasswd={rest}"
    [problem] = parse_hba("hba", lambda path: text, 16).problems
    assert problem.message == "authentication option not in name=value format: ***"


def test_a_list_of_radius_secrets_is_not_shown() -> None:
    text = f'host all all all radius radiusservers=x "radiussecrets=,{PASSWORD}"'
    [problem] = parse_hba("hba", lambda path: text, 16).problems
    assert PASSWORD not in problem.message


@pytest.mark.parametrize(
    ("line", "asks", "certificate"),
    [
        ("host all all all trust", Asks.NOTHING, None),
        ("host all all all reject", Asks.REFUSES, None),
        ("host all all all md5", Asks.MD5, None),
        ("hostssl all all all scram-sha-256 clientcert=verify-ca", Asks.SCRAM, "verify-ca"),
        ("hostssl all all all password clientcert=verify-full", Asks.CLEAR, "verify-full"),
        ("host all all all pam", Asks.CLEAR, None),
        ("host all all all ident map=m", Asks.IDENT, None),
        ("local all all ident", Asks.PEER, None),
        ("host all all all gss", Asks.GSS, None),
        ("hostssl all all all cert", Asks.CERTIFICATE, "verify-full"),
    ],
)
def test_what_a_method_asks_for(line: str, asks: Asks, certificate: str | None) -> None:
    method = method_of(only(line))
    assert (method.asks, method.client_certificate) == (asks, certificate)
    assert method.map == ("m" if "map=" in line else None)
    assert method.password_in_clear == (asks is Asks.CLEAR)


def test_clientcert_by_number_up_to_13() -> None:
    assert method_of(only("hostssl all all all md5 clientcert=1", 13)).client_certificate == "verify-ca"
    assert method_of(only("hostssl all all all md5 clientcert=0", 13)).client_certificate is None


def test_oauth_from_18_on() -> None:
    text = "host all all all oauth issuer=https://i scope=s"
    assert method_of(only(text, 18)).asks is Asks.TOKEN
    assert parse_hba("hba", lambda path: text, 17).problems


def test_the_part_of_the_certificate_that_counts() -> None:
    method = method_of(only("hostssl all all all cert clientname=DN map=m"))
    assert (method.certificate_name, method.map) == ("DN", "m")


def test_rows_of_the_view_as_texts() -> None:
    row = {
        "line_number": "7",
        "type": "host",
        "database": '{all,"a \\"b\\"","c,d"}',
        "user_name": "{/x}",
        "address": "samenet",
        "netmask": None,
        "auth_method": "ldap",
        "options": f"{{ldapserver=x,ldapbindpasswd={PASSWORD}}}",
        "error": None,
    }
    [line] = lines_from_view([row])
    assert [token.text for token in line.databases] == ["all", 'a "b"', "c,d"]
    assert line.users == (Token("/x"),)
    assert line.address is AddressKeyword.SAMENET
    assert PASSWORD not in repr(line)
    assert line.place == "line 7"
    [newer] = lines_from_view([{**row, "file_name": "/hba", "address": "a.example"}])
    assert newer.users == (Token("/x", regex=True),)
    assert newer.address == HostName("a.example")
    broken = {**row, "type": None, "error": "no"}
    assert lines_from_view([broken]) == ()
    assert [(problem.line, problem.message) for problem in problems_from_view([row, broken])] == [(7, "no")]


LDAP_LINES = [
    f"host all all all ldap {options}"
    for options in [
        "", "ldapserver=x", "ldapprefix=x", "ldapserver=x ldapprefix=x ldapbasedn=y", "ldapport=a", "ldapport=0",
        "ldapprefix=a ldapport=+7", "ldapbasedn=a ldapsearchattribute=x ldapsearchfilter=x",
        "ldapprefix=a ldapscheme=a",
        "ldapurl=ldap://a", "ldapurl=ldap://a ldapprefix=x", "ldapurl=ldap://a/b", "ldapurl=ldaps://a:1/b?uid",
        "ldapurl=ldap://a/b?uid?sub ldapsearchfilter=x", "ldapurl=ldap://a/b??sub?(x=y) ldapsearchattribute=x",
        "ldapurl=ldap://a/b ldapsuffix=x", "ldapurl=foo", "ldapurl=http://a/b", "ldapurl=ldapi://a", "ldaptls=1",
    ]
]  # fmt: skip
GSS_LINES = [
    "local all all gss",
    "host all all all gss map=x krb_realm=y include_realm=0",
    "host all all all pam pamservice=x",
]


def test_ldap_kerberos_and_pam_where_the_build_has_them(postgres: Postgres) -> None:
    postgres.hba([*LDAP_LINES, *GSS_LINES])
    refused = dict(postgres.sql("SELECT line_number, error FROM pg_hba_file_rules WHERE type IS NULL"))
    if any("not supported by this build" in (error or "") for error in refused.values()):
        pytest.skip("needs a PostgreSQL with LDAP, GSSAPI and PAM: apt-get install postgresql")
    text = (postgres.data / "pg_hba.conf").read_text()
    ours = {p.line: p.message for p in parse_hba("hba", lambda path: text, postgres.version).problems}
    assert ours.keys() == refused.keys(), {n: text.split("\n")[n - 1] for n in ours.keys() ^ refused.keys()}
    assert len(ours) > 9
    different = {n: (ours[n], refused[n]) for n in ours if ours[n] != refused[n]}
    assert all(mine.startswith("could not parse LDAP URL") for mine, _ in different.values()), different
