"""The commands of `_cmd` options: run without a shell, within a time limit, their output a secret."""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from safeconduct.airflow.rules_configuration import COMMAND_FAILED
from safeconduct.model import Finding, Location, Remedy, RemedyKind, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

TIME_LIMIT = 30.0  # seconds; Airflow has none, but a command that asks Vault may take a few
_MOST_OUTPUT = 1 << 20  # bytes
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
    environment without our own SAFECONDUCT_* variables, an empty standard input, and no terminal.
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
    )
    try:
        output = _output(process, deadline)
        status = process.wait(_remaining(deadline))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    finally:
        _end(process)
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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing is left behind: neither after success, nor after a time-out, nor after Ctrl-C."""
    if process.returncode is None:  # not waited for yet, so its number cannot belong to another by now
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


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
