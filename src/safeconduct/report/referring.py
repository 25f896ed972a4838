"""What references take the place of which secrets, in words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.report.keeping import aligned, printable

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Referred:
    """A connection with the parts of it that leave, come and stay; all values are fit to be shown.

    `written` are files that take a secret up, `unseen` what nobody can see from here, `notes` what is to be known;
    `keep` is the command that prints the connection as it is, and `undo` the one that would put it back from that copy,
    "" where that is done at its place.
    """

    name: str
    conn_type: str
    place: str
    leaves: Mapping[str, str]
    comes: Mapping[str, object]
    stays: Mapping[str, str]
    written: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    undo: str = ""
    keep: str = ""

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.leaves or self.comes)


def referring_text(one: Referred, real: bool) -> str:
    """One line for each part, what nobody can see from here, and what comes next."""
    out, put, wrote = ("took out", "put in", "wrote") if real else ("would take out", "would put in", "would write")
    rows = [("", wrote, path, "for its owner alone") for path in one.written]
    rows += [("", out, part, value) for part, value in one.leaves.items()]
    rows += [("", put, part, _text(value)) for part, value in one.comes.items()]
    rows += [("", "stays", part, why) for part, why in one.stays.items()]
    lines = [printable(f"{one.name} ({one.conn_type}), kept in {one.place}")]
    lines += aligned([tuple(map(printable, row)) for row in rows]).splitlines()
    lines += [f"Cannot be judged from here: {what}." for what in one.unseen if one.changes]
    lines += [printable(f"{note}.") for note in one.notes]
    if not one.changes:
        return "\n".join([*lines, f"Nothing is to be changed in {one.place}."])
    if one.leaves and not real:
        again = f"`{one.undo}` takes it again" if one.undo else "write it back there"
        lines.append(
            f"What leaves is kept nowhere, and only you can put it back: keep what `{one.keep}` prints; {again}."
        )
    return "\n".join(
        [*lines, f"1 changed in {one.place}." if real else f"Nothing was changed: --real does it in {one.place}."]
    )


def referring_body(one: Referred, real: bool) -> dict[str, Any]:
    """The same for JSON."""
    return {
        "conn_id": one.name,
        "place": one.place,
        "done": real and one.changes,
        "leaves": sorted(one.leaves),
        "comes": dict(one.comes),
        "stays": dict(one.stays),
        "written": list(one.written),
        "unjudged": list(one.unseen),
        "notes": list(one.notes),
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
