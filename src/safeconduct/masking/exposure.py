"""What the detector says of a place in a value: that a secret stands there, or why none does. Neither holds it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exposure:
    """A secret stands at `pointer` (RFC 6901). The pointer is kept from `repr`: a key may be a secret itself.

    `whole` tells whether all that stands there is secret, or a part of it, which the masker finds again by itself.
    """

    pointer: str = field(repr=False)
    rule: str
    reason: str
    whole: bool = True


@dataclass(frozen=True)
class Spared:
    """A name or a shape at `pointer` announced a secret, and this is why there is none."""

    pointer: str = field(repr=False)
    suppressor: str
    reason: str


def escaped(key: str) -> str:
    """The key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
