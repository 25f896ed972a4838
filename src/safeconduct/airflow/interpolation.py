"""The `%(references)s` of airflow.cfg, replaced as configparser does it, but within bounds.

Ten levels of references, which configparser allows, can stand for more text than there is memory.
"""

from __future__ import annotations

import re
from configparser import BasicInterpolation, InterpolationDepthError
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

DEEPEST = 10
"""MAX_INTERPOLATION_DEPTH of configparser."""
LONGEST = 1 << 20
"""Characters and references that a value may become."""
_REFERENCE = re.compile(r"%(?:%|\(([^)]+)\)s)")


class BoundedInterpolation(BasicInterpolation):
    """Raises InterpolationDepthError, as for references that go round in circles, for a value that grows too long."""

    def before_get(
        self,
        parser: MutableMapping[str, Mapping[str, str]],
        section: str,
        option: str,
        value: str,
        defaults: Mapping[str, str],
    ) -> str:
        """See configparser.Interpolation."""
        if _size(value, defaults, DEEPEST, {}) > LONGEST:
            raise InterpolationDepthError(option, section, "")
        return super().before_get(parser, section, option, value, defaults)


def _size(value: str, defaults: Mapping[str, str], depth: int, known: dict[tuple[str, int], int]) -> int:
    """What the value becomes at most, without making it. What a reference becomes is reckoned once for each depth."""
    if depth == 0:
        return len(value)
    size = len(value)
    for reference in _REFERENCE.finditer(value):
        name = reference[1]
        if name is None or name not in defaults:
            continue
        if (name, depth) not in known:
            known[name, depth] = 1 + _size(defaults[name], defaults, depth - 1, known)
        size += known[name, depth]
    return size
