"""A pooler in front of PostgreSQL, told apart from PostgreSQL itself.

PostgreSQL puts file, line and routine into every ErrorResponse (src/backend/utils/error/elog.c); PgBouncer's own
refusals carry severity, SQLSTATE and message only (src/proto.c, send_pooler_error). PgBouncer's messages are never
translated, so they may be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_transport as rules

if TYPE_CHECKING:
    from safeconduct.model import Finding, Rule
    from safeconduct.postgres.refusal import Refusal

# How PgBouncer's own messages begin, 1.18 to 1.25 (src/client.c, src/objects.c, src/janitor.c, src/server.c). Its
# "password authentication failed" stands alone: PostgreSQL's, which it passes on word for word, names the user.
_OWN_WORDS: tuple[tuple[str, Rule], ...] = (
    (r"no such user", rules.POOLER_USER),
    (r"(password|SASL) authentication failed$", rules.POOLER_USER),
    (r"(auth|authentication) failed$", rules.POOLER_USER),
    (r"no such database: ", rules.POOLER_DATABASE),
    (r"unsupported startup parameter", rules.POOLER_PARAMETER),
    (r"no more connections allowed", rules.POOLER_FULL),
    (r"client connections exceeded", rules.POOLER_FULL),
    (r"query_wait_timeout", rules.POOLER_FULL),
    (r"server login ", rules.POOLER_SERVER),
    (r"pgbouncer cannot connect to server", rules.POOLER_SERVER),
    (r"server conn crashed", rules.POOLER_SERVER),
)

_MESSAGES = {
    rules.POOLER_USER.id: "PgBouncer does not let {role} in: it does not know the user, or keeps another password",
    rules.POOLER_DATABASE.id: "PgBouncer has no database {database}",
    rules.POOLER_PARAMETER.id: "PgBouncer refuses a start-up parameter of the connection",
    rules.POOLER_SERVER.id: "PgBouncer let {role} in, but cannot get into PostgreSQL itself",
    rules.POOLER_FULL.id: "PgBouncer has no room for another client",
    rules.POOLER_REFUSED.id: "a pooler in front of PostgreSQL refused the login",
}


def explain_pooler(refusal: Refusal) -> Finding:
    """The finding for a refusal that carries no routine: a pooler's own words."""
    rule = _rule(refusal)
    message = _MESSAGES[rule.id].format(role=refusal.role, database=refusal.database)
    evidence = {**refusal.evidence, "routine": "absent: the refusal is a pooler's, not PostgreSQL's"}
    return rule.finding(refusal.subject, message, evidence=evidence, remedies=_remedies(rule, refusal))


def _rule(refusal: Refusal) -> Rule:
    for words, rule in _OWN_WORDS:
        if re.match(words, refusal.error.message):
            return rule
    # After the client's password PgBouncer logs in itself, and passes on what PostgreSQL says to that.
    return rules.POOLER_SERVER if refusal.asked else rules.POOLER_REFUSED


def _remedies(rule: Rule, refusal: Refusal) -> tuple[Remedy, ...]:
    if rule is rules.POOLER_USER:
        return (
            Remedy(
                RemedyKind.SQL,
                f"SELECT rolname, rolpassword FROM pg_authid WHERE rolname = {refusal.role_literal};",
                when="on PostgreSQL, as a superuser: its verifier goes into PgBouncer's auth_file as"
                ' "name" "verifier"; then RELOAD on the pgbouncer console',
            ),
        )
    if rule is rules.POOLER_DATABASE:
        return (
            Remedy(
                RemedyKind.OPTION,
                f"{refusal.database} = host=<PostgreSQL's host> port=5432 dbname={refusal.database}",
                when="in pgbouncer.ini under [databases]; then RELOAD on the pgbouncer console",
            ),
        )
    if rule is rules.POOLER_PARAMETER:
        name = refusal.error.message.rpartition(":")[2].strip()
        return (
            Remedy(
                RemedyKind.OPTION,
                f"ignore_startup_parameters = {name}",
                when="in pgbouncer.ini under [pgbouncer], added to what stands there; then RELOAD",
            ),
        )
    if rule is rules.POOLER_FULL:
        return (
            Remedy(
                RemedyKind.COMMAND,
                "SHOW POOLS; SHOW CLIENTS;",
                when="on the pgbouncer console, to see who holds the connections",
            ),
        )
    return ()
