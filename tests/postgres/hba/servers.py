"""Files for a real server's rules, written and read as the server sees them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.postgres import Postgres


def read(path: str) -> str | None:
    file = Path(path)
    return file.read_bytes().decode() if file.is_file() else None  # a carriage return stays one


def list_dir(path: str) -> list[str] | None:
    folder = Path(path)
    return [file.name for file in folder.iterdir() if file.is_file()] if folder.is_dir() else None


def write(server: Postgres, files: Mapping[str, str]) -> None:
    """Put the files beside pg_hba.conf, where the server can read them."""
    for name, text in files.items():
        file = server.data / name
        file.parent.mkdir(exist_ok=True)
        if file.parent != server.data:
            file.parent.chmod(0o755)
        file.write_text(text, "utf-8")
        file.chmod(0o644)


def remove(server: Postgres, files: Mapping[str, str]) -> None:
    """Take them away again."""
    for top in {server.data / name.partition("/")[0] for name in files}:
        shutil.rmtree(top) if top.is_dir() else top.unlink(missing_ok=True)
