"""Where a user's own files of this project are (XDG Base Directory Specification)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def user_folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """This project's folder within the one that the variable names, else within `default` in the user's home."""
    base = environ.get(variable) or ""
    folder = Path(base) if base.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / default
    return folder / "safeconduct"
