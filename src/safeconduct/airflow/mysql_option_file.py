"""The option file that `read_default_file` names: my.cnf, read as MySQL's client library reads it.

Source: MySQL 8.4 reference manual, "Using Option Files". `!include` and `!includedir` are not followed.
"""

from __future__ import annotations

import re
from pathlib import Path

_GROUP = re.compile(r"\[\s*(?P<name>[^\]]*?)\s*\]")
_OPTION = re.compile(r"(?P<name>[\w-]+)\s*(?:=\s*(?P<value>.*))?")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*)(?P=quote)\s*(?:#.*)?""")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "r": "\r", "\\": "\\", "s": " "}


def read_option_file(path: Path, group: str | None) -> dict[str, str]:
    """The options of [client] and of the named group, in this order of growing weight, dashes as underscores.

    Raises OSError and UnicodeDecodeError.
    """
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if header := _GROUP.match(text):
            current = found.setdefault(header["name"], {})
        elif option := _OPTION.fullmatch(text):
            current[option["name"].replace("-", "_")] = _plain(option["value"] or "")
    return found.get("client", {}) | (found.get(group, {}) if group else {})


def _plain(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    text = quoted["value"] if quoted else _COMMENT.sub("", value).rstrip()
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), text)
