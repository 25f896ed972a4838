"""Methods of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.airflow.dags.budget import LONGEST_TEXT
from safeconduct.airflow.dags.found import WHEN_IT_RUNS
from safeconduct.airflow.dags.holes import has_holes
from safeconduct.airflow.dags.operations import contains_unknown, formatted
from safeconduct.airflow.dags.values import Either, Unknown, either

if TYPE_CHECKING:
    import ast

    from safeconduct.airflow.dags.machine import Machine

# A hole stays what it is under these.
_THROUGH_HOLES = frozenset(
    "strip lstrip rstrip replace split splitlines removeprefix removesuffix upper lower title capitalize "
    "rsplit partition rpartition expandtabs".split()
)
_WHOLE_ONLY = frozenset("startswith endswith count find index zfill isdigit isalpha swapcase casefold encode".split())


def string_method(
    machine: Machine, text: str, name: str, given: list[object], named: dict[str, object], node: ast.AST
) -> object:
    """`text.name(...)`."""
    if any(isinstance(value, Either) for value in (*given, *named.values())):
        return _of_each(machine, text, name, given, named, node)
    if name == "format":
        return formatted(machine, node, text, given, named)
    if name == "format_map" and len(given) == 1 and isinstance(given[0], dict):
        return formatted(machine, node, text, [], {str(key): value for key, value in given[0].items()})
    if name == "join" and len(given) == 1:
        return _join(machine, text, given[0], node)
    if name in {"as_string", "safe_substitute", "substitute"}:
        return text if name == "as_string" else Unknown(node, WHEN_IT_RUNS)
    return _plain(machine, text, name, given, node)


def _of_each(
    machine: Machine, text: str, name: str, given: list[object], named: dict[str, object], node: ast.AST
) -> object:
    found = list[object]()
    for number, value in enumerate([*given, *named.values()]):
        if isinstance(value, Either):
            for one in value.values:
                less = [one if place == number else other for place, other in enumerate(given)]
                names = list(named)
                more = dict(named)
                if number >= len(given):
                    more[names[number - len(given)]] = one
                found.append(string_method(machine, text, name, less, more, node))
            return either(found, 16)
    return Unknown(node, WHEN_IT_RUNS)


def _join(machine: Machine, text: str, parts: object, node: ast.AST) -> object:
    if isinstance(parts, dict):
        parts = list(parts)
    if not isinstance(parts, (list, tuple)):
        why = parts.why if isinstance(parts, Unknown) else WHEN_IT_RUNS
        return Unknown(node, why)
    if any(isinstance(part, Either) for part in parts):
        return Unknown(node, WHEN_IT_RUNS)
    # What is iterated over is unknown, so how many there are is unknown too: one hole for them all.
    if len(parts) == 1 and isinstance(parts[0], Unknown):
        return Unknown(node, parts[0].why)
    texts = [machine.text(part) for part in parts]
    if sum(map(len, texts)) + len(text) * len(texts) > LONGEST_TEXT:
        return Unknown(node, "the text is longer than 1 MiB")
    return text.join(texts)


def _plain(machine: Machine, text: str, name: str, given: list[object], node: ast.AST) -> object:
    whole = name in _WHOLE_ONLY and not has_holes(text)
    if not (name in _THROUGH_HOLES or whole) or not all(isinstance(one, (str, int, tuple)) for one in given):
        return Unknown(node, WHEN_IT_RUNS)
    if name == "replace":
        given = [machine.text(one) if isinstance(one, Unknown) else one for one in given]
        if len(text) * max(1, *(len(one) for one in given if isinstance(one, str))) > LONGEST_TEXT * 4:
            return Unknown(node, "the text is longer than 1 MiB")
    elif contains_unknown(given):
        return Unknown(node, WHEN_IT_RUNS)
    if name in {"zfill", "expandtabs"} and any(isinstance(one, int) and one > 1000 for one in given):
        return Unknown(node, "the text is longer than 1 MiB")
    try:
        found = getattr(text, name)(*given)
    except (TypeError, ValueError):
        return Unknown(node, "it cannot be computed")
    return found if isinstance(found, (str, int, list, tuple)) else Unknown(node, "it is no text")
