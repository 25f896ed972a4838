"""A rotation killed at any moment while others write and the database restarts: nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet, InvalidToken

from tests.journeys.keeping import SECRETS, desk_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.secrets.credential_tables import Tables

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
WORD = SECRETS[0]


class Writer:
    """An Airflow that writes all the while, with the new key and the old; it remembers what it wrote last."""

    def __init__(self, tables: Tables, rows: int) -> None:
        self._tables, self._rows = tables, rows
        self._random = random.Random(rows)
        self.wrote: dict[str, str] = {}
        self.unsure: dict[str, set[str]] = {}
        """What may have been written since, or not: the database went away."""

    def may_hold(self, name: str, text: str) -> bool:
        """Whether this is what the connection has by what was written last."""
        return text == self.wrote.get(name) or text in self.unsure.get(name, ())

    @contextmanager
    def at_work(self) -> Iterator[None]:
        ends = threading.Event()
        thread = threading.Thread(target=self._write, args=(ends,))
        thread.start()
        try:
            yield
        finally:
            ends.set()
            thread.join()

    def _write(self, ends: threading.Event) -> None:
        number = 0
        while not ends.wait(0.005):
            number += 1
            name, text = f"c{self._random.randrange(self._rows)}", f"{WORD} {number}"
            token = Fernet(self._random.choice((OLD, NEW))).encrypt(text.encode()).decode()
            try:
                self._tables.sql(
                    "UPDATE connection SET password = ?, is_encrypted = ? WHERE conn_id = ?", [token, True, name]
                )
            except Exception:
                self.unsure.setdefault(name, set()).add(text)
            else:
                self.wrote[name] = text
                self.unsure.pop(name, None)


def password(kept: str) -> str:
    for key in (NEW, OLD):
        try:
            return Fernet(key).decrypt(kept.encode()).decode()
        except InvalidToken:
            continue
    raise AssertionError("no key opens it")


def kill_series(tables: Tables, folder: Path, rows: int, times: int, restart: Any = None) -> tuple[str, int]:
    """Kill a rotation at random moments while somebody writes: what the last run says, and how many cells there are.

    AssertionError where anything is lost, or the next run does not finish.
    """
    tables.fill(Fernet(OLD), rows)
    kept = tables.kept()
    seed = random.randrange(1 << 30)
    print("seed", seed)
    chance, writer = random.Random(seed), Writer(tables, rows // 4)
    with writer.at_work():
        for number in range(times):
            keys = f"{NEW},{OLD}" if number % 2 == 0 else f"{OLD},{NEW}"  # to and fro: there is always work to do
            desk = desk_on(tables, folder, keys)
            command = [sys.executable, "-m", "safeconduct", "keys", "rotate", "--real", "--order-is-right"]
            processes = ["--processes", "2"] if number % 3 == 0 else []
            started = subprocess.Popen(
                [*command, *processes], env=desk.environment, cwd=folder,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(chance.uniform(0.2, 0.9))
            os.kill(started.pid, signal.SIGKILL)
            started.wait()
            if restart is not None and number % 5 == 4:
                restart()
    for number in range(3):  # the lock of a killed session may take a moment to go
        said = desk_on(tables, folder, f"{NEW},{OLD}").run("keys", "rotate", "--real", "--order-is-right")
        if said.code == 0:
            break
        time.sleep(number + 1)
    assert said.code == 0, said
    return said.output, check(tables, kept, writer, rows)


def check(tables: Tables, before: Any, writer: Writer, rows: int) -> int:
    """Every cell is of the new key, and holds what was written last; how many there are."""
    assert len(writer.wrote) > 10
    after = tables.kept()
    assert after.keys() == before.keys()
    for place, (text, encrypted) in after.items():
        assert encrypted
        now = Fernet(NEW).decrypt(text.encode()).decode()
        first = password(before[place][0]) if before[place][1] else before[place][0]
        if place[0] == "connection" and place[2] == "password" and place[1] in {*writer.wrote, *writer.unsure}:
            assert writer.may_hold(place[1], now) or (now == first and place[1] not in writer.wrote), place
        else:
            assert now == first
    assert len([place for place in after if place[0] == "connection"]) == 2 * rows
    return len(after)


def test_killed_at_any_moment_nothing_is_lost_and_the_next_run_finishes(tables: Tables, tmp_path: Path) -> None:
    said, cells = kill_series(tables, tmp_path, 300, 3)
    assert f"The first key alone has signed all {cells:,} tokens" in said


@pytest.mark.soak
def test_killed_a_hundred_times_with_a_writer_and_restarts(
    tables: Tables, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    restart = None
    if tables.kind != "sqlite":
        server = request.getfixturevalue("postgres" if tables.kind == "postgresql" else "mariadb")
        restart = server.restart
    said, cells = kill_series(tables, tmp_path, 4000, 100, restart)
    assert f"The first key alone has signed all {cells:,} tokens" in said
