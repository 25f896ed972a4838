"""JUnit XML as a CI server reads it: one test case per connection, and no character that XML forbids."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import xmlschema
from hypothesis import given, settings
from junitparser import Error, Failure, TestSuite

from safeconduct.masking import Masker
from safeconduct.model import ExitCode, Outcome, Report, Severity, Unjudged
from safeconduct.report.junit import render_junit
from tests.report.arbitrary import REPORTS
from tests.report.readers import read_junit
from tests.report.samples import CONNECT, KERBEROS, LET_IN, PASSWORD_FILE, REFUSED, REFUSED_WALK, SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = """\
<?xml version='1.0' encoding='us-ascii'?>
<testsuites>
  <testsuite name="safeconduct why" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="safeconduct.why" name="warehouse">
      <failure type="postgres.database.connect-missing" message="etl may not connect to sales">\
warehouse   etl@db.example.com:5432/sales

  definition      metadata database, SQLite file /opt/airflow/airflow.db
  credential      password, opened by key 1 of 2 Fernet keys
  name            db.example.com is 10.0.4.17
  port            open in 2 ms
  protocol        PostgreSQL
  tls             TLS 1.3, certificate not verified (sslmode=prefer)
  rule            asks for scram-sha-256
  authentication  etl proved its password
x database        refused: etl may not connect to sales
                  42501 permission denied for database "sales" (routine CheckMyDatabase)
                  DETAIL: User does not have CONNECT privilege.

What lets it in:
    GRANT CONNECT ON DATABASE sales TO etl;
Why this and nothing more: docs/rules/postgres.database.connect-missing.md</failure>
    </testcase>
  </testsuite>
</testsuites>"""

TestSuite.__test__ = False  # it is no test of ours, whatever its name says


def suite_of(report: Report) -> TestSuite:
    (suite,) = read_junit(render_junit(report, Masker()))
    assert isinstance(suite, TestSuite)
    return suite


def outcomes(report: Report) -> Iterator[tuple[str, str, str]]:
    """Name, kind and type of every test case."""
    for case in suite_of(report):
        assert case.classname == "safeconduct.why"
        if not case.result:
            yield case.name, "passed", ""
        for result in case.result:
            yield case.name, type(result).__name__, result.type


def test_a_refusal_is_a_failure_with_its_staircase() -> None:
    assert render_junit(REFUSED, Masker()) == GOLDEN


def test_in_refused_and_unjudged() -> None:
    report = Report((REFUSED_WALK, LET_IN, KERBEROS), (CONNECT,), (SEVERAL.unjudged[0],))
    assert list(outcomes(report)) == [
        ("warehouse", "Failure", "postgres.database.connect-missing"),
        ("reporting", "passed", ""),
        ("ledger", "Error", "unjudged"),
    ]
    suite = suite_of(report)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (3, 1, 1, 0)
    error = next(result for case in suite for result in case.result if isinstance(result, Error))
    assert error.message == "the server asks for gss, which is not spoken here"


def test_what_belongs_to_no_walk_is_a_test_case_and_so_is_a_warning_of_one_that_gets_in() -> None:
    others = list(outcomes(SEVERAL))[1:]
    assert others == [
        ("reporting", "passed", ""),
        ("reporting: postgres.passfile.ignored", "Failure", "postgres.passfile.ignored"),
        ("ledger", "Error", "unjudged"),
        ("connections: diagnosis.connection.other-type", "passed", ""),
        ("secrets backend", "Error", "unjudged"),
    ]


def test_a_refusal_whose_finding_is_of_something_else_is_a_failure() -> None:
    assert list(outcomes(Report((REFUSED_WALK,)))) == [("warehouse", "Failure", "refused")]


def test_one_that_is_in_but_not_judged_whole_is_an_error() -> None:
    report = Report((LET_IN,), (), (Unjudged("reporting", "a function's body cannot be read"),))
    assert list(outcomes(report)) == [("reporting", "Error", "unjudged")]
    assert "? could not be judged: a function's body cannot be read" in render_junit(report, Masker())


def test_a_note_fails_nothing() -> None:
    note = replace(PASSWORD_FILE, severity=Severity.NOTE)
    assert list(outcomes(Report((LET_IN,), (note,)))) == [("reporting", "passed", "")]
    assert "note: libpq ignores" in render_junit(Report((LET_IN,), (note,)), Masker())


def test_no_time_is_told() -> None:
    assert "time" not in render_junit(REFUSED, Masker())


@settings(deadline=None)  # the first one loads the schema
@given(REPORTS)
def test_the_counts_agree_with_the_cases_and_with_the_exit_code(report: Report) -> None:
    suite = suite_of(report)
    kinds = [type(result) for case in suite for result in case.result]
    counted = (len(list(suite)), kinds.count(Failure), kinds.count(Error))
    assert (suite.tests, suite.failures, suite.errors) == counted
    bad = report.exit_code is not ExitCode.WELL or any(walk.outcome is Outcome.REFUSED for walk in report.walks)
    assert bool(suite.failures + suite.errors) == bad
    assert suite.tests >= len(report.walks)


def test_forbidden_characters_are_written_out() -> None:
    nasty = "a\0b\x1b[2Jc\ud800d\ufffee\r\nf]]>&<"
    walk = replace(REFUSED_WALK, connection=nasty)
    (case,) = suite_of(Report((walk,), (replace(CONNECT, subject=nasty, message=nasty),)))
    shown = "a\\x00b\\x1b[2Jc\\ud800d\\ufffee\\r\nf]]>&<"
    assert case.name == shown
    assert case.result[0].message == shown


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        read_junit(GOLDEN.replace("<failure", "<fault").replace("</failure", "</fault"))
