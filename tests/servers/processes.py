"""Servers as child processes: run as an ordinary user, end by their own id, and die with the test process."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PREFIX = "safeconduct-test-"
_FIRST_PORT, _LAST_PORT = 10_000, 32_000  # below Linux's ephemeral range, so no outgoing connection takes ours


def ordinary_user() -> pwd.struct_passwd | None:
    """Whom servers run as when we are root (PostgreSQL refuses root); None when we are ordinary already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("running as root, and there is neither a user postgres nor nobody to run servers as")


def give(path: Path) -> Path:
    """Make a file or folder belong to the user that servers run as."""
    if user := ordinary_user():
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def scratch_folder() -> Path:
    """A new folder for one server, its path short enough for Unix sockets (107 bytes); leftovers are swept."""
    base = Path("/tmp")  # tempfile.gettempdir() may be long
    for old in base.glob(f"{_PREFIX}*"):
        if not Path("/proc", old.name.removeprefix(_PREFIX).split("-")[0]).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
    folder.chmod(0o755)
    return give(folder)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now. Another process may still take it: starters try again."""
    while True:
        port = random.randint(_FIRST_PORT, _LAST_PORT)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def as_ordinary_user(command: Sequence[str | Path], last_signal: str = "KILL") -> list[str]:
    """The command, changed to give up root and to get `last_signal` when the thread that started it ends."""
    prefix = ["setpriv", f"--pdeathsig={last_signal}"]
    if user := ordinary_user():
        prefix += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [*prefix, "--", *map(str, command)]


def environment(language: str = "en") -> dict[str, str]:
    """The little that servers inherit: none of the caller's PG* variables, and messages in this language."""
    # glibc translates by LANGUAGE in any locale but "C": no other locale has to be installed.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "LANGUAGE": language, "TZ": "UTC"}


def run(command: Sequence[str | Path], cwd: Path) -> str:
    """Run a tool to its end as the ordinary user and return what it printed; AssertionError when it fails."""
    done = subprocess.run(
        as_ordinary_user(command), cwd=cwd, env=environment(), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{Path(command[0]).name} failed:\n{done.stdout}"
    return done.stdout


def launch(
    command: Sequence[str | Path], cwd: Path, log: Path, last_signal: str, language: str = "en"
) -> subprocess.Popen[bytes]:
    """Start a server that writes to `log`, and gets `last_signal` should the tests be killed."""
    with log.open("ab") as output:
        return subprocess.Popen(
            as_ordinary_user(command, last_signal), cwd=cwd, env=environment(language),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip


def end(process: subprocess.Popen[bytes], *signals: int) -> None:
    """Send each signal in turn, 10 s apart, until the process is gone; SIGKILL at last."""
    for signal in signals:
        if process.poll() is not None:
            return
        process.send_signal(signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Return once the condition holds; AssertionError that says what we waited for when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.005)
