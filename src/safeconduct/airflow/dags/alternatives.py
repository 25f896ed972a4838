"""Computing on values that may be one of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.values import Either, Unknown, alternatives, either

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def is_plain(value: object, depth: int = 0) -> bool:
    """Whether the value is a constant through and through, so that Python's own `str()` may write it."""
    if isinstance(value, (str, int, float, bool, type(None))):
        return True
    if depth > 8:
        return False
    if isinstance(value, (list, tuple)):
        return all(is_plain(one, depth + 1) for one in value)
    return isinstance(value, dict) and all(is_plain(one, depth + 1) for pair in value.items() for one in pair)


def spread(values: Sequence[object], compute: Callable[..., object]) -> object:
    """The computation on these values; on each combination where some are one of several."""
    for value in values:
        if isinstance(value, Either):
            break
    else:
        return compute(*values)
    combined: list[tuple[object, ...]] = [()]
    for value in values:
        combined = [(*begun, one) for begun in combined for one in alternatives(value)]
        if len(combined) > 16:
            return Unknown("", "it depends on too many conditions that are decided when the DAG runs")
    return either([compute(*one) for one in combined], most=16)
