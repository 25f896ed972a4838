"""Files that cannot be read or understood: one sentence with file and line, and never a line's text."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow import rules_configuration as rules
from safeconduct.airflow.configuration import Configuration
from safeconduct.model import Finding

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

NOBODY = 65534


def load(home: Path, data: bytes | None = None, **environ: str) -> Configuration | Finding:
    if data is not None:
        (home / "airflow.cfg").write_bytes(data)
    return Configuration.load({"HOME": str(home), "AIRFLOW_HOME": str(home), **environ}, version="2.11.2")


def refusal(answer: Configuration | Finding) -> Finding:
    assert isinstance(answer, Finding), answer
    return answer


@contextmanager
def as_an_ordinary_user() -> Generator[None, None, None]:
    """Root may read everything, so the tests of permissions step down for a moment."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


MALFORMED = {
    "no section": (b"sql_alchemy_conn = postgresql://u:hunter2@h/d\n", 1, "stands before the first section header"),
    "cut mid-line": (b"[core]\nexecutor = x\npostgres_hunter2", 3, "is neither a section"),
    "cut header": (b"[core]\nexecutor = x\n[databa", 3, "is neither a section"),
    "option twice": (b"[core]\na = hunter2\n\na = hunter2\n", 4, "sets a a second time"),
    "secret twice": (b"[core]\nhunter2 = x\nhunter2 = x\n", 3, "sets the same name a second time"),
    "section twice": (b"[core]\na = b\n[core]\n", 3, "begins section core a second time"),
    "byte-order mark": (b"\xef\xbb\xbf[core]\na = b\n", 1, "begins with a byte-order mark"),
    "windows": (b"[core]\r\na = b\r\nhunter2\r\n", 3, "is neither a section"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_file_is_one_sentence_with_its_line(case: str, tmp_path: Path) -> None:
    data, line, words = MALFORMED[case]
    found = refusal(load(tmp_path, data))
    assert found.rule == rules.FILE_MALFORMED.id
    assert found.location is not None
    assert (found.location.file, found.location.line) == (f"{tmp_path}/airflow.cfg", line)
    assert found.message.startswith(f"{tmp_path}/airflow.cfg, line {line}, {words}")
    assert "\n" not in found.message
    assert "hunter2" not in repr(found)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    found = refusal(load(tmp_path, b"[core]\n# caf\xe9\n"))
    assert found.rule == rules.FILE_NOT_TEXT.id
    assert found.location is not None
    assert found.location.line == 2


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("[core]\n")
    (tmp_path / "airflow.cfg").chmod(0)
    with as_an_ordinary_user():
        found = refusal(load(tmp_path))
    assert found.rule == rules.FILE_UNREADABLE.id
    assert "Permission denied" in found.message


def test_a_directory_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").mkdir()
    found = refusal(load(tmp_path))
    assert (found.rule, found.evidence["reason"]) == (rules.FILE_UNREADABLE.id, "Is a directory")


def test_an_empty_name_is_the_working_directory(tmp_path: Path) -> None:
    assert refusal(load(tmp_path, AIRFLOW_CONFIG="")).rule == rules.FILE_UNREADABLE.id


def test_a_file_in_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    found = refusal(load(tmp_path, AIRFLOW_CONFIG="/no/such/folder/airflow.cfg"))
    assert found.rule == rules.FILE_MISSING.id
    assert "/no/such/folder/airflow.cfg" in found.message
    under_home = load(tmp_path, AIRFLOW_CONFIG=str(tmp_path / "new" / "airflow.cfg"))
    assert isinstance(under_home, Configuration), "Airflow would create it there"


def test_no_file_at_all_is_no_fault_and_none_is_written(tmp_path: Path) -> None:
    configuration = load(tmp_path)
    assert isinstance(configuration, Configuration)
    assert not configuration.file_found
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_fault(tmp_path: Path) -> None:
    configuration = load(tmp_path, b"")
    assert isinstance(configuration, Configuration)
    assert configuration.file_found
