"""A member that does not inherit: the grant is shown, why it does not count, and the ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from safeconduct.privileges import parse_table
from tests.privileges.stand import prove

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from tests.privileges.stand import Stand

ASKED = [parse_table("sales.orders:SELECT")]
STATEMENT = "SELECT * FROM sales.orders"
SALES = """
CREATE SCHEMA sales; CREATE TABLE sales.orders (id int);
CREATE ROLE readers; GRANT USAGE ON SCHEMA sales TO readers; GRANT SELECT ON sales.orders TO readers;
"""


def the_membership(stand: Stand) -> Finding:
    judgement = stand.judge(ASKED)
    (finding,) = judgement.findings
    assert finding.rule == "privileges.membership.not-inherited"
    assert stand.attempt(STATEMENT) == "42501"
    return finding


def test_a_member_that_is_noinherit(any_stand: Stand) -> None:
    any_stand.sql(SALES + "ALTER ROLE etl NOINHERIT; GRANT readers TO etl")
    finding = the_membership(any_stand)
    assert finding.message == (
        "etl is a member of readers, which holds USAGE on schema sales; SELECT on sales.orders,"
        " but the membership does not inherit"
    )
    assert finding.evidence["membership"] == "etl -> readers"
    assert "readers" in finding.evidence["granted_to"]
    per_membership = any_stand.server.version >= 16
    inherit, grant, set_role = (remedy.text for remedy in finding.remedies)
    assert inherit == ("GRANT readers TO etl WITH INHERIT TRUE;" if per_membership else "ALTER ROLE etl INHERIT;")
    assert grant == "GRANT USAGE ON SCHEMA sales TO etl;\nGRANT SELECT ON TABLE sales.orders TO etl;"
    assert set_role == "SET ROLE readers;"
    assert any_stand.attempt(f"{set_role} {STATEMENT}") is None
    prove(any_stand, ASKED, STATEMENT)


def test_the_direct_grant_is_enough_too(any_stand: Stand) -> None:
    any_stand.sql(SALES + "ALTER ROLE etl NOINHERIT; GRANT readers TO etl")
    any_stand.sql(the_membership(any_stand).remedies[1].text)
    assert any_stand.attempt(STATEMENT) is None
    assert not any_stand.judge(ASKED).findings


@pytest.mark.parametrize("may_set", ["TRUE", "FALSE"])
def test_a_membership_granted_with_inherit_false(any_stand: Stand, may_set: str) -> None:
    if any_stand.server.version < 16:
        pytest.skip("memberships have had options of their own since PostgreSQL 16")
    any_stand.sql(SALES + f"GRANT readers TO etl WITH INHERIT FALSE, SET {may_set}")
    finding = the_membership(any_stand)
    assert "WITH INHERIT FALSE" in finding.evidence["not_inherited"]
    assert any("SET ROLE" in remedy.text for remedy in finding.remedies) == (may_set == "TRUE")
    assert any_stand.attempt("SET ROLE readers") == (None if may_set == "TRUE" else "42501")
    prove(any_stand, ASKED, STATEMENT)


def test_a_way_over_several_roles(any_stand: Stand) -> None:
    any_stand.sql(
        SALES + 'CREATE ROLE "Mid" NOINHERIT; ALTER ROLE etl NOINHERIT; GRANT readers TO "Mid"; GRANT "Mid" TO etl'
    )
    finding = the_membership(any_stand)
    assert finding.evidence["membership"] == 'etl -> "Mid" -> readers'
    assert finding.evidence["not_inherited"].startswith('the membership of etl in "Mid" and "Mid" in readers')
    assert len(finding.remedies[0].text.splitlines()) == 2
    prove(any_stand, ASKED, STATEMENT)


def test_only_the_broken_step_is_mended(any_stand: Stand) -> None:
    any_stand.sql(SALES + "CREATE ROLE mid NOINHERIT; GRANT readers TO mid; GRANT mid TO etl")
    finding = the_membership(any_stand)
    assert len(finding.remedies[0].text.splitlines()) == 1
    assert "etl" not in finding.remedies[0].text
    prove(any_stand, ASKED, STATEMENT)


def test_what_the_other_role_lacks_is_a_finding_of_its_own(any_stand: Stand) -> None:
    any_stand.sql(SALES + "REVOKE USAGE ON SCHEMA sales FROM readers; ALTER ROLE etl NOINHERIT; GRANT readers TO etl")
    judgement = prove(any_stand, ASKED, STATEMENT)
    assert {finding.rule for finding in judgement.findings} == {
        "privileges.membership.not-inherited",
        "privileges.schema.usage-missing",
    }


def test_being_a_superusers_member_gives_no_privilege(any_stand: Stand) -> None:
    any_stand.sql(SALES + "CREATE ROLE root SUPERUSER; ALTER ROLE etl NOINHERIT; GRANT root TO etl")
    judgement = prove(any_stand, ASKED, STATEMENT)
    assert {finding.rule for finding in judgement.findings} == {
        "privileges.schema.usage-missing",
        "privileges.table.privilege-missing",
    }


def test_a_predefined_role(any_stand: Stand) -> None:
    if any_stand.server.version < 14:
        pytest.skip("pg_read_all_data came with PostgreSQL 14")
    any_stand.sql(SALES + "ALTER ROLE etl NOINHERIT; GRANT pg_read_all_data TO etl")
    assert "pg_read_all_data" in the_membership(any_stand).message
    prove(any_stand, ASKED, STATEMENT)
