"""Service files, compared with the real libpq."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from safeconduct.model import Connection, Finding, Secret, Stage
from safeconduct.postgres.service import read_service
from safeconduct.postgres.settings import Setting
from safeconduct.postgres.target import Target, target_of
from tests.postgres import libpq

SERVICE = Setting(Secret("sales"), "extra of the connection")


def written(folder: Path, content: str, name: str = ".pg_service.conf") -> Path:
    path = folder / name
    path.write_text(content)
    return path


LINES = st.sampled_from(
    [
        *("[sales]", "[other]", "[sales] rest", "[]", "[sales", "", "# x", "nonsense", "nosuch=x", "service=x"),
        *("  application_name=a b  ", "application_name=c", "user=u", "dbname = x", "connect_timeout==3"),
        "options=" + "x" * 1100,
    ]
)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=7), service=st.sampled_from(["sales", "", "other"]))
@example(lines=["[sales]", "application_name=first", "application_name=second"], service="sales")
@example(lines=["[sales]", "user=u", "[sales]", "nonsense"], service="sales")
@example(lines=["options=" + "x" * 1013, "[sales]"], service="sales")
@example(lines=["options=" + "x" * 1014, "[sales]"], service="sales")
@example(lines=["options=" + "x" * 1015, "[sales]"], service="sales")
def test_a_service_is_read_as_libpq_reads_it(lines: list[str], service: str, tmp_path: Path) -> None:
    written(tmp_path, "\n".join(lines) + "\n")
    with libpq.environment(tmp_path, PGSYSCONFDIR=str(tmp_path / "none")) as environ, libpq.open_port() as port:
        begun = libpq.begin({"host": "127.0.0.1", "port": str(port), "service": service})
        found = read_service("c", Setting(Secret(service), "extra"), environ, tmp_path)
    assert isinstance(found, Finding) == bool(begun.refused), (found, begun)
    if not isinstance(found, Finding):
        for keyword, setting in found.items():
            assert setting.text == begun.options[keyword]


def test_the_order_of_precedence(tmp_path: Path) -> None:
    written(tmp_path, "[sales]\nhost=by-service\nuser=by-service\nsslmode=require\npassword=s3cret\n")
    environ = {"PGSERVICE": "sales", "PGUSER": "by-environment", "PGDATABASE": "by-environment"}
    it = target_of(Connection("c", "postgres", host="by-field"), environ, tmp_path)
    assert isinstance(it, Target)
    assert it.label == "by-service@by-field:5432/by-environment"
    assert it.tls.mode.value == "require"
    assert it.password is not None
    assert it.password.origin == f"service file {tmp_path}/.pg_service.conf line 5"
    assert "s3cret" not in repr(it)


def test_the_system_file_comes_after_the_users_unless_that_is_named(tmp_path: Path) -> None:
    written(tmp_path, "[sales]\nuser=system\n", "pg_service.conf")
    written(tmp_path, "[other]\nuser=mine\n")
    found = read_service("c", SERVICE, {"PGSYSCONFDIR": str(tmp_path)}, tmp_path)
    assert not isinstance(found, Finding)
    assert found["user"].text == "system"
    absent = read_service("c", SERVICE, {"PGSYSCONFDIR": str(tmp_path), "PGSERVICEFILE": "/absent"}, tmp_path)
    assert isinstance(absent, Finding)
    assert absent.rule == "postgres.service.file-missing"
    assert absent.evidence["file"] == "/absent"


def test_an_unknown_service_names_the_files_and_services_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, "[sale]\nuser=x\n[orders]\n")
    found = read_service("c", SERVICE, {"PGSYSCONFDIR": "/absent"}, tmp_path)
    assert isinstance(found, Finding)
    assert (found.rule, found.stage) == ("postgres.service.unknown", Stage.DEFINITION)
    assert found.evidence == {
        "service": "sales",
        "origin": "extra of the connection",
        "files": str(path),
        "services": "sale, orders",
    }


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        ("nonsense", "postgres.service.malformed", 'has no "="'),
        ("service=x", "postgres.service.malformed", "service inside a service"),
        ("dbname = x", "postgres.service.malformed", "blank before"),
        ("options=" + "x" * 1100, "postgres.service.malformed", "longer"),
        ("database=x", "postgres.option.unknown", "did you mean dbname?"),
    ],
)
def test_a_bad_line_is_told_by_its_number(line: str, rule: str, words: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"[sales]\n# comment\n{line}\n")
    found = read_service("c", SERVICE, {}, tmp_path)
    assert isinstance(found, Finding)
    assert found.rule == rule
    assert words in found.message
    assert found.evidence["origin"] == f"service file {path} line 3"
