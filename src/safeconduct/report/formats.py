"""The formats of a report: one file each, all called alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from safeconduct.report.json import render_json
from safeconduct.report.text import render_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.masking import Masker
    from safeconduct.model import Report


class Render(Protocol):
    """A report as text. `width` is the reader's in columns; `colour` says that escapes for colour are welcome."""

    def __call__(self, report: Report, masker: Masker, *, width: int = 100, colour: bool = False) -> str:
        """The text, without a line feed at its end."""


FORMATS: Mapping[str, Render] = {"json": render_json, "text": render_text}
