"""Secrets in command lines, addresses, files and sentences, whose place says that they are secret.

These are too vague to hide a part of any text by: they tell that a value holds a secret, and it is hidden as a whole.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from safeconduct.masking.keys import Weight, weigh
from safeconduct.masking.randomness import is_random, is_strange
from safeconduct.masking.suppressors import is_uuid, why_harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 5_000
"""Characters. In a longer text only what the masker itself looks for is looked for beyond this."""
_OPTION = (
    r"(?:^|(?<=[\s\"',\[]))--?(?P<name>[A-Za-z][\w.-]{1,60})[\"']?[\s,]{1,3}[\"']?(?P<value>[^\s\"',\]-][^\s\"']*)"
)
_USER = (
    r"(?:^|\s)(?:-u|--user|--proxy-user|--userpwd|-U|-H\s+[\"']?Basic)[\s=]{1,3}[\"']?(?!\d+:)[^\s:'\"/]{1,80}[:%]"
    r"(?P<value>[^\s'\"]+)"
)
_TOOL = (
    r"\b(?:(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|(?:docker|podman|skopeo|helm|oc|az)\s[^|;\n]{0,60}?\blogin|influx|"
    r"cqlsh|7z|rabbitmqadmin|snowsql|beeline)\b[^|;\n]{0,200}?\s-p|redis-cli\b[^|;\n]{0,200}?\s-a|"
    r"ldap\w+\b[^|;\n]{0,200}?\s-w|(?:sqlcmd|bcp)\b[^|;\n]{0,200}?\s-P|(?:plink|pscp)\b[^|;\n]{0,200}?\s-pw)"
    r"[\s=]?[\"']?(?P<value>[^\s\"'-][^\s\"']*)"
)
_NETRC = r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?P<value>\S+)"
_PGPASS = r"(?m)^\s*[^:\s#/]{1,200}:(?:\d{1,5}|\*):[^:\s]{1,100}:[^:\s]{1,100}:(?P<value>[^\s:]+)\s*$"
_ORACLE_LOGIN = r"[A-Za-z][\w$#]{0,40}/(?P<value>[^\s/@\"']{1,60})@"
_ORACLE_TOOL = (
    r"(?:\b(?:thin|oci|oci8):|\b(?:sqlplus|sqlldr|expdp|impdp|exp|rman)\s+(?:-\w+\s+)*[\"']?)" + _ORACLE_LOGIN
)
_ORACLE = rf"^{_ORACLE_LOGIN}(?://|[A-Za-z][\w.-]*:\d{{2,5}}(?!\w))"
_LOGIN = (
    r"(?:^|(?<=[\s\"'=,]))(?!(?i:mailto|sip|acct|xmpp|user|group|domain|serviceaccount|principal|https?|ssh|urn|"
    r"sha256|arn|email|to|cc|from|contact|owner):)(?P<user>[A-Za-z0-9][\w.+-]{0,60}):(?P<value>[^\s@/:]{2,80})@"
    r"[A-Za-z0-9][\w-]*(?:\.[\w-]+)*(?::\d{2,5})?(?:[/?][^\s]*)?(?=[\s\"',]|$)"
)
_TAGGED = r"<(?P<name>[A-Za-z][\w.:-]{1,60})(?:\s[^<>]{0,200})?>\s*(?P<value>[^<>\s][^<>]{0,500}?)\s*</"
_ATTRIBUTE = (
    r"(?:\b(?:key|name|header)[\"']?\s{0,3}[=:]\s{0,3}[\"']?(?P<name>[A-Za-z][\w.-]{1,80})[\"']?[\s,;]{1,40}"
    r"[\"']?(?:value|val)[\"']?\s{0,3}[=:]\s{0,3}[\"']?(?P<value>[^\s\"']+))"
)
_FLOW = r"[{,]\s*(?P<name>[A-Za-z][\w.-]{1,60})\s*:\s*[\"']?(?P<value>[^\s,}\"']+)"
_PAIR = (
    r"(?:^|(?<=[\s?&;,|#\"'{(\[]))(?P<name>[A-Za-z][\w.-]{0,60})"
    r"(?:\s{0,2}(?:=>?|->)\s{0,2}[\"']?(?P<value>[^\s&;,\"'|)}\]]+)|"
    r"\s{0,2}:(?!//)\s{0,2}[\"']?(?P<last>[^\s&;,\"'|)}\]]+)[\"']?\s*(?=[,;&|}\n]|$))"
)
_SENTENCE = (
    r"(?i:\b(?P<name>[a-z-]*pass(?:word|wd|phrase|code)?|pwd|pw|passwort|kennwort|secret|token|pin|"
    r"(?:api|access|secret|license)[ -]?key|creds|credentials)\b"
    r"(?:\s+(?:for|of|to)\s+\S+(?:\s+\S+)?)?\s*(?:\bis\b(?:\s+(?:still|now|currently))?|\bwas\b|\blautet\b|\bist\b|[:=]|"
    r"->|→|-(?=\s)|\()\s*)(?P<value>[\"'`][^\"'`\s]{3,}[\"'`]|[^\s\"'`]{3,})"
)
_BESIDE = (
    r"(?i:\b(?:log ?in|sign in|auth(?:enticate)?|user|account|cred(?:ential)?s?)\b[^\n/]{0,30}?\s)"
    r"(?P<user>[\w.@-]{2,40})\s?[/:]\s?(?P<value>[^\s/:]{4,60})(?=[\s,;.)]|$)"
)
_HEADER = (
    r"(?i:\b(?:token|api-?key|bot|key|negotiate|ntlm|splunk|genie_?key|sso-key|ssws)\s+)(?P<value>[\w.~+/=-]{16,})"
)
_BEARER = r"(?i:\bbearer\s+)(?P<value>[\w.~+/=-]{8,})"
_BASIC = r"(?i:\bbasic\s+)(?P<value>[A-Za-z0-9+/_-]{8,}={0,2})(?![\w+/=])"
_PUTTY = r"PuTTY-User-Key-File-\d(?P<value>.*?Private-Lines)"
_PGP = r"(?P<value>-----BEGIN PGP PRIVATE KEY BLOCK-----)"
_OPENSSL = r"-pass(?:in|out)?\s+pass:(?P<value>\S+)"
_ECHOED = (
    r"\b(?:echo|printf|print|<<<)\s+(?:-n\s+)?[\"']?(?P<value>[^\s\"'|]+)[\"']?\s*\|\s*"
    r"(?:sudo\s+-S|docker\s+login|kinit|passwd|chpasswd|base64|vault|gh\s+auth|su)\b"
)
_ONLY_USER = r"\b(?:https?|redis|amqp|git|ftp|sftp|ssh|postgres(?:ql)?|git\+https)://(?P<value>[^\s:/@?#]{16,})@"
_HOOK_PATH = r"https?://(?P<value>[^\s\"'<>]{10,500})"
_MNEMONIC = r"^\s*(?P<value>(?:[a-z]{3,8}\s+){11,23}[a-z]{3,8})\s*$"


def _strange(value: str) -> bool:
    return is_strange(value.strip("'\"`"))


def _any(value: str) -> bool:
    return bool(value)


def _longer(value: str) -> bool:
    return len(value) > 2 and not value.startswith("/") and not re.fullmatch(r"\d{1,5}(?::\d+)?", value)


def _basic(value: str) -> bool:
    from safeconduct.masking.nested import decoded

    return ":" in (decoded(value) or "")


def _key(value: str) -> bool:
    return bool(re.search(r"\d", value)) or is_random(value)


def _hook(value: str) -> bool:
    """An address to post to, known by its words, with a part that is drawn by lot."""
    host, _, path = value.partition("/")
    path = path.partition("?")[0]
    if not re.search(
        r"hook|webhook|/incoming|trigger|/bot|hc-ping|/ping/|/invoke|/services/T|/b/|/collect", f"{host}/{path}", re.I
    ):
        return False
    return any(is_random(part, 12) or is_uuid(part) for part in re.split("[/@:]", path))


RULES: tuple[tuple[str, str, str, Callable[[str], bool]], ...] = (
    ("command-option", "an option of a command line gives a secret", _OPTION, _any),
    ("command-user", "a command line gives a user with a password", _USER, _any),
    ("command-password", "a command is given a password", _TOOL, _longer),
    ("command-input", "a command is fed a password", _ECHOED, _any),
    ("command-openssl", "openssl is given a pass phrase", _OPENSSL, _any),
    ("netrc", "a line of .netrc", _NETRC, _any),
    ("pgpass", "a line of .pgpass", _PGPASS, _any),
    ("oracle-command", "user/password@database after a tool or a driver of Oracle", _ORACLE_TOOL, _any),
    ("oracle-login", "user/password@database, as Oracle writes it", _ORACLE, _any),
    ("login", "user:password@host without a scheme", _LOGIN, _any),
    ("address-token", "an address with a token for its user", _ONLY_USER, lambda value: is_random(value, 16)),
    ("webhook-address", "whoever knows this address may post to it", _HOOK_PATH, _hook),
    ("element", "an element of XML whose name announces a secret", _TAGGED, _any),
    ("name-and-value", "a name that announces a secret stands beside its value", _ATTRIBUTE, _any),
    ("flow", "a name in braces announces a secret", _FLOW, _any),
    ("assignment", "a name that announces a secret is given a value", _PAIR, _any),
    ("sentence", "a sentence tells a password", _SENTENCE, _strange),
    ("sentence-login", "a sentence tells a user and a password", _BESIDE, _strange),
    ("bearer", "the value of an Authorization header", _BEARER, _key),
    ("header", "a kind of token stands before it, as in headers", _HEADER, lambda value: is_random(value, 16)),
    ("basic", "a user and a password in base64, as HTTP sends them", _BASIC, _basic),
    ("putty-key", "a private key of PuTTY", _PUTTY, _any),
    ("pgp-key", "a private key of PGP", _PGP, _any),
)
_UNJUDGED = frozenset({"putty-key", "pgp-key", "webhook-address", "basic"})


PROSE = frozenset(
    """required optional missing wrong unknown invalid see managed rotated expired changed reset stored kept unset
    string the a an is are not from in on as by with and or for to of auth authentication based only used set login
    prompt prompted ask yes no on off""".split()
)
"""What follows a secret's name in sentences and in descriptions of options."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.S if pattern == _PUTTY else 0)


def hints_in(text: str) -> Iterator[tuple[str, str]]:
    """The name and the reason of each rule by which the text holds a secret."""
    shown = text[:LONGEST]
    for rule, reason, pattern, check in RULES:
        for found in _compiled(pattern).finditer(shown):
            if check(_value(found)) and _stands(rule, found):
                yield rule, reason
                break


def _value(found: re.Match[str]) -> str:
    return str(found["value"] or found.groupdict().get("last") or "").strip("'\"`")


def _stands(rule: str, found: re.Match[str]) -> bool:
    value = _value(found)
    if rule in _UNJUDGED:
        return True
    if value.lower().rstrip(".") in PROSE:
        return False
    named = found.groupdict().get("name")
    if rule == "sentence":
        return why_harmless(value.rstrip(".,;)"), Weight.SECRET) is None
    weight = weigh(named) if named is not None else Weight.PASSWORD
    return is_secret_under(weight, value)


def is_secret_under(weight: Weight, value: str) -> bool:
    """Whether a text is a secret under a name of this weight."""
    if weight not in {Weight.PASSWORD, Weight.SECRET, Weight.HINT} or why_harmless(value, weight):
        return False
    return (
        weight is not Weight.HINT
        or is_random(value, 8)
        or is_uuid(value)
        or bool(re.fullmatch("[A-Z2-7]{16,}=*", value))
    )
