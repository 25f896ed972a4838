"""Whether a line's databases and users fit a login (check_db and check_role in src/backend/libpq/hba.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.postgres.hba.answer import YES, Answer, any_of, no, unknown
from safeconduct.postgres.hba.facts import search

if TYPE_CHECKING:
    from safeconduct.postgres.hba.facts import Facts
    from safeconduct.postgres.hba.login import Login
    from safeconduct.postgres.hba.tokens import Token


def fits_databases(tokens: tuple[Token, ...], login: Login, facts: Facts) -> Answer:
    """Whether one of the tokens stands for the login's database."""
    if login.replication == "physical":
        if any(token.is_keyword("replication") for token in tokens):
            return YES
        return no("does not name replication, and nothing else fits physical replication")
    answers = [_database(token, login, facts) for token in tokens]
    return any_of(answers, f"its databases {_listed(tokens)} do not include {login.seen_database}")


def _database(token: Token, login: Login, facts: Facts) -> Answer:
    database, user = login.seen_database, login.seen_user
    if token.is_keyword("all"):
        return YES
    if token.is_keyword("sameuser"):
        return YES if database == user else no(f"sameuser: the database {database} is not named like the user {user}")
    if token.is_keyword("samerole") or token.is_keyword("samegroup"):
        return _member(f"{token}: ", user, database, facts)
    if token.is_keyword("replication"):
        return no("is for physical replication")
    if token.regex:
        return _regex(token, database, facts)
    return YES if token.text == database else no(f"is for the database {token}, not {database}")


def fits_users(tokens: tuple[Token, ...], user: str, facts: Facts, *, ignore_case: bool = False) -> Answer:
    """Whether one of the tokens stands for the user. `ignore_case` as krb_caseins_users makes it for maps."""
    answers = [_user(token, user, facts, ignore_case) for token in tokens]
    return any_of(answers, f"its users {_listed(tokens)} do not include {user}")


def _user(token: Token, user: str, facts: Facts, ignore_case: bool) -> Answer:
    if token.group is not None:
        return _member(f"{token}: ", user, token.group, facts)
    if token.is_keyword("all"):
        return YES
    if token.regex:
        return _regex(token, user, facts)
    return YES if same(token.text, user, ignore_case) else no(f"is for the user {token}, not {user}")


def same(one: str, other: str, ignore_case: bool) -> bool:
    """Whether the names are equal; the case of ASCII letters may not matter (pg_strcasecmp)."""
    return _folded(one) == _folded(other) if ignore_case else one == other


def _folded(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _member(prefix: str, user: str, role: str, facts: Facts) -> Answer:
    member = facts.is_member(user, role)
    if member:
        return YES
    if member is None:
        return unknown(f"whether {user} is a member of {role} is not known")
    if facts.role_exists(role) is False:
        return no(f"{prefix}there is no role {role}")
    return no(f"{prefix}{user} is no member{'' if role in prefix else f' of {role}'}")


def _regex(token: Token, name: str, facts: Facts) -> Answer:
    found = search(facts, token.text[1:], name)
    if found is None:
        return unknown(f"whether the regular expression {token} matches {name} is not known")
    return YES if found is not False else no(f"the regular expression {token} does not match {name}")


def _listed(tokens: tuple[Token, ...]) -> str:
    return ", ".join(map(str, tokens))
