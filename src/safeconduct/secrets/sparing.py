"""What a defect of our own may cost: the one answer that it befell, and no other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from safeconduct.model import Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

DEBUG = "SAFECONDUCT_DEBUG"
"""The environment variable that lets an unexpected error through, so that one sees where it came from."""

Answered = TypeVar("Answered")


def spared(subject: str, ask: Callable[[], Answered]) -> Answered | Unjudged:
    """The answer; where asking fails as nobody foresaw, that the subject could not be judged.

    With SAFECONDUCT_DEBUG=1 the error is raised.
    """
    try:
        return ask()
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        return defect(subject, error)


def defect(subject: str, error: Exception) -> Unjudged:
    """Names the error's kind only: its text may quote anything, a password included."""
    kind = type(error).__name__
    return Unjudged(
        subject, f"internal error ({kind}); this is a defect of Safeconduct, and {DEBUG}=1 shows where it came from"
    )
