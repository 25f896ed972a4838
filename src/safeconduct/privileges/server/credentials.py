"""A connection for PostgreSQL's own programs: in files that only we may read, never on a command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from safeconduct.privileges.server.programs import NoShadow

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.postgres.target import Target

SERVICE = "safeconduct"


def written(target: Target, folder: Path) -> dict[str, str]:
    """Write a service file and a password file for `service=safeconduct`; the environment that names them.

    Raises NoShadow for what such files cannot hold, OSError.
    """
    folder.mkdir(mode=0o700)
    host = target.hosts[0]
    options = {
        "host": host.host,
        "hostaddr": host.hostaddr,
        "port": str(host.port),
        "user": target.user,
        "dbname": target.database,
        **_tls(target),
    }
    lines = [f"[{SERVICE}]", *(f"{name}={_line(name, value)}" for name, value in options.items() if value)]
    _write(folder / "services", "\n".join(lines) + "\n")
    password = host.password.secret.reveal() if host.password else ""
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    if "\n" in password or "\r" in password:
        raise NoShadow("the password of the connection to dump from has a line feed, which no password file can hold")
    _write(folder / "passwords", f"*:*:*:*:{escaped}\n" if password else "")
    return {"PGSERVICEFILE": str(folder / "services"), "PGPASSFILE": str(folder / "passwords")}


def _tls(target: Target) -> dict[str, str]:
    policy = target.tls
    return {
        "sslmode": policy.mode.value,
        "sslrootcert": policy.root,
        "sslcert": policy.certificate,
        "sslkey": policy.key,
    }


def _line(name: str, value: str) -> str:
    if value != value.strip() or "\n" in value:
        raise NoShadow(f"the {name} of the connection to dump from cannot stand in a service file")
    return value


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
