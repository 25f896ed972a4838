"""Several processes that turn tokens: keys and tokens go through pipes between them, and nowhere else."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from safeconduct.secrets.token_work import Turned, Turner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection as Pipe

    from safeconduct.model import Secret

    Texts = Sequence[tuple[str, bool]]

T = TypeVar("T")
_QUEUED = 2
"""Pages with a helper: one that it works on, and the next."""


class HelperLost(Exception):
    """A process that turned tokens has ended."""


class Turners(Generic[T]):
    """This process, and helpers. Pages are put in with whatever belongs to them, and taken out in any order."""

    def __init__(self, keys: Sequence[Secret], helpers: Sequence[Pipe[Any, Any]] = ()) -> None:
        self._own = Turner(keys)
        self._here: deque[tuple[T, Texts]] = deque()
        self._there: dict[Pipe[Any, Any], deque[T]] = {helper: deque() for helper in helpers}

    @property
    def waiting(self) -> int:
        """How many pages are in."""
        return len(self._here) + sum(map(len, self._there.values()))

    @property
    def full(self) -> bool:
        """Whether one must be taken out before the next is put in."""
        return self.waiting > _QUEUED * len(self._there)

    def put(self, page: T, texts: Texts) -> None:
        """Have these turned. Raises HelperLost."""
        helper = min(self._there, key=lambda one: len(self._there[one]), default=None)
        if helper is None or len(self._there[helper]) >= _QUEUED:
            self._here.append((page, texts))
            return
        try:
            helper.send(texts)
        except OSError as error:
            raise HelperLost from error
        self._there[helper].append(page)

    def take(self) -> tuple[T, list[Turned]]:
        """A page that is turned; one is in. Raises HelperLost."""
        busy = [helper for helper, pages in self._there.items() if pages]
        ready = _ready(busy, 0 if self._here else None)
        if not ready:
            page, texts = self._here.popleft()
            return page, self._own.turn(texts)
        helper = next(one for one in busy if one in ready)
        try:
            return self._there[helper].popleft(), [Turned(*one) for one in helper.recv()]
        except (EOFError, OSError) as error:
            raise HelperLost from error


def _ready(pipes: Sequence[Pipe[Any, Any]], seconds: float | None) -> list[Any]:
    """Those that have something, waited for so long, None for as long as it takes."""
    if not pipes:
        return []
    from multiprocessing.connection import wait  # only where there are helpers: it takes longer than a thousand tokens

    return wait(pipes, seconds)


@contextmanager
def turners(keys: Sequence[Secret], processes: int) -> Iterator[Turners[Any]]:
    """So many processes, this one counted. Start them before a connection is open that they would inherit."""
    with ExitStack() as stack:
        yield Turners(keys, [stack.enter_context(_helper(keys)) for _ in range(processes - 1)])


@contextmanager
def _helper(keys: Sequence[Secret]) -> Iterator[Pipe[Any, Any]]:
    from multiprocessing import get_all_start_methods, get_context

    # Forking is quick, and there are no threads yet; elsewhere the keys go through a pipe as well.
    context: Any = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, ours, [key.reveal() for key in keys]), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()  # which is how it learns that it may go, also where we are killed
        process.join()


def _serve(pipe: Pipe[Any, Any], parents: Pipe[Any, Any], keys: Sequence[str]) -> None:
    from safeconduct.model import Secret

    parents.close()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides
    turner = Turner([Secret(key) for key in keys])
    asked: SimpleQueue[Texts | None] = SimpleQueue()
    # Read beside the work: a parent that waits to hand on a page while we wait to hand one back would be for ever.
    threading.Thread(target=_read, args=(pipe, asked), daemon=True).start()
    try:
        while (texts := asked.get()) is not None:
            pipe.send([tuple(turned) for turned in turner.turn(texts)])
    except OSError:
        pass
    finally:
        os._exit(0)  # nothing of the parent's is ended here


def _read(pipe: Pipe[Any, Any], asked: SimpleQueue[Texts | None]) -> None:
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        asked.put(None)
