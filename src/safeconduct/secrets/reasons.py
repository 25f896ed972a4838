"""Why a library could not reach a server, in a few words of the operating system and without its address or payload."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 12


def reason_of(error: BaseException) -> str:
    """The words of the system's own error within a library's; the kind of the outermost where there is none."""
    for inner in _within(error):
        if isinstance(inner, socket.gaierror):
            return "its name has no address"
        if isinstance(inner, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {inner.verify_message}"
        if isinstance(inner, ssl.SSLError):
            return f"TLS failed: {inner.reason or 'no reason is given'}"
        if isinstance(inner, TimeoutError):
            return "it does not answer in time"
        if isinstance(inner, OSError) and inner.errno is not None and inner.strerror:
            return inner.strerror
    return type(error).__name__


def _within(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The errors that this one wraps, the innermost first."""
    if depth > _DEEPEST:
        return
    inner = (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args)
    for one in inner:
        if isinstance(one, BaseException):
            yield from _within(one, depth + 1)
    yield error
