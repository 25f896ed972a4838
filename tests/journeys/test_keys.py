"""Somebody changes the Fernet key of an Airflow: from the first look to the day when the old key may go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from safeconduct.model import Secret
from safeconduct.secrets.key_place import KeyFile
from tests.journeys.keeping import SECRETS, Desk, desk_on
from tests.secrets.credential_tables import PASSWORD, Tables, sqlite_tables
from tests.secrets.metadata_file import told_by

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.fixtures import AirflowHomes
    from tests.servers.postgres import Postgres

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
KEY = "AIRFLOW__CORE__FERNET_KEY"
WORD = SECRETS[0]
STORE = """
from airflow.models import Variable
from airflow.models.trigger import Trigger
with create_session() as session:
    session.query(Connection).delete()
    for number in range(12):
        extra = json.dumps({"token": f"{word}-{number}"})
        session.add(Connection(conn_id=f"c{number}", conn_type="postgres", password=f"{word}-{number}", extra=extra))
        session.add(Variable(key=f"v{number}", val=f"{word} {number}"))
    session.add(Trigger(classpath="a.B", kwargs={"moment": word}))
tell(None)
"""
PLAIN = """
with create_session() as session:
    session.add(Connection(conn_id="plain", conn_type="postgres", password=word))
tell(None)
"""
READ = """
from airflow.models import Variable
from airflow.models.trigger import Trigger
with create_session() as session:
    rows = session.query(Connection).order_by(Connection.conn_id).all()
    found = [[row.conn_id, row.password, row.extra] for row in rows]
    flags = all(row.is_encrypted for row in rows)
    values = {row.key: row.get_val() for row in session.query(Variable).all()}
    triggers = [row.kwargs for row in session.query(Trigger).all()]
tell([found, values, triggers, flags])
"""


def rarely(*values: object) -> object:
    """One of several that differ little, each of which takes a real Airflow half a minute."""
    return pytest.param(*values, marks=pytest.mark.soak)


@pytest.mark.parametrize(
    ("version", "kind"),
    [("2.11.2", "sqlite"), ("3.3.2", "postgresql"), rarely("2.11.2", "postgresql"), rarely("3.3.2", "sqlite")],
)
def test_a_real_airflow_reads_every_row_with_the_new_key_alone(
    version: str, kind: str, airflow_homes: AirflowHomes, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    airflow = airflow_homes.lend(version, tmp_path / "airflow")
    if kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        server.create_role("airflow", "Airflow-7")
        server.create_database("airflow", "airflow")
        url = f"postgresql+psycopg2://airflow:Airflow-7@127.0.0.1:{server.port}/airflow"
        airflow.settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = url
        airflow.migrate()
    airflow.settings[KEY] = OLD
    told_by(airflow, STORE, word=WORD)
    airflow.settings[KEY] = ""
    told_by(airflow, PLAIN, word=WORD)

    airflow.settings[KEY] = f"{NEW},{OLD}"
    before = told_by(airflow, READ)
    desk = Desk(tmp_path, airflow.home, airflow.settings)
    assert "37 tokens" in desk.run("keys", "status").output
    planned = desk.must("keys", "rotate")
    assert "37 of an old key, 1 in plaintext" in planned
    assert "Nothing was changed" in planned
    done = desk.must("keys", "rotate", "--real")
    assert "The first key alone has signed all 38 tokens" in done

    airflow.settings[KEY] = NEW
    after = told_by(airflow, READ)
    assert after[:3] == before[:3]
    assert (before[3], after[3]) == (False, True)
    assert desk.must("keys", "status").endswith("The first key alone opens all there is.\n")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A SQLite file with what the old key sealed, and both keys."""
    tables = sqlite_tables(tmp_path / "airflow.db")
    tables.fill(Fernet(OLD), 10)
    return desk_on(tables, tmp_path, f"{NEW},{OLD}")


def with_keys(desk: Desk, keys: str) -> Desk:
    return Desk(desk.folder, desk.airflow_home, {**desk.settings, KEY: keys})


def test_two_at_once_the_second_one_says_so(desk: Desk) -> None:
    from tests.secrets.metadata_file import database_at

    with database_at(desk.settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]).reader.alone("rotation"):
        said = desk.run("keys", "rotate", "--real")
    assert said.code == 1
    assert "another rotation is under way" in said.output


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "the Fernet key is empty"),
        (f"{NEW},", "the Fernet key is malformed: key 2 of 2 is empty"),
        ("5aU9xVvYnC3y8QzR2wLmNpQrStUvWxYz=", "the Fernet key is malformed"),
        (NEW, "that no key opens"),
        (f"{NEW},{OLD}", "key 2 of 2 is still needed"),
    ],
    ids=["empty", "comma", "of a tutorial", "another", "two"],
)
def test_status_says_what_is_wrong_with_the_keys(desk: Desk, keys: str, words: str) -> None:
    said = with_keys(desk, keys).run("keys", "status")
    assert said.code == 1
    assert words in " ".join(said.output.split())
    told = json.loads(with_keys(desk, keys).run("keys", "status", "--format", "json").output)
    assert told["schema"] == "safeconduct/keys/1"
    assert told["faults"]


def test_the_age_of_the_key_is_told(desk: Desk) -> None:
    assert with_keys(desk, OLD).run("keys", "status", "--max-age", "1d").code == 0
    said = with_keys(desk, OLD).run("keys", "status", "--max-age", "0d")
    assert (said.code, "the first key has been in use since" in said.output) == (1, True)
    assert with_keys(desk, OLD).run("keys", "status", "--max-age", "soon").code == 2


def test_keys_in_the_wrong_order_are_refused(desk: Desk) -> None:
    desk.must("keys", "rotate", "--real")
    tables = sqlite_at(desk)
    token = Fernet(OLD).encrypt_at_time(WORD.encode(), 1_600_000_000).decode()
    tables.sql("UPDATE connection SET password = ? WHERE conn_id = 'c0'", [token])
    before = tables.kept()
    wrong = with_keys(desk, f"{OLD},{NEW}")
    said = wrong.run("keys", "rotate", "--real")
    assert said.code == 1
    assert "the new key does not stand first" in " ".join(said.output.split())
    assert tables.kept() == before
    assert wrong.run("keys", "rotate", "--real", "--order-is-right").code == 0


def sqlite_at(desk: Desk) -> Tables:
    import sqlite3

    return Tables("", "sqlite", lambda: sqlite3.connect(desk.folder / "airflow.db"))


def test_a_new_key_is_put_in_front_of_those_in_use(desk: Desk) -> None:
    path = desk.folder / "keys"
    place = ("--to", "file", "--name", str(path))
    assert "Nothing was written" in with_keys(desk, OLD).must("keys", "generate", *place)
    assert not path.exists()
    said = with_keys(desk, OLD).must("keys", "generate", *place, "--real")
    assert f"fernet_key_cmd = cat {path}" in said
    new, old = path.read_text().strip().split(",")
    assert (old, path.stat().st_mode & 0o777) == (OLD, 0o600)
    again = with_keys(desk, OLD).run("keys", "generate", *place, "--real")
    assert (again.code, "restart Airflow with them first; nothing is written" in again.errors) == (1, True)
    settings = {key: value for key, value in desk.settings.items() if key != KEY} | {f"{KEY}_CMD": f"cat {path}"}
    there = Desk(desk.folder, desk.airflow_home, settings)
    assert "all 29 tokens" in there.must("keys", "rotate", "--real")
    assert "opens all there is" in there.must("keys", "verify-backup", "--from", "file", "--name", str(path))
    assert there.run("keys", "verify-backup", stdin=f"{OLD}\n").code == 1
    assert there.run("keys", "verify-backup", stdin=f"{new}\n").code == 0
    there.must("keys", "generate", *place, "--real")
    assert path.read_text().strip().split(",")[1:] == [new, old]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "file"), "--name PATH"),
        (("--name", "x"), "need a place"),
        (("--to", "file", "--name", "/"), "could not be read: Is a directory"),
        (("--to", "file", "--name", "/dev/null/x", "--real"), "Not a directory"),
        (("--to", "nowhere"), "nowhere"),
    ],
)
def test_a_place_that_cannot_be_is_one_sentence(desk: Desk, arguments: tuple[str, ...], words: str) -> None:
    said = desk.run("keys", "generate", *arguments)
    assert said.code in (1, 2)
    assert words in said.errors
    assert OLD not in said.output + said.errors


def test_a_file_that_holds_something_else_is_left_alone(desk: Desk) -> None:
    path = desk.folder / "notes"
    path.write_text("buy milk\n")
    said = desk.run("keys", "generate", "--to", "file", "--name", str(path), "--real")
    assert (said.code, "holds something else than Fernet keys" in said.errors) == (1, True)
    assert path.read_text() == "buy milk\n"
    assert desk.run("keys", "verify-backup", "--from", "file", "--name", str(path)).code == 1


def test_what_is_lost_is_listed_with_what_enters_it_again(desk: Desk) -> None:
    tables, lost = sqlite_at(desk), Fernet(Fernet.generate_key())
    token = lost.encrypt(WORD.encode()).decode()
    tables.sql("UPDATE connection SET password = ?, extra = ? WHERE conn_id = 'c1'", [token, token])
    tables.sql("UPDATE connection SET password = ?, conn_id = ? WHERE conn_id = 'c2'", [token, "o'dd $(id)"])
    tables.sql("UPDATE connection SET password = ?, extra = NULL, login = 'etl' WHERE conn_id = 'c3'", [token[:40]])
    tables.sql("UPDATE variable SET val = ? WHERE id = 1", [token])
    tables.sql('UPDATE "trigger" SET kwargs = ? WHERE id = 1', [token])
    said = desk.run("keys", "lost")
    assert said.code == 1
    assert "connection c1: password, extra; left: postgres db" in said.output
    assert "UPDATE connection SET password = NULL WHERE conn_id = 'o''dd $(id)';" in said.output
    assert "safeconduct connections add --type postgres --host db --login etl --password - --overwrite" in said.output
    assert "trigger a.B0: kwargs; its task waits for ever" in said.output
    assert "22 credentials can be read" in said.output
    command = next(line for line in said.output.splitlines() if "connections add" in line and "c3" in line)
    desk.must(*command.split()[1:], stdin=WORD)
    delete = next(line for line in said.output.splitlines() if "variables delete" in line)
    desk.must(*delete.split()[1:])
    told = json.loads(desk.run("keys", "lost", "--format", "json").output)
    assert [one["name"] for one in told["lost"]] == ["c1", "o'dd $(id)", "a.B0"]


def test_nothing_is_lost(desk: Desk) -> None:
    assert "Nothing is lost" in desk.must("keys", "lost")


def test_a_database_that_may_only_be_read_is_said(desk: Desk) -> None:
    sqlite_at(desk).sql("CREATE TRIGGER t BEFORE UPDATE ON variable BEGIN SELECT RAISE(ABORT, 'no more room'); END")
    said = desk.run("keys", "rotate", "--real")
    assert said.code == 1
    assert "failed on the way: no more room" in " ".join(said.output.split())
    assert "rotated before: 20" in said.output
    assert PASSWORD not in said.output


def test_old_airflows_are_caught(desk: Desk) -> None:
    """One that was not restarted goes on encrypting with the old key."""
    told: dict[str, Any] = {}
    script = (
        "import sys; from safeconduct.secrets import census, rotation\n"
        "real = rotation.take_census\n"
        "def late(*given, **named):\n"
        "    import os, sqlite3\n"
        f"    database = sqlite3.connect({str(desk.folder / 'airflow.db')!r})\n"
        "    database.execute('UPDATE variable SET val = ? WHERE id = 1', [os.environ['TOKEN']]); database.commit()\n"
        "    return real(*given, **named)\n"
        "rotation.take_census = late\n"
        "from safeconduct.cli.main import main\n"
        "sys.argv = ['safeconduct', 'keys', 'rotate', '--real']; main()\n"
    )
    token = Fernet(OLD).encrypt_at_time(b"late", int(time.time()) + 60).decode()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**desk.environment, "TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    told = {"code": done.returncode, "said": " ".join(done.stdout.split())}
    assert told["code"] == 1
    assert "an Airflow still encrypts with an old key: restart all its parts" in told["said"]


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_what_is_no_plain_file_is_neither_read_nor_replaced(desk: Desk, kind: str) -> None:
    path = desk.folder / "keys"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/full")
    before = os.stat(path)
    for arguments in (("generate", "--to", "file", "--real"), ("verify-backup", "--from", "file")):
        said = desk.run("keys", *arguments, "--name", str(path))
        assert (said.code, "it is no plain file" in said.errors) == (1, True)
    assert os.path.samestat(before, os.stat(path))


def test_a_list_that_somebody_else_writes_meanwhile_is_left(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    place = KeyFile(path)
    assert place.read() is None
    path.write_text(OLD)
    with pytest.raises(OSError, match="somebody else"):
        place.write(Secret(NEW))
    assert (path.read_text(), place.read()) == (OLD, Secret(OLD))
    place.write(Secret(NEW))
    assert path.read_text() == f"{NEW}\n"


@pytest.mark.parametrize("place", ["file", "vault"])
def test_a_name_that_no_line_can_hold_is_refused(desk: Desk, place: str) -> None:
    settings = {**desk.settings, "VAULT_ADDR": "http://127.0.0.1:9", "VAULT_TOKEN": "t"}
    there = Desk(desk.folder, desk.airflow_home, settings)
    said = there.run("keys", "generate", "--to", place, "--name", "a\n[core]", "--real")
    assert (said.code, "that no airflow.cfg can hold" in said.errors) == (2, True)


def test_a_list_keeps_the_group_that_airflow_reads_it_by(desk: Desk) -> None:
    path = desk.folder / "keys"
    path.write_text(f"{OLD}\n")
    path.chmod(0o640)
    with_keys(desk, OLD).must("keys", "generate", "--to", "file", "--name", str(path), "--real")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE variable DROP COLUMN is_encrypted",
        "DROP TABLE variable",
        "ALTER TABLE connection DROP COLUMN extra",
    ],
    ids=["flag", "table", "column"],
)
def test_what_is_not_there_is_not_held_for_empty(desk: Desk, damage: str) -> None:
    sqlite_at(desk).sql(damage)
    for arguments in (("rotate", "--real"), ("status",), ("lost",)):
        said = desk.run("keys", *arguments)
        assert said.code in (1, 3)
        assert "Take the old key out" not in said.output
        assert "all there is" not in said.output
    assert desk.run("keys", "verify-backup", stdin=Fernet.generate_key().decode()).code in (1, 3)


def test_the_order_is_looked_at_in_every_row(desk: Desk) -> None:
    tables = sqlite_at(desk)
    tables.add("variable", *(
        {"key": f"old{number}", "is_encrypted": True, "val": Fernet(NEW).encrypt_at_time(b"x", 1_600_000_000).decode()}
        for number in range(1100)
    ))  # fmt: skip
    tables.sql("UPDATE variable SET id = id + 2000 WHERE id <= 5")
    before = tables.kept()
    said = desk.run("keys", "rotate", "--real")
    assert (said.code, "does not stand first" in " ".join(said.output.split())) == (1, True)
    assert tables.kept() == before


def test_names_steer_no_screen(desk: Desk) -> None:
    name = "a\nThe first key alone has signed all\x1b[2J\u202ex"
    tables = sqlite_at(desk)
    tables.add("connection", conn_id=name, conn_type="x", password="lie", is_encrypted=True, is_extra_encrypted=False)
    for command in ("rotate", "lost", "status"):
        said = desk.run("keys", command, *(["--real"] if command == "rotate" else []))
        assert said.code == 1
        assert "\x1b" not in said.output
        assert "\u202e" not in said.output
        assert "\nThe first key alone" not in said.output


def test_what_rotating_left_is_named_with_the_reason_and_not_to_be_rotated_again(desk: Desk) -> None:
    sqlite_at(desk).sql("UPDATE variable SET val = CAST(val AS BLOB) WHERE id = 1")
    said = desk.run("keys", "rotate", "--real")
    assert said.code == 1
    assert "variable.val of v0 (each time somebody or something else changed or kept it)" in said.output
    assert "safeconduct keys rotate" not in said.output


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", "empty or closed"),
        (b"\xff", "byte 1 of standard input is no UTF-8"),
        (b"," * 70_000, "larger than 64 KiB"),
        (b"," * 1000, "and 996 more"),
    ],
    ids=["nothing", "octets", "endless", "commas"],
)
def test_a_copy_that_is_no_list_of_keys_is_one_sentence(desk: Desk, given: bytes, words: str) -> None:
    said = desk.run("keys", "verify-backup", stdin=given)
    assert said.code in (1, 2)
    assert words in said.errors
    assert len(said.errors) < 1000


def test_a_byte_order_mark_is_passed_over_as_airflow_does(desk: Desk) -> None:
    said = desk.run("keys", "verify-backup", stdin=b"\xef\xbb\xbf" + OLD.encode())
    assert (said.code, "opens all there is" in said.output) == (0, True)
    marked = with_keys(desk, f"\ufeff{NEW},{OLD}")
    assert "has signed all" in marked.must("keys", "rotate", "--real")
    assert with_keys(desk, NEW).run("keys", "status").code == 0


def test_the_lock_is_no_link_and_no_fifo(desk: Desk) -> None:
    beside = desk.folder / "airflow.db-rotation"
    beside.symlink_to(desk.folder / "elsewhere")
    said = desk.run("keys", "rotate", "--real")
    assert (said.code, "cannot be opened" in " ".join(said.output.split())) == (1, True)
    assert not (desk.folder / "elsewhere").exists()
    beside.unlink()
    os.mkfifo(beside)
    assert "has signed all" in desk.must("keys", "rotate", "--real")


def test_a_variable_is_entered_again_with_its_description(desk: Desk) -> None:
    token = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    sqlite_at(desk).sql("UPDATE variable SET val = ?, description = 'of the shop' WHERE id = 1", [token])
    sqlite_at(desk).sql("UPDATE connection SET password = ?, conn_type = '', extra = NULL WHERE id = 1", [token])
    said = desk.run("keys", "lost").output
    assert "safeconduct variables add --value - --description 'of the shop' --overwrite --real -- v0" in said
    assert "safeconduct connections add --uri - --overwrite --real -- c0" in said
