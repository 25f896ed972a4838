"""Decisions without a server: the reasons, and what cannot be told."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv6Interface, ip_address
from typing import TYPE_CHECKING

import pytest

from safeconduct.postgres.hba import HbaLine, Login, NoFacts, match, parse_hba

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.hba.addresses import IPAddress

HERE = ip_address("127.0.0.1")
TCP = Login("sales", "etl", HERE)


class Some(NoFacts):
    """Facts of a small world: etl is in staff; one address with the names given."""

    def __init__(self, names: Sequence[str] | None = None, leads_to: Sequence[str] | None = None) -> None:
        self.names, self.leads_to = names, leads_to

    def is_member(self, user: str, role: str) -> bool | None:
        return (user, role) == ("etl", "staff")

    def role_exists(self, role: str) -> bool | None:
        return role != "gone"

    def interfaces(self) -> Sequence[IPv4Interface | IPv6Interface] | None:
        return [IPv4Interface("10.1.2.3/16"), IPv6Interface("fd00::2/64")]

    def reverse(self, address: IPAddress) -> Sequence[str] | None:
        return self.names

    def resolve(self, host: str) -> Sequence[IPAddress] | None:
        return None if self.leads_to is None else [ip_address(text) for text in self.leads_to]


def rules(text: str, version: int = 16) -> tuple[HbaLine, ...]:
    file = parse_hba("hba", lambda path: text, version)
    assert not file.problems
    return file.lines


def reason(text: str, login: Login = TCP, facts: NoFacts | None = None, version: int = 16) -> str:
    """Why the line does not fit for certain."""
    decision = match(rules(text, version), login, facts or Some())
    assert decision.line is None
    assert decision.certain
    return decision.passed[0].reason


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("local all all trust", "is for local, and this login came over TCP"),
        ("hostssl all all all trust", "is for hostssl, and this login came without TLS"),
        ("hostgssenc all all all trust", "is for hostgssenc, and this login came without GSSAPI encryption"),
        ("host all all 10.0.0.0/8 trust", "its address 10.0.0.0/8 does not cover 127.0.0.1"),
        ("host all all 10.0.0.1 255.0.255.0 trust", "its address 10.0.0.1 255.0.255.0 does not cover 127.0.0.1"),
        ("host all all ::/0 trust", "its address ::/0 does not cover 127.0.0.1"),
        ("host all all samehost trust", "samehost: 127.0.0.1 is none of the server's own addresses"),
        ("host all all samenet trust", "samenet: 127.0.0.1 is in none of the server's own networks"),
        ("host hr all all trust", "is for the database hr, not sales"),
        ('host "all" all all trust', 'is for the database "all", not sales'),
        ("host hr,a all all trust", "its databases hr, a do not include sales"),
        ("host sameuser all all trust", "sameuser: the database sales is not named like the user etl"),
        ("host samerole all all trust", "samerole: etl is no member of sales"),
        ("host replication all all trust", "is for physical replication"),
        ("host all +analysts all trust", "+analysts: etl is no member"),
        ("host all +gone all trust", "+gone: there is no role gone"),
        ("host all bob all trust", "is for the user bob, not etl"),
        ("host all bob,+analysts all trust", "its users bob, +analysts do not include etl"),
    ],
)
def test_why_a_line_does_not_fit(line: str, why: str) -> None:
    assert reason(line) == why


def test_why_a_line_does_not_fit_other_logins() -> None:
    socket = Login("sales", "etl", None)
    physical = Login("", "etl", HERE, replication="physical")
    assert reason("host all all all trust", socket) == "is for host, and this login came through a Unix socket"
    encrypted = Login("sales", "etl", HERE, tls=True, gss=True)
    assert reason("hostnossl all all all trust", encrypted) == "is for hostnossl, and this login came with TLS"
    assert "with GSSAPI encryption" in reason("hostnogssenc all all all trust", encrypted)
    assert reason("host all all all trust", physical).startswith("does not name replication")
    assert reason("host /x etl all trust", version=15) == "is for the database /x, not sales"


def test_the_first_line_that_fits_decides() -> None:
    lines = rules("host hr all all trust\nhost sales +staff all reject\nhost all all all trust")
    decision = match(lines, TCP, Some())
    assert decision.line is lines[1]
    assert decision.certain
    assert [passed.line for passed in decision.passed] == [lines[0]]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("host all +staff all trust", "whether etl is a member of staff is not known"),
        ("host samerole all all trust", "whether etl is a member of sales is not known"),
        ("host /^s all all trust", "whether the regular expression /^s matches sales is not known"),
        ("host all all samenet trust", "samenet: the server's own addresses are not known"),
        (
            "host all all a.example trust",
            "what 127.0.0.1 is called, which its host name a.example asks for, is not known",
        ),
    ],
)
def test_what_is_not_known_is_said_and_not_guessed(line: str, what: str) -> None:
    lines = rules(f"{line}\nhost all all all reject")
    decision = match(lines, TCP, NoFacts())
    assert not decision.certain
    assert (decision.passed[0].undecided, decision.passed[0].reason) == (True, what)
    assert decision.candidates == lines


def test_what_does_not_fit_anyway_needs_no_facts() -> None:
    text = "host all +staff 10.0.0.0/8 trust\nhost hr all a.example trust\nhost /x bob samenet trust\n"
    assert match(rules(text), TCP, NoFacts()).certain


def test_one_name_that_fits_is_enough_whatever_the_others() -> None:
    assert match(rules("host all +staff,etl all trust"), TCP, NoFacts()).line


@pytest.mark.parametrize(
    ("rule", "names", "leads_to", "fits"),
    [
        ("a.example", ["A.Example"], ["127.0.0.1"], True),
        (".example", ["a.example"], ["10.0.0.1", "127.0.0.1"], True),
        (".example", ["example"], ["127.0.0.1"], False),
        (".a.example", ["a.example"], ["127.0.0.1"], False),
        ("a.example", ["a.example"], ["10.0.0.1"], False),
        ("a.example", ["a.example"], [], False),
        ("a.example", ["b.example"], ["127.0.0.1"], False),
        ("a.example", [], ["127.0.0.1"], False),
        ("a.example", None, ["127.0.0.1"], None),
        ("a.example", ["a.example"], None, None),
        ("a.example", ["a.example", "b.example"], ["127.0.0.1"], None),
        (".example", ["a.example", "b.example"], ["127.0.0.1"], True),
    ],
)
def test_host_names_have_to_lead_there_and_back(
    rule: str, names: list[str] | None, leads_to: list[str] | None, fits: bool | None
) -> None:
    decision = match(rules(f"host all all {rule} trust"), TCP, Some(names, leads_to))
    assert (decision.line is not None, decision.certain) == (bool(fits), fits is not None)


def test_own_addresses_and_networks() -> None:
    near = Login("sales", "etl", ip_address("10.1.9.9"))
    own = Login("sales", "etl", ip_address("fd00::2%eth0"))
    assert match(rules("host all all samenet trust"), near, Some()).line
    assert match(rules("host all all samehost trust"), own, Some()).line
    assert match(rules("host all all samehost trust"), near, Some()).line is None


def test_ipv4_inside_ipv6_is_not_ipv4() -> None:
    mapped = Login("sales", "etl", ip_address("::ffff:127.0.0.1"))
    assert match(rules("host all all 127.0.0.1/32 trust"), mapped, Some()).line is None


def test_an_empty_database_is_the_users() -> None:
    assert match(rules("host sameuser all all trust"), Login("", "etl", HERE), NoFacts()).line


def test_regular_expressions_are_asked_byte_by_byte() -> None:
    asked = []

    class Asked(NoFacts):
        def regex(self, pattern: str, subject: str) -> tuple[str | None, ...] | bool | None:
            asked.append((pattern, subject))
            return True

    assert match(rules("host /é$ all all trust"), Login("né", "etl", HERE), Asked()).line
    assert asked == [("Ã©$", "nÃ©")]
