"""`safeconduct config get-value` prints what `airflow config get-value` prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.airflow import VERSIONS, Answer, real_airflow
from tests.servers.availability import require

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = Path(__file__).parents[2] / "src"
_RUN = "from safeconduct.cli.config import group; group(prog_name='safeconduct config')"

FILE = """\
[core]
fernet_key_cmd = echo 'a key that Airflow masks'
sql_alchemy_conn = sqlite:////tmp/old%%20name.db
executor = SequentialExecutor
[api]
port = 9999
[webserver]
web_server_port = 8888
"""
ASKED = (
    ("core", "fernet_key"),
    ("core", "sql_alchemy_conn"),
    ("core", "executor"),
    ("webserver", "web_server_port"),
    ("mine", "from_the_environment"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "airflow.cfg").write_text(FILE)
    return tmp_path


def get_value(
    home: Path, section: str, key: str, settings: Mapping[str, str] | None = None, python: Path | None = None
) -> Answer:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": str(SOURCES),
        **(settings or {}),
    }
    command = [python or sys.executable, "-c", _RUN, "get-value", section, key]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


SOME_VERSIONS = [pytest.param(one, marks=[pytest.mark.soak] if one == "2.11.2" else []) for one in VERSIONS]


@pytest.mark.parametrize("version", SOME_VERSIONS)
def test_the_same_output_and_exit_code_in_the_same_environment(version: str, home: Path) -> None:
    airflow = require(real_airflow(version, home, {"AIRFLOW__MINE__FROM_THE_ENVIRONMENT": "50%\n~/x"}))
    for section, key in ASKED:
        theirs = airflow.cli("config", "get-value", section, key, check=False)
        ours = get_value(home, section, key, airflow.settings, airflow.programs / "python")
        assert (ours.code, ours.output) == (theirs.code, theirs.output), (section, key, ours.errors)


def test_a_secret_value_is_printed_for_scripts_and_nothing_else(home: Path) -> None:
    answer = get_value(home, "core", "fernet_key")
    assert answer == Answer(0, "a key that Airflow masks\n\n", "")


def test_an_option_that_is_set_nowhere_goes_to_standard_error_with_exit_code_1(home: Path) -> None:
    more = "More about it: docs/rules/airflow.configuration.option-missing.md\n"
    said = f"The option [core/nope] is not found in config.\n{more}"
    assert get_value(home, "core", "nope") == Answer(1, "", said)


def test_a_failing_command_shows_neither_itself_nor_its_output(home: Path) -> None:
    settings = {"AIRFLOW__CORE__FERNET_KEY_CMD": "bash -c 'echo hunter2; echo hunter2 >&2; exit 7'"}
    answer = get_value(home, "core", "fernet_key", settings)
    assert (answer.code, answer.output) == (1, "")
    assert answer.errors == (
        "The command in AIRFLOW__CORE__FERNET_KEY_CMD ended with status 7.\n"
        "More about it: docs/rules/airflow.configuration.command-failed.md\n"
    )


def test_a_random_default_is_not_judged(tmp_path: Path) -> None:
    answer = get_value(tmp_path, "core", "fernet_key")
    assert (answer.code, answer.output) == (3, "")
    assert "random" in answer.errors


def test_a_malformed_file_is_one_sentence(home: Path) -> None:
    (home / "airflow.cfg").write_text("[core]\nexecutor = a\nsql_alch")
    answer = get_value(home, "core", "executor")
    assert (answer.code, answer.output) == (1, "")
    assert answer.errors.startswith(f"{home}/airflow.cfg, line 3, is neither a section")
    more = "More about it: docs/rules/airflow.configuration.file-malformed.md"
    assert answer.errors.splitlines()[1:] == [more]


def test_wrong_usage_ends_with_2(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _RUN, "get-value", "core"], capture_output=True, check=False)
    assert done.returncode == 2


def test_a_value_that_is_no_text_leaves_as_it_came(home: Path) -> None:
    environ = {**os.environb, b"AIRFLOW_HOME": bytes(home), b"AIRFLOW__CORE__ODD": b"a\xff"}
    done = subprocess.run([sys.executable, "-c", _RUN, "get-value", "core", "odd"], env=environ, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b"a\xff\n")
