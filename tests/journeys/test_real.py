"""Remedies are tried out, proven and applied by an administrator, and the connection walks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.asking import BOSS, PASSWORD, Answer, why
from tests.servers.availability import require
from tests.servers.builds import find_build

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.fixtures import PostgresFarm
    from tests.servers.postgres import Postgres


@pytest.fixture
def server(postgres: Postgres) -> Postgres:
    postgres.create_role("etl", PASSWORD)
    postgres.create_role("boss", BOSS, "SUPERUSER LOGIN")
    postgres.create_database("sales")
    postgres.sql(
        "CREATE SCHEMA sales; CREATE TABLE sales.orders (id serial, customer text);"
        "CREATE VIEW sales.seen AS SELECT * FROM sales.orders",
        database="sales",
    )
    return postgres


def asked(server: Postgres, home: Path, *arguments: str, user: str = "boss", password: str = BOSS) -> Answer:
    dsn = f"postgresql://{user}:{password}@{server.host}:{server.port}/postgres"
    return why(server, home, "warehouse", "--format", "json", *arguments, SAFECONDUCT_ADMIN_DSN=dsn)


SQL = ("--sql", "INSERT INTO sales.orders (customer) VALUES (%s) RETURNING id", "--sql", "SELECT * FROM sales.seen")


def privileges(server: Postgres) -> list[object]:
    return server.sql("SELECT relacl FROM pg_class WHERE relnamespace = 'sales'::regnamespace", database="sales")


def test_remedies_are_proven_and_rolled_back(server: Postgres, tmp_path: Path) -> None:
    before = privileges(server)
    answer = asked(server, tmp_path, *SQL)
    assert answer.code == 1
    proven = [finding["remedies"][0]["proven"] for finding in answer.report["findings"]]
    assert proven == [True] * len(proven)
    assert len(proven) >= 3
    assert privileges(server) == before
    assert server.sql("SELECT last_value, is_called FROM sales.orders_id_seq", database="sales") == [(1, False)]


def test_real_applies_them_and_walks_again(server: Postgres, tmp_path: Path) -> None:
    answer = asked(server, tmp_path, *SQL, "--real")
    assert answer.code == 0, answer.text
    assert answer.report["walks"][0]["outcome"] == "in"
    applied = answer.report["applied"]
    assert {one["by"] for one in applied} == {f"boss@{server.host}:{server.port}/postgres"}
    assert [one["failed"] for one in applied] == [""] * len(applied)
    assert asked(server, tmp_path, *SQL).code == 0


def test_real_for_a_refused_login(server: Postgres, tmp_path: Path) -> None:
    server.sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")
    dry = asked(server, tmp_path)
    assert dry.report["findings"][0]["remedies"][0]["proven"] is None
    assert "applied" not in dry.report
    real = asked(server, tmp_path, "--real")
    assert (real.code, real.report["walks"][0]["outcome"]) == (0, "in")
    assert real.report["applied"][0]["remedy"]["text"] == "GRANT CONNECT ON DATABASE sales TO etl;"


def test_real_as_text_tells_both_walks(server: Postgres, tmp_path: Path) -> None:
    server.sql("ALTER ROLE etl NOLOGIN")
    dsn = f"postgresql://boss:{BOSS}@{server.host}:{server.port}/postgres"
    answer = why(server, tmp_path, "warehouse", "--real", SAFECONDUCT_ADMIN_DSN=dsn)
    assert answer.code == 0
    first, _, second = answer.text.partition("Applied by boss@")
    assert "x authentication  refused: " in first
    assert "ALTER ROLE etl LOGIN;" in second
    assert "  session         open, read-write" in second


def test_what_has_several_causes_or_is_no_sql_is_not_applied(server: Postgres, tmp_path: Path) -> None:
    server.hba(["host all boss all scram-sha-256", "host all all all reject"])
    answer = asked(server, tmp_path, "--real")
    assert answer.code == 1
    assert "applied" not in answer.report


def test_a_grant_that_only_warned_does_not_help_and_is_said_not_to(server: Postgres, tmp_path: Path) -> None:
    """GRANT without the grant option succeeds with WARNING 01007 and grants nothing."""
    server.create_role("deputy", BOSS)
    server.sql("GRANT etl TO deputy; GRANT CONNECT ON DATABASE sales TO deputy")
    server.sql(
        "GRANT USAGE ON SCHEMA sales TO etl, deputy; GRANT SELECT ON sales.orders TO deputy;"
        "GRANT INSERT ON sales.orders TO deputy WITH GRANT OPTION",
        database="sales",
    )
    answer = asked(server, tmp_path, "--table", "sales.orders:SELECT", "--real", user="deputy")
    assert answer.code == 1
    (finding,) = answer.report["findings"]
    assert finding["remedies"][0]["proven"] is not True
    assert "applied" not in answer.report


def test_what_was_not_proven_is_not_kept_not_even_in_part(server: Postgres, tmp_path: Path) -> None:
    """The deputy may grant USAGE and not SELECT, which only warns: nothing is kept, and nothing is claimed."""
    server.create_role("deputy", BOSS)
    server.sql("GRANT CONNECT ON DATABASE sales TO deputy")
    server.sql(
        "GRANT USAGE ON SCHEMA sales TO deputy WITH GRANT OPTION; GRANT SELECT ON sales.orders TO deputy",
        database="sales",
    )
    answer = asked(server, tmp_path, "--table", "sales.orders:SELECT", "--real", user="deputy")
    assert answer.code == 1
    assert "applied" not in answer.report
    assert {finding["remedies"][0]["proven"] for finding in answer.report["findings"]} == {False}
    assert "after it etl still lacks SELECT on sales.orders" in answer.text
    assert server.sql("SELECT has_schema_privilege('etl', 'sales', 'USAGE')", database="sales") == [(False,)]


def test_an_owner_proves_as_much_as_a_superuser(server: Postgres, tmp_path: Path) -> None:
    server.create_role("owner", BOSS)
    server.sql("ALTER TABLE sales.orders OWNER TO owner; GRANT USAGE ON SCHEMA sales TO etl, owner", database="sales")
    answer = asked(server, tmp_path, "--sql", "SELECT id FROM sales.orders", user="owner")
    (finding,) = answer.report["findings"]
    assert finding["remedies"][0]["proven"] is True


def test_nothing_of_the_statement_runs_with_the_administrators_rights(server: Postgres, tmp_path: Path) -> None:
    """Planning a view of somebody else's folds its immutable functions: they must not run in a superuser's session."""
    server.sql(
        "CREATE ROLE mallory; CREATE SCHEMA m AUTHORIZATION mallory; SET ROLE mallory;"
        "CREATE FUNCTION m.f() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
        "  RAISE LOG 'mallory ran as %', session_user; RETURN 1; END $$;"
        "CREATE VIEW m.v AS SELECT m.f() AS x; GRANT USAGE ON SCHEMA m TO PUBLIC",
        database="sales",
    )
    server.sql("EXPLAIN SELECT x FROM m.v", database="sales")
    assert "mallory ran as postgres" in server.log.text, "the trap must work"
    server.log.mark()
    answer = asked(server, tmp_path, "--sql", "SELECT x FROM m.v")
    assert [finding["remedies"][0]["proven"] for finding in answer.report["findings"]] == [True]
    assert "mallory ran" not in server.log.text


def test_statements_of_the_text_that_end_a_transaction_keep_nothing(server: Postgres, tmp_path: Path) -> None:
    before = privileges(server)
    asked(server, tmp_path, "--sql", "INSERT INTO sales.orders (customer) VALUES ('x'); COMMIT")
    assert privileges(server) == before


def test_a_login_that_may_be_misspelt_is_not_made(server: Postgres, tmp_path: Path) -> None:
    dsn = f"postgresql://boss:{BOSS}@{server.host}:{server.port}/postgres"
    uri = f"postgres://zqxwv:{PASSWORD}@{server.host}:{server.port}/sales"
    options = ("w2", "--real", "--format", "json")
    answer = why(server, tmp_path, *options, SAFECONDUCT_ADMIN_DSN=dsn, AIRFLOW_CONN_W2=uri)
    assert answer.rules() == ["postgres.authentication.role-missing"]
    assert "applied" not in answer.report
    assert server.sql("SELECT 1 FROM pg_roles WHERE rolname = 'zqxwv'") == []


def test_an_administrator_of_several_hosts_changes_only_the_one_it_is_on(
    server: Postgres, postgres_farm: PostgresFarm, tmp_path: Path
) -> None:
    other = postgres_farm.lend(require(find_build(18)))
    for one in (server, other):
        one.sql(f"CREATE ROLE twin NOLOGIN PASSWORD '{PASSWORD}'")
    ports, hosts = f"{server.port},{other.port}", f"{server.host},{other.host}"
    answer = why(
        server,
        tmp_path,
        *("w2", "--real", "--format", "json"),
        SAFECONDUCT_ADMIN_DSN=f"host={hosts} port={ports} user=boss password={BOSS} dbname=postgres",
        AIRFLOW_CONN_W2=f"postgres://twin:{PASSWORD}@{other.host}:{other.port}/postgres",
    )
    assert answer.code == 1
    assert server.sql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'twin'") == [(False,)]


def test_an_administrator_who_is_refused_is_tried_once_for_all(server: Postgres, tmp_path: Path) -> None:
    uri = f"postgres://etl:{PASSWORD}@{server.host}:{server.port}/sales"
    more = {f"AIRFLOW_CONN_C{number}": uri for number in range(8)}
    dsn = f"postgresql://boss:another@{server.host}:{server.port}/postgres"
    answer = why(server, tmp_path, "--table", "sales.orders:SELECT", SAFECONDUCT_ADMIN_DSN=dsn, **more)
    assert answer.code == 1
    assert "x administrator: " in answer.text
    assert server.log.text.count('password authentication failed for user "boss"') == 1


def test_real_needs_an_administrator(server: Postgres, tmp_path: Path) -> None:
    answer = why(server, tmp_path, "warehouse", "--real")
    assert answer.code == 2
    assert "--admin" in answer.text


def test_who_may_see_which_rows_is_not_decided_here(server: Postgres, tmp_path: Path) -> None:
    """A policy needs a decision: it is offered, not tried out, and not applied; neither is a grant beside it."""
    server.sql(
        "GRANT USAGE ON SCHEMA sales TO etl; GRANT SELECT ON sales.orders TO etl;"
        "INSERT INTO sales.orders VALUES (1, 'Ann'); ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY",
        database="sales",
    )
    answer = asked(server, tmp_path, "--sql", "SELECT id FROM sales.orders", "--real")
    assert answer.code == 1
    assert answer.rules() == ["privileges.policy.none-applies"]
    (remedy,) = answer.report["findings"][0]["remedies"]
    assert remedy["text"] == "CREATE POLICY etl_select ON sales.orders FOR SELECT TO etl USING (true);"
    assert (remedy["proven"], bool(remedy["when"])) == (None, True)
    both = asked(server, tmp_path, "--table", "sales.orders:SELECT,DELETE", "--real")
    assert "privileges.table.privilege-missing" in both.rules()
    assert "applied" not in answer.report
    assert "applied" not in both.report
    assert server.sql("SELECT count(*) FROM pg_policy", database="sales") == [(0,)]
    server.sql(remedy["text"], database="sales")
    assert asked(server, tmp_path, "--sql", "SELECT id FROM sales.orders").code == 0


def test_rows_that_policies_choose_are_a_note(server: Postgres, tmp_path: Path) -> None:
    server.sql(
        "GRANT USAGE ON SCHEMA sales TO etl; GRANT SELECT ON sales.orders TO etl;"
        "ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY p ON sales.orders USING (customer <> '{PASSWORD}')",
        database="sales",
    )
    answer = asked(server, tmp_path, "--sql", "SELECT id FROM sales.orders")
    assert answer.code == 0
    assert answer.report["findings"][0]["severity"] == "note"
    assert answer.report["findings"][0]["evidence"]["policies"] == "p FOR ALL TO PUBLIC USING (customer <> '***'::text)"
