"""Connections put, shown and taken by the command line, and read by real Airflows where they were put."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.keeping import Desk
from tests.servers.airflow import Airflow, real_airflow
from tests.servers.availability import require

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.fixtures import AirflowHomes

NEWEST = ("2.11.2", "3.3.2")
EXTRA = '{"sslmode": "require", "api_key": "Pl4nted-Key", "retries": 3, "note": "äß"}'
WAREHOUSE = ("--type", "postgres", "--host", "db.example.com", "--port", "5432", "--schema", "sales", "--login", "etl")


def rarely(*values: object) -> object:
    """One of several that differ little, each of which takes a real Airflow half a minute."""
    return pytest.param(*values, marks=pytest.mark.soak)


READ = """
import json
import os
from airflow.models import Connection, Variable
try:
    from airflow.utils.session import create_session
except ImportError:
    from airflow.utils.db import create_session
with create_session() as session:
    rows = session.query(Connection).order_by(Connection.conn_id).all()
    print("READ" + json.dumps([
        [c.conn_id, c.conn_type, c.host, c.port, c.schema, c.login, c.password, c.extra_dejson, c.is_encrypted]
        for c in rows
    ]))
    print("KEPT" + json.dumps({v.key: v.get_val() for v in session.query(Variable).all()}))
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A store of our own, and nothing else."""
    desk = Desk(tmp_path, tmp_path / "home")
    desk.must("connections", "init", str(desk.airflow_home), "--real")
    return desk


def put_warehouse(desk: Desk) -> None:
    given = (*WAREHOUSE, "--extra", EXTRA, "--password", "-")
    desk.must("connections", "add", "warehouse", *given, "--real", stdin="Pl4nted-Word")


def read_by(airflow: Airflow) -> tuple[list[list[Any]], dict[str, str]]:
    """The connections and variables as this Airflow reads them from its database."""
    lines = airflow.python(READ).output.splitlines()
    found = {line[:4]: json.loads(line[4:]) for line in lines if line[:4] in ("READ", "KEPT")}
    return found["READ"], found["KEPT"]


def test_nothing_is_written_without_real_and_nothing_shown_without_reveal(desk: Desk) -> None:
    said = desk.must("connections", "add", "warehouse", *WAREHOUSE, "--password", "-", stdin="Pl4nted-Word")
    assert "would add" in said
    assert "--real does it" in said
    assert "There are no connections" in desk.must("connections", "list")
    put_warehouse(desk)
    listed = desk.must("connections", "list")
    assert "warehouse  postgres  db.example.com  5432  sales     etl    ***" in listed
    shown = desk.must("connections", "get", "warehouse")
    assert '"api_key": "***"' in shown
    assert '"sslmode": "require"' in shown
    assert "%2A%2A%2A" in desk.must("connections", "get", "warehouse", "--as", "uri")
    assert desk.disclosures == []
    assert "Pl4nted-Word" in desk.must("connections", "get", "warehouse", "--reveal", reveals=True)
    assert [(one["command"], one["names"]) for one in desk.disclosures] == [("connections get", ["warehouse"])]


def test_what_cannot_be_recorded_is_not_revealed(desk: Desk) -> None:
    put_warehouse(desk)
    (desk.folder / ".local").write_text("in the way")
    said = desk.run("connections", "get", "warehouse", "--reveal")
    assert said.code == 1
    assert "nothing is revealed, since it cannot be recorded" in said.errors


def test_the_store_is_for_its_owner_alone_and_its_key_apart(desk: Desk) -> None:
    put_warehouse(desk)
    key = desk.folder / ".config/safeconduct/keys/home.key"
    for path in (key, desk.airflow_home / "airflow.db", desk.airflow_home / "airflow.cfg"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    word = key.read_bytes().strip()
    assert all(word not in path.read_bytes() for path in desk.airflow_home.iterdir())
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database:
        ((password, extra),) = database.execute("SELECT password, extra FROM connection").fetchall()
    assert "Pl4nted" not in password + extra
    said = desk.run("connections", "init", str(desk.airflow_home), "--real")
    assert (said.code, "is there already" in said.errors) == (1, True)
    assert key.read_bytes().strip() == word


@pytest.mark.parametrize(
    ("version", "migrated"),
    [("2.11.2", False), ("3.3.2", True), rarely("2.11.2", True), rarely("3.3.2", False)],
)
def test_a_real_airflow_that_is_pointed_at_our_store_reads_it(desk: Desk, version: str, migrated: bool) -> None:
    put_warehouse(desk)
    desk.must("variables", "add", "greeting", "--value", "-", "--real", stdin="Pl4nted-Token")
    airflow = require(real_airflow(version, desk.airflow_home))
    if migrated:
        airflow.migrate()
    connections, variables = read_by(airflow)
    ours = [row for row in connections if row[0] == "warehouse"]
    extra = json.loads(EXTRA)
    assert ours == [["warehouse", "postgres", "db.example.com", 5432, "sales", "etl", "Pl4nted-Word", extra, True]]
    assert variables == {"greeting": "Pl4nted-Token"}
    told = airflow.cli("connections", "get", "warehouse", "-o", "json").output
    assert "db.example.com" in told


@pytest.mark.parametrize(
    ("version", "ending"), [("2.11.2", "env"), ("3.3.2", "json"), rarely("2.11.2", "json"), rarely("3.3.2", "yaml")]
)
def test_exports_go_there_and_back_through_a_real_airflow(
    desk: Desk, airflow_homes: AirflowHomes, version: str, ending: str, tmp_path: Path
) -> None:
    put_warehouse(desk)
    given = "http://user:Pl4nted-Word@api.example.com:8080/?token=Pl4nted-Token"
    desk.must("connections", "add", "api", "--uri", "-", "--real", stdin=given)
    ours = tmp_path / f"ours.{ending}"
    desk.must("connections", "export", str(ours), "--reveal")
    airflow = airflow_homes.lend(version, tmp_path / "theirs")
    airflow.cli("connections", "import", str(ours))
    before, _ = read_by(Airflow(airflow.programs, desk.airflow_home))
    assert read_by(airflow)[0] == before
    theirs = tmp_path / f"theirs.{ending}"
    airflow.cli("connections", "export", str(theirs), "--file-format", ending)
    desk.must("connections", "delete", "warehouse", "api", "--real")
    desk.must("connections", "import", str(theirs), "--real")
    assert read_by(Airflow(airflow.programs, desk.airflow_home))[0] == before


@pytest.mark.parametrize("version", NEWEST)
def test_a_real_airflows_own_database_takes_what_we_put(
    airflow_homes: AirflowHomes, version: str, tmp_path: Path
) -> None:
    airflow = airflow_homes.lend(version, tmp_path / "home")
    desk = Desk(tmp_path, airflow.home)
    put_warehouse(desk)
    (found,) = (row for row in read_by(airflow)[0] if row[0] == "warehouse")
    assert found[6:8] == ["Pl4nted-Word", json.loads(EXTRA)]
    desk.must("connections", "delete", "warehouse", "--real")
    assert all(row[0] != "warehouse" for row in read_by(airflow)[0])


def test_the_good_half_of_a_file_is_offered_and_nothing_written_unasked(desk: Desk) -> None:
    half = {
        "good": {"conn_type": "postgres", "password": "Pl4nted-Word"},
        "bad id": "postgres://etl@db",
        "field": {"conn_type": "postgres", "hots": "db", "password": "Pl4nted-Word"},
        "x" * 251: "postgres://etl@db",
        "port": {"conn_type": "postgres", "port": 99999},
        "untyped": {"host": "db"},
        "list": [1, 2],
        "nul": {"conn_type": "postgres", "host": "a\0b"},
        "type": {"conn_type": "a\0b"},
        "half port": {"conn_type": "postgres", "port": 1.9},
        "true-port": {"conn_type": "postgres", "port": True},
    }
    (desk.folder / "half.json").write_text(json.dumps(half))
    said = desk.run("connections", "import", "half.json", "--real")
    assert said.code == 1
    assert "would add       good" in said.output
    assert "--only-good takes over what can be read" in said.errors
    for name, why in (
        ("bad id", "refuses"),
        ("field", "hots"),
        ("x" * 60, "251"),
        ("port", "65535"),
        ("true-port", "whole"),
    ):
        assert f"{name}: " in said.output
        assert why in said.output
    assert "There are no connections" in desk.must("connections", "list")
    assert desk.run("connections", "import", "half.json", "--real", "--only-good").code == 1
    assert [one["conn_id"] for one in desk.json("connections", "list")["connections"]] == ["good"]


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("broken.json", b'{"a": '),
        ("list.json", b"[1]"),
        ("bytes.env", b"a=postgres://etl:\xff@db\n"),
        ("line.env", b"a\n"),
        ("twice.env", b"a=postgres://x\na=postgres://y\n"),
        ("deep.json", b'{"a":' * 5000),
        ("empty.yaml", b""),
        ("tag.yaml", b"a: !!python/object/apply:os.system ['true']\n"),
        ("missing.json", None),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_sentence(desk: Desk, name: str, octets: bytes | None) -> None:
    if octets is not None:
        (desk.folder / name).write_bytes(octets)
    said = desk.run("connections", "import", name, "--real")
    assert said.code == 1
    assert name in said.output
    assert "There are no connections" in desk.must("connections", "list")


NAMES = """
null: &one postgres://etl@db
~: *one
1: *one
1.0: *one
true: *one
"2": *one
good: *one
"""


def test_names_that_are_no_text_are_told_and_not_folded_together(desk: Desk) -> None:
    """Airflow imports none of them: "The key has to be a string"."""
    (desk.folder / "names.yaml").write_text(NAMES)
    for kind in ("connections", "variables"):
        said = desk.run(kind, "import", "names.yaml", "--real", "--only-good")
        assert said.code == 3
        assert "2 changed" in said.output
        for name in ("null", "~", "1", "1.0", "true"):
            assert f"{name} is no text in names.yaml" in " ".join(said.output.split())
    assert [one["conn_id"] for one in desk.json("connections", "list")["connections"]] == ["2", "good"]


def test_a_variable_that_no_database_keeps_is_told(desk: Desk) -> None:
    bad = '{"a": "\\ud800", "b": "x\\u0000", "c\\u0000": "x", "d": "1", "d": "2", "good": "x"}'
    (desk.folder / "bad.json").write_text(bad)
    said = desk.run("variables", "import", "bad.json", "--real", "--only-good")
    assert (said.code, said.output.count("could not be judged")) == (3, 4)
    assert [one["key"] for one in desk.json("variables", "list")["variables"]] == ["good"]


def strange_rows(desk: Desk, *names: str) -> None:
    """Rows under names that older Airflows stored, or somebody with access to the table."""
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database, database:
        for name in names:
            definition = (name, "postgres", "db", '{"api_key": "Pl4nted-Key"}')
            database.execute("INSERT INTO connection (conn_id, conn_type, host, extra) VALUES (?, ?, ?, ?)", definition)
            database.execute("INSERT INTO variable (key, val, description) VALUES (?, 'x', ?)", (name, name))


def test_names_cannot_forge_lines_nor_steer_a_screen(desk: Desk) -> None:
    strange_rows(desk, "a\n  moved             prod", "\x1b[2J", "\u202ex")
    kept = json.dumps({"connections_file_path": str(desk.folder / "kept.json")})
    for command in (
        ("connections", "list"),
        ("variables", "list"),
        ("connections", "lint"),
        ("connections", "move", "--all", "--to", "file", "--backend-kwargs", kept),
        ("connections", "delete", "a\n  moved             prod"),
        ("variables", "get", "\u202ey"),
    ):
        said = desk.run(*command)
        shown = said.output + said.errors
        assert not any(line.startswith("  moved ") for line in shown.splitlines())
        assert not {"\x1b", "\u202e"} & set(shown), command


def test_a_remedy_can_be_pasted_whatever_the_connection_is_called(desk: Desk) -> None:
    strange_rows(desk, "--all", "a b", "-x")
    told = " ".join(desk.run("connections", "lint").output.split())
    assert "safeconduct connections move --to vault -- --all " in told
    assert "safeconduct connections move --to vault -- -x " in told
    assert "move 'a b'" not in told, "Airflow refuses it, and so does move"
    assert "safeconduct why -- -x" in desk.run("connections", "get", "--", "-X").output


def test_a_name_that_no_line_of_an_env_file_can_begin_with_is_told(desk: Desk) -> None:
    strange_rows(desk, "a\nprod=postgres://evil", "#c", "a=b", "good")
    for kind in ("connections", "variables"):
        said = desk.run(kind, "export", f"{kind}.env", "--reveal")
        assert said.code == 3
        (line,) = (desk.folder / f"{kind}.env").read_text().splitlines()
        assert line.startswith("good=")
        for name in ("a prod", "#c", "a=b"):
            assert f"? {name}" in said.errors


def test_what_does_not_survive_as_a_uri_is_said(desk: Desk) -> None:
    odd = {"conn_type": "my_Type", "host": "http://x", "description": "what for", "extra": '{"a": "1", "b": {"c": 2}}'}
    (desk.folder / "odd.json").write_text(json.dumps({"odd": odd, "even": "postgres://etl:Pl4nted-Word@db/x"}))
    desk.must("connections", "import", "odd.json", "--real")
    desk.must("connections", "export", "all.json")
    said = desk.run("connections", "export", "all.env")
    assert said.code == 3
    assert "Airflow does not read conn_type, description" in " ".join(said.errors.split())
    assert "even" not in said.errors
    assert (desk.folder / "all.env").read_text().splitlines()[0] == "even=postgres://etl:%2A%2A%2A@db/x"
    assert desk.run("connections", "export", "all.env", "--as", "json").code == 2


def test_what_is_there_is_kept_unless_it_is_to_be_overwritten(desk: Desk) -> None:
    put_warehouse(desk)
    put_warehouse(desk)
    other = ("connections", "add", "warehouse", "--type", "mysql")
    assert "keeps           warehouse" in desk.must(*other, "--real").replace("kept ", "keeps")
    assert "type        postgres" in desk.must("connections", "get", "warehouse")
    desk.must(*other, "--overwrite", "--real")
    assert "type        mysql" in desk.must("connections", "get", "warehouse")


def test_without_a_usable_key_no_secret_is_put(desk: Desk) -> None:
    for key, words in (("", "would be kept in plaintext"), ("nonsense", "malformed")):
        keyed = Desk(desk.folder, desk.airflow_home, {"AIRFLOW__CORE__FERNET_KEY": key})
        said = keyed.run("connections", "add", "a", "--type", "http", "--password", "-", "--real", stdin="Pl4nted-Word")
        assert said.code == 1
        assert words in " ".join(said.output.split())
    assert "There are no connections" in desk.must("connections", "list")
    plain = Desk(desk.folder, desk.airflow_home, {"AIRFLOW__CORE__FERNET_KEY": ""})
    given = ("--type", "http", "--password", "-", "--plaintext", "--real")
    plain.must("connections", "add", "a", *given, stdin="Pl4nted-Word")
    assert "password    ***" in plain.must("connections", "get", "a")


def test_a_row_that_no_key_opens_can_be_deleted(desk: Desk) -> None:
    put_warehouse(desk)
    with closing(sqlite3.connect(desk.airflow_home / "airflow.db")) as database, database:
        database.execute("UPDATE connection SET password = 'corrupt'")
    assert desk.run("connections", "get", "warehouse").code == 1
    desk.must("connections", "delete", "warehouse", "--real")
    assert "There are no connections" in desk.must("connections", "list")


def test_variables_go_there_and_back(desk: Desk) -> None:
    desk.must("variables", "add", "greeting", "--value", "-", "--description", "kind", "--real", stdin="Pl4nted-Word")
    desk.must("variables", "add", "numbers", "--value", "-", "--real", stdin='{"a": [1, 2]}')
    listed = desk.must("variables", "list")
    assert "greeting  ***    kind" in listed
    assert desk.must("variables", "get", "greeting").strip() == "***"
    assert desk.must("variables", "get", "greeting", "--reveal", reveals=True).strip() == "Pl4nted-Word"
    desk.must("variables", "export", "all.json", "--reveal")
    assert json.loads((desk.folder / "all.json").read_text())["numbers"] == {"a": [1, 2]}
    desk.must("variables", "add", "lines", "--value", "-", "--real", stdin="one\ntwo")
    said = desk.run("variables", "export", "all.env", "--reveal")
    assert (said.code, "lines" in said.errors) == (3, True)
    assert (desk.folder / "all.env").read_text() == 'greeting=Pl4nted-Word\nnumbers={"a": [1, 2]}\n'
    desk.must("variables", "delete", "greeting", "numbers", "lines", "--real")
    desk.must("variables", "import", "all.json", "--real")
    assert desk.must("variables", "get", "numbers", "--reveal").strip() == '{"a": [1, 2]}'


def test_secrets_in_texts_that_should_hold_none_are_hidden_as_well(desk: Desk) -> None:
    host = "https://user:Pl4nted-Word@api.example.com/x?token=Pl4nted-Token"
    given = ("--type", "http", "--host", host, "--description", "Ask Bob; the password is Pl4nted-Key, until May")
    desk.must("connections", "add", "odd", *given, "--real")
    shown = [
        desk.must("connections", *command)
        for command in (
            ("list",),
            ("get", "odd"),
            ("get", "odd", "--as", "json"),
            ("get", "odd", "--as", "uri"),
            ("get", "odd", "--format", "json"),
            ("export",),
        )
    ]
    for text in shown:
        assert "Pl4nted" not in text
        assert "api.example.com" in text
        assert "***" in text or "%2A%2A%2A" in text


def test_what_was_exported_hidden_is_not_taken_over(desk: Desk) -> None:
    put_warehouse(desk)
    desk.must("connections", "export", "hidden.json")
    said = desk.run("connections", "import", "hidden.json", "--overwrite", "--real", "--only-good")
    assert said.code == 1
    assert "exported without --reveal" in " ".join(said.output.split())
    assert "Pl4nted-Word" in desk.must("connections", "get", "warehouse", "--reveal", reveals=True)
    partly = {"conn_type": "http", "host": "https://etl:***@api.example.com", "extra": '{"url": "https://u:***@x"}'}
    (desk.folder / "partly.json").write_text(json.dumps({"api": partly}))
    said = desk.run("connections", "import", "partly.json", "--real", "--only-good")
    assert said.code == 1
    assert "something in its extra and something in its host is hidden" in " ".join(said.output.split())
    desk.must("variables", "add", "greeting", "--value", "-", "--real", stdin="Pl4nted-Word")
    desk.must("variables", "export", "hidden.env")
    assert desk.run("variables", "import", "hidden.env", "--overwrite", "--real").code == 3


def test_what_stands_on_standard_input_is_imported(desk: Desk) -> None:
    given = ("connections", "import", "-", "--file-format", "env", "--real")
    desk.must(*given, stdin="a=postgres://etl:Pl4nted-Word@db")
    assert desk.json("connections", "get", "a", "--reveal", reveals=True)["connection"]["password"] == "Pl4nted-Word"
    desk.must("variables", "import", "-", "--file-format", "json", "--real", stdin='{"a": 1}')
    assert "standard input ends in none of" in desk.run("connections", "import", "-").errors
    said = desk.run("connections", "import", "-", "--file-format", "json", "--real", stdin='{"b": 5}')
    assert (said.code, "--only-good" in said.errors) == (1, False), "nothing of it can be read"


def test_anchors_that_stand_for_endless_values_are_refused(desk: Desk) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (desk.folder / "bomb.yaml").write_text("\n".join(lines))
    said = desk.run("connections", "import", "bomb.yaml")
    assert (said.code, "its anchors stand for more than" in said.output) == (1, True)
    (desk.folder / "ring.yaml").write_text("a: &a [*a]")
    assert desk.run("connections", "import", "ring.yaml").code == 1


def test_only_plain_files_are_written(desk: Desk) -> None:
    put_warehouse(desk)
    os.mkfifo(desk.folder / "pipe.json")
    said = desk.run("connections", "export", "pipe.json")
    assert (said.code, "no plain file" in said.errors) == (1, True)
    (desk.folder / "link.json").symlink_to("target.json")
    desk.must("connections", "export", "link.json")
    assert (desk.folder / "link.json").is_symlink()
    assert "warehouse" in (desk.folder / "target.json").read_text()


@pytest.mark.parametrize("moment", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("nameless", [True, False])
def test_an_export_that_is_killed_leaves_no_secret_for_long(desk: Desk, moment: str, nameless: bool) -> None:
    put_warehouse(desk)
    (desk.folder / "all.json").write_text("before")
    without = "" if nameless else "import safeconduct.secrets.whole_file as w; w._nameless = lambda folder: None; "
    kill = f"{without}import os, pathlib; {moment} = lambda *given: os.kill(os.getpid(), 9); "
    run = "from safeconduct.cli.main import cli; import safeconduct.cli.connections as c; "
    run += "c.revealed = lambda *given: None; cli(['connections', 'export', 'all.json', '--reveal'])"
    command = [sys.executable, "-c", f"{kill}{run}"]
    assert subprocess.run(command, env=desk.environment, cwd=desk.folder, check=False).returncode == -9
    assert (desk.folder / "all.json").read_text() == "before"
    left = list(desk.folder.glob(".all.json.*"))
    assert (left == []) == (nameless and moment == "os.fsync")
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in left)
    desk.must("connections", "export", "all.json")
    assert list(desk.folder.glob(".all.json.*")) == []
    assert "warehouse" in (desk.folder / "all.json").read_text()


def test_standard_output_by_the_systems_name_is_no_file_to_replace(desk: Desk) -> None:
    put_warehouse(desk)
    with open(desk.folder / "out", "wb") as out:
        out.write(b"before\n")
        out.flush()
        command = [sys.executable, "-m", "safeconduct", "connections", "export", "/dev/stdout", "--reveal"]
        subprocess.run(command, env=desk.environment, cwd=desk.folder, stdout=out, check=True)
    assert (desk.folder / "out").read_text().startswith("before\n{")
    desk.must("connections", "export", "all.json", "--reveal")
    assert [one["to"] for one in desk.disclosures] == ["standard output", str(desk.folder / "all.json")]


@pytest.mark.parametrize("mischief", ["pipe", "open to all", "linked", "open folder"])
def test_a_record_that_others_could_change_is_none(desk: Desk, mischief: str) -> None:
    put_warehouse(desk)
    folder = desk.folder / ".local/state/safeconduct"
    folder.mkdir(parents=True, mode=0o700)
    record = folder / "disclosures.jsonl"
    if mischief == "pipe":
        os.mkfifo(record, 0o600)
    elif mischief != "open folder":
        record.touch(0o600)
    if mischief == "open to all":
        record.chmod(0o666)
    if mischief == "linked":
        os.link(record, folder / "other")
    if mischief == "open folder":
        folder.chmod(0o777)
    said = desk.run("connections", "get", "warehouse", "--reveal")
    assert (said.code, "nothing is revealed" in said.errors) == (1, True)


def test_an_init_that_was_cut_short_says_how_to_go_on(desk: Desk) -> None:
    (desk.airflow_home / "airflow.cfg").unlink()
    said = desk.run("connections", "init", str(desk.airflow_home), "--real")
    assert (said.code, "remove it and run again" in said.errors) == (1, True)
    said = desk.run("connections", "init", str(desk.folder / "two\nlines"), "--real")
    assert (said.code, list(desk.folder.glob("two*"))) == (2, [])


def test_a_store_is_not_made_over_anothers_key_nor_where_others_write(desk: Desk) -> None:
    other = desk.folder / "other" / desk.airflow_home.name
    said = desk.run("connections", "init", str(other), "--real")
    assert (said.code, "may open another store: --key FILE" in said.errors, "remove" in said.errors) == (1, True, False)
    desk.must("connections", "init", str(other), "--key", str(desk.folder / "other.key"), "--real")
    desk.folder.joinpath("open").mkdir()
    desk.folder.joinpath("open").chmod(0o777)
    said = desk.run("connections", "init", "open", "--real")
    assert (said.code, "others may write to open" in said.errors) == (1, True)


def test_a_full_output_is_no_defect_of_ours(desk: Desk) -> None:
    put_warehouse(desk)
    for unbuffered in ("", "1"):
        environment = {**desk.environment, "PYTHONUNBUFFERED": unbuffered}
        command = [sys.executable, "-m", "safeconduct", "connections", "export"]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 3
        assert b"the output could not be written (No space left on device)" in done.stderr
