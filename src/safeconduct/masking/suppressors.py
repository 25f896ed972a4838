"""Why a value under a name that announces a secret is none: it refers to one, stands for one, or is open to all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from safeconduct.masking.keys import Weight
from safeconduct.masking.randomness import is_random, is_strange


@dataclass(frozen=True)
class Suppressor:
    """A kind of harmless value; `whole` matches the whole of it, and the reason is a sentence's end."""

    name: str
    reason: str
    whole: str
    flags: int = re.IGNORECASE
    passwords: bool = True
    """Whether it holds under a password's name, too, where any word may be the password."""


_WORD = r"[A-Za-z][\w.-]*"
TEMPLATE = (
    r"\$?\{\{(?:(?!\}\}).){0,300}\}\}|\$\{[^}]{0,300}\}|\$\([^)]{0,300}\)|%\(\w+\)[sd]|#\{[^}]{0,300}\}#?|<%(?:(?!%>).){0,300}%>|\[\[[^\]]{0,300}\]\]|"
    r"\{%(?:(?!%\}).){0,300}%\}|%[A-Z_][A-Z0-9_]*%|\$[A-Z_][A-Z0-9_]{2,}|@@\w+@@|@\{[^}]{0,300}\}|\{[A-Za-z_][\w.]*\}|"
    r"__[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*__|\$env:\w+|#\w+#"
)
_KEEPER = (
    r"(?:ref\+)?[a-z0-9.+_-]*(?:vault|secret|secrets|secretsmanager|awssm|gcpsm|gsm|ssm|keyring|keychain|akv|azkv|env|"
    r"environ|file|sops|conjur|doppler|berglas|k8s|kubernetes|credstash|lastpass|bitwarden|bws|infisical|"
    r"passwordstore|parameterstore|paramstore|keepass|1password|onepassword|chamber|configmap)"
)
_SCHEME = (
    rf"(?:{_KEEPER}|op|bw|(?:gcp|aws|az)-?(?:sm|ssm|kv)|sm|asm|pass|kv|ref|var|variable|conn|connection|config|xcom)"
)
SUPPRESSORS = (
    Suppressor("empty", "nothing is set", r"\s*|\"\"|''"),
    Suppressor(
        "switch",
        "it says whether, not what",
        r"true|false|yes|none|null|nil|n/?a|undefined|disabled|enabled|unset|not[ _-]?(?:set|used|needed|required|"
        r"applicable|available|provided)|required|optional|string|str|\(none\)|\(empty\)|\(not set\)|unused|-+|~",
    ),
    Suppressor(
        "masked",
        "it is masked already",
        r"[*•●·xX#._-]{3,}|.{0,12}(?:\*{3,}|•{3,}|…|x{4,})[\w=-]{0,8}|"
        r"[\[(<{*_-]*(?:redacted|hidden|masked|filtered|removed|scrubbed|"
        r"sensitive(?: value)?|secret value|encrypted|obfuscated|protected)[^\w]*(?:[a-z ]{0,30})[\])>}*_-]*",
    ),
    Suppressor("template", "it is filled in later", rf"(?:(?:bearer|basic|token)\s+)?(?:{TEMPLATE}|[/:@.,_ -])+"),
    Suppressor(
        "placeholder",
        "it only says what belongs there",
        r"<[^<>]{1,80}>|\[[A-Za-z][\w -]{2,60}\]|"
        r"(?:your|my_?own|insert|enter|put|replace|paste|fill|add|change[_ -]me|to[_ -]be|placeholder|dummy|"
        r"set[_ -](?:me|this|by|in|at|via|from|your)|example|sample|supply|provide|the|some|a[_ -]valid|todo|fixme|tbd)"
        r"[_ :./-].*|your[a-z]\w*|todo|fixme|tbd|tba|change[_-]me|replace[_-]?me|fill[_-]?me|placeholder|"
        r"\.{3,}|\?{2,}|.*[_ -]here|\w*[_-]placeholder|(?:x{3,}[- ]?)+|\w{2,8}[-_](?:\.{3,}|x{3,})",
    ),
    Suppressor(
        "reference",
        "it refers to a secret that is kept elsewhere",
        rf"{_SCHEME}:/{{1,3}}[^\s@]+|(?:{_KEEPER}|sm):(?:[\w./#?=&%~{{}}\[\]-]*[./:#][\w./:#?=&%~-]*|[A-Za-z][\w-]*)|"
        r"(?:projects/[\w-]+/)(?:locations/[\w-]+/)?(?:secrets|keyRings)/[\w./-]+|"
        r"https://[\w.-]+\.vault\.(?:azure\.net|usgovcloudapi\.net|azure\.cn)/\S*|"
        r"https?://[^\s@]*(?:/v1/secret|/secrets?/)[^\s@?]*|"
        r"@Microsoft\.KeyVault\([^)]*\)|\{\{\s*resolve:.*\}\}|(?:secrets?|vault|kv|env|vars)\.[A-Za-z_][\w.-]*|"
        r"(?:os\.)?(?:environ|getenv)[\[(.].*|ENV\[.*\]|!(?:vault|secret|env|ref|sub|getatt|file|include)\b.*|"
        r"(?:secret|secrets|kv|cubbyhole)/(?:data/)?[a-z][a-z0-9_-]*(?:/[a-z0-9_-]+)*(?:[#:][\w-]+)?|"
        r"(?:Variable|Connection|Secret)\.get\(.*\)|lookup\(.*\)|data\.\w+\.\w+[\w.\[\]\"]*|var\.\w+|"
        r"CyberArk:.*|AppId=.*Object=.*|keepass:.*",
    ),
    Suppressor("arn", "it is an address of Amazon's", r"arn:[\w*-]+:[\w-]*:[\w-]*:[\d*]*:\S+"),
    Suppressor(
        "address",
        "it is an address without a secret in it",
        r"(?:https?|wss?|grpcs?|ldaps?|ftps?|sftp|ssh|s3a?|gs|abfss?|wasbs?|hdfs|tcp|udp|unix|redis|amqps?)://[^\s@?#]*"
        r"(?:\?(?![^#]*(?:sig|token|key|secret|pass|code|signature)=)[^\s]*)?(?:#\S*)?|"
        r"urn:[\w:.-]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    ),
    Suppressor(
        "path",
        "it names a file",
        r"(?:~|\.{1,2}|[A-Za-z]:)?[\\/]+(?:[\w.@~ $-]+[\\/]+)*[\w.@~ $-]*|"
        r"(?:[\w.-]+[\\/])*[\w.-]+\.(?:pem|key|crt|cer|p8|p12|pfx|jks|json|ya?ml|txt|keytab|cfg|conf|ini|env|pub|ppk|"
        r"asc|gpg|der|kdbx|toml|properties|py|sh|sso|wallet|netrc|pgpass|token|secret|cache|ccache|db|csv|sql|enc)|"
        r"id_(?:rsa|dsa|ecdsa|ed25519)(?:\.pub)?",
    ),
    Suppressor(
        "public",
        "a public key or a certificate is no secret",
        r"\s*-----BEGIN (?:[A-Z0-9 ]*PUBLIC KEY|[A-Z0-9 ]*CERTIFICATE(?: REQUEST)?|X509 CRL|DH PARAMETERS|"
        r"PGP PUBLIC KEY BLOCK)-----(?:(?!PRIVATE KEY).)*|"
        r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]+|sk-[\w@.-]+) [A-Za-z0-9+/=]+.*|"
        r"[\w.,\[\]:-]+ (?:ssh-(?:rsa|ed25519)|ecdsa-sha2-[\w-]+) \S+.*|age1[a-z0-9]{50,}|"
        r"AAAA(?:B3NzaC1|C3NzaC1|E2VjZHNh)\S+|pk_(?:live|test)_\w+|sha256:[A-Za-z0-9+/=]{40,}|sha256/[\w+/=]{40,}|md5:[0-9a-f:]{40,}|(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}",
        re.IGNORECASE | re.DOTALL,
    ),
    Suppressor(
        "ciphertext",
        "it is encrypted",
        r"ENC\[.*\]|ENC\(.*\)|\{cipher\}.*|gAAAAA[\w=-]+|\$ANSIBLE_VAULT;.*|vault:v\d+:\S+|AQICAH\S+",
        re.IGNORECASE | re.DOTALL,
    ),
    Suppressor(
        "identifier",
        "it tells which key it is, not the key",
        r"(?:AKIA|ASIA|AROA|AIDA|ANPA)[A-Z0-9]{12,}|AKID[A-Za-z0-9]{13,40}|LTAI[A-Za-z0-9]{12,30}|GOOG[A-Z0-9]{10,60}|"
        r"[\w-]+\.apps\.googleusercontent\.com|[\w.-]+\.iam\.gserviceaccount\.com|"
        r"(?:AC|MG|PN|SM|VA)[0-9a-f]{32}|(?:acct|cus|price|prod|evt|sub|in|pi|pm|ch|req|we|plan|si)_\w{14,}|"
        r"[a-z]{1,12}-[0-9a-f]{8,17}|[0-7][0-9A-HJKMNP-TV-Z]{25}|org-\w{20,}|proj_\w{20,}|amzn1\.[\w.-]+",
        0,
    ),
    Suppressor(
        "variable",
        "it is the name of a variable",
        r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:PASSWORD|PASS|PWD|PASSWD|TOKEN|SECRET|KEY|CREDENTIALS|CREDS|ID|SECRETS|PASSPHRASE|PAT|DSN|URL|URI|FILE|VALUE|PW)(?:_[A-Z]+)*",
        0,
    ),
    Suppressor(
        "told",
        "it tells people where to look",
        r"(?:see|ask|stored|kept|managed|not|no|use|uses|provided|set|from|in|read|injected|the|comes|taken|lives|held|"
        r"supplied|rotated|fetched|loaded|obtained|issued|retrieved|resolved|required|optional|leave|found|via|by|"
        r"it is|"
        r"is|will|must|should|do|don't|never|please|contact|only|same|for|this|moved|configured|generated|default|derived|your|a|an|any|"
        r"whether|which|number|name|password|token|secret|key|api|lookup|inherited|automatically|replaced)\s.*"
        r"\b(?:in|on|by|from|at|to|for|of|the|is|are|with|your|and|or|when|needed|required|used|set|vault|1password|"
        r"team|manager|runtime|env|iam|elsewhere|here|below|above|only|optional|empty|none|store|again|key|token|password)\b.*",
    ),
    Suppressor(
        "method",
        "it names a way to log in or to sign",
        r"(?:http)?basic(?:[_ -]?auth)?|bearer|digest|ntlm|negotiate|kerberos|gssapi|sspi|ldap|saml2?|"
        r"oauth(?:1|2|2\.0)?"
        r"(?:[_ -]\w+)?|oidc|"
        r"openid(?:-connect)?|jwt|iam|sts|mtls|tls|ssl|x509|cert(?:ificate)?|plain|login|external(?:browser)?|"
        r"cram-md5|scram(?:-sha-?\d+)?|md5|crypt|sha-?\d+|hs\d{3}|rs\d{3}|es\d{3}|ps\d{3}|eddsa|ed25519|aes-?\d*(?:-\w+)*|rsa(?:-\w+)*|"
        r"hmac(?:-\w+)*|v[1-4]|s3v4|s3|sigv4|aws4?(?:-hmac-sha256)?|awssigv4|api[_-]?key|access[_-]?token|personal[_-]access[_-]token|"
        r"token|password|secret|key|service[_-]?(?:account|principal)|managed[_-]?identity|client[_-]?(?:secret|credentials)|"
        r"default|auto|automatic|optional|required|always|never|prefer(?:red)?|anonymous|custom|simple|trust|peer|ident|ec|oct|"
        r"authorization[_-]code|code|device[_-]code|implicit|refresh[_-]token|snowflake(?:_jwt)?|okta|azure(?:ad)?|google(?:[_-]\w+)?|github|"
        r"header|query|cookie|body|string|str|int|integer|text|varchar(?:\(\d+\))?|bytes|boolean|bool|number|object|array|uuid|char|redacted|"
        r"instance[_-]?profile|workload[_-]identity|adc|application[_-]default|userpass|approle|kubernetes|lax|strict",
        passwords=False,
    ),
    Suppressor(
        "measure",
        "it is a number or a length of time",
        r"\d{1,5}(?:\.\d+)?\s?(?:ms|s|sec|seconds|m|min|minutes|h|hours|d|days|w|k|kb|mb|%)?",
        passwords=False,
    ),
    Suppressor(
        "content",
        "it is a file's content, known by how it begins",
        r"(?:iVBORw0KGgo|/9j/|R0lGOD|H4sI|UEsDB|JVBERi|data:\w+/)\S*",
        0,
    ),
    Suppressor(
        "marker", "it is a mark of a language model", r"<\|?[\w/]+\|?>|\[(?:PAD|CLS|SEP|MASK|UNK|BOS|EOS)\]|</?s>", 0
    ),
    Suppressor("object", "it is a name within Python or Java", r"[a-z_]\w*(?:\.[a-zA-Z_]\w*){2,}", 0, passwords=False),
)
_BY_NAME = {suppressor.name: suppressor for suppressor in SUPPRESSORS}
_SPARED_ELSEWHERE = (
    ("secret-name", "it is the name under which a secret is kept"),
    ("uuid", "it is an id (UUID) under a name that announces no secret"),
    ("digest", "it is hexadecimal, as digests and ids are, and its name announces no secret"),
    ("name", "its name says that it only speaks of a secret"),
    ("number", "a number under this name is no secret"),
    ("label", "it is a word about a field, not the field's value"),
    ("reference-object", "the object says where the secret is kept"),
    ("of-a-pair", "it names the key whose secret stands beside it"),
    ("plain", "its name says little, and it does not look like a secret"),
)
REASONS = {**{one.name: one.reason for one in SUPPRESSORS}, **dict(_SPARED_ELSEWHERE)}
_PARTS = re.compile(r"[-_/.]")
_RESOURCE = frozenset(
    """secret secrets credentials creds credential db database prod production dev staging airflow connection conn key
    keys token tokens password config auth tls cert default main shared service account manager pull registry api app
    warehouse etl k8s aws gcp azure vault store readonly user admin""".split()
)


@cache
def _compiled(name: str) -> re.Pattern[str]:
    suppressor = _BY_NAME[name]
    return re.compile(rf"(?:{suppressor.whole})\Z", suppressor.flags)


def why_harmless(value: str, weight: Weight) -> str | None:
    """Which suppressor says why a text under a name of this weight is no secret; None if it is one."""
    text = value.strip()
    if weight is not Weight.PASSWORD:
        text = _AUTH_SCHEME.sub("", text)
    if _is_built(text):
        return "template"
    for suppressor in SUPPRESSORS:
        if (suppressor.passwords or weight is not Weight.PASSWORD) and _compiled(suppressor.name).match(text[:2000]):
            if suppressor.name in _MAY_BE_RANDOM and _has_random_part(text):
                continue
            return suppressor.name
    if weight is not Weight.PASSWORD and _is_name_of_secret(text):
        return "secret-name"
    return None


_AUTH_SCHEME = re.compile(
    r"(?:authorization\s*:\s*)?(?:bearer|basic|token|apikey|api-key|bot|key|genie_?key|ssws|splunk)\s+", re.I
)
_IN_DOUBLE_BRACES = re.compile(r"\{\{(?:(?!\}\}).){0,300}\}\}|\$\{[^}]{0,300}\}|\$\([^)]{0,300}\)|%\(\w{1,100}\)s")


def _is_built(text: str) -> bool:
    """Whether a template makes the better part of it, and what stands around it is no password."""
    if len(text) > 2000:
        return False
    rest, count = _IN_DOUBLE_BRACES.subn("", text)
    return count > 0 and len(rest) < len(text) / 2 + 8 and not is_strange(rest)


_MAY_BE_RANDOM = frozenset({"path", "object", "masked", "placeholder", "address"})


def _has_random_part(text: str) -> bool:
    """Base64 may begin with a slash and have more of them: so a path is one only if no part of it is random."""
    return any(is_random(part, 16) and not _UUID.fullmatch(part) for part in re.split(r"[\\/:]", text))


_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)


def is_uuid(text: str) -> bool:
    """Whether it is a UUID."""
    return bool(_UUID.fullmatch(text.strip("{}")))


def _is_name_of_secret(text: str) -> bool:
    """Words joined by dashes, one of which is said of things: `airflow-db-credentials`, `prod/warehouse/password`."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:[-_/.][a-z0-9]+)+", text) or is_strange(text):
        return False
    parts = _PARTS.split(text)
    return parts[-1] in _RESOURCE or (len(parts) > 2 and bool(_RESOURCE.intersection(parts)))
