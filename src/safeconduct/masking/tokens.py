"""Secrets that show by their own shape, wherever they stand."""

from __future__ import annotations

import base64
import re
from functools import cache
from typing import TYPE_CHECKING

from safeconduct.model import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each begins at the edge of a word, so that a text is looked through once, whatever stands in it. An escape of
# JSON (\\n) or of a URI (%3D) before it is such an edge, too.
_EDGE = r"(?:(?<![\w-])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
TOKENS = {
    "jwt": ("a JSON Web Token", r"eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?"),  # RFC 7519: {" in base64url
    # Version 0x80 and a time stamp before the year 2106.
    "fernet_token": ("a Fernet token", r"gAAAAA[\w-]{30,}={0,2}"),
    "aws_key_id": ("an AWS access key id", r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![\w-])"),
    "github": ("a token of GitHub", r"gh[oprsu]_\w{30,}|github_pat_\w{30,}"),
    "gitlab": (
        "a token of GitLab",
        r"gl(?:pat|ptt|dt|rt|cbt|soat|agent|oas|imt|ffct|ft)-[\w-]{20,}|GR1348941[\w-]{20,}",
    ),
    "slack": (
        "a token of Slack",
        r"xox[abeprs]-[\w-]{10,}|T[A-Z0-9]{7,}/B[A-Z0-9]{7,}/\w{20,}|xoxe\.xox[bp]-[\w-]{20,}|xapp-\d-[\w-]{20,}",
    ),
    "stripe": ("a key of Stripe", r"(?:sk|rk)_(?:live|test)_\w{16,}|whsec_[\w+/]{20,}=*"),
    "vault": ("a token of Vault", r"hv[bsr]\.[\w-]{20,}|(?<![\w.])s\.[A-Za-z0-9]{24}(?![\w.-])"),
    "google": ("a key of Google", r"AIza[\w-]{35}(?![\w-])|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|1//0[\w-]{30,}"),
    "databricks": ("a token of Databricks", r"dapi[0-9a-f]{32}(?:-\d)?(?![\w-])|dose[0-9a-f]{32}(?![\w-])"),
    "npm": ("a token of npm", r"npm_\w{36}(?![\w-])"),
    "sendgrid": ("a key of SendGrid", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    "pypi": ("a token of PyPI", r"pypi-[\w-]{40,}"),
    "openai": (
        "a key of OpenAI or Anthropic",
        r"sk-(?:proj-|svcacct-|admin-|ant-[\w]{2,8}-|or-v1-|lf-)?[A-Za-z0-9][\w-]{19,}",
    ),
    "huggingface": ("a token of Hugging Face", r"(?:hf|api_org)_[A-Za-z0-9]{28,}"),
    "twilio": ("a key of Twilio", r"SK[0-9a-f]{32}(?![\w-])"),
    "shopify": ("a token of Shopify", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    "square": ("a token of Square", r"sq0(?:atp|csp)-[\w-]{20,}|EAAA[\w-]{56,}"),
    "mailgun": ("a key of Mailgun or Mailchimp", r"key-[0-9a-f]{32}(?![\w-])|[0-9a-f]{32}-us\d{1,2}(?![\w-])"),
    "brevo": ("a key of Brevo", r"xkeysib-[0-9a-f]{40,}-\w+|xsmtpsib-[0-9a-f]{40,}-\w+"),
    "digitalocean": ("a token of DigitalOcean", r"do[opr]_v1_[0-9a-f]{40,}"),
    "hashicorp": ("a token of Terraform Cloud", r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}"),
    "grafana": ("a token of Grafana", r"gl(?:c|sa)_[\w+/=-]{30,}"),
    "newrelic": ("a key of New Relic", r"NRAK-[A-Z0-9]{20,}|NRII-[\w-]{20,}"),
    "atlassian": ("a token of Atlassian", r"ATATT3x[\w=-]{30,}|ATCTT3x[\w=-]{30,}|ATBB[\w]{24,}|BBDC-[\w+/=]{40,}"),
    "linear": (
        "a key of Linear, Notion or Postman",
        r"lin_api_\w{30,}|ntn_\w{30,}|secret_[A-Za-z0-9]{40,}|PMAK-[0-9a-f]{24}-[0-9a-f]{30,}",
    ),
    "docker": ("a token of Docker", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    "doppler": ("a token of Doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,}"),
    "airtable": ("a token of Airtable", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{60,}"),
    "dynatrace": ("a token of Dynatrace", r"dt0[a-z]\d\d\.[A-Z0-9]{20,}\.[A-Z0-9]{40,}"),
    "planetscale": ("a password of PlanetScale", r"pscale_(?:pw|tkn|oauth)_[\w.=-]{30,}"),
    "supabase": ("a key of Supabase", r"sb[ps]_(?:secret_)?\w{20,}|sb_secret_[\w-]{20,}"),
    "sentry": ("a token of Sentry", r"sntr[ysu]s?_[\w+/=-]{30,}"),
    "dbt": ("a token of dbt Cloud", r"dbt[ucs]_[\w-]{20,}"),
    "groq": (
        "a key of a language model's host",
        r"gsk_\w{40,}|xai-\w{60,}|r8_\w{30,}|pplx-\w{40,}|pcsk_\w{40,}|lsv2_(?:pt|sk)_[\w]{30,}|fw_\w{20,}|nvapi-[\w-]{50,}",
    ),
    "rubygems": ("a key of a package registry", r"rubygems_[0-9a-f]{40,}|oy2[a-z0-9]{43}|cio\w{32}|AKCp\w{60,}"),
    "telegram": ("a bot's token of Telegram", r"(?:bot)?\d{8,10}:AA[\w-]{32,34}(?![\w-])"),
    "discord": ("a bot's token of Discord", r"[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,}"),
    "azure_client": ("a client secret of Azure", r"[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])"),
    "azure_devops": ("a token of Azure DevOps", r"[A-Za-z0-9]{72,76}AZDO[A-Za-z0-9]{4}"),
    "age": ("a private key of age", r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    "tailscale": ("a key of Tailscale", r"tskey-\w+-\w+-\w{20,}"),
    "facebook": ("a token of Facebook", r"EAA[A-Za-z0-9]{60,}"),
    "pagerduty": (
        "a token of Okta or CircleCI",
        r"SSWS \S{30,}|00[A-Za-z0-9_-]{39}[A-Za-z0-9_](?![\w-])|CCIPAT_\w{20,}",
    ),
    # PostgreSQL's stored md5 password: as good as the password itself.
    "md5": ("a stored md5 password of PostgreSQL", r"md5[0-9a-f]{32}(?![\w-])"),
}
"""What each looks like, by name."""
_SCRAM = r"(?P<mechanism>SCRAM-SHA-256)\$\d+:[\w+/=]+\$[\w+/=]+:[\w+/=]+"
_KEY = r"(?P<key>[\w-]{43}=)(?![\w=])"
_HOOK = (
    r"(?P<hook>hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/|"
    r"webhook\.office\.com/webhookb2/|outlook\.office\.com/webhook/|hooks\.zapier\.com/hooks/catch/|"
    r"maker\.ifttt\.com/trigger/\w+/(?:json/)?with/key/|open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/|"
    r"hooks\.chime\.aws/incomingwebhooks/|hook\.\w+\.make\.com/|api\.telegram\.org/bot)[\w/@.:-]{8,}"
)
_PEM = r"-----BEGIN (?P<pem>[A-Z ]{0,30})PRIVATE KEY-----(?:.*?-----END [A-Z ]{0,30}PRIVATE KEY-----|.*)"
_AUTHORIZATION = r"(?P<header>(?i:authorization)[\"']?\s{0,8}[:=]\s{0,8}[\"']?\w{1,20}\s{1,8})(?P<value>[^\s\"']+)"


@cache
def _pattern() -> re.Pattern[str]:
    named = (f"(?P<{name}>{pattern})" for name, (_, pattern) in TOKENS.items())
    others = f"(?P<verifier>{_SCRAM})|(?P<webhook_url>{_HOOK})|(?P<authorization>{_AUTHORIZATION})"
    tokens = "|".join((others, *named, f"(?P<fernet_key>{_KEY})"))
    return re.compile(rf"(?P<private_key>{_PEM})|{_EDGE}(?:{tokens})", re.S)


def hide_tokens(text: str) -> str:
    """The text without PEM private keys, tokens, Fernet keys and stored password verifiers."""
    return _pattern().sub(_hidden, text)


def tokens_in(text: str) -> Iterator[tuple[str, str]]:
    """The name of each token's kind, and the part of the text that is secret."""
    for found in _pattern().finditer(text):
        kind = str(found.lastgroup)
        if kind != "fernet_key" or _is_fernet_key(found["key"]):
            yield kind, found["value"] if kind == "authorization" else found[0]


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
