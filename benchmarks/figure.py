"""A figure: a ratio to a peer or a limit, with the peer's own value from the same run."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Figure:
    """`figure` is our value divided by the peer's; `aim` is what it should be at most (or at least)."""

    name: str
    figure: float
    aim: float
    peer: str
    unit: str = "ratio"
    better: str = "lower"

    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps(
            {
                "name": self.name,
                "figure": round(self.figure, 3),
                "unit": self.unit,
                "aim": self.aim,
                "better": self.better,
                "peer": self.peer,
            }
        )


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds of CPU (user and system, children included) and of wall clock."""

    cpu: float
    wall: float
    code: int


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end, its output thrown away."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    if done.returncode not in {0, 1, 3}:
        raise RuntimeError(f"{os.path.basename(command[0])} ended with {done.returncode}: {done.stderr[-500:]}")
    return Cost(cpu, wall, done.returncode)


def in_turn(
    first: Sequence[str], second: Sequence[str], environments: tuple[Mapping[str, str], Mapping[str, str]], times: int
) -> tuple[list[Cost], list[Cost]]:
    """Both commands in turn, after one run each that does not count, so that both see the same machine."""
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for counted in range(times + 1):
        for command, environment, into in zip((first, second), environments, costs, strict=True):
            cost = run(command, environment)
            if counted:
                into.append(cost)
    return costs


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)
