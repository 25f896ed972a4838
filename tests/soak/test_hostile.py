"""Minutes of servers that lie: whatever they send, the attempt ends in time with a finding, and leaks nothing."""

from __future__ import annotations

import os
import random
import time

import pytest

from safeconduct.model import Secret
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.target import HostPort, Password, Target, TlsPolicy
from safeconduct.postgres.tls_policy import SslMode
from tests.servers.hostile import REFUSES_TLS, Deed, Hostile, drips, hangs_up, hears, message, resets, says

SECONDS = float(os.environ.get("SECONDS", "300"))
SHORT = 3.0
PASSWORD = "Never-In-Clear-9"


def a_message(choice: random.Random) -> bytes:
    kind = bytes([choice.choice(b"RSKZENvAGT\0\xff1")])
    payload = choice.choice(
        [choice.randbytes(choice.randrange(80)), b"\0\0\0\x0aSCRAM-SHA-256\0\0", b"\0\0\0\0", b"\0\0\0\x05salt", b"I"]
    )
    length = choice.choice([None, None, None, choice.randrange(2**32)])
    return message(kind, payload, length=length)


def a_script(choice: random.Random) -> tuple[Deed, ...]:
    begin: tuple[Deed, ...] = choice.choice([REFUSES_TLS, (), (hears(),)])
    middle: list[Deed] = []
    for _ in range(choice.randrange(1, 6)):
        data = b"".join(a_message(choice) for _ in range(choice.randrange(1, 4)))
        middle.append(choice.choice([says(data), says(data[: len(data) // 2]), drips(data[:5], 0.01), hears()]))
    return (*begin, *middle, *choice.choice([(hangs_up(),), (resets(),), ()]))


def run_for(seconds: float, seed: int) -> int:
    choice, runs, end = random.Random(seed), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        mode = choice.choice([SslMode.PREFER, SslMode.DISABLE, SslMode.REQUIRE])
        with Hostile(*a_script(choice)) as server:
            password = Password(Secret(PASSWORD), "connection")
            host = HostPort("127.0.0.1", server.port, password=password)
            result = attempt(Target("c", (host,), "etl", "sales", tls=TlsPolicy(mode=mode)), 0.3)
        if result.session:
            result.session.close()
        assert sum(map(bool, (result.session, result.finding, result.unjudged))) == 1, f"seed {seed}, run {runs}"
        assert PASSWORD not in repr(result), f"seed {seed}, run {runs}"
        runs += 1
    return runs


def test_a_few_seconds_of_lies() -> None:
    assert run_for(SHORT, seed=1) > 3


@pytest.mark.soak
def test_minutes_of_lies() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}: {run_for(SECONDS, seed)} hostile servers in {SECONDS:g} s")
