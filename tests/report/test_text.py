"""What people read: one staircase, several, and nothing secret or harmful in them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from safeconduct.masking import Masker
from safeconduct.model import (
    Finding,
    Outcome,
    Remedy,
    RemedyKind,
    Report,
    Secret,
    Stage,
    StageOutcome,
    StageReport,
    Unjudged,
    Walk,
)
from safeconduct.report import render_text
from tests.report.samples import CONNECT, LET_IN, REFUSED, REFUSED_WALK, SEVERAL

STAIRCASE = """\
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
                  42501 permission denied for database "sales" (routine
                  CheckMyDatabase)
                  DETAIL: User does not have CONNECT privilege.

What lets it in:
    GRANT CONNECT ON DATABASE sales TO etl;
Why this and nothing more: docs/rules/postgres.database.connect-missing.md"""


def test_a_staircase_with_its_one_refusal() -> None:
    assert render_text(REFUSED, Masker(), width=80) == STAIRCASE


def test_one_that_is_let_in_is_told_whole() -> None:
    text = render_text(Report((LET_IN,)), Masker(), width=80)
    assert text.endswith("  database        sales\n  session         open, read-write")
    assert "What lets it in" not in text


def test_several_are_summed_up_and_nothing_is_left_unsaid() -> None:
    text = render_text(SEVERAL, Masker(), width=100)
    assert STAIRCASE.splitlines()[0] in text
    assert "Let in:\n  reporting   analyst@db.example.com:5432/sales" in text
    assert "? authentication  the server asks for gss" in text
    assert "warning: libpq ignores ~/.pgpass: others may read it" in text
    assert "    chmod 0600 ~/.pgpass" in text
    assert "note: 2 connections of other types were left out: 2 http" in text
    assert "? secrets backend: could not be judged: it cannot be asked here yet" in text
    assert text.endswith("3 connections walked: 1 in, 1 refused, 1 could not be judged.")


def test_what_ended_on_the_same_words_is_told_once() -> None:
    twins = tuple(replace(REFUSED_WALK, connection=f"copy{number}") for number in range(3))
    findings = tuple(replace(CONNECT, subject=walk.connection) for walk in twins)
    text = render_text(Report(twins, findings), Masker(), width=100)
    assert text.count("GRANT CONNECT") == 1
    assert "The same turns away 2 more: copy1, copy2" in text


def test_a_place_that_turns_walks_away_is_explained_once_and_under_them() -> None:
    place = Finding("a.b.c", "metadata database", "it is down", evidence={"error": "refused"})
    end = StageReport(Stage.DEFINITION, StageOutcome.REFUSED, "refused: it is down")
    walks = tuple(Walk(name, "", Outcome.REFUSED, (end,)) for name in ("one", "two"))
    text = render_text(Report(walks, (place,)), Masker(), width=100)
    assert text.startswith(
        "one\n\nx definition      refused: it is down\n                  error: refused\n\nMore about it:"
    )
    assert (text.count("it is down"), text.count("docs/rules/a.b.c.md")) == (1, 1)
    assert "The same turns away 1 more: two" in text


def test_a_remedy_is_never_wrapped() -> None:
    long = "GRANT SELECT ON TABLE " + ", ".join(f"sales.table_number_{number}" for number in range(30)) + " TO etl;"
    remedy = replace(CONNECT.remedies[0], text=long)
    text = render_text(Report((REFUSED_WALK,), (replace(CONNECT, remedies=(remedy,)),)), Masker(), width=60)
    assert f"\n    {long}\n" in text


def test_colour_only_where_it_is_welcome() -> None:
    assert "\x1b" not in render_text(SEVERAL, Masker())
    coloured = render_text(SEVERAL, Masker(), colour=True)
    assert "\x1b[31;1mx database" in coloured


def test_a_server_cannot_write_to_the_terminal() -> None:
    nasty = replace(CONNECT, evidence={"message": "\x1b]0;owned\x07\x1b[2J\u202etxt", "sqlstate": "42501"})
    text = render_text(Report((REFUSED_WALK,), (nasty,)), Masker())
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


# A password that is one of the report's own words (SQLSTATE) is not hidden: that would tell it.
SECRETS = st.text(st.characters(categories=["L", "N", "P"]), min_size=3).map("zq7~".__add__)


@given(st.text(st.characters()), SECRETS)
def test_any_text_can_be_said_and_no_secret_is(text: str, secret: str) -> None:
    finding = Finding("a.b.c", "s", f"{text} {secret}", evidence={"said": secret})
    printed = render_text(Report((), (finding,), (Unjudged("s", secret),)), Masker([Secret(secret)]), width=10_000)
    printed.encode()
    assert secret not in printed


def test_a_name_with_a_line_feed_begins_no_line_of_its_own() -> None:
    sql = 'GRANT CONNECT ON DATABASE "a\n\\! id" TO "x""y";\nGRANT USAGE ON SCHEMA s TO "x""y";'
    finding = Finding("a.b.c", "w\nWhat mends it:", "no", remedies=(Remedy(RemedyKind.SQL, sql),))
    lines = render_text(Report(findings=(finding,)), Masker()).split("\n")
    assert '    GRANT CONNECT ON DATABASE U&"a\\000A\\\\! id" TO "x""y";' in lines
    assert '    GRANT USAGE ON SCHEMA s TO "x""y";' in lines
    assert lines.count("What mends it:") == 1
