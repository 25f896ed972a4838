"""What a role needs, holds, lacks and has too much of: the account of one connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.model.grants import by_object, object_key
from safeconduct.model.holding import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    from safeconduct.model.finding import Finding, Location, Unjudged
    from safeconduct.model.grants import ObjectKey
    from safeconduct.model.holding import Inventory, Way
    from safeconduct.model.privilege import Grant


@dataclass(frozen=True, order=True)
class Need:
    """Any one of these grants is enough; the first is the one to propose.

    `why` is who needs it, in words; `sqlstate` is how the server refuses it: 42501, or 42P01 for what it hides. One of
    class 01 says that it only warns, and leaves the work undone. `mend` is SQL to propose in place of the first grant,
    where that would give too much; it has `{role}` where the role's name belongs. `brings` are grants that what is
    proposed makes needless.
    """

    grants: tuple[Grant, ...]
    why: str = field(default="", compare=False)
    sqlstate: str = field(default="42501", compare=False)
    mend: str = field(default="")
    brings: tuple[Grant, ...] = field(default=(), compare=False)

    @property
    def proposal(self) -> Grant:
        """The grant that gives the least."""
        return self.grants[0]

    def met_by(self, held: Set[Grant]) -> bool:
        """Whether one of them is held."""
        return not held.isdisjoint(self.grants)


def needs_by_object(needs: Iterable[Need]) -> Iterator[tuple[tuple[Grant, ...], tuple[Need, ...]]]:
    """For each object what is proposed on it, in a settled order, and the needs that propose it."""
    concerned: dict[ObjectKey, list[Need]] = {}
    for need in needs:
        concerned.setdefault(object_key(need.proposal), []).append(need)
    proposals = (need.proposal for some in concerned.values() for need in some)
    for key, grants in by_object(proposals).items():
        yield grants, tuple(concerned[key])


@dataclass(frozen=True)
class Excess:
    """A grant that the needs do without, and the way by which the role has it.

    Where only some columns of a whole table are needed, `narrower` are the grants that would do in its place.
    """

    grant: Grant
    way: Way
    narrower: tuple[Grant, ...] = ()

    @property
    def revocable(self) -> bool:
        """Whether it can be taken from the role itself: what it owns, inherits or shares with PUBLIC cannot."""
        return self.way.source is Source.GRANTED


@dataclass(frozen=True)
class Revocation:
    """SQL that takes one thing away: `statements` in order, and what `leans` on it and would break.

    `blocked` says why the server would refuse it as it stands ("" where it would not).
    """

    statements: tuple[str, ...]
    leans: tuple[str, ...] = ()
    blocked: str = ""


@dataclass(frozen=True)
class Ledger:
    """The account of a role in a database, as far as it was asked for: what was not is None.

    `grants` is SQL that gives what is missing; `revocations` takes away what is too much. `remarks` are sentences on
    what is too much and cannot be taken from the role alone. `findings` are names that mean nothing and the like.
    `asked_by` has where in somebody's files a grant is asked for.
    """

    connection: str
    role: str
    database: str
    needed: tuple[Need, ...] | None = None
    held: Inventory | None = None
    missing: tuple[Need, ...] | None = None
    excess: tuple[Excess, ...] | None = None
    grants: tuple[str, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    asked_by: Mapping[Grant, tuple[Location, ...]] = field(default_factory=dict)
