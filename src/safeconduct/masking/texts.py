"""A text looked through for secrets: tokens, addresses, assignments, and what is written inside of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from safeconduct.masking.assignments import assigned_in
from safeconduct.masking.hints import LONGEST, PROSE, hints_in, is_secret_under
from safeconduct.masking.keys import Weight, weigh
from safeconduct.masking.nested import decoded, unquoted
from safeconduct.masking.suppressors import TEMPLATE, why_harmless
from safeconduct.masking.tokens import TOKENS, tokens_in
from safeconduct.masking.uris import passwords_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_TOKENS = {
    "private_key": "a private key",
    "verifier": "a stored SCRAM verifier, by which a server can be played",
    "webhook_url": "an address to post to, which is all that it takes",
    "authorization": "an Authorization header",
    "fernet_key": "a Fernet key",
}
# The masker hides these, too, since hiding them costs nothing; but none of them lets anybody in.
_NO_EXPOSURE = frozenset({"aws_key_id", "fernet_token"})
TOKEN_REASONS = {name: what for name, (what, _) in TOKENS.items() if name not in _NO_EXPOSURE} | _OTHER_TOKENS
URI, ASSIGNED, DEFAULT = "uri-password", "named", "template-default"
REASONS = {
    URI: "an address has a password between its user and its host",
    ASSIGNED: "a name that announces a secret is given a value in the text",
    DEFAULT: "a template has the secret itself as its default",
}
_TEMPLATE = re.compile(TEMPLATE)
_DEFAULT = re.compile(
    r"\$\{(?:\w+:?-|[A-Z][A-Z0-9_]*:)(?P<shell>[^}:?/-][^}]*)\}|"
    r"\{\{[^}]{0,300}?(?:\bdefault\s*\(|\bget\s*\(\s*['\"][\w.-]+['\"]\s*,|\bor\b|\belse\b|\bdefault(?:_var)?\s*=)\s*['\"](?P<jinja>[^'\"]+)['\"]"
)
_PORT_FIRST = re.compile(r"\d{1,5}[/?;#,]")


def secrets_in(text: str) -> Iterator[tuple[str, str]]:
    """The name and the reason of each rule by which a part of the text is a secret that the masker hides."""
    for kind, value in tokens_in(text):
        if kind in TOKEN_REASONS and not _spared_token(kind, value):
            yield f"token-{kind.replace('_', '-')}", TOKEN_REASONS[kind]
    for start, end in passwords_in(text):
        if not _PORT_FIRST.match(text, start, end) and not why_harmless(text[start:end], Weight.PASSWORD):
            yield URI, REASONS[URI]
    for name, start, end in assigned_in(text):
        value = text[start:end].strip("'\";, ")
        if is_secret_under(weigh(name), value) and value.lower() not in PROSE:
            yield ASSIGNED, REASONS[ASSIGNED]


def holds_secret(text: str) -> Iterator[tuple[str, str]]:
    """The same for what makes the text secret as a whole: hints, and what is written in it in base64 or %xx."""
    for found in _DEFAULT.finditer(text[:LONGEST]):
        if is_secret_under(Weight.PASSWORD, found["shell"] or found["jinja"]):
            yield DEFAULT, REASONS[DEFAULT]
    plain = _TEMPLATE.sub("<template>", text[:LONGEST])
    yield from hints_in(plain)
    for inner in (decoded(text), unquoted(plain)):
        if inner is not None:
            yield from secrets_in(inner)
            yield from hints_in(_TEMPLATE.sub("<template>", inner[:LONGEST]))


def _spared_token(kind: str, value: str) -> bool:
    return kind in {"authorization", "openai"} and why_harmless(value, Weight.SECRET) is not None
