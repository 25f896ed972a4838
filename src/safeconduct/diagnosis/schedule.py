"""Many walks at once, with manners: the order in which they may start, and the threads that run them.

At most `TOTAL` walks at once and `PER_SERVER` per server. A server's first walk goes alone, so that a dead one
costs one time-out; once a session has told how many connection slots are free, no more walks go there than that.
A walk that was turned away for want of a slot while others of ours held some is run once more by itself: its
refusal may have been our own doing (its password, if any, had been accepted, so this locks no account).
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

TOTAL = 32
PER_SERVER = 4


class Walked(Protocol):
    """What the schedule asks of a finished walk."""

    @property
    def free_slots(self) -> int | None:
        """How many connection slots the server had left, where the walk could see it."""

    @property
    def crowded_out(self) -> bool:
        """Whether the walk was turned away for want of a connection slot."""


Job = TypeVar("Job")
Result = TypeVar("Result", bound=Walked)


@dataclass
class _Server(Generic[Job]):
    """The walks that wait for one server. `width` is how many may be there at once."""

    waiting: deque[tuple[int, Job]] = field(default_factory=deque)
    again: deque[tuple[int, Job]] = field(default_factory=deque)
    running: int = 0
    width: int = 1
    alone: bool = False

    def start(self) -> tuple[int, Job] | None:
        """The walk that may start now, counted as running; None when none may."""
        job = self._next()
        self.running += job is not None
        return job

    def end(self, free_slots: int | None) -> None:
        """A walk has ended, and saw so many free slots (None: it could not see)."""
        self.running -= 1
        self.alone = False
        if free_slots is not None:
            self.width = max(1, min(PER_SERVER, free_slots))

    def _next(self) -> tuple[int, Job] | None:
        if self.alone:
            return None
        if self.again:
            self.alone = self.running == 0
            return self.again.popleft() if self.alone else None
        return self.waiting.popleft() if self.waiting and self.running < self.width else None


def run_all(
    jobs: Sequence[Job], server_of: Callable[[Job], Hashable], run: Callable[[Job], Result]
) -> Iterator[tuple[int, Result]]:
    """Run every job; yield (index, result) as they end. `run` must not raise: an exception of it ends the whole."""
    servers: dict[Hashable, _Server[Job]] = {}
    for index, job in enumerate(jobs):
        servers.setdefault(server_of(job), _Server()).waiting.append((index, job))
    pool: _Pool[Job, Result] = _Pool(run, min(TOTAL, len(jobs)))
    where: dict[int, _Server[Job]] = {}
    ready = deque(servers.values())
    left, shared, retried = len(jobs), set[int](), set[int]()
    while left:
        _start(ready, pool, where, shared)
        index, job, result = pool.finished()
        server = where.pop(index)
        server.end(result.free_slots)
        ready.append(server)
        if result.crowded_out and index in shared and index not in retried:
            retried.add(index)
            server.again.append((index, job))
            continue
        left -= 1
        yield index, result


def _start(
    ready: deque[_Server[Job]], pool: _Pool[Job, Result], where: dict[int, _Server[Job]], shared: set[int]
) -> None:
    """Start what may start. A server with nothing to start leaves `ready`; an ended walk brings it back."""
    while ready and len(where) < TOTAL:
        server = ready.popleft()
        started = server.start()
        if started is None:
            continue
        index, job = started
        where[index] = server
        if server.running > 1:
            shared.update(i for i, s in where.items() if s is server)
        pool.start(index, job)
        ready.append(server)


class _Pool(Generic[Job, Result]):
    """Daemon threads, so that Ctrl-C need not wait for a host that does not answer."""

    def __init__(self, run: Callable[[Job], Result], size: int) -> None:
        self._run = run
        self._size = size
        self._threads = 0
        self._jobs: SimpleQueue[tuple[int, Job]] = SimpleQueue()
        self._done: SimpleQueue[tuple[int, Job, Result | BaseException]] = SimpleQueue()

    def start(self, index: int, job: Job) -> None:
        if self._threads < self._size:
            self._threads += 1
            threading.Thread(target=self._work, daemon=True, name=f"walk-{self._threads}").start()
        self._jobs.put((index, job))

    def finished(self) -> tuple[int, Job, Result]:
        index, job, result = self._done.get()
        if isinstance(result, BaseException):
            raise result
        return index, job, result

    def _work(self) -> None:
        while True:
            index, job = self._jobs.get()
            try:
                result: Result | BaseException = self._run(job)
            except BaseException as error:  # handed to the thread that asked, and raised there
                result = error
            self._done.put((index, job, result))
