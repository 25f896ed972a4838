"""The formats of a report: one file each, all called alike."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from safeconduct.model import no_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.masking import Masker
    from safeconduct.model import Report, RuleOf


class Render(Protocol):
    """A report as text.

    `width` is the reader's in columns; `colour` says that escapes for colour are welcome; `rule_of` tells what a rule
    means, and is asked by the formats that say so, for the rules that occur.
    """

    def __call__(
        self, report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
    ) -> str:
        """The text, without a line feed at its end."""


@dataclass(frozen=True)
class _Format:
    """The function render_<name> of the file <name>.py, loaded when it is first called: a run prints one format."""

    name: str

    def __call__(
        self, report: Report, masker: Masker, *, width: int = 100, colour: bool = False, rule_of: RuleOf = no_rule
    ) -> str:
        render: Render = getattr(import_module(f"safeconduct.report.{self.name}"), f"render_{self.name}")
        return render(report, masker, width=width, colour=colour, rule_of=rule_of)


FORMATS: Mapping[str, Render] = {name: _Format(name) for name in ("json", "junit", "markdown", "sarif", "text")}
