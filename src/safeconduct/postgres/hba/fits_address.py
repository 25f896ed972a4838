"""Whether a line's address fits where a login comes from (check_ip, check_hostname and their like in hba.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.postgres.hba.addresses import AddressKeyword, HostName, IPAddress, Network
from safeconduct.postgres.hba.answer import YES, Answer, no, unknown
from safeconduct.postgres.hba.fits_names import same

if TYPE_CHECKING:
    from safeconduct.postgres.hba.facts import Facts


def fits_address(rule: Network | HostName | AddressKeyword, address: IPAddress, facts: Facts) -> Answer:
    """Whether the rule covers the address, at which the server sees the client."""
    if isinstance(rule, Network):
        return YES if rule.covers(address) else no(f"its address {rule} does not cover {address}")
    if isinstance(rule, HostName):
        return _host_name(rule.name, address, facts)
    return YES if rule is AddressKeyword.ALL else _own(rule, address, facts)


def _own(rule: AddressKeyword, address: IPAddress, facts: Facts) -> Answer:
    interfaces = facts.interfaces()
    if interfaces is None:
        return unknown(f"{rule.value}: the server's own addresses are not known")
    if rule is AddressKeyword.SAMEHOST:
        if any(_equal(interface.ip, address) for interface in interfaces):
            return YES
        return no(f"samehost: {address} is none of the server's own addresses")
    networks = (Network(interface.ip, int(interface.netmask)) for interface in interfaces)
    if any(network.covers(address) for network in networks):
        return YES
    return no(f"samenet: {address} is in none of the server's own networks")


def _equal(one: IPAddress, other: IPAddress) -> bool:
    return one.version == other.version and int(one) == int(other)


def _host_name(pattern: str, address: IPAddress, facts: Facts) -> Answer:
    """The address must have a name that fits, and that name must lead back to the address."""
    names = facts.reverse(address)
    if names is None:
        return unknown(f"what {address} is called, which its host name {pattern} asks for, is not known")
    if not names:
        return no(f"its host name {pattern} cannot fit: {address} has no name")
    answers = [_confirmed(pattern, name, address, facts) for name in names]
    if len({answer.fits for answer in answers}) > 1:
        return unknown(f"{address} has several names, and the server takes the first it hears of for {pattern}")
    return answers[0]


def _confirmed(pattern: str, name: str, address: IPAddress, facts: Facts) -> Answer:
    if not _matches(pattern, name):
        return no(f"its host name {pattern} does not fit {name}, the name of {address}")
    addresses = facts.resolve(name)
    if addresses is None:
        return unknown(f"whether {name} leads back to {address} is not known")
    if any(_equal(found, address) for found in addresses):
        return YES
    return no(f"its host name {pattern} fits, but {name} does not lead back to {address}")


def _matches(pattern: str, name: str) -> bool:
    if pattern.startswith("."):
        return len(name) >= len(pattern) and same(name[-len(pattern) :], pattern, ignore_case=True)
    return same(name, pattern, ignore_case=True)
