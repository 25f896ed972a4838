"""Airflow keeps its connections in a MySQL or MariaDB, and `safeconduct why` is asked beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql
import pytest
from cryptography.fernet import Fernet

from tests.servers.airflow import real_airflow
from tests.servers.availability import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.mariadb import MariaDb
    from tests.servers.postgres import Postgres

SOURCE = Path(__file__).resolve().parents[2] / "src"
META, SECRET = "Airflow-7", "Pl4nted-Secret"
KEY = Fernet.generate_key()
CONN, CORE_KEY = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY"
TABLE = """CREATE TABLE connection (id INT AUTO_INCREMENT PRIMARY KEY, conn_id VARCHAR(250) UNIQUE,
  conn_type VARCHAR(500), description TEXT, host VARCHAR(500), `schema` VARCHAR(500), login TEXT, password TEXT,
  port INT, is_encrypted BOOL, is_extra_encrypted BOOL, extra TEXT)"""


def why(home: Path, environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "AIRFLOW_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "safeconduct", "why", *arguments],
        env={**own, **environment},
        cwd=SOURCE,  # Python finds this very source there, wherever the project is installed from
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert SECRET not in said
    assert META not in said
    return done.returncode, done.stdout


def findings(output: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(output)["findings"]
    return found


@pytest.fixture
def url(mariadb: MariaDb) -> str:
    mariadb.create_user("airflow", META)
    mariadb.create_database("meta", "airflow")
    return f"mysql+mysqldb://airflow:{META}@127.0.0.1:{mariadb.port}/meta?charset=utf8mb4"


def test_an_encrypted_connection_is_found_and_walked(
    mariadb: MariaDb, postgres: Postgres, url: str, tmp_path: Path
) -> None:
    postgres.create_role("etl", SECRET)
    token = Fernet(KEY).encrypt(SECRET.encode()).decode()
    mariadb.sql(TABLE, "meta")
    values = f"('warehouse', 'postgres', '127.0.0.1', 'postgres', 'etl', '{token}', {postgres.port}, 1)"
    names = "conn_id, conn_type, host, `schema`, login, password, port, is_encrypted"
    mariadb.sql(f"INSERT INTO connection ({names}) VALUES {values}", "meta")
    environment = {CONN: url, CORE_KEY: KEY.decode()}
    code, output = why(tmp_path, environment, "warehouse")
    assert code == 0, output
    assert f"metadata database, MySQL airflow@127.0.0.1:{mariadb.port}/meta" in output
    assert "opened by the Fernet key" in output
    assert "open, read-write" in output
    code, output = why(tmp_path, {**environment, CORE_KEY: Fernet.generate_key().decode()}, "--format", "json")
    assert (code, [each["rule"] for each in findings(output)]) == (1, ["airflow.fernet.key-other"])


def test_what_refuses_it_comes_with_a_remedy(mariadb: MariaDb, url: str, tmp_path: Path) -> None:
    mariadb.sql(TABLE, "meta")
    mariadb.sql("REVOKE ALL ON meta.* FROM airflow@'%'; CREATE TABLE meta.other (id INT)")
    mariadb.sql("GRANT SELECT ON meta.other TO airflow@'%'")
    code, output = why(tmp_path, {CONN: url}, "warehouse")
    assert code == 1
    assert "GRANT SELECT ON `meta`.`connection` TO 'airflow'@'%';" in output
    code, output = why(tmp_path, {CONN: url.replace(META, SECRET)}, "warehouse", "--format", "json")
    assert (code, [each["rule"] for each in findings(output)]) == (1, ["airflow.metadata.unreachable"])


def test_what_a_real_airflow_stored_is_read(mariadb: MariaDb, url: str, tmp_path: Path) -> None:
    """Airflow 2.11.2 does not support MariaDB officially; its migrations run on it all the same.

    It writes over PyMySQL, because its usual driver has to be compiled.
    """
    site, home = tmp_path / "site", tmp_path / "home"
    home.mkdir()
    shutil.copytree(Path(pymysql.__file__).parent, site / "pymysql")
    settings = {CONN: url.replace("mysqldb", "pymysql"), CORE_KEY: KEY.decode(), "PYTHONPATH": str(site)}
    airflow = require(real_airflow("2.11.2", home, settings))
    airflow.migrate()
    uri = f"postgres://etl:{SECRET}@127.0.0.1:1/sales?sslmode=disable&application_name=%C3%84rger"
    airflow.add_connection("warehouse", uri)
    code, output = why(home, {CONN: url, CORE_KEY: KEY.decode()}, "warehouse", "--format", "json")
    report = json.loads(output)
    assert [walk["target"] for walk in report["walks"]] == ["etl@127.0.0.1:1/sales"]
    assert (code, [each["rule"] for each in findings(output)]) == (1, ["postgres.port.refused"])
    ((stored, encrypted),) = mariadb.sql("SELECT password, is_encrypted FROM connection", "meta")
    assert stored.startswith("gAAAA")
    assert encrypted == 1
