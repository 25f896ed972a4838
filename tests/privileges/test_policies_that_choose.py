"""Policies whose expressions choose rows, what is asked by table, and sessions that refuse to be filtered."""

from __future__ import annotations

import pytest

from safeconduct.model import RemedyKind, Severity
from safeconduct.privileges import parse_sql
from tests.privileges.bench import COMMANDS, FILTERS, READ, SHOP, Bench
from tests.privileges.stand import Stand

CHOOSING = {
    "CREATE POLICY p ON shop.orders USING (owner = current_user)": "the policy p chooses",
    "CREATE POLICY p ON shop.orders USING (false);"
    "CREATE POLICY q ON shop.orders USING (owner = 'etl')": "the policy q chooses",
    "CREATE POLICY p ON shop.orders USING (true);"
    "CREATE POLICY r ON shop.orders AS RESTRICTIVE USING (owner = current_user)": "the policy r (restrictive) chooses",
}


def test_rows_that_an_expression_chooses_are_a_note(bench: Bench) -> None:
    for setup, said in CHOOSING.items():
        with bench.again(setup):
            judgement = bench.judge(READ)
            assert bench.run(READ).rows == 1
            assert [(finding.rule, finding.severity) for finding in judgement.findings] == [(FILTERS, Severity.NOTE)]
            assert said in judgement.findings[0].message
            assert "CURRENT_USER)" in judgement.findings[0].evidence["policies"] or "'etl'" in str(judgement.findings)
            assert not judgement.unjudged


def test_new_rows_that_an_expression_refuses(bench: Bench) -> None:
    with bench.again("CREATE POLICY p ON shop.orders FOR INSERT TO etl WITH CHECK (owner = 'boss')"):
        (note,) = bench.judge("INSERT INTO shop.orders VALUES (3)").findings
        assert note.message == "the policy p chooses which rows of shop.orders etl may insert"
        assert note.evidence["sqlstate"].startswith("42501")
        assert note.evidence["policies"] == "p FOR INSERT TO etl WITH CHECK (owner = 'boss'::text)"
        assert bench.run("INSERT INTO shop.orders VALUES (3)").sqlstate == "42501"
        assert bench.run("INSERT INTO shop.orders VALUES (3, 'boss')").rows == 1


def test_a_setting_that_the_session_does_not_have(bench: Bench) -> None:
    asks = "CREATE POLICY p ON shop.orders USING (owner = current_setting('app.tenant', true))"
    with bench.again(asks):
        (note,) = bench.judge(READ).findings
        assert note.evidence["settings_unset"] == "app.tenant"
        assert "app.tenant is not set" in note.possible[0]
        assert bench.run(READ).rows == 0
        bench.sql("SET LOCAL app.tenant = 'etl'")
        (note,) = bench.judge(READ).findings
        assert "settings_unset" not in note.evidence
        assert bench.run(READ).rows == 1


def test_by_table(bench: Bench) -> None:
    with bench.again(COMMANDS["SELECT"]):
        judgement = bench.judge("shop.orders:SELECT,INSERT,UPDATE,DELETE,TRUNCATE")
        assert [finding.evidence["command"] for finding in judgement.findings] == ["UPDATE", "DELETE", "INSERT"]
        for finding in judgement.findings:
            bench.sql(finding.remedies[0].text)
        assert not bench.judge("shop.orders:SELECT,INSERT,UPDATE,DELETE").findings


OFF = [
    "ALTER ROLE etl SET row_security = off",
    "ALTER DATABASE postgres SET row_security = off",
]


@pytest.mark.parametrize("setter", OFF)
def test_row_security_that_is_off(stand: Stand, setter: str) -> None:
    stand.sql(SHOP + COMMANDS["SELECT"] + setter)
    try:
        (finding,) = stand.judge([parse_sql(READ)]).findings
        assert finding.rule == "privileges.policy.row-security-off"
        assert finding.evidence["set_by"] == setter.replace(" = off", "")
        assert stand.attempt(READ) == finding.evidence["sqlstate"] == "42501"
        stand.sql(finding.remedies[0].text)
        assert stand.attempt(READ) is None
        assert not stand.judge([parse_sql(READ)]).findings
    finally:
        stand.sql("ALTER DATABASE postgres RESET row_security")


def test_row_security_that_the_connection_switches_off(stand: Stand) -> None:
    stand.sql(SHOP + COMMANDS["SELECT"])
    with stand.logged_in(options="-c row_security=off") as connection:
        (finding,) = stand.judge_in(connection, [parse_sql(READ)]).findings
    assert finding.remedies[0].kind is RemedyKind.OPTION
    assert finding.remedies[0].text == '{"options": "-c row_security=on"}'


def test_copy(any_bench: Bench, any_stand: Stand) -> None:
    with any_bench.again("".join(COMMANDS.values())):
        assert not any_bench.judge("COPY shop.orders TO STDOUT").findings
        (finding,) = any_bench.judge("COPY shop.orders FROM STDIN").findings
        assert finding.rule == "privileges.policy.copy-from-refused"
        assert any_bench.run("COPY shop.orders FROM STDIN").sqlstate == finding.evidence["sqlstate"] == "0A000"
        any_bench.sql(finding.remedies[0].text)
        assert not any_bench.judge("COPY shop.orders FROM STDIN").findings


def test_names_that_need_quotes(bench: Bench) -> None:
    setup = """ALTER TABLE shop.orders RENAME TO "Or;ders"; CREATE ROLE "Night; Shift";
    CREATE POLICY "P; --" ON shop."Or;ders" TO "Night; Shift" USING (true)"""
    with bench.again(setup):
        bench.mends('SELECT note FROM shop."Or;ders"')
