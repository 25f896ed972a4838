"""The commands of `_cmd` options: run without a shell, within a time limit, their output a secret."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from safeconduct.airflow.parentage import dying_with_parent
from safeconduct.airflow.rules_configuration import COMMAND_FAILED
from safeconduct.model import Finding, Location, Remedy, RemedyKind, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME_LIMIT = 30.0  # seconds; Airflow has none, but a command that asks Vault may take a few
_MOST_OUTPUT = 1 << 20  # bytes
_LOOK_AGAIN = 0.005  # seconds
_SHELL_ONLY = frozenset({"|", "||", "&&", ">", ">>", "<", ";", "&", "2>&1"})


class _Failure(Exception):
    """How a command failed, in words that quote neither it nor its output."""


def run_option_command(
    command: str,
    environ: Mapping[str, str],
    origin: str,
    *,
    location: Location | None = None,
    time_limit: float = TIME_LIMIT,
) -> Secret | Finding:
    """What the command writes to standard output, unstripped as Airflow leaves it; a Finding when it fails.

    `origin` names the option that holds the command; `time_limit` is in seconds. The command gets the given
    environment without our own SAFECONDUCT_* variables, an empty standard input, and no terminal. Nothing that it
    starts in its process group outlives it; on Linux the command itself ends even when we are killed.
    """
    arguments: list[str] = []
    try:
        arguments = shlex.split(command)
        return Secret(_run(arguments, environ, time.monotonic() + time_limit))
    except ValueError:
        how = "has a quotation mark that is never closed"
    except TimeoutError:
        how = f"did not end within {time_limit:g} s"
    except OSError as error:
        how = f"could not be started ({error.strerror or type(error).__name__})"
    except _Failure as failure:
        how = str(failure)
    return _finding(origin, how, location, needs_shell=_needs_shell(arguments))


def _run(arguments: list[str], environ: Mapping[str, str], deadline: float) -> str:
    if not arguments:
        raise _Failure("is empty")
    process = subprocess.Popen(  # noqa: S603 - Airflow's own feature: the owner of the configuration chose it
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in environ.items() if not name.startswith("SAFECONDUCT_")},
        start_new_session=True,  # so that what it starts ends with it
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        output = _output(process, deadline)
        _await_end(process, deadline)
    finally:
        status = _end(process)
    if status != 0:
        raise _Failure(f"ended with status {status}" if status > 0 else f"was ended by signal {-status}")
    return output.decode(sys.getdefaultencoding(), "ignore")


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    assert process.stdout is not None
    output = bytearray()
    while True:
        if not select.select([process.stdout], [], [], _remaining(deadline))[0]:
            raise TimeoutError
        chunk = os.read(process.stdout.fileno(), 1 << 16)
        if not chunk:
            return bytes(output)
        output += chunk
        if len(output) > _MOST_OUTPUT:
            raise _Failure(f"wrote more than {_MOST_OUTPUT} bytes")


def _remaining(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


def _await_end(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait until it has ended, and leave it unreaped: so long its number, and its group's, can belong to no other.

    Raises TimeoutError. Where the system cannot wait so (macOS before Python 3.13), it is reaped.
    """
    waitid = getattr(os, "waitid", None)
    if waitid is None:
        try:
            process.wait(_remaining(deadline))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        return
    while waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if not _remaining(deadline):
            raise TimeoutError
        time.sleep(_LOOK_AGAIN)


def _end(process: subprocess.Popen[bytes]) -> int:
    """Its status. Nothing is left behind: neither after success, nor after a time-out, nor after Ctrl-C."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # the group is gone
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        process.stdout.close()
    return process.wait()


def _needs_shell(arguments: list[str]) -> bool:
    return bool(arguments) and ("=" in arguments[0] or not _SHELL_ONLY.isdisjoint(arguments))


def _finding(origin: str, how: str, location: Location | None, *, needs_shell: bool) -> Finding:
    option = location.file if location else "environment"
    advice = "; Airflow does not run it in a shell, wrap it in bash -c '...'" if needs_shell else ""
    remedy = Remedy(RemedyKind.OPTION, "bash -c '...'") if needs_shell else None
    return Finding(
        rule=COMMAND_FAILED.id,
        subject=origin,
        message=f"The command in {origin} {how}{advice}.",
        evidence={"option": origin, "set in": option, "how it ended": how},
        remedies=(remedy,) if remedy else (),
        location=location,
    )
