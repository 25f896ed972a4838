"""Addresses as they stand in pg_hba.conf, read as the C library reads them (getaddrinfo with AI_NUMERICHOST)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import Enum

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_IPV4_BITS = 32
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*)")
_STRTOL = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)")


class AddressKeyword(str, Enum):
    """Unquoted words in place of an address."""

    ALL = "all"
    SAMEHOST = "samehost"
    SAMENET = "samenet"


@dataclass(frozen=True)
class HostName:
    """A name in place of an address; one that begins with a dot stands for all names that end so."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Network:
    """An address and a mask of the same family. The mask may have holes, the address bits outside the mask."""

    address: IPAddress
    mask: int

    def covers(self, address: IPAddress) -> bool:
        """Whether it is of this family and equal in the bits of the mask; IPv4 in IPv6 is not IPv4 here."""
        return address.version == self.address.version and not (int(address) ^ int(self.address)) & self.mask

    def __str__(self) -> str:
        bits = self.address.max_prefixlen
        length = self.mask.bit_count()
        if self.mask == full_mask(bits, length):
            return f"{self.address}/{length}"
        return f"{self.address} {type(self.address)(self.mask)}"


def full_mask(bits: int, length: int) -> int:
    """A mask of `length` ones, in an address of so many bits."""
    return ((1 << length) - 1) << (bits - length)


def numeric_address(text: str) -> IPAddress | None:
    """The address, in any notation that the C library takes (127.1, 0x7f.1, fe80::1%eth0); None for a name."""
    if ":" in text:
        try:
            return ipaddress.IPv6Address(text)
        except ValueError:
            return None
    return _ipv4(text)


def prefix_mask(text: str, bits: int) -> int | None:
    """The mask that a number after the slash means, read as strtol reads it; None when it means none."""
    number = _STRTOL.fullmatch(text)
    if number is None or not 0 <= int(number[1][:9]) <= bits:
        return None
    return full_mask(bits, int(number[1]))


def _ipv4(text: str) -> ipaddress.IPv4Address | None:
    """One to four numbers (decimal, octal, hexadecimal), the last of which fills all bytes that are left."""
    parts = [_number(part) for part in text.split(".")] if len(text) <= _IPV4_BITS * 2 else []
    numbers = [part for part in parts if part is not None]
    if not 1 <= len(parts) <= 4 or len(numbers) != len(parts):
        return None
    *head, last = numbers
    room = 8 * (4 - len(head))
    if any(number > 0xFF for number in head) or last >> room:
        return None
    return ipaddress.IPv4Address(sum(byte << (24 - 8 * i) for i, byte in enumerate(head)) + last)


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    return int(found[1], 16) if found[1] else int(found[2], 8) if found[2] else int(found[3])
