"""One statement on an open session: as transcripts, and on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.postgres.framing import ConnectionClosed, Malformed, MessageTooLong, TooManyMessages, WireError, pack
from safeconduct.postgres.frontend import Unsendable, bind, execute, parse, sync
from safeconduct.postgres.messages import (
    ErrorResponse,
    NoticeResponse,
    ParameterStatus,
    ReadyForQuery,
    ServerMessage,
    encode,
)
from safeconduct.postgres.query import QueryRefused, run_parse, run_query
from safeconduct.postgres.wire import Inbox
from tests.postgres.playbook import Playbook, listen
from tests.postgres.test_wire_real import ETL, PASSWORD, Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.postgres.session import Row
    from tests.servers.postgres import Postgres

BEGUN = pack(b"1", b"") + pack(b"2", b"")
DONE = pack(b"C", b"SELECT 1\0")
DENIED = ServerMessage("no", "ERROR", "ERROR", "42501", routine="aclcheck_error")


def row(*values: bytes | None) -> bytes:
    lengths = [(-1 if value is None else len(value)).to_bytes(4, "big", signed=True) for value in values]
    cells = [length + (value or b"") for length, value in zip(lengths, values, strict=True)]
    return pack(b"D", len(values).to_bytes(2, "big") + b"".join(cells))


def ask(every: int = 65_536) -> Playbook[list[Row]]:
    play = Playbook(run_query("SELECT $1", ["x", None], Inbox()), every)
    return play << parse("SELECT $1") + bind(["x", None]) + execute() + sync()


@pytest.mark.parametrize("every", [1, 3, 1000])
def test_rows_are_text_or_none(every: int) -> None:
    play = ask(every) >> BEGUN >> row(b"x", None, b"", "\u00e9".encode()) >> row() >> DONE >> ReadyForQuery()
    assert play.result == [("x", None, "", "\u00e9"), ()]


def test_what_is_not_asked_for_may_come_at_any_time() -> None:
    notice, parameter = NoticeResponse(ServerMessage("mind")), ParameterStatus("TimeZone", "UTC")
    notification = pack(b"A", b"\0\0\0\x01channel\0payload\0")
    play = ask() >> notice >> BEGUN >> parameter >> row(b"1") >> notification >> row(b"2") >> DONE >> notice
    assert (play >> ReadyForQuery()).result == [("1",), ("2",)]


def test_a_refusal_comes_when_the_session_is_ready_again() -> None:
    play = ask() >> pack(b"1", b"") >> ErrorResponse(DENIED)
    assert play.waits_for.awaited == "the answer to a statement"
    with pytest.raises(QueryRefused, match="42501: no") as caught:
        play >> ReadyForQuery() << b""
    assert caught.value.error == DENIED


def test_a_refusal_after_which_the_server_hangs_up() -> None:
    with pytest.raises(QueryRefused) as caught:
        listen(run_query("SELECT 1", [], Inbox()), encode(ErrorResponse(DENIED)))
    assert caught.value.error == DENIED


def test_text_that_is_not_utf8_is_read_with_replacements() -> None:
    assert (ask() >> row(b"caf\xe9") >> DONE >> ReadyForQuery()).result == [("caf\ufffd",)]


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        (b"", ConnectionClosed),
        (BEGUN + row(b"1")[:-1], ConnectionClosed),
        (pack(b"D", b""), Malformed),
        (pack(b"D", b"\0\1"), Malformed),
        (pack(b"D", b"\0\0x"), Malformed),
        (pack(b"D", b"\0\1\0\0\0\x05four"), Malformed),
        (pack(b"D", b"\0\1\xff\xff\xff\xfe"), Malformed),
        (pack(b"D", b"\xff\xff\xff\xff\xff\xff"), Malformed),
        (pack(b"G", b"\0\0\0"), Malformed),
        (pack(b"H", b"\0\0\0"), Malformed),
        (pack(b"R", bytes(4)), Malformed),
        (b"D\x7f\xff\xff\xff", MessageTooLong),
    ],
)
def test_an_answer_that_makes_no_sense(stream: bytes, error: type[WireError]) -> None:
    with pytest.raises(error):
        listen(run_query("SELECT 1", [], Inbox()), stream)


@pytest.mark.parametrize("message", [row(), row(b"x" * 1000), encode(NoticeResponse(ServerMessage("again")))])
def test_a_result_without_end(message: bytes) -> None:
    with pytest.raises((TooManyMessages, MessageTooLong), match=r"more than 100,000 bytes|at most"):
        listen(run_query("SELECT 1", [], Inbox(), limit=100_000), message * 2_000)


@pytest.mark.parametrize(("sql", "params"), [("SELECT '\0'", []), ("SELECT $1", ["\0"]), ("SELECT $1", ["\ud800"])])
def test_what_cannot_be_sent(sql: str, params: list[str]) -> None:
    with pytest.raises(Unsendable, match=r"statement|parameter"):
        next(run_query(sql, params, Inbox()))


# On a real server


@pytest.fixture
def session(any_postgres: Postgres) -> Iterator[Client]:
    any_postgres.create_role("etl", PASSWORD.reveal())
    with Client(any_postgres) as client:
        assert client.log_in(ETL).ready
        yield client


def test_values_of_all_kinds(session: Client) -> None:
    assert session.query("SELECT 1, NULL, '', true, $1::int + 1, $2::text, '{a,b}'::text[]", ["41", None]) == [
        ("1", None, "", "t", "42", None, "{a,b}")
    ]
    assert session.query("SELECT") == [()]
    assert session.query("") == []
    assert session.query("CREATE TEMP TABLE t (a int)") == []
    assert session.query("INSERT INTO t SELECT generate_series(1, 3) RETURNING a") == [("1",), ("2",), ("3",)]


def test_the_session_outlives_a_refusal(session: Client) -> None:
    with pytest.raises(QueryRefused) as caught:
        session.query("SELECT * FROM pg_authid")
    error = caught.value.error
    assert (error.sqlstate, error.routine) == ("42501", "aclcheck_error")
    with pytest.raises(QueryRefused, match="42703"):
        session.query("SELECT nothing")
    with pytest.raises(QueryRefused, match="22012"):
        session.query("SELECT 1 / (3 - n) FROM generate_series(1, 3) n")
    assert session.query("SELECT 1") == [("1",)]


def test_the_refusal_names_its_table_and_place(session: Client) -> None:
    session.query("CREATE TEMP TABLE t (a int CONSTRAINT positive CHECK (a > 0))")
    with pytest.raises(QueryRefused) as caught:
        session.query("INSERT INTO t VALUES (0)")
    error = caught.value.error
    assert (error.table, error.constraint, error.sqlstate) == ("t", "positive", "23514")
    with pytest.raises(QueryRefused) as caught:
        session.query("SELECT 1 +")
    assert caught.value.error.position == "11"


def test_notices_and_notifications_do_not_disturb(session: Client) -> None:
    session.query("LISTEN here")
    session.query("NOTIFY here, 'news'")
    session.query("DO $do$ BEGIN RAISE WARNING 'mind'; END $do$")
    session.query("SET TimeZone TO 'Europe/Vienna'")
    assert session.query("SELECT 'still here'") == [("still here",)]


def test_a_large_result(session: Client) -> None:
    rows = session.query("SELECT n, repeat('x', 1000) FROM generate_series(1, 5000) n")
    assert len(rows) == 5000
    assert rows[-1] == ("5000", "x" * 1000)
    assert session.query("SELECT repeat('y', 3000000)") == [("y" * 3_000_000,)]


def test_a_result_larger_than_memory_should_hold(session: Client) -> None:
    with pytest.raises(WireError, match=r"67,108,864 bytes|at most"):
        session.query("SELECT repeat('x', 1000000) FROM generate_series(1, 100)")


def test_the_session_is_ended_from_outside(session: Client) -> None:
    with pytest.raises(QueryRefused, match="57P01"):
        session.query("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises((WireError, OSError)):
        session.query("SELECT 1")


def test_parse_alone_gives_its_notices() -> None:
    play = Playbook(run_parse("SELECT $1", Inbox())) << parse("SELECT $1") + sync()
    first, second = ServerMessage("tree", detail="{QUERY}"), ServerMessage("and more")
    play = play >> NoticeResponse(first) >> pack(b"1", b"") >> NoticeResponse(second) >> ReadyForQuery()
    assert play.result == [first, second]


def test_parse_that_is_refused() -> None:
    play = Playbook(run_parse("SELECT $1", Inbox())) << parse("SELECT $1") + sync()
    with pytest.raises(QueryRefused, match="42501: no"):
        play >> ErrorResponse(DENIED) >> ReadyForQuery() << b""


def test_notices_without_end() -> None:
    message = encode(NoticeResponse(ServerMessage("again")))
    with pytest.raises((TooManyMessages, MessageTooLong), match=r"more than 100,000 bytes|at most"):
        listen(run_parse("SELECT 1", Inbox(), limit=100_000), message * 2_000)


def test_parse_has_no_place_for_a_login() -> None:
    with pytest.raises(Malformed, match="no place in the answer to Parse"):
        listen(run_parse("SELECT 1", Inbox()), pack(b"R", bytes(4)))
