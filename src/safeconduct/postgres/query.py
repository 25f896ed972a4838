"""One statement on an open session, by the extended protocol and without touching a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.postgres import frontend
from safeconduct.postgres.framing import ConnectionClosed, Frame, Inbox, Malformed, TooManyMessages, show
from safeconduct.postgres.server_message import ServerMessage, decode_fields
from safeconduct.postgres.wants import Receive, Send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.postgres.session import Row
    from safeconduct.postgres.wants import Talk

MAX_RESULT = 64 * 1024 * 1024
"""Bytes that a result may take in our memory."""
_OVERHEAD = 64
"""What a row and each of its values take at least, whatever their length."""
MAX_NOTICES = 32 * 1024 * 1024
"""Bytes that the notices of one Parse may take: a tree takes some hundred bytes for each word of its statement."""
# ParseComplete, BindComplete, CloseComplete, CommandComplete, EmptyQueryResponse, NoData, RowDescription,
# PortalSuspended, NotificationResponse, NoticeResponse, ParameterStatus: nothing that the rows depend on.
_PASSED_OVER = frozenset({b"1", b"2", b"3", b"C", b"I", b"n", b"T", b"s", b"A", b"N", b"S"})


class QueryRefused(Exception):
    """The server refused the statement; `error` has its fields. The session is still open unless the peer closed it."""

    def __init__(self, error: ServerMessage) -> None:
        super().__init__(f"{error.sqlstate}: {error.message}")
        self.error = error


def run_query(sql: str, params: Sequence[str | None], inbox: Inbox, limit: int = MAX_RESULT) -> Talk[list[Row]]:
    """Run one statement with `$1` parameters; its rows as text, NULL as None.

    Raises QueryRefused, WireError (the session is of no use then: TooManyMessages for a result beyond `limit`) and
    Unsendable. Text that is not UTF-8 comes with replacement characters: log in with client_encoding UTF8.
    """
    yield Send(b"".join([frontend.parse(sql), frontend.bind(params), frontend.execute(), frontend.sync()]))
    rows: list[Row] = []
    error: ServerMessage | None = None
    left = limit
    while True:
        frame = yield from _frame(inbox, left, error)
        left -= _OVERHEAD + len(frame.payload)
        if frame.kind == b"Z":
            break
        if frame.kind == b"D":
            row = _row(frame.payload)
            left -= _OVERHEAD * len(row)
            rows.append(row)
        elif frame.kind == b"E":
            error = decode_fields(frame.payload)
        elif frame.kind not in _PASSED_OVER:
            raise Malformed(f"a message of type {show(frame.kind)} has no place in the answer to a statement")
        if left <= 0:
            raise TooManyMessages(f"the result takes more than {limit:,} bytes")
    if error is not None:
        raise QueryRefused(error)
    return rows


def run_parse(sql: str, inbox: Inbox, limit: int = MAX_NOTICES) -> Talk[list[ServerMessage]]:
    """Have one statement parsed and rewritten, and nothing more: it is neither planned nor run; the notices it gave.

    Raises what run_query raises.
    """
    yield Send(frontend.parse(sql) + frontend.sync())
    notices: list[ServerMessage] = []
    error: ServerMessage | None = None
    left = limit
    while (frame := (yield from _frame(inbox, max(left, 0), error))).kind != b"Z":
        left -= _OVERHEAD + len(frame.payload)
        if frame.kind == b"N":
            notices.append(decode_fields(frame.payload))
        elif frame.kind == b"E":
            error = decode_fields(frame.payload)
        elif frame.kind not in _PASSED_OVER:
            raise Malformed(f"a message of type {show(frame.kind)} has no place in the answer to Parse")
        if left <= 0:
            raise TooManyMessages(f"the notices take more than {limit:,} bytes")
    if error is not None:
        raise QueryRefused(error)
    return notices


def _frame(inbox: Inbox, limit: int, error: ServerMessage | None) -> Talk[Frame]:
    """The next message. Where the server hangs up after an error (it was ended, say), the error is the answer."""
    while (frame := inbox.take_frame(limit)) is None:
        data = yield Receive("the answer to a statement")
        if not data and error is not None:
            raise QueryRefused(error)
        if not data:
            raise ConnectionClosed("the connection was closed while the answer to a statement was awaited")
        inbox.feed(data)
    return frame


def _row(payload: bytes) -> Row:
    values: list[str | None] = []
    position = 2
    for _ in range(int.from_bytes(payload[:2], "big")):
        length = int.from_bytes(payload[position : position + 4], "big", signed=True)
        position += 4
        if length == -1:
            values.append(None)
            continue
        end = position + length
        if length < 0 or end > len(payload):
            raise Malformed("a row has a value that reaches beyond its message")
        values.append(payload[position:end].decode("utf-8", "replace"))
        position = end
    if len(payload) < 2 or position != len(payload):
        raise Malformed("a row is not as long as its values")
    return tuple(values)
