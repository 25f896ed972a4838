"""airflow.cfg as something else than a small file: said at once, and neither waited for nor read for ever."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow import rules_configuration as rules
from safeconduct.airflow.config_file import LARGEST
from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.plain_file import NotPlain, read_plain
from safeconduct.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before < 3


def load(home: Path, **environ: str) -> Configuration | Finding:
    return Configuration.load({"AIRFLOW_HOME": str(home), **environ}, version="2.11.2")


def refused(answer: Configuration | Finding) -> str:
    assert isinstance(answer, Finding), answer
    assert answer.rule == rules.FILE_UNREADABLE.id
    assert "run on its defaults" not in answer.message
    return answer.message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "airflow.cfg")
    assert refused(load(tmp_path)) == f"{tmp_path}/airflow.cfg cannot be read (it is no plain file)."


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/full"])
def test_a_device_is_not_read(device: str, tmp_path: Path) -> None:
    assert refused(load(tmp_path, AIRFLOW_CONFIG=device)) == f"{device} cannot be read (it is no plain file)."


def test_the_null_device_is_an_empty_file(tmp_path: Path) -> None:
    configuration = load(tmp_path, AIRFLOW_CONFIG=os.devnull)
    assert isinstance(configuration, Configuration)
    assert configuration.file_found


def test_a_projected_secret_is_a_plain_file(tmp_path: Path) -> None:
    """Kubernetes mounts one as a link into a directory that is itself a link."""
    (tmp_path / "..2024").mkdir()
    (tmp_path / "..2024" / "airflow.cfg").write_text("[core]\nexecutor = X\n")
    (tmp_path / "..data").symlink_to("..2024")
    (tmp_path / "airflow.cfg").symlink_to("..data/airflow.cfg")
    configuration = load(tmp_path)
    assert isinstance(configuration, Configuration)
    assert configuration.get("core", "executor") == "X"


def test_a_file_that_is_too_large_is_said(tmp_path: Path) -> None:
    with (tmp_path / "airflow.cfg").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert refused(load(tmp_path)) == f"{tmp_path}/airflow.cfg cannot be read (it is larger than 16 MiB)."


def test_a_file_of_just_that_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(1 << 20))
    assert read_plain(tmp_path / "file", 1 << 20) == bytes(1 << 20)


@pytest.mark.parametrize("name", ["a\ud800b", "a\0b"])
def test_a_name_that_no_file_can_have(name: str) -> None:
    with pytest.raises(NotPlain) as caught:
        read_plain(name, 1)
    assert caught.value.strerror == "no file can have this name"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system has no /proc")
def test_a_file_whose_size_is_not_told_is_read_whole() -> None:
    assert os.stat("/proc/self/status").st_size == 0
    assert b"\nPid:" in read_plain("/proc/self/status", 1 << 20)
