"""The commands of `_cmd` options, run for real: every way in which one can fail is one sentence without secrets."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from safeconduct.airflow.option_command import run_option_command
from safeconduct.airflow.rules_configuration import COMMAND_FAILED
from safeconduct.model import Finding, Location, Secret

ENVIRON = {"PATH": os.environ["PATH"], "TOKEN": "hunter2", "SAFECONDUCT_PASSWORD": "ours"}
ORIGIN = "airflow.cfg [core] fernet_key_cmd"


def run(command: str, time_limit: float = 10) -> Secret | Finding:
    return run_option_command(command, ENVIRON, ORIGIN, location=Location("airflow.cfg", 3), time_limit=time_limit)


def test_the_output_is_kept_as_it_is() -> None:
    assert run("printf '%s\\n\\n' 'two words'") == Secret("two words\n\n")


def test_bytes_that_are_no_text_are_left_out_as_airflow_does() -> None:
    assert run("printf 'a\\377b'") == Secret("ab")


def test_it_gets_the_environment_without_our_own_variables() -> None:
    answer = run("env")
    assert isinstance(answer, Secret)
    assert "TOKEN=hunter2" in answer.reveal()
    assert "SAFECONDUCT_" not in answer.reveal()


def test_it_has_no_standard_input() -> None:
    assert run("cat") == Secret("")


FAILURES = {
    "bash -c 'echo hunter2; echo hunter2 >&2; exit 3'": "ended with status 3",
    "bash -c 'kill -9 $$'": "was ended by signal 9",
    "/no/such/hunter2": "could not be started (No such file or directory)",
    "/etc": "could not be started (Permission denied)",
    "echo 'hunter2": "has a quotation mark that is never closed",
    "  ": "is empty",
    "cat /dev/zero": "wrote more than 1048576 bytes",
}


@pytest.mark.parametrize("command", FAILURES)
def test_a_failure_is_one_sentence_without_secrets(command: str) -> None:
    answer = run(command)
    assert isinstance(answer, Finding)
    assert answer.rule == COMMAND_FAILED.id
    assert answer.message == f"The command in {ORIGIN} {FAILURES[command]}."
    assert answer.location == Location("airflow.cfg", 3)
    assert "hunter2" not in repr(answer)


@pytest.mark.parametrize("command", ["TOKEN=hunter2 my-command", "false | cat", "false && echo hunter2"])
def test_a_command_that_needs_a_shell_is_told_so(command: str) -> None:
    answer = run(command)
    assert isinstance(answer, Finding)
    assert "bash -c" in answer.message
    assert "hunter2" not in repr(answer)


def test_a_command_that_never_ends_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    began = time.monotonic()
    answer = run(f"bash -c 'sleep 60 & echo $! > {pid_file}; echo hunter2; wait'", time_limit=0.5)
    assert isinstance(answer, Finding)
    assert answer.message == f"The command in {ORIGIN} did not end within 0.5 s."
    assert time.monotonic() - began < 5
    assert "hunter2" not in repr(answer)
    assert has_ended(int(pid_file.read_text()))


def test_a_command_that_succeeds_leaves_nothing_behind(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    answer = run(f"bash -c 'sleep 60 >/dev/null 2>&1 & echo $! > {pid_file}; echo key'")
    assert answer == Secret("key\n")
    assert has_ended(int(pid_file.read_text()))


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or waits only to be noticed by its parent."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_command_that_closes_its_output_but_never_ends() -> None:
    answer = run("bash -c 'exec >&-; sleep 60'", time_limit=0.5)
    assert isinstance(answer, Finding)
    assert "did not end within 0.5 s" in answer.message
