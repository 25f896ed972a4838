"""One entry of a file of connections or variables put in, replaced or taken out; all else in the file is kept."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.secrets.local_file import Content, is_env, parsed, read_file
from safeconduct.secrets.place import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def edited(path: str, name: str, value: object) -> str | None:
    """The file's text with this value under the name, None for none; None where it would not read back so.

    A file that is not there is empty. Raises Trouble where it cannot be read, and OSError.
    """
    there = os.path.lexists(path)
    content = read_file(path) if there else Content({})  # before its text: it may be no plain file
    values = dict(content.values)
    before = Path(path).read_text("utf-8") if there else ""
    if value is None:
        values.pop(name, None)
    else:
        values[name] = value
    texts = _texts(path, before, name, values, bool(content.untexted))
    return next((text for text in texts if _reads(path, text, values)), None)


def _texts(path: str, before: str, name: str, values: Mapping[str, Any], has_more: bool) -> Iterator[str]:
    """What may be written, the best first: with the file's comments and order, or without.

    `has_more` says that not all of the file is in `values`, so that it must not be made of them alone.
    """
    if is_env(path):
        yield _lines(before, name, values)
        return
    if Path(path).suffix.lower() != ".json" and name in values and before:
        # A line more at the end keeps the comments of a YAML file; JSON is YAML as well.
        yield f"{before.rstrip()}\n{json.dumps(name)}: {json.dumps(values[name])}\n"
    if not has_more:
        yield json.dumps(values, indent=2) + "\n"


def _lines(before: str, name: str, values: Mapping[str, Any]) -> str:
    lines = [line for line in before.splitlines() if line.partition("=")[0] != name]
    if name in values:
        lines.append(f"{name}={values[name]}")
    return "".join(f"{line}\n" for line in lines)


def _reads(path: str, text: str, values: Mapping[str, Any]) -> bool:
    try:
        content = parsed(path, text)
    except Trouble:
        return False
    return dict(content.values) == dict(values) and not content.twice


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Keep other processes of ours from writing the file meanwhile. Raises OSError."""
    number = os.open(Path(path).absolute().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
