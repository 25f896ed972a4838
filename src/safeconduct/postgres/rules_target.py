"""What can be wrong with where a connection leads: its options, its name, its TLS policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safeconduct.model import Rule

RULES: tuple[Rule, ...] = ()
