"""The order in which many walks start: how many at once, how many per server, and who goes twice."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

import pytest

from safeconduct.diagnosis.schedule import PER_SERVER, TOTAL, run_all


@dataclass(frozen=True)
class Ended:
    free_slots: int | None = None
    crowded_out: bool = False


class Watch:
    """Counts how many walks are at a server at once. Each waits at a gate until enough others had their chance."""

    def __init__(self, answer: Ended) -> None:
        self.answer = answer
        self.most: Counter[str] = Counter()
        self.most_of_all = 0
        self.runs: Counter[tuple[str, int]] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self, job: tuple[str, int]) -> Ended:
        server, _ = job
        with self._lock:
            self.runs[job] += 1
            self._now[server] += 1
            self.most[server] = max(self.most[server], self._now[server])
            self.most_of_all = max(self.most_of_all, self._now.total())
        threading.Event().wait(0.005)
        with self._lock:
            self._now[server] -= 1
        return self.answer


def walk_all(jobs: list[tuple[str, int]], watch: Watch) -> dict[int, Ended]:
    return dict(run_all(jobs, lambda job: job[0], watch.run))


def test_every_walk_ends_once_and_keeps_its_index() -> None:
    jobs = [(f"server{i % 7}", i) for i in range(60)]
    watch = Watch(Ended(free_slots=100))
    assert sorted(walk_all(jobs, watch)) == list(range(60))
    assert set(watch.runs.values()) == {1}


def test_no_jobs_is_no_work() -> None:
    assert walk_all([], Watch(Ended())) == {}


def test_never_more_than_four_at_one_server_and_thirty_two_in_all() -> None:
    jobs = [(f"server{i % 12}", i) for i in range(600)]
    watch = Watch(Ended(free_slots=1000))
    walk_all(jobs, watch)
    assert max(watch.most.values()) == PER_SERVER
    assert PER_SERVER < watch.most_of_all <= TOTAL


@pytest.mark.parametrize(("free", "most"), [(None, 1), (0, 1), (1, 1), (2, 2), (3, 3), (90, PER_SERVER)])
def test_never_more_than_the_server_has_free_slots(free: int | None, most: int) -> None:
    watch = Watch(Ended(free_slots=free))
    walk_all([("db", i) for i in range(40)], watch)
    assert watch.most["db"] == most


def test_a_walk_crowded_out_by_our_own_walks_goes_once_more_alone() -> None:
    alone: list[bool] = []
    running: set[int] = set()
    lock = threading.Lock()

    def run(job: tuple[str, int]) -> Ended:
        with lock:
            running.add(job[1])
        threading.Event().wait(0.01)
        with lock:
            if seen[job[1]]:
                alone.append(len(running) == 1)
            seen[job[1]] += 1
            running.discard(job[1])
        return Ended(free_slots=50, crowded_out=job[1] % 2 == 1)

    seen: Counter[int] = Counter()
    results = dict(run_all([("db", i) for i in range(12)], lambda job: job[0], run))
    assert len(results) == 12
    assert alone
    assert all(alone)
    assert max(seen.values()) == 2
    assert all(seen[i] == 1 for i in range(0, 12, 2))


def test_a_refusal_for_want_of_slots_without_walks_of_ours_beside_it_is_believed() -> None:
    watch = Watch(Ended(crowded_out=True))
    walk_all([("db", i) for i in range(5)], watch)
    assert set(watch.runs.values()) == {1}


def test_an_exception_in_a_walk_reaches_the_caller() -> None:
    def run(job: int) -> Ended:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(run_all([1], lambda _: "db", run))
