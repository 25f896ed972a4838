"""What PyMySQL does, bounded in time, and its errors as what they mean."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import CR

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.mysql_refusal import one_line, refusal, unreachable
from safeconduct.model import Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.mysql_place import MysqlPlace

_CUT_OFF = frozenset({CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR})


@contextlib.contextmanager
def bounded(place: MysqlPlace, line: socket.socket, timeout: float) -> Iterator[None]:
    """What happens inside ends within `timeout` seconds, or raises ReadFailed; so does whatever PyMySQL raises.

    PyMySQL bounds each read and not the whole: a server that drips would hold it for ever. So `line`, a duplicate of
    its socket that TLS does not take over, is shut down when the time has passed.
    """
    with _cut_after(timeout, line) as late:
        try:
            yield
        except ReadFailed:
            raise
        except Exception as error:  # PyMySQL passes on whatever it stumbles over in a malformed packet
            raise silent(timeout) if late.is_set() or _is_timeout(error) else _explained(place, error) from error


def silent(timeout: float) -> ReadFailed:
    """A server that did not answer in time."""
    return unreachable(f"it did not answer within {timeout:g} s")


def told(error: BaseException) -> tuple[int, str]:
    """The number and the words of PyMySQL's error; 0 where it has none."""
    number, *words = error.args if error.args and isinstance(error.args[0], int) else (0, *error.args)
    return int(number), str(words[0]) if words else ""


@contextlib.contextmanager
def _cut_after(seconds: float, line: socket.socket) -> Iterator[threading.Event]:
    late = threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        timer.join()


def _is_timeout(error: Exception) -> bool:
    return isinstance(getattr(error, "original_exception", error), TimeoutError)


def _explained(place: MysqlPlace, error: Exception) -> ReadFailed:
    cause = getattr(error, "original_exception", error)  # PyMySQL wraps what the socket raised
    if isinstance(cause, ssl.SSLError):
        return unreachable("TLS cannot be agreed on", one_line(str(cause)))
    if isinstance(error, RuntimeError):  # a way of proof for which a package is missing
        return ReadFailed(one_line(str(error)), Unjudged(SUBJECT, one_line(str(error))))
    number, words = told(error)
    if number in _CUT_OFF or isinstance(cause, OSError):
        return unreachable("the connection broke off", one_line(words or str(cause)))
    if isinstance(error, pymysql.Error) and number:
        return refusal(place, number, words)
    return unreachable("what answers breaks MySQL's protocol", type(error).__name__)
