"""A rule: one thing that can be wrong, under a stable id, documented on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model.stage import Stage


@dataclass(frozen=True)
class Rule:
    """`id` is `<room>.<topic>.<what>`; `title`, `cause`, `evidence` and `remedy` are the page in docs/rules."""

    id: str
    stage: Stage | None
    title: str
    cause: str
    evidence: str
    remedy: str
