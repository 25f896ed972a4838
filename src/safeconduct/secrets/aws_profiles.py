"""The profiles of the AWS configuration files, by name only."""

from __future__ import annotations

from configparser import Error, RawConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1 << 20
_FILES = (("AWS_CONFIG_FILE", "config", "profile "), ("AWS_SHARED_CREDENTIALS_FILE", "credentials", ""))


def where_profile(name: str, environ: Mapping[str, str], home: Path | None) -> str:
    """The files here that have this profile, in words, as botocore looks for them; "" where none has."""
    found = []
    for variable, file, prefix in _FILES:
        path = environ.get(variable) or (str(home / ".aws" / file) if home else "")
        section = name if name == "default" else f"{prefix}{name}"
        if path and section in _sections(path):
            found.append(path)
    return ", ".join(found)


def _sections(path: str) -> list[str]:
    parser = RawConfigParser(strict=False, default_section="")
    try:
        parser.read_string(read_plain(Path(path).expanduser(), _LARGEST).decode("utf-8"))
    except (OSError, ValueError, Error):
        return []
    return parser.sections()
