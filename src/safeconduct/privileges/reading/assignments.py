"""Which variables the statements of a PL/pgSQL body give values to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = {"PLpgSQL_rec": "dno", "PLpgSQL_stmt_assign": "varno", "PLpgSQL_stmt_foreach_a": "varno"} | {
    "PLpgSQL_diag_item": "target",
    "fields": "varno",
}
"""Where a statement has the number of the variable that it gives a value to; it is left out where it is 0."""


def numbers_given(tree: Any) -> Iterator[int]:
    """The numbers of the variables that statements give values to, as far as these are no arguments of CALL."""
    if isinstance(tree, list):
        for item in tree:
            yield from numbers_given(item)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            for item in value if isinstance(value, list) else [value]:
                if key in _NUMBERS:
                    yield item.get(_NUMBERS[key], 0)
            yield from numbers_given(value)


def targets_of(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The lists of variables that some statement gives values to, of which FOREACH has the number alone."""
    return [datum for datum in tree.get("datums", ()) if "PLpgSQL_row" in datum]


def statements_of_kind(tree: Any, kind: str) -> list[dict[str, Any]]:
    """The statements of a kind."""
    if isinstance(tree, list):
        return [found for item in tree for found in statements_of_kind(item, kind)]
    if not isinstance(tree, dict):
        return []
    below = (found for value in tree.values() for found in statements_of_kind(value, kind))
    return [*([tree[kind]] if kind in tree else []), *below]


def names_kept(tree: dict[str, Any]) -> set[str]:
    """The names of variables that are declared once, and keep the values that they begin with."""
    names = [next(iter(datum.values())).get("refname", "") for datum in tree.get("datums", ())]
    action = [tree.get("action", {}), *targets_of(tree)]
    if statements_of_kind(action, "PLpgSQL_stmt_call"):
        return set()
    given = {names[number] for number in numbers_given(action) if 0 <= number < len(names)}
    return {name for name in names if name and names.count(name) == 1} - given
