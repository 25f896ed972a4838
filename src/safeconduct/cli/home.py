"""The user's own folder, where libpq looks for its files."""

from __future__ import annotations

from pathlib import Path


def home_folder() -> Path | None:
    """The user's own folder, where there is one."""
    try:
        return Path.home()
    except RuntimeError:
        return None
