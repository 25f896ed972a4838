"""Installing Debian and Ubuntu packages, without the services that some of them would start.

Runs on any Python 3.8 and the standard library, because it may be needed to get a better one going.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main-cluster.conf")


def how_to_install(packages: Sequence[str]) -> str:
    """The command that a person would type."""
    return f"apt-get install {' '.join(packages)}"


def may_install() -> bool:
    """Whether we can: as root, with apt-get. We never ask for more rights than we were given."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Sequence[str]) -> str:
    """Install the packages; "" when it went well, else apt-get's own words."""
    print(f"Installing {', '.join(packages)}; this happens once.", flush=True)
    with _no_services():
        return _apt("update") or _apt("install", "--yes", "--no-install-recommends", *packages)


def _apt(*arguments: str) -> str:
    command = ["apt-get", "--quiet", "--quiet", *arguments]
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=calm, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    return " ".join(errors) or f"apt-get {arguments[0]} ended with {done.returncode}"


@contextlib.contextmanager
def _no_services() -> Iterator[None]:
    """While packages install, start no service and create no PostgreSQL cluster: the tests make their own."""
    with temporary(_POLICY, "#!/bin/sh\nexit 101\n", 0o755), temporary(_NO_CLUSTER, "create_main_cluster = false\n"):
        yield


@contextlib.contextmanager
def temporary(path: Path, text: str, mode: int = 0o644) -> Iterator[None]:
    """Let a file with this text be there for a while; one that is there already stays as it is."""
    if path.exists():
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    try:
        yield
    finally:
        path.unlink()
