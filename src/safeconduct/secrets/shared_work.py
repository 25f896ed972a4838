"""All rows in shares, a process for each: this one takes the first, and has helpers for the others."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from safeconduct.airflow.credential_columns import all_columns, parts
from safeconduct.airflow.metadata_reader import ReadFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection as Pipe

    from safeconduct.airflow.credential_columns import CredentialColumn
    from safeconduct.airflow.metadata_reader import MetadataReader

    Step = Callable[[int], object]


@dataclass(frozen=True)
class Part:
    """Rows of a column from behind one key to another; None stands for the beginning and the end."""

    column: CredentialColumn
    after: str | None
    last: str | None


class Result(Protocol):
    """What work comes to, which grows on the way: where it fails, what was done before counts."""

    def join(self, other: Any) -> None:
        """What another process has come to, too."""


R = TypeVar("R", bound=Result)


class HelperLost(Exception):
    """A process that was to help was ended from outside, or could not be started; the text is half a sentence."""


class _Orphaned(BaseException):
    """Whoever started this process is gone."""


class _Helper:
    """One of them: what it says is how many cells a page had, and at its end what it did and why it failed."""

    def __init__(self, work: Callable[[Sequence[Part], Any, Step], None], new: type, share: Sequence[Part]) -> None:
        from multiprocessing import get_context  # only where there are helpers: it takes its time

        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        given = (theirs, self._pipe, os.getpid(), partial(work, share), new)
        self._process = context.Process(target=_serve, args=given, daemon=True)
        try:
            self._process.start()
        except OSError as error:
            self._pipe.close()
            raise HelperLost(f"no more processes can be started ({error.strerror})") from error
        finally:
            theirs.close()
        self._end: tuple[Any, str] | None = None

    def follow(self, step: Step) -> None:
        """Pass on what it has said so far. Raises HelperLost."""
        while self._end is None and self._pipe.poll():
            self._hear(step)

    def ended(self, step: Step) -> tuple[Any, str]:
        """Wait for its end: what it did, and what the database said where it failed. Raises HelperLost."""
        while self._end is None:
            self._hear(step)
        return self._end

    def _hear(self, step: Step) -> None:
        try:
            said = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise HelperLost("a process that helped was ended") from error
        if isinstance(said, int):
            step(said)
        else:
            self._end = said

    def close(self) -> None:
        """End it, if it has not ended."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def shared(
    work: Callable[[Sequence[Part], R, Step], None], shares: Sequence[Sequence[Part]], result: R, step: Step
) -> None:
    """Do this for each share, and join what it comes to, to the result.

    The helpers are forked: no session may be open that they would share. Raises ReadFailed where the database failed
    for one of them, HelperLost.
    """
    with ExitStack() as stack:
        started = [stack.enter_context(closing(_Helper(work, type(result), share))) for share in shares[1:]]

        def follow(cells: int) -> None:
            step(cells)
            for one in started:
                one.follow(step)

        failed: list[ReadFailed] = []
        try:
            work(shares[0], result, follow)
        except ReadFailed as failure:
            failed.append(failure)
        for one in started:
            done, words = one.ended(step)
            result.join(done)
            failed += [ReadFailed(words)] if words else []
        if failed:
            raise failed[0]


def shares_of(reader: MetadataReader, processes: int) -> list[list[Part]]:
    """For each process its part of each column. Raises ReadFailed."""
    shares: list[list[Part]] = [[] for _ in range(processes)]
    with reader.open() as reading:
        for column in all_columns(reading):
            # A part may be missing where there are fewer cells than processes.
            for share, bounds in zip(shares, parts(reading, column, processes), strict=False):
                share.append(Part(column, *bounds))
    return shares


def _serve(
    pipe: Pipe[Any, Any], parents: Pipe[Any, Any], parent: int, work: Callable[[Any, Step], None], new: type
) -> None:
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    result, words = new(), ""

    def step(cells: int) -> None:
        if os.getppid() != parent:
            raise _Orphaned
        pipe.send(cells)

    try:
        try:
            work(result, step)
        except ReadFailed as failure:
            words = failure.words
        pipe.send((result, words))
    except BaseException:
        with suppress(OSError):
            pipe.close()
    finally:
        os._exit(0)  # nothing of the parent's is ended here
