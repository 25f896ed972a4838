"""What is to be moved between the metadata database and a secrets backend, or was, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.report.keeping import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

CHANGES = frozenset({"move", "replace", "empty", "fetch", "remove"})
_WOULD = {
    "move": "would move",
    "replace": "would replace",
    "empty": "would empty",
    "fetch": "would fetch back",
    "remove": "would remove",
    "there": "is there already",
    "bare": "has no secret",
    "differs": "differs",
    "poorer": "differs",
    "hidden": "is left",
    "absent": "is not there",
    "failed": "failed",
}
_DONE = {
    **_WOULD,
    "move": "moved",
    "replace": "replaced",
    "empty": "emptied",
    "fetch": "fetched back",
    "remove": "removed",
}
_WHY = {
    "empty": "its record is there already, and its row has the secrets still",
    "remove": "its row has the secrets, and its record is there still",
    "differs": "it is there already, and differs; --overwrite replaces it",
    "hidden": "an environment variable has another one, which Airflow takes in place of the row and not of the record",
    "poorer": "its row has no secrets, and its record is another; it is not replaced",
}


def moving_text(steps: Sequence[tuple[str, str]], whence: str, where: str, real: bool) -> str:
    """For each name one word, and what it comes to. `steps` are names with fates, from `whence` to `where`."""
    words = _DONE if real else _WOULD
    lines = [f"  {words[fate]:<18}{printable(name)}{_why(fate, real)}" for name, fate in steps]
    changes = sum(fate in CHANGES for _, fate in steps)
    way = f"from {whence} to {where}"
    if real:
        end = f"{changes} moved {way}." if changes else f"Nothing was moved {way}."
    else:
        end = f"Nothing was moved: --real does it, {way}." if changes else f"Nothing is to be moved {way}."
    return "\n".join([*lines, end])


def _why(fate: str, real: bool) -> str:
    return f" ({_WHY[fate]})" if fate in _WHY and not (real and fate in CHANGES) else ""
