"""The base package goes into an environment of Airflow and changes nothing that is there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.servers.availability import Missing, require
from tools.airflows import VERSIONS, environment, why_impossible

PROJECT = Path(__file__).resolve().parents[2]


def pip(version: str, *arguments: str) -> str:
    found = environment(version)
    place = require(found or Missing(f"Airflow {version}", "make servers", why_impossible(version)))
    done = subprocess.run(
        [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("version", VERSIONS)
def test_pip_adds_what_is_missing_and_touches_nothing_else(version: str) -> None:
    """pip resolves against what is installed: were anything in conflict, it would replace a package or fail."""
    there = {folded(one["name"]) for one in json.loads(pip(version, "list", "--format", "json"))}
    planned = json.loads(pip(version, "install", "--dry-run", "--quiet", "--report", "-", str(PROJECT)))
    added = {folded(one["metadata"]["name"]) for one in planned["install"]}
    assert "safeconduct" in added
    assert added & there == set()
    assert added <= {"safeconduct", "postgast", "protobuf"}
