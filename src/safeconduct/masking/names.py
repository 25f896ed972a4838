"""Which names announce a secret: options, keys of a JSON object, columns, environment variables."""

from __future__ import annotations

import re
from functools import lru_cache

# A word that announces a secret when it is the last of the name, or when no word after it says otherwise.
_SECRET = frozenset(
    """authorization credentials jwt passphrase passwd password passwords passwort pat pgpassword pwd secret
    signature sig token webhook""".split()
)
# Only as the last word: elsewhere these are ordinary ("pass_through", "sas_region").
_SECRET_LAST = frozenset({"pass", "sas"})
# `<word>_key`; a key alone is mostly that of a dictionary.
_KEYS_OF = frozenset(
    """access account aes api app application auth client consumer encryption fernet hmac license master priv
    private rsa secret server service shared signing ssh ssl storage subscription tls""".split()
)
# After the announcing word these say that the value only speaks of the secret.
HARMLESS = frozenset(
    """age algorithm algorithms arn audience backend cmd column command count description dir directory enabled
    encryption endpoint expired expires expiry field fields file filename format header hint id in issuer kind
    label length lifetime limit location max method min mode name names path policy prefix provider region required
    rotation scope scopes size source status store suffix timeout ttl type types uri url username validity
    version""".split()
)
# These are secret in spite of their last word: the secret_id of Vault's AppRole, an URL that carries its signature,
# the account file of Google as text.
_SECRET_WHOLE = frozenset({("secret", "id"), ("sas", "url"), ("sas", "uri"), ("keyfile", "dict"), ("webhook", "url")})
_RUN_TOGETHER = re.compile(
    r"(?:passw(?:or)?d|passphrase|apikey|secretkey|accesskey|privatekey|sslkey|authtoken|accesstoken|radiussecrets)$"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_LONGEST = 100


@lru_cache(maxsize=4096)
def is_secret_key(name: str) -> bool:
    """Whether a value under this name is a secret: `password`, `aws_secret_access_key`, `privateKey`.

    Names that only speak of one are not: `password_encryption`, `token_url`, `max_tokens`, `passfile`.
    """
    words = words_of(name[-_LONGEST:])
    if not words:
        return False
    if words[-2:] in _SECRET_WHOLE or words[-1] in _SECRET_LAST:
        return True
    return any(
        _announces(words, place) and not HARMLESS.intersection(words[place + 1 :]) for place in range(len(words))
    )


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in whatever style, in small letters and without digits."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def _announces(words: tuple[str, ...], place: int) -> bool:
    word = words[place]
    if word in _SECRET or _RUN_TOGETHER.search(word):
        return True
    return word == "key" and place > 0 and words[place - 1] in _KEYS_OF
