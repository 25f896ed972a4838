"""The demonstration as it is told: all connections, one refusal, its remedy, the way open."""

from __future__ import annotations

import shlex
import sys
import time
from typing import TYPE_CHECKING

from safeconduct.demo.binaries import find_binaries
from safeconduct.demo.commands import Commands, spoken, typed_program
from safeconduct.demo.interruption import Interrupted, Interruptions
from safeconduct.demo.problem import DemoProblem, NotAsExpected
from safeconduct.demo.scenes import DATABASE, HERO, SCENES, TABLE
from safeconduct.demo.world import open_world
from safeconduct.model import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.demo.world import World

PAUSE_SECONDS = 1.0  # on a terminal, before each command: time to read what it is about


def run_demo() -> int:
    """Tell the whole story on standard output and clean up; gives the exit code of the process.

    0: all went as expected. 1: it did not. 3: it could not be told, for a reason said on standard error.
    128 + n: ended by signal n. Must be called in the main thread.
    """
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        with Interruptions() as interruptions:
            find_binaries()
            with open_world(interruptions) as world, interruptions.permitted():
                Story(world, interruptions if terminal else None).tell()
        return int(ExitCode.WELL)
    except DemoProblem as problem:
        print(f"safeconduct demo: {problem}", file=sys.stderr)
        return int(ExitCode.FOUND if isinstance(problem, NotAsExpected) else ExitCode.UNJUDGED)
    except Interrupted as interrupted:
        return 128 + interrupted.number


class Story:
    """One telling. With `interruptions`, somebody reads along on a terminal and may look further before the end."""

    def __init__(self, world: World, interruptions: Interruptions | None) -> None:
        self._world = world
        self._interruptions = interruptions
        self._commands = Commands(world.home.directory)

    def tell(self) -> None:
        """From the first line to the last. Raises DemoProblem, and NotAsExpected at the first surprise."""
        self._say(f"A PostgreSQL and an Airflow home with {len(SCENES)} connections are being made ...")
        self._world.build()
        self._say("\nWhich of them get in?")
        self._why([], ExitCode.FOUND)
        self._say(f"\nOne of them, {HERO}:")
        self._mend([HERO])
        self._say("\nIt is in. May it also read what its DAG reads?")
        self._mend([HERO, "--table", f"{TABLE}:SELECT"])
        if self._interruptions:
            self._offer(self._interruptions)

    def _mend(self, arguments: Sequence[str]) -> None:
        """A refusal, its remedy applied, and the same command again."""
        self._why(arguments, ExitCode.FOUND)
        self._say("\nThat remedy, and nothing else, run by the administrator:")
        for statement in self._remedies(arguments):
            self._say(f"\n{DATABASE}=# {statement}\n{self._world.apply(statement)}")
        self._why(arguments, ExitCode.WELL)

    def _why(self, arguments: Sequence[str], expected: ExitCode) -> None:
        command = ["why", *arguments]
        if self._interruptions:
            time.sleep(PAUSE_SECONDS)
        self._say(f"\n$ {spoken(command)}")
        code = self._commands.show(command)
        if code != expected:
            raise NotAsExpected(f"`{spoken(command)}` should end with exit code {int(expected)}, not with {code}.")

    def _remedies(self, arguments: Sequence[str]) -> list[str]:
        """The SQL that the report of this command offers, word for word."""
        report = self._commands.report(["why", *arguments])
        remedies = [remedy for finding in report["findings"] for remedy in finding["remedies"]]
        texts = [remedy["text"] for remedy in remedies if remedy["kind"] == "sql"]
        if not texts:
            raise NotAsExpected(f"`{spoken(['why', *arguments])}` should offer SQL as a remedy.")
        return texts

    def _offer(self, interruptions: Interruptions) -> None:
        self._say(
            "\nTo look further, in another terminal:\n\n"
            f"    export AIRFLOW_HOME={shlex.quote(str(self._world.home.directory))}\n"
            f"    {typed_program()} why ledger\n\n"
            "Enter here ends the demo and removes all of it."
        )
        interruptions.wait_for(sys.stdin)
        sys.stdin.readline()

    def _say(self, text: str) -> None:
        print(text, flush=True)
