"""What is asked of every walk of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.postgres.memory import AddressMemory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.postgres.insider import Insider
    from safeconduct.privileges import Asked

DEFAULT_TIMEOUT = 5.0
"""Seconds for each address, from the first packet to the open session."""


@dataclass(frozen=True)
class Question:
    """`environ` and `home` are where libpq looks for its defaults; `privileges` is what a session must be allowed.

    `memory` is shared by all walks of the run. `insiders` are asked in turn what only the server knows of a refusal.
    """

    environ: Mapping[str, str]
    home: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    privileges: tuple[Asked, ...] = ()
    insiders: tuple[Insider, ...] = ()
    memory: AddressMemory = field(default_factory=AddressMemory)
