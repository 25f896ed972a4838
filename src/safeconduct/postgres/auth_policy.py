"""libpq's option require_auth: which methods a client lets the server ask for."""

from __future__ import annotations

from dataclasses import dataclass

METHODS = ("password", "md5", "gss", "sspi", "scram-sha-256", "oauth", "none")
"""What PostgreSQL 18's libpq knows; `none` is a server that asks for nothing."""


class BadRequireAuth(ValueError):
    """The value of require_auth breaks libpq's rules; the text is one sentence."""


@dataclass(frozen=True)
class AuthPolicy:
    """The methods that the server may ask for, out of METHODS; `text` is the option's value as it was written."""

    allowed: frozenset[str]
    text: str = ""

    def allows(self, method: str) -> bool:
        """Whether the server may ask for this method; methods that METHODS does not name only without an option."""
        return method in self.allowed or not self.text


ANY_METHOD = AuthPolicy(frozenset(METHODS))


def parse_require_auth(text: str) -> AuthPolicy:
    """The policy that an option's value stands for: a comma-separated list, either none or all of it with `!`.

    Raises BadRequireAuth where libpq would refuse the value (fe-connect.c, pqConnectOptions2).
    """
    if not text:
        return ANY_METHOD
    items = text.split(",")
    negated = items[0].startswith("!")
    names = [_name(item, negated) for item in items]
    for name in names:
        if names.count(name) > 1:
            raise BadRequireAuth(f'require_auth method "{name}" is specified more than once')
    chosen = frozenset(names)
    return AuthPolicy(frozenset(METHODS) - chosen if negated else chosen, text)


def _name(item: str, negated: bool) -> str:
    if item.startswith("!") != negated:
        raise BadRequireAuth(f'require_auth method "{item}" cannot be mixed with negative methods')
    name = item.removeprefix("!")
    if name not in METHODS:
        raise BadRequireAuth(f'invalid require_auth method "{name}"; libpq knows {", ".join(METHODS)}')
    return name
