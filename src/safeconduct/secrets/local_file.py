"""A file of connections: what is in it by name. JSON, YAML, or lines NAME=VALUE, as its ending says.

Read as Airflow's LocalFilesystemBackend does (2.7 to 3.3): whole, at every look-up, and not at all where one line of it
is wrong.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Location
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.rules import FILE_DUPLICATE, FILE_UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENDINGS = ("env", "json", "yaml", "yml")
LARGEST = 64 << 20
_MOST_NODES = 1_000_000
_TEXT, _MERGE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"
_COMMENT = re.compile(r"\s*#")


@dataclass(frozen=True)
class Content:
    """What stands in a file under each name; `twice` are names that stand there more than once."""

    values: Mapping[str, Any]
    twice: tuple[str, ...] = ()
    untexted: tuple[str, ...] = ()
    """Names in YAML that are no text, as they stand there: `null`, `1`. Airflow finds nothing under them."""


def read_file(path: str, ending: str = "") -> Content:
    """The file's content; `ending` stands for that of its name.

    Raises Trouble where Airflow would read nothing of it.
    """
    ending = ending or _ending(path)
    if ending not in ENDINGS:
        raise _unreadable(path, "its name ends in none of .env, .json, .yaml and .yml")
    try:
        text = read_plain(path, LARGEST).decode("utf-8")
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start + 1} is no UTF-8") from None
    return parsed(path, text, ending)


def parsed(path: str, text: str, ending: str = "") -> Content:
    """What this text would be as the file's. Raises Trouble."""
    ending = ending or _ending(path)
    if ending == "env":
        return _read_lines(path, text)
    if not text:
        raise _unreadable(path, "it is empty", 1)
    return _read_json(path, text) if ending == "json" else _read_yaml(path, text)


def is_comment(line: str) -> bool:
    """Whether a line of an .env file is passed over."""
    return _COMMENT.match(line) is not None


def is_env(path: str) -> bool:
    """Whether the file is one of lines NAME=VALUE."""
    return _ending(path) == "env"


def _ending(path: str) -> str:
    return Path(path).suffix.lstrip(".").lower()


def duplicate(path: str, names: Iterable[str], effect: str) -> Trouble:
    """The trouble of names that stand in the file twice."""
    listed = ", ".join(name[:60] for name in list(names)[:5])
    return Trouble(FILE_DUPLICATE, f"{path} has {listed} more than once: {effect}", {"file": path, "names": listed})


def _read_lines(path: str, text: str) -> Content:
    found: dict[str, Any] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line or is_comment(line):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise _unreadable(path, "it has no =", number)
        if not name:
            raise _unreadable(path, "it has no name before the =", number)
        if not value:
            raise _unreadable(path, "it has no value behind the =", number)
        found.setdefault(name, []).append(value)
    twice = tuple(name for name, values in found.items() if len(values) > 1)
    if twice:
        raise duplicate(path, twice, "Airflow then reads nothing of it")
    return Content({name: values[0] for name, values in found.items()})


def _read_json(path: str, text: str) -> Content:
    twice: list[str] = []

    def outermost(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice[:] = _twice(name for name, _ in pairs)  # the outermost object is read to its end last
        return dict(pairs)

    try:
        values = json.loads(text, object_pairs_hook=outermost)
    except json.JSONDecodeError as error:
        raise _unreadable(path, error.msg, error.lineno) from None
    except (ValueError, RecursionError):
        raise _unreadable(path, "it is nested too deeply, or a number in it is too long") from None
    if not isinstance(values, dict):
        raise _unreadable(path, "it holds no object", 1)
    return Content(values, tuple(twice))


def _read_yaml(path: str, text: str) -> Content:
    import yaml  # an extra

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if _size(node, {}) > _MOST_NODES:
            raise _unreadable(path, f"its anchors stand for more than {_MOST_NODES:,} values")
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark  # its words are not told: they quote what stands there
        column = f", from column {mark.column + 1}" if mark else ""
        raise _unreadable(path, f"it is no plain YAML{column}", mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _unreadable(path, "it is no YAML that can be read") from None
    if not isinstance(values, dict):
        raise _unreadable(path, "it holds no object", 1)
    scalars = [key for key, _ in node.value if isinstance(key.value, str)]
    texts = [key.value for key in scalars if key.tag == _TEXT]
    untexted = tuple(key.value for key in scalars if key.tag not in (_TEXT, _MERGE))
    named = {name: value for name, value in values.items() if isinstance(name, str)}
    return Content(named, tuple(_twice(texts)), untexted)


def _size(node: Any, known: dict[int, int]) -> int:
    """How many values it is once its anchors are written out; without an end where one holds itself."""
    key = id(node)
    if key not in known:
        known[key] = _MOST_NODES + 1  # until it is counted: only what holds itself asks before
        inside = node.value if isinstance(node.value, list) else []
        parts = [part for one in inside for part in (one if isinstance(one, tuple) else (one,))]
        known[key] = 1 + sum(_size(part, known) for part in parts)
    return known[key]


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _unreadable(path: str, why: str, line: int | None = None) -> Trouble:
    place = f"{path}:{line}" if line else path
    evidence = {"file": path, "problem": why, **({"line": str(line)} if line else {})}
    location = Location(path, line) if line else None
    return Trouble(FILE_UNREADABLE, f"{place} cannot be read: {why}", evidence, location=location)
