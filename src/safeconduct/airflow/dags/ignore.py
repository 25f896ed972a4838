"""`.airflowignore` as Airflow reads it: regular expressions (the default of Airflow 2) or globs (of Airflow 3).

Source: airflow/utils/file.py of Airflow 2.11, `_RegexpIgnoreRule` and `_GlobIgnoreRule`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_COMMENT = re.compile(r"\s*#.*")
_LONGEST = 1000  # characters of a pattern


class IgnoreSyntax(Enum):
    """The option `[core] dag_ignore_file_syntax`."""

    REGEXP = "regexp"
    GLOB = "glob"


@dataclass(frozen=True)
class Ignore:
    """The patterns of one `.airflowignore`, which stands in `folder` (relative to the DAG folder, with slashes)."""

    folder: str
    regexps: tuple[re.Pattern[str], ...]
    globs: tuple[tuple[re.Pattern[str], bool, bool, bool], ...]  # pattern, ignores, is anchored, folders only


def parse_ignore(text: str, folder: str) -> Ignore:
    """The patterns of the file's text; what is no valid pattern is passed over, as Airflow does."""
    lines = [line for line in (_COMMENT.sub("", raw) for raw in text.split("\n")) if line.strip()]
    regexps = tuple(found for line in lines if (found := _regexp(line)) is not None)
    globs = tuple(glob for line in lines if (glob := _glob(line.strip())) is not None)
    return Ignore(folder, regexps, globs)


def is_ignored(path: str, is_folder: bool, ignores: tuple[Ignore, ...], syntax: IgnoreSyntax | None) -> bool:
    """Whether the path, relative to the DAG folder, is ignored; under both syntaxes where none is told."""
    if not ignores:
        return False
    by_regexp = syntax is not IgnoreSyntax.GLOB and any(
        pattern.search(path) for ignore in ignores for pattern in ignore.regexps
    )
    if syntax is IgnoreSyntax.REGEXP:
        return by_regexp
    by_glob = _by_glob(path, is_folder, ignores)
    return by_glob if syntax is IgnoreSyntax.GLOB else by_regexp and by_glob


def _by_glob(path: str, is_folder: bool, ignores: tuple[Ignore, ...]) -> bool:
    ignored = False
    for ignore in ignores:
        below = path[len(ignore.folder) :].lstrip("/")
        for pattern, ignores_it, is_anchored, folders_only in ignore.globs:
            if folders_only and not is_folder:
                continue
            if pattern.fullmatch(below if is_anchored else below.rpartition("/")[2]):
                ignored = ignores_it
    return ignored


def _regexp(line: str) -> re.Pattern[str] | None:
    # Airflow matches with RE2, which takes linear time; a repeated group could take ages here.
    if len(line) > _LONGEST or re.search(r"[*+}]\)*[*+{]", line):
        return None
    try:
        return re.compile(line)
    except re.error:
        return None


def _glob(line: str) -> tuple[re.Pattern[str], bool, bool, bool] | None:
    ignores = not line.startswith("!")
    line = line.lstrip("!")
    folders_only, bare = line.endswith("/"), line.strip("/")
    if not bare or len(line) > _LONGEST:
        return None
    is_anchored = line.startswith("/") or "/" in bare
    try:
        return re.compile(_as_regexp(bare)), ignores, is_anchored, folders_only
    except re.error:
        return None


def _as_regexp(glob: str) -> str:
    parts = re.split(r"(\*\*/|/\*\*|\*+|\?|\[!?[^\]]+\])", glob)
    known = {"**/": "(?:.*/)?", "/**": "/.*", "?": "[^/]"}
    return "".join(known.get(part) or _part(part) for part in parts)


def _part(part: str) -> str:
    if part.startswith("*"):
        return "[^/]*"
    if part.startswith("[") and part.endswith("]"):
        return part.replace("[!", "[^", 1)
    return re.escape(part)
