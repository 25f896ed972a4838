"""Texts that look like secrets wherever they stand. Every pattern is bounded, so that no input makes it slow."""

from __future__ import annotations

import re

from safeconduct.masking.names import is_secret_key
from safeconduct.model import MASK

_PEM = re.compile(r"-----BEGIN ([A-Z ]{0,40})PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.S)
_USERINFO = re.compile(r"(://[^\s:/@?#\"'<>]{0,256}:)([^\s/\"'<>]{1,1024})@")
_ASSIGNED = re.compile(
    r"(?P<head>(?<![\w\\])(?P<key>[A-Za-z][\w.\-]{0,60})[\"']?\s{0,3}(?:=|:(?!:|//))\s{0,3})"
    r"(?P<value>\"(?:[^\"\\]|\\.){1,2048}\"|'(?:[^'\\]|\\.|''){1,2048}'|[^\s\"',;&|(){}\[\]<>]{1,2048})"
)
_ALONE = re.compile(
    r"\bgAAAAA[\w\-]{60,}={0,2}"  # a Fernet token
    r"|(?<![\w\-/+.])[\w\-]{43}=(?![\w=])"  # a Fernet key
    r"|\beyJ[\w\-]{10,}\.[\w\-]{10,}\.[\w\-]{0,1024}"  # a JWT
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # an AWS key id
    r"|\bSCRAM-SHA-256\$\d{1,9}:[\w+/=]{8,}\$[\w+/=]{20,}:[\w+/=]{20,}"  # a stored verifier
    r"|\bmd5[0-9a-f]{32}\b"
)


def hide_shapes(text: str) -> str:
    """The text with everything that looks like a secret hidden."""
    if "PRIVATE KEY-----" in text:
        text = _PEM.sub(MASK, text)
    if "://" in text:
        text = _USERINFO.sub(rf"\1{MASK}@", text)
    if "=" in text or ":" in text:
        text = _ASSIGNED.sub(_hide_value, text)
    return _ALONE.sub(MASK, text) if len(text) > 19 else text


def _hide_value(match: re.Match[str]) -> str:
    key, value = match["key"], match["value"]
    if not is_secret_key(key) or value.strip("\"'") in _PLACEHOLDERS or value.startswith("<"):
        return match[0]
    return match["head"] + _requote(value)


def _requote(value: str) -> str:
    quote = value[0] if value[0] in "\"'" else ""
    return f"{quote}{MASK}{quote}"


_PLACEHOLDERS = frozenset({MASK, "", "None", "null", "true", "false", "none", "%s"})
