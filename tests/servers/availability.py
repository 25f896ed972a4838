"""What happens when a server that a test wants is not on this machine: skip at home, fail in CI."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import pytest

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """A server or program that is not here: what it is, what installs it, or else why nothing can ("")."""

    what: str
    install: str
    impossible: str = ""

    def __str__(self) -> str:
        return self.impossible or f"{self.what} is not here; install it with: {self.install}"


def missing(absence: Missing) -> NoReturn:
    """Skip the test, saying what to install; under CI=true fail it, because there all that is possible must be here."""
    if os.environ.get("CI", "").lower() == "true" and not absence.impossible:
        pytest.fail(str(absence), pytrace=False)
    pytest.skip(str(absence))


def require(found: T | Missing) -> T:
    """The thing itself, or the end of this test."""
    if isinstance(found, Missing):
        missing(found)
    return found
