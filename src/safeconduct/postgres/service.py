"""Service files (~/.pg_service.conf), read as libpq does it (parseServiceInfo in fe-connect.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Finding, Secret
from safeconduct.postgres import rules_target as rules
from safeconduct.postgres.options import OPTIONS
from safeconduct.postgres.settings import Setting, unknown_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.postgres.settings import Settings

SYSTEM_FOLDER = "/etc/postgresql-common"
"""Where Debian's libpq looks last; PGSYSCONFDIR overrides it."""

LONGEST_LINE = 1022
"""Bytes of a line, with its end; libpq refuses a longer one in any section that it reads past."""

LARGEST = 4 << 20
"""Bytes of a service file that are read."""


@dataclass(frozen=True)
class _File:
    path: Path
    must_exist: bool = False


def read_service(subject: str, service: Setting, environ: Mapping[str, str], home: Path | None) -> Settings | Finding:
    """The options of a service. libpq looks into PGSERVICEFILE or ~/.pg_service.conf, then into the system's file."""
    looked_into: list[str] = []
    sections: list[str] = []
    for file in _files(environ, home):
        lines = _read(subject, file)
        if lines is None:
            continue
        if isinstance(lines, Finding):
            return lines
        looked_into.append(str(file.path))
        section = _section(subject, file.path, lines, service.text)
        if section is not None:
            return section
        sections += _names(lines)
    return rules.SERVICE_UNKNOWN.finding(
        subject,
        f"no service file defines the service {service.text!r} ({service.origin})",
        evidence={
            "service": service.text,
            "origin": service.origin,
            "files": ", ".join(looked_into) or "none there",
            "services": ", ".join(sections) or "none",
        },
    )


def _files(environ: Mapping[str, str], home: Path | None) -> Iterator[_File]:
    if "PGSERVICEFILE" in environ:
        yield _File(Path(environ["PGSERVICEFILE"]), must_exist=True)
    elif home is not None:
        yield _File(home / ".pg_service.conf")
    yield _File(Path(environ.get("PGSYSCONFDIR", SYSTEM_FOLDER)) / "pg_service.conf")


def _read(subject: str, file: _File) -> list[str] | Finding | None:
    try:
        text = read_plain(file.path, LARGEST).decode("utf-8", "surrogateescape")
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not file.must_exist:
            return None
        return rules.SERVICE_FILE_MISSING.finding(
            subject,
            f"the service file {file.path} cannot be read: {error.strerror}",
            evidence={"file": str(file.path), "error": str(error.strerror)},
        )
    return text.split("\n")


def _names(lines: list[str]) -> list[str]:
    return [found[1] for found in (re.match(r"\s*\[(.*)\]", line) for line in lines) if found]


def _section(subject: str, path: Path, lines: list[str], service: str) -> Settings | Finding | None:
    """The section's options, the finding about its first bad line, or None when the file has no such section."""
    settings: dict[str, Setting] = {}
    inside = False
    for number, raw in enumerate(lines, start=1):
        origin = f"service file {path} line {number}"
        if len(raw.encode("utf-8", "surrogateescape")) >= LONGEST_LINE:
            return _malformed(subject, origin, f"is longer than libpq reads ({LONGEST_LINE} bytes)")
        line = raw.strip(" \t\n\r\v\f")
        if line.startswith("["):
            if inside:
                return settings
            inside = line.startswith(f"[{service}]")
        elif inside and (bad := _take(subject, line, settings, origin)):
            return bad
    return settings if inside else None


def _take(subject: str, line: str, settings: dict[str, Setting], origin: str) -> Finding | None:
    if not line or line.startswith("#"):
        return None
    keyword, equals, value = line.partition("=")
    if not equals:
        return _malformed(subject, origin, 'has no "="')
    if keyword == "service":
        return _malformed(subject, origin, "names a service inside a service")
    if keyword not in OPTIONS:
        if keyword.strip() in OPTIONS:
            return _malformed(subject, origin, 'has a blank before its "="')
        return unknown_option(subject, keyword, origin)
    settings.setdefault(keyword, Setting(Secret(value), origin))
    return None


def _malformed(subject: str, origin: str, reason: str) -> Finding:
    return rules.SERVICE_MALFORMED.finding(subject, f"{origin} {reason}", evidence={"origin": origin})
