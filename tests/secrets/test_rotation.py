"""Rotation of the Fernet key: every cell ends as a token of the first key, whatever it was, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from safeconduct.airflow import credential_columns
from safeconduct.airflow.credential_columns import columns_there
from safeconduct.model import Secret
from safeconduct.secrets import rotation_part
from safeconduct.secrets.census import take_census
from safeconduct.secrets.rotation import PURPOSE, Busy, HelperLost, Interrupted, rotate
from safeconduct.secrets.signatures import Signatures
from safeconduct.secrets.token_work import CORRUPT, ENCRYPTED, MENDED, OTHER_KEY, RESTLESS, ROTATED, SAME
from tests.secrets.credential_tables import PASSWORD, Tables, sqlite_tables

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.airflow.metadata_reader import Editing

OLD, NEW = Fernet.generate_key(), Fernet.generate_key()
KEYS = [Secret(NEW.decode()), Secret(OLD.decode())]
ROWS, CELLS = 40, 104
"""Connections; and cells in all: two of each connection, variables, three triggers and one request."""


@pytest.fixture(name="tables")
def filled(tables: Tables) -> Tables:
    tables.fill(Fernet(OLD), ROWS)
    return tables


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_columns, "AT_ONCE", 7)


@pytest.mark.parametrize("processes", [1, 3])
def test_all_is_of_the_new_key_afterwards_and_nothing_is_lost(tables: Tables, processes: int) -> None:
    before = tables.digest(Fernet(OLD))
    rotated = rotate(tables.reader(), KEYS, processes)
    assert rotated.tally.fates == {ROTATED: CELLS}
    assert (rotated.census.of(1).count, rotated.census.of(2).count, rotated.census.aside) == (CELLS, 0, 0)
    assert tables.digest(Fernet(NEW)) == before
    assert all(encrypted for _, encrypted in tables.kept().values())


def test_it_can_be_run_again(tables: Tables) -> None:
    rotate(tables.reader(), KEYS)
    before = tables.kept()
    assert rotate(tables.reader(), KEYS).tally.fates == {SAME: CELLS}
    assert tables.kept() == before


def test_a_token_is_as_old_as_its_rotation(tables: Tables) -> None:
    rotated = rotate(tables.reader(), KEYS)
    ages = rotated.census.of(1)
    assert rotated.began <= ages.oldest <= ages.youngest


def odd(tables: Tables) -> dict[str, str]:
    """Rows of every kind; what is to become of them by their names."""
    old, other = Fernet(OLD), Fernet(Fernet.generate_key())
    token = old.encrypt(b"Pl4nted").decode()
    tables.add("connection", conn_id="plain", conn_type="x", password="b'\"\\{},null", is_encrypted=False)
    tables.add("connection", conn_id="flagless", conn_type="x", password="NULL", is_encrypted=None)
    tables.add("connection", conn_id="lies", conn_type="x", password=token, is_encrypted=False)
    tables.add("connection", conn_id="cut", conn_type="x", password=token[:50], is_encrypted=True)
    tables.add("connection", conn_id="not ascii", conn_type="x", password="pässword", is_encrypted=True)
    tables.add("connection", conn_id="other", conn_type="x", password=other.encrypt(b"x").decode(), is_encrypted=True)
    tables.add("connection", conn_id="empty", conn_type="x", password="", is_encrypted=False)
    tables.add("trigger", classpath="plain.T", kwargs='{"password": "ä"}')
    tables.add("trigger", classpath="cut.T", kwargs="gAAAAA")
    return {
        "plain": ENCRYPTED, "flagless": ENCRYPTED, "lies": MENDED, "cut": CORRUPT, "not ascii": CORRUPT,
        "other": OTHER_KEY, "plain.T": ENCRYPTED, "cut.T": CORRUPT,
    }  # fmt: skip


def test_plaintext_is_encrypted_flags_are_mended_and_what_no_key_opens_is_left_as_it_is(tables: Tables) -> None:
    fates, before = odd(tables), tables.kept()
    rotated = rotate(tables.reader(), KEYS)
    tally, after = rotated.tally, tables.kept()
    aside = {one.name: one.why for one in tally.named}
    assert aside == {name: fate for name, fate in fates.items() if fate in (CORRUPT, OTHER_KEY)}
    assert {fate: tally.fates[fate] for fate in (ENCRYPTED, MENDED)} == {ENCRYPTED: 3, MENDED: 1}
    for place, (text, _) in before.items():
        now, encrypted = after[place]
        fate = fates.get(place[1], ROTATED)
        if fate in (CORRUPT, OTHER_KEY):
            assert after[place] == before[place]
        else:
            was = Fernet(OLD).decrypt(text.encode()).decode() if fate != ENCRYPTED else text
            assert Fernet(NEW).decrypt(now.encode()).decode() == was
            assert encrypted
    assert (rotated.census.aside, rotated.census.of(2).count, rotated.census.plaintext) == (4, 0, 0)


class Meddling:
    """Changes rows at the moment before they are swapped, as an Airflow that runs meanwhile."""

    def __init__(self, tables: Tables, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.tables, self.left, self.written = tables, times, 0
        real = credential_columns.swapped

        def swapped(editing: Editing, column: Any, changes: Any) -> frozenset[str]:
            if self.left and str(column) == "connection.password":
                self.left -= 1
                editing.change("ROLLBACK")  # SQLite has one writer at a time: it was there before us
                self.write()
                editing.change(editing.begin)
            return real(editing, column, changes)

        monkeypatch.setattr(rotation_part, "swapped", swapped)

    def write(self) -> None:
        self.written += 1
        token = Fernet(OLD).encrypt(f"new word {self.written}".encode()).decode()
        self.tables.sql("UPDATE connection SET password = ?, is_encrypted = ? WHERE conn_id = 'c0'", [token, True])
        self.tables.sql("DELETE FROM connection WHERE conn_id = 'c1'")


def test_what_airflow_writes_meanwhile_is_not_lost(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    meddling = Meddling(tables, monkeypatch, 3)
    rotated = rotate(tables.reader(), KEYS)
    assert Fernet(NEW).decrypt(tables.kept()["connection", "c0", "password"][0].encode()) == b"new word 3"
    assert ("connection", "c1", "password") not in tables.kept()
    assert (meddling.left, rotated.census.of(2).count, rotated.tally.aside) == (0, 0, 0)


def test_a_row_that_never_rests_is_set_aside(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    Meddling(tables, monkeypatch, 1000)
    rotated = rotate(tables.reader(), KEYS)
    assert [(one.name, one.why) for one in rotated.tally.named] == [("c0", RESTLESS)]
    assert rotated.census.of(2).count == 1


def test_one_rotation_at_a_time(tables: Tables) -> None:
    with tables.reader().alone(PURPOSE) as first:
        assert first
        before = tables.kept()
        with pytest.raises(Busy):
            rotate(tables.reader(), KEYS)
        assert tables.kept() == before
    assert rotate(tables.reader(), KEYS).tally.fates == {ROTATED: CELLS}


def test_a_table_that_somebody_has_locked_is_waited_for_and_then_said(tables: Tables) -> None:
    locks = {
        "sqlite": "BEGIN EXCLUSIVE",
        "postgresql": "LOCK TABLE connection IN ACCESS EXCLUSIVE MODE",
        "mysql": "LOCK TABLES connection WRITE",
    }
    before = tables.kept()
    migration = tables.connect()
    migration.cursor().execute(locks[tables.kind])
    with pytest.raises(Interrupted) as caught:
        rotate(tables.reader(timeout=1), KEYS)
    migration.rollback()
    migration.close()
    words = {"sqlite": "database is locked", "postgresql": "connection is locked by process", "mysql": "within 1 s"}
    assert words[tables.kind] in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert tables.kept() == before


def test_columns_that_this_airflow_does_not_encrypt_are_left_alone(tables: Tables) -> None:
    """Before 2.9 a trigger's kwargs were JSON."""
    tables.sql(f"DROP TABLE {tables.quoted('trigger')}")
    tables.sql("DROP TABLE connection_test_request")
    key = "INTEGER PRIMARY KEY" if tables.kind != "postgresql" else "SERIAL PRIMARY KEY"
    tables.sql(f"CREATE TABLE {tables.quoted('trigger')} (id {key}, classpath VARCHAR(1000), kwargs JSON)")
    tables.sql(f"INSERT INTO {tables.quoted('trigger')} (id, classpath, kwargs) VALUES (1, 'a.B', '{{}}')")
    with tables.reader().open() as reading:
        assert {column.table for column in columns_there(reading)} == {"connection", "variable"}
    assert rotate(tables.reader(), KEYS).tally.fates == {ROTATED: 100}


@pytest.mark.parametrize("processes", [1, 3])
def test_a_census_tells_keys_apart_without_opening_anything(tables: Tables, processes: int) -> None:
    odd(tables)
    tables.sql("UPDATE variable SET val = ? WHERE id = 1", [Fernet(NEW).encrypt_at_time(b"x", 1).decode()])
    census = take_census(tables.reader(), KEYS, processes)
    assert (census.of(1).count, census.of(1).oldest) == (1, 1)
    assert (census.of(2).count, census.of(0).count, census.plaintext, census.lying) == (CELLS, 1, 3, 1)
    assert {(one.name, one.why) for one in census.named} == {
        ("cut", CORRUPT), ("not ascii", CORRUPT), ("cut.T", CORRUPT), ("other", OTHER_KEY)
    }  # fmt: skip


def test_a_database_that_goes_away_half_way_keeps_what_was_done(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[int] = []

    def step(cells: int) -> None:
        pages.append(cells)
        if len(pages) == 3:
            raise ConnectionResetError

    before = tables.digest(Fernet(OLD))
    with pytest.raises(ConnectionResetError):
        rotate(tables.reader(), KEYS, step=step)
    assert tables.digest(Fernet(NEW), Fernet(OLD)) == before
    assert rotate(tables.reader(), KEYS).tally.fates == {SAME: 21, ROTATED: CELLS - 21}


def test_a_helper_that_is_ended_is_said_and_what_it_did_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), ROWS)
    before, parent = tables.digest(Fernet(OLD)), os.getpid()

    def work(self: rotation_part.PartRotation) -> None:
        if os.getpid() != parent:
            time.sleep(600)
        real(self)

    real = rotation_part.PartRotation.rotate
    monkeypatch.setattr(rotation_part.PartRotation, "rotate", work)

    def step(_: int) -> None:
        assert os.getpid() == parent
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(HelperLost):
        rotate(tables.reader(), KEYS, 3, step)
    assert multiprocessing.active_children() == []
    assert tables.digest(Fernet(NEW), Fernet(OLD)) == before
    monkeypatch.setattr(rotation_part.PartRotation, "rotate", real)
    assert rotate(tables.reader(), KEYS, 3).census.of(2).count == 0


def test_a_database_that_fails_for_a_helper_is_said(tmp_path: Path) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), ROWS)
    refusal = "WHEN old.conn_id = 'c39' BEGIN SELECT RAISE(ABORT, 'no more room'); END"
    tables.sql(f"CREATE TRIGGER full BEFORE UPDATE ON connection {refusal}")
    with pytest.raises(Interrupted, match="no more room") as caught:
        rotate(tables.reader(), KEYS, 2)
    assert caught.value.done.changed > 0


def test_what_helpers_have_done_counts_where_the_first_share_fails(tmp_path: Path) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), ROWS)
    tables.sql("DELETE FROM variable")
    refusal = "WHEN old.conn_id = 'c0' BEGIN SELECT RAISE(ABORT, 'no more room'); END"
    tables.sql(f"CREATE TRIGGER full BEFORE UPDATE ON connection {refusal}")
    with pytest.raises(Interrupted) as caught:
        rotate(tables.reader(), KEYS, 2)
    signed = [Signatures(KEYS[:1]).of(text) for text, _ in tables.kept().values()]
    new = [one for one in signed if one is not None and one.key]
    assert caught.value.done.changed == len(new) > ROWS / 2


def test_helpers_that_cannot_be_started_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), ROWS)
    before = tables.kept()

    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(HelperLost, match="no more processes can be started"):
        rotate(tables.reader(), KEYS, 3)
    assert tables.kept() == before


def test_a_lock_that_is_lost_on_the_way_spoils_nothing(tables: Tables) -> None:
    """Its session does nothing all the while, which is what firewalls cut."""
    if tables.kind == "sqlite":
        return
    others = {
        "postgresql": "SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'",
        "mysql": "SELECT id FROM information_schema.processlist WHERE command = 'Sleep' ORDER BY id LIMIT 1",
    }
    end = {"postgresql": "SELECT pg_terminate_backend({0})", "mysql": "KILL {0}"}
    ended: list[str] = []

    def step(_: int) -> None:
        if not ended:
            ended.append(str(tables.sql(others[tables.kind])[0][0]))
            tables.sql(end[tables.kind].format(ended[0]))

    assert rotate(tables.reader(), KEYS, step=step).census.of(1).count == CELLS
