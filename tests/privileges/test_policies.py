"""Row security: each verdict is held against a server, which is asked as the role, and so is each remedy."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from safeconduct.model import Finding, Severity
from tests.privileges.bench import COMMANDS, NONE, READ, Bench
from tests.privileges.stand import Stand, refusals

if TYPE_CHECKING:
    from safeconduct.privileges import Judgement


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
        (finding,) = bench.judge(READ).findings
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
        (finding,) = any_bench.judge(READ).findings
        newer = any_stand.server.version >= 16
        inherit = "GRANT readers TO etl WITH INHERIT TRUE;" if newer else "ALTER ROLE etl INHERIT;"
        assert finding.remedies[0].text == inherit
        any_bench.mends(READ)
    with any_bench.again(FOR_OTHERS + "ALTER ROLE etl NOINHERIT"):
        any_bench.mends(READ)
    with any_bench.again(FOR_OTHERS + "GRANT readers TO etl"):
        assert not any_bench.judge(READ).findings
        assert any_bench.run(READ).rows == 2


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
            assert any_bench.run(READ).rows == (2 if sees else 0), setup
            assert [finding.rule for finding in any_bench.judge(READ).findings] == ([] if sees else [NONE]), setup
            if not sees:
                any_bench.mends(READ)
