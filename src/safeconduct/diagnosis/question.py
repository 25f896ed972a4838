"""What is asked of every walk of one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.postgres.memory import AddressMemory
from safeconduct.secrets import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    from safeconduct.diagnosis.engines import Engines
    from safeconduct.postgres.insider import Administrator, Insider
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Asked


@dataclass(frozen=True)
class Question:
    """`environ` and `home` are where libpq looks for its defaults; `privileges` is what every session must
    be allowed, `privileges_of` what that of one connection must be as well.

    `memory` is shared by all walks of the run. `insiders` are asked in turn what only the server knows of a refusal.
    With `real` remedies are applied. `visit` is called in each session that is let in, with the connection's name; it
    may be in any thread. `engines` tell what the privileges are that statements need; without them it is the syntax.
    """

    environ: Mapping[str, str]
    home: Path | None = None
    timeout: float = DEFAULT_TIMEOUT
    privileges: tuple[Asked, ...] = ()
    privileges_of: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    insiders: tuple[Insider, ...] = ()
    real: bool = False
    visit: Callable[[str, OpenSession], None] | None = None
    engines: Engines | None = None
    memory: AddressMemory = field(default_factory=AddressMemory)

    @property
    def administrator(self) -> Administrator | None:
        """Who can try remedies out, and apply them."""
        if not self.insiders:
            return None
        from safeconduct.postgres.insider import Administrator

        return next((one for one in self.insiders if isinstance(one, Administrator)), None)

    def asked_of(self, conn_id: str) -> tuple[Asked, ...]:
        """What is asked of the session of this connection."""
        return (*self.privileges, *self.privileges_of.get(conn_id, ()))
