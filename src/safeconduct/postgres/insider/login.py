"""Why a login was turned away, once the role itself can be looked at."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_inside as rules
from safeconduct.postgres import rules_login
from safeconduct.postgres.insider import questions
from safeconduct.postgres.insider.interface import Inside

if TYPE_CHECKING:
    from safeconduct.model import Finding, Rule
    from safeconduct.postgres.insider.questions import RoleFacts
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.session import Session


def explain_password(session: Session, refusal: Refusal) -> Inside:
    """Which of the five causes of 28P01 it is, in the order in which PostgreSQL looks at them."""
    found = questions.role(session, refusal.role)
    if found is None:
        return Inside(role_missing(refusal, questions.names(session, "role")))
    kind = questions.password_kind(session, refusal.role)
    evidence = _role_evidence(found, kind)
    if kind == "none":
        return Inside(password_unset(refusal, evidence))
    if found.expired:
        return Inside(password_expired(refusal, found.valid_until or "", evidence))
    if kind == "md5" and "scram-sha-256" in refusal.asked:
        return Inside(password_md5(refusal, evidence))
    if kind is None:
        return Inside(password_narrowed(refusal, evidence))
    return Inside(password_wrong(refusal, evidence))


def explain_role(session: Session, refusal: Refusal) -> Inside:
    """Whether the role is missing or may not log in, where no password was asked for."""
    found = questions.role(session, refusal.role)
    if found is None:
        return Inside(role_missing(refusal, questions.names(session, "role")))
    if not found.can_log_in:
        return Inside(login_not_permitted(refusal))
    return Inside(evidence=_role_evidence(found, None))


def login_not_permitted(refusal: Refusal) -> Finding:
    """NOLOGIN."""
    remedy = Remedy(RemedyKind.SQL, f"ALTER ROLE {refusal.role_sql} LOGIN;")
    message = f"the role {refusal.role} is not permitted to log in"
    return _finding(rules_login.LOGIN_NOT_PERMITTED, refusal, message, {"role": "exists, NOLOGIN"}, remedy)


def role_missing(refusal: Refusal, others: list[str]) -> Finding:
    """No such role; `others` are the roles that there are, for near names."""
    near = difflib.get_close_matches(refusal.role, others, n=3)
    evidence = {"near names": ", ".join(near)} if near else {}
    message = f"there is no role {refusal.role} on the server" + (f"; did you mean {near[0]}?" if near else "")
    return _finding(
        rules.ROLE_MISSING,
        refusal,
        message,
        evidence,
        *([_mend_login(near[0])] if near else []),
        Remedy(RemedyKind.SQL, f"CREATE ROLE {refusal.role_sql} LOGIN;", when="the role is to be made"),
        *([_set_password(refusal, "then")] if refusal.asked else []),
    )


def password_unset(refusal: Refusal, evidence: dict[str, str]) -> Finding:
    """rolpassword is null."""
    message = f"the role {refusal.role} has no password, so none is accepted"
    return _finding(rules.PASSWORD_UNSET, refusal, message, evidence, _set_password(refusal))


def password_expired(refusal: Refusal, until: str, evidence: dict[str, str]) -> Finding:
    """VALID UNTIL has passed."""
    message = f"the password of {refusal.role} expired" + (f" at {until}" if until else "")
    # Whether the password itself is right nobody knows: PostgreSQL looks at the time first.
    when = "where the role's password is still to be used"
    remedy = Remedy(RemedyKind.SQL, f"ALTER ROLE {refusal.role_sql} VALID UNTIL 'infinity';", when=when)
    return _finding(rules.PASSWORD_EXPIRED, refusal, message, evidence, remedy)


def password_md5(refusal: Refusal, evidence: dict[str, str]) -> Finding:
    """A md5 secret under a scram-sha-256 line."""
    message = f"the password of {refusal.role} is stored as md5, and the rule asks for scram-sha-256"
    first = Remedy(RemedyKind.SQL, "SET password_encryption = 'scram-sha-256';", when="in psql, as an administrator")
    return _finding(
        rules.PASSWORD_MD5, refusal, message, evidence, first, _set_password(refusal, "in the same session")
    )


def password_wrong(refusal: Refusal, evidence: dict[str, str]) -> Finding:
    """The four other causes are excluded."""
    message = f"the password in the connection is not that of {refusal.role}"
    return _finding(
        rules_login.PASSWORD_WRONG,
        refusal,
        message,
        evidence,
        Remedy(RemedyKind.OPTION, "password = <the role's password>", when="in the connection, where it is known"),
        _set_password(refusal, "else give the role a new one: in psql, as an administrator"),
    )


def password_narrowed(refusal: Refusal, evidence: dict[str, str]) -> Finding:
    """The administrator may not look at pg_authid: three causes are left of five."""
    possible = ["the password is wrong", "the role has no password (a superuser can see it in pg_authid)"]
    if "scram-sha-256" in refusal.asked:
        possible.append("the password is stored as md5, and the rule asks for scram-sha-256 (as well in pg_authid)")
    return rules_login.PASSWORD_WRONG.finding(
        refusal.subject,
        f"the server did not accept the password of {refusal.role}, who exists and whose password has not expired",
        evidence={**refusal.evidence, **evidence, "pg_authid": "the administrator may not read it"},
        possible=tuple(possible),
        remedies=(_set_password(refusal, "whichever it is: in psql, as a superuser; then put it into the connection"),),
    )


def _role_evidence(found: RoleFacts, kind: str | None) -> dict[str, str]:
    until = found.valid_until or "for ever"
    password = {"none": "it has none", "another": "stored in a form that is not known here"}.get(kind or "", kind)
    evidence = {"role": f"exists, {'LOGIN' if found.can_log_in else 'NOLOGIN'}", "password valid until": until}
    return {**evidence, **({"password stored as": password} if password else {})}


def _set_password(
    refusal: Refusal, when: str = "in psql, as an administrator; then put it into the connection"
) -> Remedy:
    return Remedy(RemedyKind.COMMAND, f"\\password {refusal.role_sql}", when=when)


def _mend_login(near: str) -> Remedy:
    return Remedy(RemedyKind.OPTION, f"login = {near}", when="the name is wrong: in the Airflow connection")


def _finding(rule: Rule, refusal: Refusal, message: str, evidence: dict[str, str], *remedies: Remedy) -> Finding:
    return rule.finding(refusal.subject, message, evidence={**refusal.evidence, **evidence}, remedies=remedies)
