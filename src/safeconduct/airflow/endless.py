"""The finding for a value whose references never end, or grow beyond all measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.rules_configuration import VALUE_ENDLESS
from safeconduct.model import Finding

if TYPE_CHECKING:
    from safeconduct.model import Location


def endless(origin: str, location: Location | None = None, *, what: str = "environment variables") -> Finding:
    """What is said of the value that `origin` names; `what` are the things that it refers to."""
    return Finding(
        rule=VALUE_ENDLESS.id,
        subject=origin,
        message=f"{origin} refers to {what} that refer to themselves or grow beyond all measure; Airflow would replace "
        "them for ever.",
        evidence={"set in": origin},
        location=location,
    )
