"""The JSON report keeps to its published schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.masking import Masker
from safeconduct.model import Finding, Outcome, RemedyKind, Report, Secret, Severity, Stage, StageOutcome, Unjudged
from safeconduct.report import render_json
from tests.report.samples import REFUSED, SEVERAL
from tests.servers.processes import free_port

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text("utf-8"))


def valid(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", [Report(), REFUSED, SEVERAL], ids=["empty", "refused", "several"])
def test_reports_keep_to_the_schema(report: Report) -> None:
    document = valid(render_json(report, Masker()))
    assert [walk["connection"] for walk in document["walks"]] == [walk.connection for walk in report.walks]
    assert len(document["findings"]) == len(report.findings)


def test_the_schema_knows_the_words_of_the_model() -> None:
    kinds = SCHEMA["$defs"]
    assert kinds["stage"]["properties"]["stage"]["enum"] == [stage.value for stage in Stage]
    assert kinds["stage"]["properties"]["outcome"]["enum"] == [outcome.value for outcome in StageOutcome]
    assert kinds["walk"]["properties"]["outcome"]["enum"] == [outcome.value for outcome in Outcome]
    assert kinds["finding"]["properties"]["severity"]["enum"] == [severity.value for severity in Severity]
    assert kinds["finding"]["properties"]["stage"]["enum"] == [*(stage.value for stage in Stage), None]
    assert kinds["remedy"]["properties"]["kind"]["enum"] == [kind.value for kind in RemedyKind]


def test_a_word_too_many_is_refused() -> None:
    document = json.loads(render_json(REFUSED, Masker()))
    document["walks"][0]["more"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_what_the_command_prints_keeps_to_it(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AIRFLOW_CONN_DOWN": f"postgres://u:Planted-Secret@127.0.0.1:{port}/x",
        "AIRFLOW_CONN_BAD": "postgres://u:Planted#Secret@127.0.0.1/x",
    }
    command = [sys.executable, "-m", "safeconduct", "why", "--format", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    document = valid(done.stdout)
    assert {walk["connection"]: walk["outcome"] for walk in document["walks"]} == {"bad": "refused", "down": "refused"}
    assert "Planted" not in done.stdout + done.stderr


# A password that is one of the report's own words (SQLSTATE) is not hidden: that would tell it.
SECRETS = st.text(st.characters(categories=["L", "N", "P"]), min_size=3).map("zq7~".__add__)


@given(st.text(st.characters()), SECRETS)
def test_any_text_can_be_said_and_no_secret_is(text: str, secret: str) -> None:
    finding = Finding("a.b.c", text, f"{text}{secret}", evidence={"said": f"{secret} {text}"}, possible=(text,))
    report = Report((), (finding,), (Unjudged(text, secret),))
    printed = render_json(report, Masker([Secret(secret)]))
    printed.encode()
    said = valid(printed)
    assert secret not in said["unjudged"][0]["reason"]


def test_a_secret_in_the_name_of_a_piece_of_evidence_is_hidden_too() -> None:
    finding = Finding("a.b.c", "s", "m", evidence={"type Planted-1": "2"})
    (said,) = valid(render_json(Report((), (finding,)), Masker([Secret("Planted-1")])))["findings"]
    assert said["evidence"] == {"type ***": "2"}
