"""Rotation of the Fernet key: against Airflow's own, against bare MultiFernet, by two processes, and of a million."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet

from benchmarks.credentials import Size, fill
from benchmarks.figure import Figure
from tests.servers.airflow import real_airflow
from tests.servers.availability import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.servers.airflow import Airflow

SMALL = Size(1000)
LARGE = Size(20_000, 5000, 200)
MILLION, TWENTY_THOUSAND = Size(1_000_000, extras=False), Size(20_000, extras=False)
_TIMES = 5
_OURS = [sys.executable, "-m", "safeconduct", "keys", "rotate", "--real"]
_SOURCE = {"PYTHONPATH": str(Path(__file__).parent.parent / "src")}
_STUBBED = """
import sys
from airflow.utils.log import secrets_masker
secrets_masker._secrets_masker().add_mask = lambda *given, **named: None
sys.argv = ["airflow", "rotate-fernet-key"]
from airflow.__main__ import main
main()
"""
# Each prints seconds of CPU: of bare MultiFernet over all tokens; of a rotation whole, and without its look at the end.
_FLOOR = """
import sqlite3, sys, time
from cryptography.fernet import Fernet, MultiFernet
keys = MultiFernet([Fernet(key) for key in sys.stdin.read().split(",")])
database = sqlite3.connect(sys.argv[1])
columns = {"connection": ("password", "extra"), "variable": ("val",), '"trigger"': ("kwargs",)}
texts = [row[0] for table, names in columns.items() for name in names
         for row in database.execute(f"SELECT {name} FROM {table}")]
began = time.process_time()
for text in texts:
    keys.rotate(text.encode()).decode()
print(time.process_time() - began)
"""
_ROTATION = """
import gc, sys, time
from pathlib import Path
import cryptography.fernet
from safeconduct.airflow.metadata_sqlite import SqliteReader
from safeconduct.cli.main import COLLECT_AFTER
from safeconduct.model import Secret
from safeconduct.secrets.census import take_census
from safeconduct.secrets.rotation import rotate
gc.set_threshold(COLLECT_AFTER)  # as the command does
keys = [Secret(key) for key in sys.stdin.read().split(",")]
reader = SqliteReader(Path(sys.argv[1]), 30)
began = time.process_time()
rotated = rotate(reader, keys)
whole = time.process_time() - began
assert rotated.tally.changed == rotated.census.of(1).count == rotated.census.cells
began = time.process_time()
take_census(reader, keys)
print(whole, whole - (time.process_time() - began))
"""


@dataclass(frozen=True)
class _Run:
    """Seconds of CPU and of wall clock that a command took with all its children, and its most memory in KiB."""

    cpu: float
    wall: float
    memory: int


def figures() -> Iterator[Figure]:
    """All of them on SQLite, where the database's own work is done by the process that is measured."""
    with tempfile.TemporaryDirectory() as place:
        homes = {version: _Home.made(Path(place) / version, version) for version in ("2.11.2", "3.3.2")}
        for version, aim in (("2.11.2", 50), ("3.3.2", 200)):
            yield _against_airflow(homes[version], version, aim)
        yield _against_stubbed(homes["2.11.2"])
        yield from _against_floor(homes["2.11.2"])
        yield _two_processes(homes["2.11.2"])
        yield _memory(homes["2.11.2"])


@dataclass(frozen=True)
class _Home:
    """An Airflow with its metadata database, and two keys of which the second has sealed everything."""

    airflow: Airflow
    keys: tuple[bytes, bytes]

    @classmethod
    def made(cls, folder: Path, version: str) -> _Home:
        """With all tables that this version has."""
        folder.mkdir()
        airflow = real_airflow(version, folder)
        if isinstance(airflow, Missing):
            raise SystemExit(str(airflow))
        keys = Fernet.generate_key(), Fernet.generate_key()
        airflow.settings["AIRFLOW__CORE__FERNET_KEY"] = b",".join(keys).decode()
        airflow.migrate()
        return cls(airflow, keys)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.airflow.home / "airflow.db"

    def fill(self, size: Size) -> Path:
        """Fill the database, and keep a copy, which is returned."""
        fill(self.database, size, self.keys[1])
        kept = self.database.with_name("kept.db")
        shutil.copy(self.database, kept)
        return kept

    def timed(self, command: Sequence[str], kept: Path) -> _Run:
        """Run it on the database as it was kept."""
        shutil.copy(kept, self.database)
        return _timed(command, self.airflow.environment | (_SOURCE if command[0] == sys.executable else {}))

    def told(self, code: str, kept: Path) -> list[float]:
        """The numbers that Python code of this project prints about the database as it was kept."""
        shutil.copy(kept, self.database)
        done = subprocess.run(
            [sys.executable, "-c", code, str(self.database)],
            input=b",".join(self.keys).decode(),
            env=self.airflow.environment | _SOURCE,
            capture_output=True,
            text=True,
            check=True,
        )
        return [float(word) for word in done.stdout.split()]


def _against_airflow(home: _Home, version: str, aim: float) -> Figure:
    """CPU of the whole command; Airflow's, which is measured once, is minutes."""
    kept = home.fill(SMALL)
    peer = home.timed([str(home.airflow.programs / "airflow"), "rotate-fernet-key"], kept).cpu
    ours = min(home.timed(_OURS, kept).cpu for _ in range(_TIMES))
    said = f"airflow {version} rotate-fernet-key of {SMALL.connections} connections, {peer:.1f} s of CPU"
    return Figure(f"rotation.airflow-{version[0]}", peer / ours, aim, said, "times less", "higher")


def _against_stubbed(home: _Home) -> Figure:
    kept = home.fill(LARGE)
    peer = home.timed([str(home.airflow.programs / "python"), "-c", _STUBBED], kept).cpu
    ours = min(home.timed(_OURS, kept).cpu for _ in range(_TIMES))
    said = f"airflow 2.11.2 with its masker stubbed, {_said(LARGE)}, {peer:.1f} s of CPU"
    return Figure("rotation.stubbed", peer / ours, 5, said, "times less", "higher")


def _against_floor(home: _Home) -> Iterator[Figure]:
    """In turn, and the least of each, which others on the machine disturbed the least."""
    kept = home.fill(LARGE)
    rounds = [(home.told(_FLOOR, kept)[0], *home.told(_ROTATION, kept)) for _ in range(_TIMES)]
    floor, whole, turned = (min(times) for times in zip(*rounds, strict=True))
    said = f"MultiFernet.rotate over the same tokens, {_said(LARGE)}, {floor:.2f} s of CPU"
    yield Figure("rotation.floor", turned / floor, 1.3, f"{said}; ours reads and writes them")
    yield Figure("rotation.verified", whole / floor, 1.3, f"{said}; ours reads, writes, and checks all at the end")


def _two_processes(home: _Home) -> Figure:
    kept = home.fill(LARGE)
    rounds = [
        (home.timed(_OURS, kept).wall, home.timed([*_OURS, "--processes", "2"], kept).wall) for _ in range(_TIMES)
    ]
    one, two = (min(times) for times in zip(*rounds, strict=True))
    return Figure(
        "rotation.two-processes", one / two, 1.5, f"one process, {_said(LARGE)}, {one:.2f} s", "times", "higher"
    )


def _memory(home: _Home) -> Figure:
    small = home.timed(_OURS, home.fill(TWENTY_THOUSAND)).memory
    large = home.timed(_OURS, home.fill(MILLION)).memory
    said = f"{TWENTY_THOUSAND.connections:,} rows, {small / 1024:.0f} MiB, against {MILLION.connections:,}"
    return Figure("rotation.memory", large / small, 1.2, said)


def _said(size: Size) -> str:
    return f"{size.connections:,} connections, {size.variables:,} variables, {size.triggers} triggers"


def _timed(command: Sequence[str], environment: Mapping[str, str]) -> _Run:
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            words = said.read()[-500:].decode("utf-8", "replace")
            raise RuntimeError(f"{Path(command[0]).name} ended with {process.returncode}: {words}")
    return _Run(used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss)
