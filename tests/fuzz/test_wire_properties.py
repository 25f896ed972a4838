"""Whatever a server says, the exchange ends, and with nothing but a WireError; and pieces make no difference."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.postgres.framing import WireError
from safeconduct.postgres.wire import Exchange
from tests.fuzz.found import FILE, found, keep
from tests.fuzz.fuzz_wire import corpus, exercise, mutate, run_random

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = corpus()


def test_what_fuzzing_found() -> None:
    inputs = found()
    assert len(inputs) > 100
    assert FILE.stat().st_size <= 300_000
    for data in inputs:
        exercise(data)


def test_what_is_kept_is_found_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.fuzz.found.FILE", tmp_path / "found")
    assert keep([b"\0\xff", b"a", b"", b"a"]) == 2
    assert found() == [b"a", b"\0\xff"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000))
def test_random_bytes(data: bytes) -> None:
    exercise(data)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(CORPUS), st.integers(0, 2**32))
def test_mutated_transcripts(data: bytes, seed: int) -> None:
    exercise(mutate(data, random.Random(seed)))


@pytest.mark.parametrize("data", CORPUS, ids=range(len(CORPUS)))
def test_every_truncation(data: bytes) -> None:
    for end in range(2, len(data)):
        exercise(data[:end])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CORPUS), st.integers(0, 2**32), st.integers(0, 255))
def test_the_pieces_make_no_difference(data: bytes, seed: int, pieces: int) -> None:
    """After SSLRequest they do, rightly: there, what comes together with the answer tells an injection."""
    data = bytes([1 + data[0] % 4]) + mutate(data, random.Random(seed))[1:]
    whole, cut = exercise(b"%c\0" % data[0] + data[2:]), exercise(bytes([data[0], pieces]) + data[2:])
    if isinstance(whole, WireError):
        assert type(cut) is type(whole)
        assert isinstance(cut, WireError)
        assert cut.exchange == whole.exchange
    else:
        assert repr(cut) == repr(whole)


def test_the_corpus_reaches_what_it_should() -> None:
    outcomes = [exercise(data) for data in CORPUS]
    exchanges = [outcome for outcome in outcomes if isinstance(outcome, Exchange)]
    assert {exchange.used for exchange in exchanges} == {
        None,
        "password",
        "md5",
        "scram-sha-256",
        "scram-sha-256-plus",
    }
    assert any(exchange.ready for exchange in exchanges)
    assert any(exchange.stop and "signature is wrong" in exchange.stop.detail for exchange in exchanges)
    assert not any(isinstance(outcome, WireError) for outcome in outcomes)


def test_the_random_run_without_atheris() -> None:
    assert run_random(0.2, seed=1) > 10
