"""Servers that log anybody in and answer what PostgreSQL never would."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.model import Connection, Finding, Secret, Stage
from safeconduct.postgres import answers
from safeconduct.postgres.attempt import Attempt, attempt
from safeconduct.postgres.metadata_reader import PostgresReader, postgres_reader
from safeconduct.postgres.open_session import version_number
from safeconduct.postgres.session import SessionLost
from safeconduct.postgres.target import Target, target_of
from tests.servers.hostile import REFUSES_TLS, Hostile, hears, message, says

if TYPE_CHECKING:
    from safeconduct.postgres.session import Row
    from tests.servers.hostile import Deed

READY = message(b"Z", b"I")
DONE = message(b"C", b"SELECT 1\0") + READY
FACTS = ("4242", "f", "off", "90")


def row(*values: str | None) -> bytes:
    fields = (struct.pack("!i", -1) if v is None else struct.pack("!i", len(v.encode())) + v.encode() for v in values)
    return message(b"D", struct.pack("!H", len(values)) + b"".join(fields))


def lets_in(version: str = "16.3") -> Deed:
    status = message(b"S", b"server_version\0" + version.encode() + b"\0")
    return says(message(b"R", bytes(4)) + status + READY)


def knocked(*script: Deed) -> Attempt:
    with Hostile(*REFUSES_TLS, *script, hears()) as server:
        connection = Connection("w", "postgres", "127.0.0.1", server.port, "d", "etl", Secret("x"))
        target = target_of(connection, {}, None)
        assert isinstance(target, Target)
        ended = attempt(target, 2)
        if ended.session is not None:
            ended.session.close()
        return ended


@pytest.mark.parametrize(
    "rows",
    [
        b"",
        row(),
        row("1"),
        row(*FACTS, "x"),
        row(*FACTS) + row(*FACTS),
        row("abc", *FACTS[1:]),
        row(None, *FACTS[1:]),
        row(*FACTS[:3], "many"),
        row(*FACTS[:3], "9" * 5000),
        row(*FACTS[:3], "\N{SUPERSCRIPT TWO}"),
        row(*FACTS[:3], ""),
    ],
)
def test_a_session_that_answers_oddly_tells_nothing_of_itself(rows: bytes) -> None:
    ended = knocked(lets_in(), hears(), says(rows + DONE))
    assert ended.session is not None
    assert ended.facts is None
    assert [one.detail for one in ended.stages if one.stage is Stage.SESSION] == [
        "open; it tells nothing of itself (a pooler's console?)"
    ]


def test_a_session_that_answers_as_it_should_tells_of_itself() -> None:
    ended = knocked(lets_in(), hears(), says(row(*FACTS) + DONE))
    assert ended.facts is not None
    assert (ended.facts.backend_pid, ended.facts.free_slots) == (4242, 90)


@pytest.mark.parametrize(
    "text", ["\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT FIVE}.1", "x", "", "15.\N{DIGIT ONE FULL STOP}"]
)
def test_a_version_in_odd_digits_is_no_exception(text: str) -> None:
    assert version_number(text) in {0, 150000}


@pytest.mark.parametrize("rows", [row("1"), row(), row(*FACTS)])
def test_a_metadata_database_that_answers_oddly_cannot_be_read(rows: bytes) -> None:
    with Hostile(*REFUSES_TLS, lets_in(), hears(), says(row(*FACTS) + DONE), hears(), says(rows + DONE)) as server:
        url = parse_database_url(Secret(f"postgresql://airflow@127.0.0.1:{server.port}/meta"))
        assert url is not None
        reader = postgres_reader(url, 2, "", {}, None)
        assert isinstance(reader, PostgresReader)
        answer = MetadataDatabase(reader).rows()
    assert isinstance(answer, Finding)
    assert answer.rule == "airflow.metadata.unreachable"
    assert answer.evidence["error"] == "it does not answer with the columns that it was asked for"


def test_the_shape_of_a_result_is_checked() -> None:
    rows: list[Row] = [("1", None)]
    assert answers.shaped(rows, 2) == rows
    assert answers.only_row(rows, 2) == rows[0]
    assert (answers.integer("-5"), answers.integer_or_null(None), answers.text("")) == (-5, None, "")
    for wrong in (
        lambda: answers.shaped(rows, 3),
        lambda: answers.only_row([], 2),
        lambda: answers.only_row(rows * 2, 2),
        lambda: answers.integer(None),
        lambda: answers.integer("1 "),
        lambda: answers.integer_or_null(""),
        lambda: answers.text(None),
    ):
        with pytest.raises(SessionLost, match="the server answered a statement"):
            wrong()
