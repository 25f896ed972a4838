"""SARIF by its own schema: results, rules, places, fingerprints, and what could not be judged."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct import __version__
from safeconduct.diagnosis.rulebook import all_rules, rule_of
from safeconduct.masking import Masker
from safeconduct.model import Finding, Location, Report, Secret, Severity
from safeconduct.report.sarif import render_sarif
from tests.report.arbitrary import TEXT
from tests.report.readers import FORGE, read_sarif
from tests.report.samples import CONNECT, KERBEROS, LET_IN, PASSWORD_FILE, REFUSED, REFUSED_WALK, SEVERAL

GOLDEN = {
    "ruleId": "postgres.database.connect-missing",
    "ruleIndex": 0,
    "level": "error",
    "message": {"text": "etl may not connect to sales"},
    "locations": [
        {"logicalLocations": [{"name": "warehouse", "fullyQualifiedName": "warehouse", "kind": "connection"}]}
    ],
    "partialFingerprints": {
        "ruleAndSubject/v1": "ca568e26c421c4e7f2b59cb672a09612dd6f4e4e0a45a512640dfbd71c8ec738",
    },
    "properties": {
        "stage": "database",
        "evidence": {
            "sqlstate": "42501",
            "message": 'permission denied for database "sales"',
            "detail": "User does not have CONNECT privilege.",
            "routine": "CheckMyDatabase",
        },
        "possible": [],
        "remedies": [{"kind": "sql", "text": "GRANT CONNECT ON DATABASE sales TO etl;", "when": "", "proven": None}],
    },
}


def run_of(report: Report, masker: Masker | None = None) -> dict[str, Any]:
    document = read_sarif(render_sarif(report, masker or Masker(), rule_of=rule_of))
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def fingerprint(finding: Finding) -> str:
    (result,) = run_of(Report((), (finding,)))["results"]
    (value,) = result["partialFingerprints"].values()
    assert isinstance(value, str)
    return value


def test_a_refusal_is_a_result() -> None:
    run = run_of(REFUSED)
    assert run["results"] == [GOLDEN]
    assert run["invocations"] == [
        {
            "executionSuccessful": True,
            "exitCode": 1,
            "exitCodeDescription": "something is refused or found",
            "toolExecutionNotifications": [],
        }
    ]


def test_the_tool_names_the_rules_that_occur_with_what_they_mean() -> None:
    driver = run_of(REFUSED)["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("safeconduct", __version__)
    (rule,) = driver["rules"]
    page = "docs/rules/postgres.database.connect-missing.md"
    assert rule["shortDescription"]["text"] == "The role may not connect to the database"
    assert rule["fullDescription"]["text"].startswith("PUBLIC has lost the CONNECT privilege")
    assert rule["help"]["text"].endswith(page)
    assert rule["help"]["markdown"].endswith(f"[{page}]({page})")


def test_every_rule_can_be_told_and_its_help_holds_no_html() -> None:
    rules = run_of(Report((), tuple(Finding(rule.id, "s", "m") for rule in all_rules())))["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in all_rules()]
    tokens = [token for rule in rules for token in FORGE.parse(rule["help"]["markdown"])]
    kinds = {kind.type for token in tokens for kind in (token, *(token.children or ()))}
    assert {kind for kind in kinds if kind.startswith("html")} == set()


def test_a_rule_that_nobody_knows_is_listed_by_its_id() -> None:
    run = read_sarif(render_sarif(REFUSED, Masker()))["runs"][0]
    assert run["tool"]["driver"]["rules"] == [{"id": CONNECT.rule}]


def test_results_point_to_their_rule_and_say_how_much_it_matters() -> None:
    run = run_of(SEVERAL)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [f.rule for f in SEVERAL.findings]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("/opt/airflow/airflow.cfg", "file:///opt/airflow/airflow.cfg"),
        ("~/.pgpass", "~/.pgpass"),
        ("a b:c#d?e%f", "a%20b%3Ac%23d%3Fe%25f"),
        ("/srv/\udcff\n", "file:///srv/%FF%0A"),
        ("/srv/\ud800", "file:///srv/%ED%A0%80"),
        ("/home/Secret-1/x", "file:///home/***/x"),
    ],
)
def test_a_place_in_a_file_is_a_uri_with_its_line(file: str, uri: str) -> None:
    finding = replace(PASSWORD_FILE, location=Location(file, 3))
    (result,) = run_of(Report((LET_IN,), (finding,)), Masker([Secret("Secret-1")]))["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": uri}, "region": {"startLine": 3}}
    assert place["logicalLocations"][0]["name"] == "reporting"


@given(st.text(st.characters()))
def test_any_path_is_a_uri_reference(file: str) -> None:
    (result,) = run_of(Report((), (replace(CONNECT, location=Location(file, 1)),)))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:file:///)?(?:[\w.~*/-]|%[0-9A-F]{2})*", uri, re.ASCII)


def test_a_finding_is_known_again_whatever_else_changes() -> None:
    same = replace(
        CONNECT, message="other words", severity=Severity.WARNING, evidence={"after": "2 s"}, location=Location("f", 7)
    )
    assert fingerprint(same) == fingerprint(CONNECT)
    assert fingerprint(replace(CONNECT, subject="other")) != fingerprint(CONNECT)
    assert fingerprint(replace(CONNECT, rule="postgres.database.missing")) != fingerprint(CONNECT)


def test_a_fingerprint_is_none_of_a_secret() -> None:
    one, other = (replace(CONNECT, subject=f"uri {secret}") for secret in ("Secret-1", "Secret-2"))
    masker = Masker([Secret("Secret-1"), Secret("Secret-2")])
    results = run_of(Report((), (one, other)), masker)["results"]
    assert results[0]["partialFingerprints"] == results[1]["partialFingerprints"]


def test_what_could_not_be_judged_is_no_success() -> None:
    (invocation,) = run_of(SEVERAL)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]] == [
        ("warning", "ledger: could not be judged: the server asks for gss, which is not spoken here"),
        ("warning", "secrets backend: could not be judged: it cannot be asked here yet"),
    ]


def test_a_walk_that_nothing_else_speaks_of_is_not_passed_over() -> None:
    (invocation,) = run_of(Report((KERBEROS, REFUSED_WALK)))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == [
        "ledger: could not be judged: the server asks for gss, which is not spoken here",
        "warehouse: refused: etl may not connect to sales",
    ]


def test_what_all_walks_found_of_the_same_thing_is_one_result() -> None:
    assert len(run_of(replace(REFUSED, findings=(CONNECT, replace(CONNECT), CONNECT)))["results"]) == 1


@given(TEXT)
def test_no_text_is_taken_for_a_placeholder_or_a_link(text: str) -> None:
    (result,) = run_of(Report((), (replace(CONNECT, message=text),)))["results"]
    said = result["message"]["text"]
    assert not re.search(r"\[.*\]\(", said)
    assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", said)
    assert not re.search(r"(?<!\})(?:\}\})*\}(?!\})", said)


def test_the_schema_refuses_what_is_wrong() -> None:
    document = json.loads(render_sarif(REFUSED, Masker()))
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        read_sarif(json.dumps(document))
