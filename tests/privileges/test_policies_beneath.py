"""Row security beneath views, and what the subqueries of policies read."""

from __future__ import annotations

from safeconduct.model import Severity
from tests.privileges.bench import COMMANDS, FILTERS, NONE, READ, Bench, Done
from tests.privileges.stand import Stand, refusals

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


LOCKED = """
CREATE VIEW shop.seen AS SELECT id FROM shop.orders; ALTER VIEW shop.seen OWNER TO cook;
GRANT SELECT, UPDATE ON shop.orders TO cook; GRANT USAGE ON SCHEMA shop TO cook;
GRANT SELECT, UPDATE ON shop.seen TO etl;
CREATE POLICY s ON shop.orders FOR SELECT TO cook USING (true);
"""


def test_rows_that_are_locked_through_a_view(bench: Bench) -> None:
    with bench.again(LOCKED):
        assert bench.run("SELECT id FROM shop.seen").rows == 2
        assert not bench.judge("SELECT id FROM shop.seen").findings
        (finding,) = bench.judge("SELECT id FROM shop.seen FOR UPDATE").findings
        assert finding.message.startswith(
            "no policy lets cook update rows of shop.orders: SELECT FOR UPDATE or SHARE gives"
        )
        assert bench.run("SELECT id FROM shop.seen FOR UPDATE") == Done(0)
        bench.mends("SELECT id FROM shop.seen FOR UPDATE")


LISTED = """
CREATE TABLE shop.listed (owner text, why text); INSERT INTO shop.listed VALUES ('etl');
ALTER TABLE shop.listed OWNER TO boss;
CREATE POLICY p ON shop.orders USING (owner IN (SELECT owner FROM shop.listed WHERE why IS NULL));
"""


def test_what_a_policy_reads_is_needed(any_bench: Bench) -> None:
    with any_bench.again(LISTED):
        refused, note = any_bench.judge(READ).findings
        assert any_bench.run(READ).sqlstate == refused.evidence["sqlstate"] == "42501"
        assert refused.remedies[0].text == "GRANT SELECT (owner, why) ON TABLE shop.listed TO etl;"
        assert refused.evidence["because"] == "the policy p of shop.orders reads it"
        any_bench.sql(refused.remedies[0].text)
        assert any_bench.run(READ).rows == 1
        assert any_bench.judge(READ).findings == (note,)


def test_any_one_column_is_enough_for_a_policy_that_names_none(bench: Bench) -> None:
    setup = LISTED + "ALTER POLICY p ON shop.orders USING (EXISTS (SELECT FROM shop.listed))"
    with bench.again(f"{setup}; GRANT SELECT (why) ON shop.listed TO etl"):
        assert not refusals(bench.judge(READ))
        assert bench.run(READ).rows == 2


def test_only_the_expression_that_is_asked_counts(bench: Bench) -> None:
    setup = (
        LISTED + "ALTER POLICY p ON shop.orders USING (id > 0) WITH CHECK (owner IN (SELECT owner FROM shop.listed))"
    )
    with bench.again(setup):
        assert not refusals(bench.judge(READ))
        assert bench.run(READ).rows == 2
        update = "UPDATE shop.orders SET note = 'z' WHERE id = 1"
        (refused,) = refusals(bench.judge(update))
        assert bench.run(update).sqlstate == refused.evidence["sqlstate"]
        bench.mends(update)


def test_a_table_that_a_policy_reads_may_be_shut_itself(bench: Bench) -> None:
    with bench.again(LISTED + "GRANT SELECT ON shop.listed TO etl; ALTER TABLE shop.listed ENABLE ROW LEVEL SECURITY"):
        shut, note = bench.judge(READ).findings
        assert (shut.rule, shut.severity, note.rule) == (NONE, Severity.WARNING, FILTERS)
        assert shut.evidence["because"] == "the policy p of shop.orders reads it"
        assert bench.run(READ).rows == 0
        bench.mends(READ)


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
            assert any_bench.run(READ).sqlstate == sqlstate, setup
            found = refusals(any_bench.judge(READ))
            assert [finding.evidence["sqlstate"] for finding in found] == ([sqlstate] if sqlstate else []), setup


def test_policies_that_lead_on_and_on_are_not_followed_for_ever(bench: Bench) -> None:
    chain = "CREATE TABLE shop.t40 (id int); GRANT SELECT ON shop.t40 TO etl;" + "".join(
        f"CREATE TABLE shop.t{n} (id int); ALTER TABLE shop.t{n} ENABLE ROW LEVEL SECURITY;"
        f"GRANT SELECT ON shop.t{n} TO etl;"
        f"CREATE POLICY p ON shop.t{n} USING (id IN (SELECT id FROM shop.t{n + 1} UNION SELECT id FROM shop.t40));"
        for n in reversed(range(30))
    )
    with bench.again(chain.replace("shop.t30", "shop.t40")):
        judgement = bench.judge("SELECT id FROM shop.t0")
        assert not refusals(judgement)
        (said,) = judgement.unjudged
        assert "more than 20 times" in said.reason


def test_an_update_whose_policy_reads_the_table_by_select(bench: Bench) -> None:
    reads = "CREATE POLICY u ON shop.orders FOR UPDATE USING (id IN (SELECT o.id FROM shop.orders o))"
    with bench.again(f"{COMMANDS['SELECT']} {reads}"):
        assert not refusals(bench.judge("UPDATE shop.orders SET note = 'z'"))
        assert bench.run("UPDATE shop.orders SET note = 'z'").rows == 2


def test_functions_of_policies_are_said_not_to_be_judged(bench: Bench) -> None:
    function = "CREATE FUNCTION shop.mine(text) RETURNS bool LANGUAGE sql AS 'SELECT true';"
    with bench.again(f"{function} CREATE POLICY p ON shop.orders USING (shop.mine(owner))"):
        (said,) = bench.judge(READ).unjudged
        assert said.reason == "the policy p of shop.orders calls shop.mine(text), and what that does is not judged"
        bench.sql("REVOKE EXECUTE ON FUNCTION shop.mine FROM PUBLIC")
        (said,) = bench.judge(READ).unjudged
        assert "on which EXECUTE is not held" in said.reason
        assert bench.run(READ).sqlstate == "42501"
