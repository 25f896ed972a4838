"""Secrets that show by their own shape, wherever they stand."""

from __future__ import annotations

import base64
import re
from functools import cache

from safeconduct.model import MASK

# Each begins at the edge of a word, so that a text is looked through once, whatever stands in it. An escape of
# JSON (\\n) or of a URI (%3D) before it is such an edge, too.
_EDGE = r"(?:(?<![\w-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
_TOKENS = (
    r"eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?",  # JSON Web Token (RFC 7519): {" in base64url
    r"gAAAAA[\w-]{30,}={0,2}",  # Fernet token: version 0x80 and a time stamp before the year 2106
    r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![\w-])",  # AWS access key id
    r"gh[oprsu]_\w{30,}",  # GitHub
    r"github_pat_\w{30,}",
    r"glpat-[\w-]{20,}",  # GitLab
    r"xox[abeprs]-[\w-]{10,}",  # Slack
    r"(?:sk|rk)_live_\w{16,}",  # Stripe
    r"hv[bs]\.[\w-]{20,}",  # Vault
    r"AIza[\w-]{35}(?![\w-])",  # Google
    r"dapi[0-9a-f]{32}(?![\w-])",  # Databricks
    r"npm_\w{36}(?![\w-])",
    r"SG\.[\w-]{16,32}\.[\w-]{16,64}",  # SendGrid
    r"md5[0-9a-f]{32}(?![\w-])",  # PostgreSQL's stored md5 password: as good as the password itself
)
_SCRAM = r"(?P<mechanism>SCRAM-SHA-256)\$\d+:[\w+/=]+\$[\w+/=]+:[\w+/=]+"
_KEY = r"(?P<key>[\w-]{43}=)(?![\w=])"
_SLACK_HOOK = r"(?P<hook>hooks\.slack\.com/services/)[\w/]{20,}"
_PEM = r"-----BEGIN (?P<pem>[A-Z ]{0,30})PRIVATE KEY-----(?:.*?-----END [A-Z ]{0,30}PRIVATE KEY-----|.*)"
_AUTHORIZATION = r"(?P<header>(?i:authorization)[\"']?\s{0,8}[:=]\s{0,8}[\"']?\w{1,20}\s{1,8})(?P<value>[^\s\"']+)"


@cache
def _pattern() -> re.Pattern[str]:
    tokens = "|".join((_SCRAM, _SLACK_HOOK, _AUTHORIZATION, *_TOKENS, _KEY))
    return re.compile(rf"{_PEM}|{_EDGE}(?:{tokens})", re.S)


def hide_tokens(text: str) -> str:
    """The text without PEM private keys, tokens, Fernet keys and stored password verifiers."""
    return _pattern().sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    if found["pem"] is not None:
        kind = found["pem"]
        return f"-----BEGIN {kind}PRIVATE KEY-----{MASK}-----END {kind}PRIVATE KEY-----"
    if found["key"]:
        return MASK if _is_fernet_key(found["key"]) else found[0]
    if found["mechanism"]:
        return f"{found['mechanism']}${MASK}"
    if found["header"]:
        return found["header"] + MASK
    return (found["hook"] or "") + MASK


def _is_fernet_key(text: str) -> bool:
    """32 random bytes: canonical base64 of mixed case. A long name before an equals sign is neither."""
    if not text.isascii() or text.lower() == text or text.upper() == text:
        return False
    octets = base64.urlsafe_b64decode(text)
    return len(octets) == 32 and base64.urlsafe_b64encode(octets).decode() == text
