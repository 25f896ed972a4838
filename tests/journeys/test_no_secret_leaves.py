"""Secrets planted wherever people put them, servers that fail or echo them: no output holds one in any spelling."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from safeconduct.demo.home import AirflowHome, Row, new_keyring
from safeconduct.model import Connection, Secret
from tests.masking.asking import ECHO, FEWER, as_json, uri, why
from tests.masking.definitions import MISREAD, definitions, malformed
from tests.masking.planting import Plants
from tests.servers import hostile
from tests.servers.hostile import Hostile
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FAILING = {
    "hangs up": hostile.HANGS_UP,
    "resets": hostile.RESETS,
    "says garbage": hostile.GARBAGE,
    "is SSH": hostile.SSH,
    "is HTTP": hostile.HTTP,
    "is MySQL": hostile.MYSQL,
    "announces 2 GB": hostile.ANNOUNCES_2_GB,
    "closes amid a message": hostile.CLOSES_MID_MESSAGE,
    "never ends its error": hostile.ERROR_WITHOUT_END,
    "never answers": hostile.NEVER_ANSWERS,
}
ECHOED = 'password "***" is wrong'


@pytest.fixture
def echo() -> Iterator[Hostile]:
    with Hostile(*ECHO) as server:
        yield server


def test_fifty_secrets_in_connections_and_every_server_fails(tmp_path: Path, echo: Hostile) -> None:
    plant = Plants()
    with ExitStack() as servers:
        ports = {name: servers.enter_context(Hostile(*script)).port for name, script in FAILING.items()}
        texts = [uri(plant(f"a server that {name}"), port) for name, port in ports.items()]
        texts += [*definitions(plant, echo.port, free_port()), *malformed(plant)]
        said = why(tmp_path, {f"AIRFLOW_CONN_C{number}": text for number, text in enumerate(texts)})
    assert len(plant.secrets) >= 50
    assert said.count(ECHOED) >= 10
    assert not plant.found_in(said)


def test_definitions_that_are_read_otherwise_than_they_are_meant(tmp_path: Path) -> None:
    plant = Plants()
    texts = {f"AIRFLOW_CONN_C{n}": MISREAD[name].replace("{}", plant(name, "")) for n, name in enumerate(MISREAD)}
    said = why(tmp_path, texts, modes=FEWER)
    assert f"c{len(MISREAD) - 1}" in said
    assert not plant.found_in(said)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://etl:{}#x@h/sales",
        '{"conn_type": "postgres", "password": "{}", "port": 1e999}',
        '{"conn_type": "postgres", "password": "{}", "port": 1' + "0" * 5_000 + "}",
        '{"conn_type": "postgres", "password": "{}", "extra": "' + "[" * 100_000 + '"}',
    ],
    ids=["malformed", "infinite", "too many digits", "nested too deeply"],
)
def test_a_definition_on_standard_input_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    plant = Plants()
    said = why(tmp_path, {}, ["--uri", "-"], text.replace("{}", plant("standard input", "")), FEWER)
    assert "standard input" in said
    assert not plant.found_in(said)


def test_secrets_in_the_metadata_database_and_the_keys_that_open_them(tmp_path: Path, echo: Hostile) -> None:
    plant, keys, rows = Plants(), new_keyring(), []
    for key in ("new", "old", "lost"):
        plant.add(f"the {key} key", getattr(keys, key).reveal())
        password, extra = plant(f"a password, {key}"), json.dumps({"sslpassword": plant(f"an extra, {key}")})
        connection = Connection(
            key, "postgres", "127.0.0.1", echo.port, "sales", "etl", Secret(password), Secret(extra)
        )
        rows.append(Row(connection, key))
    AirflowHome(tmp_path / "home", keys).write(rows)
    said = why(tmp_path / "home")
    assert said.count(ECHOED) >= 2
    assert "airflow.fernet.key-other" in said
    assert not plant.found_in(said)


URL, KEY = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY"
SETTINGS = {
    "a metadata database that is down": {URL: "postgresql://a:{}@127.0.0.1:1/a?sslpassword={}"},
    "a database that cannot be read": {URL: "mysql://a:{}@h/a"},
    "no database URL": {URL: "a:{}@h"},
    "a command that fails": {f"{URL}_CMD": "bash -c 'echo {}; echo {} >&2; exit 7'"},
    "a command that is not there": {f"{URL}_CMD": "/nowhere/to/be/found --token {}"},
    "a command without its end": {f"{KEY}_CMD": "echo '{}"},
    "a malformed key": {KEY: "{},{}"},
    "a secrets backend": {"AIRFLOW__SECRETS__BACKEND": "a.B", "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"token": "{}"}'},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_secrets_in_the_configuration(tmp_path: Path, name: str) -> None:
    plant = Plants()
    secret = plant("the configuration", "")
    AirflowHome(tmp_path / "home").write([Row(Connection("c", "postgres", "h", password=Secret(plant("a row"))))])
    settings = {option: text.replace("{}", secret) for option, text in SETTINGS[name].items()}
    said = why(tmp_path / "home", settings, modes=FEWER)
    assert said.strip()
    assert not plant.found_in(said)


def test_a_secret_in_a_malformed_airflow_cfg(tmp_path: Path) -> None:
    plant = Plants()
    lines = ("[database]", "sql_alchemy_conn", f"postgresql://a:{plant('a malformed line', '')}@h/a")
    (tmp_path / "airflow.cfg").write_text("\n".join(lines))
    said = why(tmp_path, modes=FEWER)
    assert "airflow.configuration." in said
    assert not plant.found_in(said)


SECRET, NUMBER = "Planted000hunter/ü", "20240002025"
PLACES: dict[str, Callable[[Path, int], dict[str, str]]] = {
    "--uri -": lambda _, port: {"stdin": uri(SECRET, port)},
    "--uri": lambda _, port: {"--uri": uri(SECRET, port)},
    "PGPASSWORD": lambda _, port: {"stdin": as_json(port), "PGPASSWORD": SECRET},
    "password file": lambda home, port: {"stdin": as_json(port), "PGPASSFILE": file(home, f"*:*:*:*:{SECRET}")},
    "service file": lambda home, port: {
        "stdin": as_json(port, extra={"service": "s"}),
        "PGSERVICEFILE": file(home, f"[s]\npassword={SECRET}"),
    },
    "conninfo in the extra": lambda _, port: {"stdin": as_json(port, extra={"dsn": f"password='{SECRET}'"})},
    "URI in the extra": lambda _, port: {"stdin": as_json(port, extra={"dsn": uri(SECRET, port)})},
    "number in the extra": lambda _, port: {"stdin": as_json(port, extra={"password": int(NUMBER)})},
    "metadata database": lambda _, port: {URL: uri(SECRET, port)},
    "command": lambda home, port: {f"{URL}_CMD": f"cat {file(home, uri(SECRET, port))}"},
    "administrator": lambda _, port: {"stdin": uri("x", port), "SAFECONDUCT_ADMIN_DSN": uri(SECRET, port)},
}


def file(home: Path, text: str) -> str:
    path = home / "secret"
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("place", PLACES)
def test_a_server_that_echoes_the_password_it_is_sent(tmp_path: Path, echo: Hostile, place: str) -> None:
    plant = Plants()
    secret = plant.add("sent", NUMBER if place == "number in the extra" else SECRET)
    given = PLACES[place](tmp_path, echo.port)
    stdin, literal = given.pop("stdin", ""), given.pop("--uri", "-")
    said = why(tmp_path, given, ["--uri", literal] if stdin or literal != "-" else [], stdin, FEWER)
    assert secret.encode() in echo.heard
    assert "is wrong" in said
    assert not plant.found_in(said)


BROKEN = """
import logging
logging.basicConfig(level=logging.DEBUG)
def broken(*arguments, **options):
    try:
        raise ValueError(f"inner {secret}")
    except ValueError as error:
        raise RuntimeError(f"outer {secret}") from error
"""


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_internal_error_amid_a_walk_that_quotes_the_password(tmp_path: Path, debug: str) -> None:
    plant = Plants()
    secret = plant("an internal error")
    code = BROKEN + f"\nsecret = {secret!r}\nimport safeconduct.diagnosis.walk, safeconduct.cli.why as why\n"
    code += "why.walk_all = broken\nfrom safeconduct.cli.main import main\nmain()\n"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    script = tmp_path / "broken.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, script, "why", "--uri", "-"],
        env={**environment, "SAFECONDUCT_DEBUG": debug},
        input=uri(secret, 1),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "internal error (RuntimeError)" in done.stderr
    assert ("Traceback of ValueError" in done.stderr) == bool(debug)
    assert not plant.found_in(done.stdout + done.stderr)
