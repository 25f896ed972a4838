"""A shop under row security, and one connection on which a test is etl and the superuser in turn."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from safeconduct.model import Severity
from safeconduct.privileges import parse_sql, parse_table
from tests.privileges.stand import Stand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.model import Finding
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


READ = "SELECT note FROM shop.orders"
COMMANDS = {
    "SELECT": "CREATE POLICY s ON shop.orders FOR SELECT TO etl USING (true);",
    "INSERT": "CREATE POLICY i ON shop.orders FOR INSERT TO etl WITH CHECK (true);",
    "UPDATE": "CREATE POLICY u ON shop.orders FOR UPDATE TO etl USING (true);",
    "DELETE": "CREATE POLICY d ON shop.orders FOR DELETE TO etl USING (true);",
}


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
        found = _in_the_way(self.judge(statement))
        for way in range(max(len(finding.remedies) for finding in found)):
            self.sql("SAVEPOINT way")
            for text in self.remedies(found, way):
                self.sql(text)
            assert self.run(statement).rows > 0, (statement, text)
            assert not _in_the_way(self.judge(statement)), (statement, text)
            self.sql("ROLLBACK TO way")


def _in_the_way(judgement: Judgement) -> list[Finding]:
    """Refusals, and warnings of tables that a policy reads and sees no row of."""
    return [finding for finding in judgement.findings if finding.severity is not Severity.NOTE]
