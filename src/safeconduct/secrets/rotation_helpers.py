"""Processes that rotate a share each, beside this one."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.secrets.rotation_part import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection as Pipe

    from safeconduct.secrets.rotation_part import Part

    Step = Callable[[int], object]
    Work = Callable[[Sequence[Part], Tally, Step], None]


class HelperLost(Exception):
    """A process that helped was ended from outside."""


class _Orphaned(BaseException):
    """Whoever started this process is gone."""


class _Helper:
    """One of them: what it says is how many cells a page had, and at its end what it did and why it failed."""

    def __init__(self, work: Work, share: Sequence[Part]) -> None:
        from multiprocessing import get_context  # only where there are helpers: it takes its time

        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        given = (theirs, self._pipe, os.getpid(), work, share)
        self._process = context.Process(target=_serve, args=given, daemon=True)
        self._process.start()
        theirs.close()
        self._end: tuple[Tally, str] | None = None

    def follow(self, step: Step) -> None:
        """Pass on what it has said so far. Raises HelperLost."""
        while self._end is None and self._pipe.poll():
            self._hear(step)

    def ended(self, step: Step) -> tuple[Tally, str]:
        """Wait for its end: what it did, and what the database said where it failed. Raises HelperLost."""
        while self._end is None:
            self._hear(step)
        return self._end

    def _hear(self, step: Step) -> None:
        try:
            said = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise HelperLost from error
        if isinstance(said, int):
            step(said)
        else:
            self._end = said

    def close(self) -> None:
        """End it, if it has not ended."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


@contextmanager
def helpers(work: Work, shares: Sequence[Sequence[Part]], tally: Tally, step: Step) -> Iterator[Step]:
    """A process for each share, whose work is joined to the tally at the end; within, the step that it yields is used.

    Raises ReadFailed where the database failed for one of them, HelperLost.
    """
    with ExitStack() as stack:
        started = [stack.enter_context(closing(_Helper(work, share))) for share in shares]

        def follow(cells: int) -> None:
            step(cells)
            for one in started:
                one.follow(step)

        yield follow
        ends = [one.ended(step) for one in started]
        for done, _ in ends:
            tally.join(done)
        if failed := next((words for _, words in ends if words), ""):
            raise ReadFailed(failed)


def _serve(pipe: Pipe[Any, Any], parents: Pipe[Any, Any], parent: int, work: Work, share: Sequence[Part]) -> None:
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    tally, words = Tally(), ""

    def step(cells: int) -> None:
        if os.getppid() != parent:
            raise _Orphaned
        pipe.send(cells)

    try:
        try:
            work(share, tally, step)
        except ReadFailed as failure:
            words = failure.words
        pipe.send((tally, words))
    except BaseException:
        with suppress(OSError):
            pipe.close()
    finally:
        os._exit(0)  # nothing of the parent's is ended here
