"""Which rule speaks of a missing grant, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import ObjectKind, Privilege
from safeconduct.model.grants import privilege_list
from safeconduct.privileges import rules, rules_kinds

if TYPE_CHECKING:
    from safeconduct.model import Grant, Rule

_BY_KIND = {
    ObjectKind.FUNCTION: rules_kinds.FUNCTION_EXECUTE_MISSING,
    ObjectKind.PROCEDURE: rules_kinds.FUNCTION_EXECUTE_MISSING,
    ObjectKind.TYPE: rules_kinds.TYPE_USAGE_MISSING,
    ObjectKind.LARGE_OBJECT: rules_kinds.LARGE_OBJECT_PRIVILEGE_MISSING,
    ObjectKind.LANGUAGE: rules_kinds.LANGUAGE_USAGE_MISSING,
    ObjectKind.FOREIGN_SERVER: rules_kinds.FOREIGN_SERVER_USAGE_MISSING,
    ObjectKind.FOREIGN_DATA_WRAPPER: rules_kinds.FOREIGN_DATA_WRAPPER_USAGE_MISSING,
    ObjectKind.TABLESPACE: rules_kinds.TABLESPACE_CREATE_MISSING,
    ObjectKind.PARAMETER: rules_kinds.PARAMETER_SET_MISSING,
    ObjectKind.ATTRIBUTE: rules_kinds.ROLE_ATTRIBUTE_MISSING,
}
_DATABASE = {
    Privilege.CREATE: rules_kinds.DATABASE_CREATE_MISSING,
    Privilege.TEMPORARY: rules_kinds.DATABASE_TEMPORARY_MISSING,
}


def rule_of(grants: tuple[Grant, ...]) -> Rule:
    """The rule for grants on one object that are missing."""
    first = grants[0]
    if first.kind is ObjectKind.ROLE:
        return _about_role(first)
    if first.grantable:
        return rules_kinds.GRANT_OPTION_MISSING
    if first.kind is ObjectKind.DATABASE:
        return _DATABASE.get(first.privilege, rules.DATABASE_CONNECT_MISSING)
    if first.kind is ObjectKind.SCHEMA:
        creates_only = all(grant.privilege is Privilege.CREATE for grant in grants)
        return rules_kinds.SCHEMA_CREATE_MISSING if creates_only else rules.SCHEMA_USAGE_MISSING
    return _BY_KIND.get(first.kind) or _about_relation(grants)


def what_of(grants: tuple[Grant, ...]) -> str:
    """What is granted on one object, in words."""
    first = grants[0]
    name = first.object_sql
    if first.kind is ObjectKind.ATTRIBUTE:
        return f"the attribute {name}"
    if first.kind is ObjectKind.ROLE and first.grantable:
        return f"the admin option on {name}"
    if first.kind is ObjectKind.ROLE:
        return f"the right to SET ROLE {name}" if first.privilege is Privilege.SET else f"the rights of {name}"
    noun = "" if first.kind is ObjectKind.TABLE else f"{first.kind.value.lower()} "
    option = " WITH GRANT OPTION" if first.grantable else ""
    return f"{privilege_list(grants)} on {noun}{name}{option}"


def _about_role(grant: Grant) -> Rule:
    if grant.grantable:
        return rules_kinds.ADMIN_OPTION_MISSING
    if grant.privilege is Privilege.SET:
        return rules_kinds.MEMBERSHIP_SET_MISSING
    predefined = grant.name.startswith("pg_") and grant.name != "pg_database_owner"
    return rules_kinds.MEMBERSHIP_MISSING if predefined else rules_kinds.OWNER_REQUIRED


def _about_relation(grants: tuple[Grant, ...]) -> Rule:
    if grants[0].kind is ObjectKind.SEQUENCE:
        usage = all(grant.privilege is Privilege.USAGE for grant in grants)
        return rules.SEQUENCE_USAGE_MISSING if usage else rules.SEQUENCE_PRIVILEGE_MISSING
    columns_only = all(grant.column for grant in grants)
    return rules.COLUMN_PRIVILEGE_MISSING if columns_only else rules.TABLE_PRIVILEGE_MISSING
