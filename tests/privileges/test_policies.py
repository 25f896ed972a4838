"""Row security: each verdict is held against a server, which is asked as the role, and so is each remedy."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from safeconduct.model import Finding, RemedyKind, Severity
from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import Stand, refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.privileges import Judgement

SHOP = """
CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO etl; CREATE ROLE boss; CREATE ROLE readers; CREATE ROLE cook LOGIN;
CREATE TABLE shop.orders (id int PRIMARY KEY, owner text DEFAULT current_user, note text);
INSERT INTO shop.orders VALUES (1, 'etl', 'x'), (2, 'boss', 'y');
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON shop.orders TO etl, boss;
ALTER TABLE shop.orders OWNER TO boss; GRANT USAGE, CREATE ON SCHEMA shop TO boss;
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
"""
NONE, FILTERS = "privileges.policy.none-applies", "privileges.policy.filters-rows"


@dataclass(frozen=True)
class Done:
    """What became of a statement: rows returned or changed, or the SQLSTATE."""

    rows: int
    sqlstate: str | None = None


class Bench:
    """One superuser's connection that plays etl; what a test sets up is rolled back with `again`."""

    def __init__(self, stand: Stand, connection: psycopg.Connection[Any]) -> None:
        self._stand = stand
        self._connection = connection

    @contextmanager
    def again(self, setup: str) -> Iterator[None]:
        self.sql("BEGIN")
        self.sql(setup)
        try:
            yield
        finally:
            self.sql("ROLLBACK")

    def sql(self, text: str) -> None:
        self._connection.execute(text.encode())

    @contextmanager
    def as_etl(self) -> Iterator[None]:
        self.sql("SAVEPOINT s; SET LOCAL SESSION AUTHORIZATION etl")
        try:
            yield
        finally:
            self.sql("ROLLBACK TO s")

    def judge(self, *asked: str) -> Judgement:
        with self.as_etl():
            return self._stand.judge_in(
                self._connection, [parse_sql(text) if " " in text else parse_table(text) for text in asked]
            )

    def run(self, statement: str) -> Done:
        with self.as_etl():
            try:
                return Done(max(self._connection.execute(statement.encode()).rowcount, 0))
            except psycopg.Error as error:
                return Done(0, error.sqlstate)

    def remedies(self, findings: list[Finding], way: int) -> list[str]:
        """One remedy of each finding, the last where there are not so many."""
        return [finding.remedies[min(way, len(finding.remedies) - 1)].text for finding in findings]

    def mends(self, statement: str) -> None:
        """Each remedy lets rows through, and the finding is gone."""
        found = refusals(self.judge(statement))
        for way in range(max(len(finding.remedies) for finding in found)):
            self.sql("SAVEPOINT way")
            for text in self.remedies(found, way):
                self.sql(text)
            assert self.run(statement).rows > 0, (statement, text)
            assert not refusals(self.judge(statement)), (statement, text)
            self.sql("ROLLBACK TO way")


@pytest.fixture
def bench(stand: Stand) -> Iterator[Bench]:
    stand.sql(SHOP)
    with stand.server.superuser() as connection:
        yield Bench(stand, connection)


@pytest.fixture
def any_bench(any_stand: Stand) -> Iterator[Bench]:
    any_stand.sql(SHOP)
    with any_stand.server.superuser() as connection:
        yield Bench(any_stand, connection)
        any_stand.sql("DROP SCHEMA shop CASCADE")


def nothing_through(judgement: Judgement) -> list[Finding]:
    return [finding for finding in judgement.findings if finding.rule == NONE]


STATEMENTS = [
    "SELECT note FROM shop.orders",
    "SELECT note FROM shop.orders WHERE id = 1 FOR UPDATE",
    "SELECT id FROM (SELECT id FROM shop.orders) o FOR SHARE",
    "INSERT INTO shop.orders VALUES (3)",
    "INSERT INTO shop.orders VALUES (3) RETURNING id",
    "INSERT INTO shop.orders SELECT 3",
    "INSERT INTO shop.orders VALUES (3) ON CONFLICT (id) DO NOTHING",
    "INSERT INTO shop.orders VALUES (3) ON CONFLICT DO NOTHING",
    "INSERT INTO shop.orders VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'z'",
    "UPDATE shop.orders SET note = 'z'",
    "UPDATE shop.orders SET note = 'z' WHERE id = 1",
    "UPDATE shop.orders SET note = 'z' RETURNING id",
    "UPDATE shop.orders SET note = note || 'z'",
    "DELETE FROM shop.orders",
    "DELETE FROM shop.orders WHERE id = 1",
    "DELETE FROM shop.orders RETURNING id",
    "WITH d AS (DELETE FROM shop.orders WHERE id = 2 RETURNING id) SELECT id FROM d",
    "SELECT count(*) FROM shop.orders HAVING count(*) > 0",
]
MERGES = [
    "MERGE INTO shop.orders o USING (VALUES (1)) v (id) ON o.id = v.id WHEN MATCHED THEN UPDATE SET note = 'z'",
    "MERGE INTO shop.orders o USING (VALUES (1)) v (id) ON o.id = v.id WHEN MATCHED THEN DELETE",
    "MERGE INTO shop.orders o USING (VALUES (1), (9)) v (id) ON o.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id)",
]
COMMANDS = {
    "SELECT": "CREATE POLICY s ON shop.orders FOR SELECT TO etl USING (true);",
    "INSERT": "CREATE POLICY i ON shop.orders FOR INSERT TO etl WITH CHECK (true);",
    "UPDATE": "CREATE POLICY u ON shop.orders FOR UPDATE TO etl USING (true);",
    "DELETE": "CREATE POLICY d ON shop.orders FOR DELETE TO etl USING (true);",
}


def test_every_command_with_every_set_of_policies(any_bench: Bench, any_stand: Stand) -> None:
    version = any_stand.server.version
    statements = STATEMENTS + (MERGES if version >= 15 else [])
    for count in range(len(COMMANDS) + 1) if version == 15 else (1, 4):
        for chosen in combinations(COMMANDS, count):
            with any_bench.again("".join(COMMANDS[command] for command in chosen)):
                for statement in statements:
                    judgement, done = any_bench.judge(statement), any_bench.run(statement)
                    found = nothing_through(judgement)
                    assert bool(found) == (done.rows == 0), (chosen, statement, done, judgement.findings)
                    assert refusals(judgement) == found
                    loud = {finding.evidence.get("sqlstate") for finding in found}
                    # A MERGE that does not see its rows inserts them again.
                    assert not found or done.sqlstate in {*loud, "23505"}, (chosen, statement, done, found)
                    assert not {finding.evidence["command"] for finding in found} & set(chosen)


FOR_OTHERS = """
CREATE POLICY p ON shop.orders TO readers, cook USING (true);
CREATE POLICY etl_select ON shop.orders FOR INSERT TO readers WITH CHECK (true);
"""


def test_each_remedy_lets_rows_through(bench: Bench) -> None:
    with bench.again(FOR_OTHERS):
        for statement in [*STATEMENTS, *MERGES]:
            bench.mends(statement)


def test_what_is_said_and_offered(bench: Bench) -> None:
    with bench.again(FOR_OTHERS):
        (finding,) = bench.judge(STATEMENTS[0]).findings
    assert finding.message == "no policy lets etl see rows of shop.orders: SELECT gives 0 rows and no error"
    assert finding.severity is Severity.ERROR
    assert finding.evidence == {
        "command": "SELECT",
        "policies": "p FOR ALL TO readers, cook USING (true)",
        "owner": "shop.orders: boss",
        "in_database": "postgres",
    }
    assert [remedy.text for remedy in finding.remedies] == [
        "GRANT readers TO etl;",
        "ALTER POLICY p ON shop.orders TO readers, cook, etl;",
        "CREATE POLICY etl_select_2 ON shop.orders FOR SELECT TO etl USING (true);",
    ]
    assert all(remedy.when for remedy in finding.remedies)


def test_a_membership_that_does_not_inherit(any_bench: Bench, any_stand: Stand) -> None:
    with any_bench.again(FOR_OTHERS + "ALTER ROLE etl NOINHERIT; GRANT readers TO etl"):
        (finding,) = any_bench.judge(STATEMENTS[0]).findings
        newer = any_stand.server.version >= 16
        inherit = "GRANT readers TO etl WITH INHERIT TRUE;" if newer else "ALTER ROLE etl INHERIT;"
        assert finding.remedies[0].text == inherit
        any_bench.mends(STATEMENTS[0])
    with any_bench.again(FOR_OTHERS + "ALTER ROLE etl NOINHERIT"):
        any_bench.mends(STATEMENTS[0])
    with any_bench.again(FOR_OTHERS + "GRANT readers TO etl"):
        assert not any_bench.judge(STATEMENTS[0]).findings
        assert any_bench.run(STATEMENTS[0]).rows == 2


EXEMPT = {
    "ALTER ROLE etl SUPERUSER": True,
    "ALTER ROLE etl BYPASSRLS": True,
    "GRANT boss TO etl": True,
    "ALTER TABLE shop.orders OWNER TO etl": True,
    "ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY": True,
    "ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY; ALTER TABLE shop.orders OWNER TO etl": False,
    "ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY; GRANT boss TO etl": False,
    "CREATE ROLE free BYPASSRLS; GRANT free TO etl": False,
    "ALTER ROLE etl NOINHERIT; GRANT boss TO etl": False,
    "CREATE POLICY p ON shop.orders USING (true)": True,
    "CREATE POLICY p ON shop.orders TO PUBLIC USING (false)": False,
    "CREATE POLICY p ON shop.orders USING (NULL)": False,
    "CREATE POLICY p ON shop.orders WITH CHECK (true)": False,
    "CREATE POLICY p ON shop.orders AS RESTRICTIVE USING (true)": False,
    "CREATE POLICY p ON shop.orders USING (true); CREATE POLICY r ON shop.orders AS RESTRICTIVE USING (false)": False,
    "CREATE POLICY p ON shop.orders USING (true);"
    "CREATE POLICY r ON shop.orders AS RESTRICTIVE TO boss USING (false)": True,
}


def test_whom_policies_bind(any_bench: Bench) -> None:
    for setup, sees in EXEMPT.items():
        with any_bench.again(setup):
            assert any_bench.run(STATEMENTS[0]).rows == (2 if sees else 0), setup
            assert [finding.rule for finding in any_bench.judge(STATEMENTS[0]).findings] == ([] if sees else [NONE]), (
                setup
            )
            if not sees:
                any_bench.mends(STATEMENTS[0])


CHOOSING = {
    "CREATE POLICY p ON shop.orders USING (owner = current_user)": "is chosen by p",
    "CREATE POLICY p ON shop.orders USING (false); CREATE POLICY q ON shop.orders USING (owner = 'etl')": "chosen by q",
    "CREATE POLICY p ON shop.orders USING (true);"
    "CREATE POLICY r ON shop.orders AS RESTRICTIVE USING (owner = current_user)": "chosen by restrictive r",
}


def test_rows_that_an_expression_chooses_are_a_note(bench: Bench) -> None:
    for setup, said in CHOOSING.items():
        with bench.again(setup):
            judgement = bench.judge(STATEMENTS[0])
            assert bench.run(STATEMENTS[0]).rows == 1
            assert [(finding.rule, finding.severity) for finding in judgement.findings] == [(FILTERS, Severity.NOTE)]
            assert said in judgement.findings[0].message
            assert "CURRENT_USER)" in judgement.findings[0].evidence["policies"] or "'etl'" in str(judgement.findings)
            assert not judgement.unjudged


def test_new_rows_that_an_expression_refuses(bench: Bench) -> None:
    with bench.again("CREATE POLICY p ON shop.orders FOR INSERT TO etl WITH CHECK (owner = 'boss')"):
        (note,) = bench.judge("INSERT INTO shop.orders VALUES (3)").findings
        assert note.message == "which rows of shop.orders etl may insert is chosen by p"
        assert note.evidence["sqlstate"].startswith("42501")
        assert note.evidence["policies"] == "p FOR INSERT TO etl WITH CHECK (owner = 'boss'::text)"
        assert bench.run("INSERT INTO shop.orders VALUES (3)").sqlstate == "42501"
        assert bench.run("INSERT INTO shop.orders VALUES (3, 'boss')").rows == 1


def test_a_setting_that_the_session_does_not_have(bench: Bench) -> None:
    asks = "CREATE POLICY p ON shop.orders USING (owner = current_setting('app.tenant', true))"
    with bench.again(asks):
        (note,) = bench.judge(STATEMENTS[0]).findings
        assert note.evidence["settings_unset"] == "app.tenant"
        assert "app.tenant is not set" in note.possible[0]
        assert bench.run(STATEMENTS[0]).rows == 0
        bench.sql("SET LOCAL app.tenant = 'etl'")
        (note,) = bench.judge(STATEMENTS[0]).findings
        assert "settings_unset" not in note.evidence
        assert bench.run(STATEMENTS[0]).rows == 1


def test_by_table(bench: Bench) -> None:
    with bench.again(COMMANDS["SELECT"]):
        judgement = bench.judge("shop.orders:SELECT,INSERT,UPDATE,DELETE,TRUNCATE")
        assert [finding.evidence["command"] for finding in judgement.findings] == ["UPDATE", "DELETE", "INSERT"]
        for finding in judgement.findings:
            bench.sql(finding.remedies[0].text)
        assert not bench.judge("shop.orders:SELECT,INSERT,UPDATE,DELETE").findings


VIEWS = {
    "CREATE VIEW shop.seen AS SELECT id FROM shop.orders": True,
    "CREATE VIEW shop.seen AS SELECT id FROM shop.orders; ALTER VIEW shop.seen OWNER TO boss": True,
    "ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY;"
    "CREATE VIEW shop.seen AS SELECT id FROM shop.orders; ALTER VIEW shop.seen OWNER TO boss": False,
    "CREATE VIEW shop.seen AS SELECT id FROM shop.orders; ALTER VIEW shop.seen OWNER TO cook;"
    "GRANT SELECT ON shop.orders TO cook; GRANT USAGE ON SCHEMA shop TO cook": False,
    "CREATE VIEW shop.below AS SELECT id FROM shop.orders; ALTER VIEW shop.below OWNER TO cook;"
    "GRANT SELECT ON shop.orders TO cook; CREATE VIEW shop.seen AS SELECT id FROM shop.below": False,
}
INVOKERS = {
    "CREATE VIEW shop.seen WITH (security_invoker) AS SELECT id FROM shop.orders": False,
    "CREATE VIEW shop.below WITH (security_invoker = on) AS SELECT id FROM shop.orders;"
    "CREATE VIEW shop.seen AS SELECT id FROM shop.below; GRANT SELECT ON shop.below TO etl": False,
    "CREATE VIEW shop.below AS SELECT id FROM shop.orders; GRANT SELECT ON shop.below TO etl;"
    "CREATE VIEW shop.seen WITH (security_invoker = true) AS SELECT id FROM shop.below": True,
}


def test_views_read_as_their_owner_or_as_the_caller(any_bench: Bench, any_stand: Stand) -> None:
    statement = "SELECT id FROM shop.seen"
    for setup, sees in (VIEWS | INVOKERS if any_stand.server.version >= 15 else VIEWS).items():
        with any_bench.again(f"{setup}; GRANT SELECT ON shop.seen TO etl"):
            assert any_bench.run(statement) == Done(2 if sees else 0), setup
            found = any_bench.judge(statement).findings
            assert [finding.rule for finding in found] == ([] if sees else [NONE]), setup
            if not sees:
                assert (
                    "shop.below reads it" in found[0].evidence["view"]
                    or "shop.seen reads it" in found[0].evidence["view"]
                )
                any_bench.mends(statement)


LISTED = """
CREATE TABLE shop.listed (owner text, why text); INSERT INTO shop.listed VALUES ('etl');
ALTER TABLE shop.listed OWNER TO boss;
CREATE POLICY p ON shop.orders USING (owner IN (SELECT owner FROM shop.listed WHERE why IS NULL));
"""


def test_what_a_policy_reads_is_needed(any_bench: Bench) -> None:
    with any_bench.again(LISTED):
        refused, note = any_bench.judge(STATEMENTS[0]).findings
        assert any_bench.run(STATEMENTS[0]).sqlstate == refused.evidence["sqlstate"] == "42501"
        assert refused.remedies[0].text == "GRANT SELECT (owner, why) ON TABLE shop.listed TO etl;"
        assert refused.evidence["because"] == "the policy p of shop.orders reads it"
        any_bench.sql(refused.remedies[0].text)
        assert any_bench.run(STATEMENTS[0]).rows == 1
        assert any_bench.judge(STATEMENTS[0]).findings == (note,)


def test_any_one_column_is_enough_for_a_policy_that_names_none(bench: Bench) -> None:
    setup = LISTED + "ALTER POLICY p ON shop.orders USING (EXISTS (SELECT FROM shop.listed))"
    with bench.again(f"{setup}; GRANT SELECT (why) ON shop.listed TO etl"):
        assert not refusals(bench.judge(STATEMENTS[0]))
        assert bench.run(STATEMENTS[0]).rows == 2


def test_only_the_expression_that_is_asked_counts(bench: Bench) -> None:
    setup = (
        LISTED + "ALTER POLICY p ON shop.orders USING (id > 0) WITH CHECK (owner IN (SELECT owner FROM shop.listed))"
    )
    with bench.again(setup):
        assert not refusals(bench.judge(STATEMENTS[0]))
        assert bench.run(STATEMENTS[0]).rows == 2
        update = "UPDATE shop.orders SET note = 'z' WHERE id = 1"
        (refused,) = refusals(bench.judge(update))
        assert bench.run(update).sqlstate == refused.evidence["sqlstate"]
        bench.mends(update)


def test_a_table_that_a_policy_reads_may_be_shut_itself(bench: Bench) -> None:
    with bench.again(LISTED + "GRANT SELECT ON shop.listed TO etl; ALTER TABLE shop.listed ENABLE ROW LEVEL SECURITY"):
        shut, note = bench.judge(STATEMENTS[0]).findings
        assert (shut.rule, shut.severity, note.rule) == (NONE, Severity.WARNING, FILTERS)
        assert shut.evidence["because"] == "the policy p of shop.orders reads it"
        assert bench.run(STATEMENTS[0]).rows == 0
        bench.mends(STATEMENTS[0])


LOOPS = {
    "CREATE POLICY p ON shop.orders USING (id IN (SELECT o.id FROM shop.orders o))": "42P17",
    "CREATE POLICY s ON shop.orders FOR SELECT USING (true);"
    "CREATE POLICY p ON shop.orders USING (id IN (SELECT o.id FROM shop.orders o))": "42P17",
    "CREATE TABLE shop.other (id int); GRANT SELECT ON shop.other TO etl; INSERT INTO shop.other VALUES (1);"
    "ALTER TABLE shop.other ENABLE ROW LEVEL SECURITY; ALTER TABLE shop.other OWNER TO boss;"
    "CREATE POLICY p ON shop.orders USING (id IN (SELECT id FROM shop.other));"
    "CREATE POLICY q ON shop.other USING (id IN (SELECT id FROM shop.orders))": "42P17",
    "CREATE TABLE shop.other (id int); GRANT SELECT ON shop.other TO etl; INSERT INTO shop.other VALUES (1);"
    "CREATE POLICY p ON shop.orders USING (id IN (SELECT id FROM shop.other));"
    "CREATE POLICY q ON shop.other USING (id IN (SELECT id FROM shop.orders))": None,
}


def test_policies_that_lead_back(any_bench: Bench) -> None:
    for setup, sqlstate in LOOPS.items():
        with any_bench.again(setup):
            assert any_bench.run(STATEMENTS[0]).sqlstate == sqlstate, setup
            found = refusals(any_bench.judge(STATEMENTS[0]))
            assert [finding.evidence["sqlstate"] for finding in found] == ([sqlstate] if sqlstate else []), setup


def test_an_update_whose_policy_reads_the_table_by_select(bench: Bench) -> None:
    reads = "CREATE POLICY u ON shop.orders FOR UPDATE USING (id IN (SELECT o.id FROM shop.orders o))"
    with bench.again(f"{COMMANDS['SELECT']} {reads}"):
        assert not refusals(bench.judge(STATEMENTS[9]))
        assert bench.run(STATEMENTS[9]).rows == 2


def test_functions_of_policies_are_said_not_to_be_judged(bench: Bench) -> None:
    function = "CREATE FUNCTION shop.mine(text) RETURNS bool LANGUAGE sql AS 'SELECT true';"
    with bench.again(f"{function} CREATE POLICY p ON shop.orders USING (shop.mine(owner))"):
        (said,) = bench.judge(STATEMENTS[0]).unjudged
        assert said.reason == "the policy p of shop.orders calls shop.mine(text), and what that does is not judged"
        bench.sql("REVOKE EXECUTE ON FUNCTION shop.mine FROM PUBLIC")
        (said,) = bench.judge(STATEMENTS[0]).unjudged
        assert "on which EXECUTE is not held" in said.reason
        assert bench.run(STATEMENTS[0]).sqlstate == "42501"


OFF = [
    "ALTER ROLE etl SET row_security = off",
    "ALTER DATABASE postgres SET row_security = off",
]


@pytest.mark.parametrize("setter", OFF)
def test_row_security_that_is_off(stand: Stand, setter: str) -> None:
    stand.sql(SHOP + COMMANDS["SELECT"] + setter)
    try:
        (finding,) = stand.judge([parse_sql(STATEMENTS[0])]).findings
        assert finding.rule == "privileges.policy.row-security-off"
        assert finding.evidence["set_by"] == setter.replace(" = off", "")
        assert stand.attempt(STATEMENTS[0]) == finding.evidence["sqlstate"] == "42501"
        stand.sql(finding.remedies[0].text)
        assert stand.attempt(STATEMENTS[0]) is None
        assert not stand.judge([parse_sql(STATEMENTS[0])]).findings
    finally:
        stand.sql("ALTER DATABASE postgres RESET row_security")


def test_row_security_that_the_connection_switches_off(stand: Stand) -> None:
    stand.sql(SHOP + COMMANDS["SELECT"])
    with stand.logged_in(options="-c row_security=off") as connection:
        (finding,) = stand.judge_in(connection, [parse_sql(STATEMENTS[0])]).findings
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
