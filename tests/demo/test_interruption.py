"""Signals that ask the demo to end."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from safeconduct.demo.interruption import Interrupted, Interruptions


def test_a_signal_is_heard_where_it_is_permitted() -> None:
    with Interruptions() as interruptions, pytest.raises(Interrupted) as caught, interruptions.permitted():
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.number == signal.SIGTERM


def test_a_postponed_signal_is_heard_afterwards() -> None:
    reached = []
    with Interruptions() as interruptions, pytest.raises(Interrupted), interruptions.permitted():  # noqa: PT012
        with interruptions.postponed():
            signal.raise_signal(signal.SIGINT)
            reached.append("the end of what must not be torn apart")
        reached.append("anything after it")
    assert reached == ["the end of what must not be torn apart"]


def test_a_signal_before_permission_is_heard_at_its_beginning() -> None:
    with Interruptions() as interruptions:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted), interruptions.permitted():
            pytest.fail("the block must not begin")


def test_a_second_signal_does_not_disturb_the_clean_up() -> None:
    with Interruptions() as interruptions:
        with pytest.raises(Interrupted), interruptions.permitted():
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)


def test_handlers_are_given_back_and_ignored_signals_stay_ignored() -> None:
    before = signal.getsignal(signal.SIGTERM)
    hang_up = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interruptions() as interruptions, interruptions.permitted():
            assert signal.getsignal(signal.SIGTERM) != before
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, hang_up)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_that_interrupts_no_system_call_ends_the_wait_all_the_same() -> None:
    """As one does that comes just before the read begins: another thread takes it, so that nothing here wakes up."""

    def send() -> None:
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGHUP)

    reading, writing = os.pipe()
    sender = threading.Thread(target=send)
    with os.fdopen(reading) as stream, os.fdopen(writing, "w"), Interruptions() as interruptions:
        sender.start()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            with pytest.raises(Interrupted), interruptions.permitted():
                interruptions.wait_for(stream)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
            sender.join()


def test_a_stream_that_ends_is_waited_for_no_longer() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as stream, Interruptions() as interruptions, interruptions.permitted():
        interruptions.wait_for(stream)
        assert stream.readline() == ""
