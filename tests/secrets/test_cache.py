"""What was looked up a moment ago, and how long a place is waited for."""

from __future__ import annotations

import threading
import time

import pytest

from safeconduct.secrets.cache import Cache
from safeconduct.secrets.patience import Patience, TooSlow, within


def test_an_answer_is_kept_for_a_while_and_none_is_an_answer() -> None:
    now = [0.0]
    cache: Cache[int | None] = Cache(size=2, seconds=10, clock=lambda: now[0])
    cache.put("a", 1)
    cache.put("b", None)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ((1,), (None,), None)
    now[0] = 9.9
    assert cache.get("a") == (1,)
    now[0] = 10.0
    assert cache.get("a") is None
    assert len(cache) == 1


def test_what_was_used_longest_ago_makes_room() -> None:
    cache: Cache[int] = Cache(size=2, seconds=10)
    for name in "ab":
        cache.put(name, 1)
    cache.get("a")
    cache.put("c", 1)
    assert [cache.get(name) is not None for name in "abc"] == [True, False, True]
    assert len(cache) == 2


def test_many_threads_share_it() -> None:
    cache: Cache[int] = Cache(size=50, seconds=10)

    def work() -> None:
        for number in range(2_000):
            cache.put(number % 100, number)
            cache.get(number % 97)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cache) == 50


def test_pauses_grow_and_end_before_the_time_is_up() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    patience = Patience(5, sleep, lambda: now[0])
    while patience.pause():
        pass
    assert now[0] <= 5
    assert patience.asked == len(slept) + 1
    assert slept[3] > slept[0]
    assert 0.05 <= slept[0] <= 0.15
    assert max(slept) <= 3


def test_an_answer_an_error_and_none_in_time() -> None:
    def fail() -> None:
        raise KeyError("x")

    assert within(1, lambda: None) is None
    with pytest.raises(KeyError):
        within(1, fail)
    begun = time.monotonic()
    with pytest.raises(TooSlow):
        within(0.1, lambda: time.sleep(1))
    assert time.monotonic() - begun < 0.8
