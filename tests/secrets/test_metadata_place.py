"""[database] sql_alchemy_conn: the reader that it leads to, or why it leads nowhere, its password never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.metadata import MetadataDatabase
from safeconduct.airflow.metadata_reader import MetadataReader
from safeconduct.model import Finding, Secret, Stage, Unjudged
from safeconduct.secrets import MetadataBackend, MetadataPlace, read_keyring, reader_of
from tests.secrets.metadata_file import URL_OPTION, MetadataFile
from tests.servers.hostile import Hostile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECRET = "Pl4nted"
SUBJECT = "metadata database"


def led_by(
    url: str, environ: Mapping[str, str] | None = None, home: Path | None = None
) -> MetadataReader | Finding | Unjudged:
    answer = reader_of(MetadataPlace(Secret(url), URL_OPTION, "", environ or {}, home), 5)
    assert SECRET not in f"{answer!r}"
    return answer


def reader(answer: MetadataReader | Finding | Unjudged) -> MetadataReader:
    assert isinstance(answer, MetadataReader), answer
    return answer


def finding(answer: MetadataReader | Finding | Unjudged) -> Finding:
    assert isinstance(answer, Finding), answer
    assert (answer.stage, answer.subject) == (Stage.DEFINITION, SUBJECT)
    return answer


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        SECRET,
        "/opt/airflow/airflow.db",
        "sqlite:/airflow.db",
        f"airflow:{SECRET}@db/airflow",
        f"postgresql:/airflow:{SECRET}@db/airflow",
        f"postgresql://airflow:{SECRET}@db:port/airflow",
        f"postgresql://airflow:x/@{SECRET}:y@db/airflow",
        f"postgresql psycopg2://airflow:{SECRET}@db/airflow",
    ],
)
def test_what_is_no_url_is_said_by_its_place_alone(url: str) -> None:
    answer = finding(led_by(url))
    assert answer.rule == "airflow.metadata.malformed"
    assert answer.message == f"{URL_OPTION} is no database URL"
    assert answer.evidence == {"option": URL_OPTION}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite+pysqlite://"])
def test_a_sqlite_without_a_file(url: str) -> None:
    answer = finding(led_by(url))
    assert (answer.rule, answer.message) == ("airflow.metadata.malformed", "sql_alchemy_conn names no SQLite file")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for path in (tmp_path / "airflow.db", tmp_path / "no" / "airflow.db"):
        answer = finding(led_by(f"sqlite:///{path}"))
        assert answer.rule == "airflow.metadata.unreachable"
        assert answer.message == f"the SQLite file {path} is not there"
        assert answer.evidence == {"file": str(path)}
    assert list(tmp_path.iterdir()) == []


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    answer = finding(led_by(f"sqlite:///{tmp_path}"))
    assert (answer.rule, answer.message) == (
        "airflow.metadata.unreachable",
        f"the SQLite file {tmp_path} is a directory",
    )


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg2", "postgresql+asyncpg", "postgres"])
def test_every_driver_of_postgresql_is_ours(driver: str) -> None:
    found = reader(led_by(f" {driver}://airflow:{SECRET}@db.example.com:6432/meta\n"))
    assert found.label == "PostgreSQL airflow@db.example.com:6432/meta"


def test_what_the_url_leaves_out_comes_from_where_libpq_looks(tmp_path: Path) -> None:
    environ = {"PGHOST": "db.example.com", "PGPORT": "6432", "PGUSER": "airflow", "PGPASSWORD": SECRET}
    assert reader(led_by("postgresql:///meta", environ)).label == "PostgreSQL airflow@db.example.com:6432/meta"
    (tmp_path / ".pg_service.conf").write_text(f"[meta]\nhost=other\nuser=etl\npassword={SECRET}\n")
    found = reader(led_by("postgresql:///meta?service=meta", home=tmp_path))
    assert found.label == "PostgreSQL etl@other:5432/meta"


def test_a_password_with_a_raw_at_sign_is_not_taken_for_the_host() -> None:
    answer = led_by(f"postgresql+psycopg2://airflow:x@{SECRET}@db/airflow")
    assert finding(answer).rule == "airflow.metadata.malformed"
    assert SECRET not in repr(answer)


@pytest.mark.parametrize(("url", "backend"), [("mssql+pyodbc", "mssql"), ("oracle",) * 2])
def test_a_database_that_cannot_be_read_yet_is_not_judged(url: str, backend: str) -> None:
    answer = led_by(f"{url}://airflow:{SECRET}@db/airflow")
    reason = f"{URL_OPTION} names a {backend} database; SQLite, PostgreSQL, MySQL and MariaDB can be read"
    assert answer == Unjudged(SUBJECT, reason)


def test_what_opens_the_database_is_known_so_that_no_output_shows_it(tmp_path: Path) -> None:
    found = reader(led_by(f"postgresql://airflow:{SECRET}@db/airflow"))
    assert MetadataBackend(MetadataDatabase(found), read_keyring(None, "")).secrets == (Secret(SECRET),)
    assert MetadataFile(tmp_path / "airflow.db").backend().secrets == ()


def test_nothing_is_opened_before_it_is_asked() -> None:
    with Hostile() as server:
        reader(led_by(f"postgresql://airflow:{SECRET}@127.0.0.1:{server.port}/airflow"))
        assert len(server.conversations) == 0


def test_the_place_shows_no_password() -> None:
    place = MetadataPlace(Secret(f"postgresql://u:{SECRET}@h/x"), URL_OPTION, environ={"PGPASSWORD": SECRET})
    assert SECRET not in repr(place)
