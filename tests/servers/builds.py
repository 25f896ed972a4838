"""Which PostgreSQL programs a test runs on."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache
from pathlib import Path

from tests.servers.availability import Missing
from tests.servers.processes import ordinary_user, scratch_folder
from tools.postgres_builds import PINNED, distribution_build, distribution_majors, fetched_build, why_impossible

MAJORS = tuple(PINNED)


def find_build(major: int) -> Path | Missing:
    """The folder of initdb and postgres of this major version: the distribution's, else the fetched one."""
    if found := distribution_build(major):
        return found
    if found := fetched_build(major):
        return _reachable(found)
    return Missing(f"PostgreSQL {major}", "make servers", why_impossible(major))


def default_build() -> Path | Missing:
    """The distribution's newest, which has GSSAPI and LDAP as well as TLS; else the newest fetched one."""
    for major in [*distribution_majors(), *sorted(MAJORS, reverse=True)]:
        if not isinstance(found := find_build(major), Missing):
            return found
    return Missing("PostgreSQL", "apt-get install postgresql, or make servers")


@cache
def _reachable(programs: Path) -> Path:
    """The same programs where the user that servers run as can reach them: the project may lie in root's home."""
    if ordinary_user() is None or all(os.stat(folder).st_mode & 0o005 == 0o005 for folder in programs.parents):
        return programs
    folder = scratch_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = folder / "native"
    shutil.copytree(programs.parent, copy, symlinks=True)
    return copy / programs.name
