"""What a table's policies let through: all rows, none, or those that their expressions choose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from safeconduct.privileges.policies.checks import Check
    from safeconduct.privileges.policies.guarded import Policy

_NEVER = frozenset({"false", "NULL::boolean"})
"""Expressions that no row passes, as pg_get_expr() writes them; `true` is the one that every row passes."""


class Passage(Enum):
    """How much gets through."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True)
class Verdict:
    """How much gets through a check, and by which policies.

    Of NONE they are the restrictive ones that are constantly false, or none: then there is no permissive policy that
    lets any row through.
    """

    check: Check
    passage: Passage
    by: tuple[Policy, ...] = ()


def verdict(policies: Iterable[Policy], check: Check) -> Verdict:
    """The policies that are for the role and command: permissive ones are joined by OR, restrictive ones by AND.

    Without a permissive one nothing gets through (add_security_quals() of rowsecurity.c).
    """
    involved = asked(policies, check)
    permissive = [p for p in involved if p.permissive and p.expression(check.clause) not in _NEVER]
    if not permissive:
        return Verdict(check, Passage.NONE)
    restrictive = [p for p in involved if not p.permissive]
    if closed := tuple(p for p in restrictive if p.expression(check.clause) in _NEVER):
        return Verdict(check, Passage.NONE, closed)
    if any(p.expression(check.clause) == "true" for p in permissive):
        permissive = []
    choosing = (*permissive, *(p for p in restrictive if p.expression(check.clause) != "true"))
    return Verdict(check, Passage.SOME if choosing else Passage.ALL, choosing)


def lets_any(policy: Policy, check: Check) -> bool:
    """Whether a permissive policy would let rows through the check if it were for the role."""
    expression = policy.expression(check.clause)
    return policy.permissive and policy.is_for(check.command) and expression is not None and expression not in _NEVER


def asked(policies: Iterable[Policy], check: Check) -> tuple[Policy, ...]:
    """The policies that are for the role and command and have an expression for the clause."""
    return tuple(
        p for p in policies if p.applies and p.is_for(check.command) and p.expression(check.clause) is not None
    )
