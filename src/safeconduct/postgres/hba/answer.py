"""Yes, no, or not known; the latter two with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Answer:
    """`fits` is None when it cannot be known. `reason` is one short sentence without a subject ("" for yes)."""

    fits: bool | None
    reason: str = ""


YES = Answer(True)


def no(reason: str) -> Answer:
    """It does not fit."""
    return Answer(False, reason)


def unknown(reason: str) -> Answer:
    """It cannot be known."""
    return Answer(None, reason)


def all_of(answers: Iterable[Answer]) -> Answer:
    """The first no wins, whatever is not known before it; then the first that is not known."""
    found = list(answers)
    return next((a for a in found if a.fits is False), next((a for a in found if a.fits is None), YES))


def any_of(answers: list[Answer], none_fits: str) -> Answer:
    """One yes is enough. Of several that do not fit `none_fits` is the reason; one alone says its own."""
    if any(answer.fits for answer in answers):
        return YES
    open_ones = [answer for answer in answers if answer.fits is None]
    if open_ones:
        return open_ones[0]
    return answers[0] if len(answers) == 1 else no(none_fits)
