"""Streams that are closed, full or in a narrow encoding, and signals: one sentence, and the right exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.secrets.metadata_file import MetadataFile
from tests.servers.hostile import Hostile, hears

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES = Path(__file__).parents[2] / "src"
PROGRAM = f"{sys.executable} -m safeconduct"
DOWN = "postgres://u@127.0.0.1:1/x"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")


def environment(home: Path, **more: str) -> dict[str, str]:
    places = {"HOME": str(home), "AIRFLOW_HOME": str(home), "PYTHONPATH": str(SOURCES)}
    return {"PATH": os.environ["PATH"], **places, **more}


def shell(home: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command line with redirections, as typed."""
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


@pytest.mark.parametrize(
    "arguments", ["why a", "why a --format json", "--help", "--version", "config get-value core x"]
)
def test_a_closed_standard_output_is_said(arguments: str, tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} {arguments} >&-", AIRFLOW_CONN_A=DOWN)
    assert (done.returncode, done.stderr) == (3, "safeconduct: nothing can be reported: standard output is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", ["why a", "--help", "config get-value core executor"])
def test_a_full_disk_is_said(arguments: str, tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} {arguments} >/dev/full", AIRFLOW_CONN_A=DOWN)
    reason = "the output could not be written (No space left on device)"
    assert (done.returncode, done.stderr) == (3, f"safeconduct: {reason}\n")


def test_a_closed_standard_input_is_wrong_usage(tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} why --uri - <&-")
    assert done.returncode == 2
    assert "empty or closed" in done.stderr


def test_a_closed_standard_error_costs_no_report(tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} why 2>&-", AIRFLOW_CONN_A=DOWN, AIRFLOW_CONN_B="postgres://v@127.0.0.1:1/x")
    assert done.returncode == 1
    assert "2 connections walked" in done.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8:strict"])
def test_a_character_that_the_encoding_lacks_is_an_escape(encoding: str, tmp_path: Path) -> None:
    done = shell(tmp_path, f"{PROGRAM} why a", AIRFLOW_CONN_A=DOWN + "€", PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert ("\\u20ac" in done.stdout) == (encoding != "utf-8:strict")


def test_an_id_that_is_no_text_is_in_no_row(tmp_path: Path) -> None:
    MetadataFile(tmp_path / "airflow.db")
    done = shell(tmp_path, f"{PROGRAM} why \"$(printf '\\377')\"")
    assert done.returncode == 1
    assert "there is no connection \\udcff" in done.stdout


def test_a_reader_that_goes_away_is_no_matter(tmp_path: Path) -> None:
    assert shell(tmp_path, f"{PROGRAM} why a | true", AIRFLOW_CONN_A=DOWN).stderr == ""


@contextmanager
def started(home: Path, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "safeconduct", *arguments],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_walk(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with Hostile(hears()) as server:
        uri = f"postgres://u@127.0.0.1:{server.port}/x"
        with started(tmp_path, "why", "a", "--timeout", "60", AIRFLOW_CONN_A=uri) as process:
            assert eventually(lambda: server.heard)
            process.send_signal(number)
            output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (code, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_of_an_option_ends_with_us_and_all_that_it_started(number: signal.Signals, tmp_path: Path) -> None:
    assert ended_with_us(number, "bash -c 'sleep 77 & echo $! > {}; wait'", tmp_path)


@linux_only
def test_a_command_of_an_option_ends_even_when_we_are_killed(tmp_path: Path) -> None:
    assert ended_with_us(signal.SIGKILL, "bash -c 'echo $$ > {}; exec sleep 77'", tmp_path)


def ended_with_us(number: signal.Signals, command: str, home: Path) -> bool:
    MetadataFile(home / "airflow.db")
    place = home / "pid"
    with started(home, "why", "a", AIRFLOW__CORE__FERNET_KEY_CMD=command.format(place)) as process:
        assert eventually(lambda: place.exists() and place.read_text().strip())
        process.send_signal(number)
        process.communicate(timeout=10)
    return eventually(lambda: not alive(int(place.read_text())))


def alive(pid: int) -> bool:
    """Whether a process still runs; one that waits to be noticed by its parent does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def eventually(happened: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.05)
    return False
