"""How much the name of a value says of what stands under it."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

from safeconduct.masking.names import HARMLESS, is_secret_key, words_of

_PASSWORD = frozenset(
    """password passwords passwd pwd passphrase passphrases passcode passcodes passwort kennwort pgpassword
    contrasena senha parola haslo wachtwoord losenord heslo sifre salasana jelszo""".split()
)
_PASSWORD_LAST = frozenset({"pass", "pw", "psw", "pswd", "passw", "pin", "puk", "clave"})
_SECRET = frozenset(
    """secret token credentials credential jwt pat authorization psk passkey bearer mnemonic keytab creds cred
    otpauth""".split()
)
_RUN_TOGETHER_PASSWORD = re.compile(
    r"(?:passw(?:or)?d|passphrase|passcode|pwd|(?<!by)(?<!com)(?<!sur)(?<!over)(?<!under)(?<!tres)(?<!im)(?<=\w)pass|"
    r"(?:admin|root|db|sa|user|smtp|ssh|ldap)pw)$"
)
_RUN_TOGETHER_SECRET = re.compile(
    r"(?:(?:api|app|auth|access|account|secret|private|encryption|encrypt|signing|shared|master|ssl|license|storage|"
    r"service|client|crypt)key|(?<!key)secret|(?:api|app|auth|access|bearer|bot|refresh|session|security|sas|user|"
    r"hook|webhook|jwt|id|oauth|csrf)token|privkey|psk)$"
)
# Alone they say little: it takes a value that looks like a secret.
_HINT = frozenset(
    """key keys auth signature sig code codes seed cookie cookies session sessionid otp totp mfa hmac community
    webhook webhooks hook hooks sas ticket assertion tokens secrets credentials creds login bearer apikeys pepper
    passes pins recovery dockerconfigjson jaas userinfo userpwd  privatekey
    keyfile pem p12 pfx jks keystore ak sk tok""".split()
)
# With one of these after it a name only speaks of a secret, beyond what `names` knows of.
_SPEAKS_AFTER = HARMLESS | frozenset(
    """through accessor authentication auth reset login grant change refresh exchange introspection scanning lifespan
    engine bytes rounds iterations salt hasher requirements encoder decoder handling management mapper converter
    resolver callback script query sql regex screen parser replacement masking exclusion rate spec plugin quota price
    cost balance symbol contract standard
    alias arns attempts attribute bits bucket budget cache cert certificate certificates char chars claim class
    comment complexity context created curve date days default delimiter dn duration engine env environment envvar
    exists expected expire expiration expired flag flow generator group handler hash history host hours ids index
    interval issued key_id label lease length level lifetime line link loader location lookup manager map mapping
    minutes mode mount namespace note number optional owner page pair param parameter pattern per placeholder
    position prompt property provided reader ref reference regex rotate rotated rule rules secs seconds seed_phrase
    selector separator service set sha size slot state stored strategy strength style supported team template
    text threshold title tool types updated usage used user users valid validation validator variable
    vault verified visible warning window writer""".split()
)
# Switches and counts; and what language models and pages of results call tokens.
_SPEAKS_BEFORE = frozenset(
    """max min num number total count per has is use uses no show hide require requires enable disable allow ask
    supports validate rotate force forgot""".split()
)
_TOKEN_BEFORE = frozenset(
    """n first last input output prompt completion context next page continuation sync change idempotency pad eos bos
    unk mask sep cls special stop resume pagination previous prev skip delta cursor sampled reserved chunk""".split()
)
_KEY_BEFORE = frozenset(
    """public pub foreign partition sort cache dedup deduplication object s3 host record group join
    distribution cluster clustering surrogate natural business composite message row range shard bucket index unique
    lookup map dict json i18n translation registry config blob value order event idempotency merge date
    column conn label tag item issue project node field trusted authorized known selection state watermark dist
    hash schema xcom template sorting""".split()
)
# What stands under such a name is drawn by lot or looks so, and may be known to all.
_IDENTIFIES = frozenset(
    """id ids uid guid uuid oid hash hashes digest checksum checksums sha sha1 sha256 sha512 md5 crc etag commit
    revision rev fingerprint fingerprints thumbprint thumbprints kid cert certs certificate certificates ca cacert crt
    public pub version build trace span cursor image images host hosts hostname url uri endpoint name names arn path
    file bucket region account tenant org organization project cluster topic channel channels folder sheet spreadsheet
    document doc dataset table tables schema database workspace site page board query dashboard warehouse model
    snapshot resource job run task pool queue integrity iv known user username login email subject issuer audience
    principal server servers class package driver jar jars module address ip digest tag label thumbprint hint
    sitekey publickey sslcert sslrootcert chain ciphers cipher scope scopes container""".split()
)
# Under a secret container these say what the secret is of, not what it is.
_DESCRIBES = _IDENTIFIES | frozenset(
    """user username login email name type kind age algorithm alg method enabled description comment note title label
    created updated expires expiry rotated rotation owner engine backend provider mount store vault env ref field
    format encoding length min max size limit timeout ttl policy required optional mode source key_id port db region
    role domain version created_at status state namespace team scheme style header location placement grant realm
    crv kty use alg aud iss sub exp iat nbf universe minimum maximum items properties enum pattern title dir directory
    prefix suffix vendor category reason default_user count""".split()
)
# A secret may be filed under what it opens: `secrets.warehouse`.
_THINGS = frozenset(
    """warehouse table database server servers site page job pool queue channel topic cluster image build model board
    folder dashboard document sheet task workspace prod""".split()
)
_LABELS = frozenset(
    """labels placeholders placeholder label hints hint help descriptions description relabeling messages i18n
    translations columns mapping mappings schema aliases headers_to_remove types tooltips titles docs comments
    rename renames renaming sql_types dtypes dtype hidden relabel validation""".split()
)
_NEUTRAL = frozenset(
    """value values val data content current previous old new next prod dev test staging default primary secondary
    text raw plain plaintext string body payload stringdata""".split()
)


class Weight(Enum):
    """What a name announces."""

    PASSWORD = "password"  # noqa: S105
    """A password: a word or a number may be one."""
    SECRET = "secret"  # noqa: S105
    """A key, a token or credentials."""
    HINT = "hint"
    """Perhaps one; its value must look like it."""
    MEMBER = "member"
    """It stands in an object of secrets, and its own name says nothing."""
    LABEL = "label"
    """It is a word about a field."""
    SPEAKS = "speaks"
    """It speaks of a secret and is none: `token_url`, `max_tokens`."""
    IDENTIFIES = "identifies"
    """What stands there may look random, being an id, a digest, a public key."""
    NOTHING = "nothing"


@lru_cache(maxsize=4096)
def weigh(name: str) -> Weight:
    """What the name of a value announces: `db_pass` a password, `primary_key` nothing."""
    name = _ACCOUNT.sub("", name[-200:])
    words = _words(name)
    if not words:
        return Weight.NOTHING
    announced = _announced(words)
    if announced and _only_speaks(words):
        return Weight.SPEAKS
    if announced in {Weight.PASSWORD, Weight.SECRET}:
        return announced
    if is_secret_key(name) and not _only_speaks(words):
        return Weight.SECRET
    if announced:
        return announced
    return Weight.IDENTIFIES if _IDENTIFIES.intersection(words) else Weight.NOTHING


def describes(name: str) -> bool:
    """Whether a name inside of a secret object says what the secret is of: `credentials.user`."""
    return bool((_DESCRIBES - _THINGS).intersection(_words(name)))


def is_neutral(name: str) -> bool:
    """Whether a name says nothing of its own: `password.value`, `token.current`."""
    words = _words(name)
    return not words or set(words) <= _NEUTRAL


def labels(name: str) -> bool:
    """Whether what stands below are words about fields, not their values: `placeholders.password`."""
    return bool(_LABELS.intersection(_words(name)[-1:]))


# Azure's options name the account that a key is of: fs.azure.account.key.NAME.dfs.core.windows.net.
_ACCOUNT = re.compile(r"\.[\w-]+\.(?:dfs|blob|queue|table|file)\.core\.[\w.]+\Z")


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", name[-200:])
    return words_of("".join(char for char in plain if not unicodedata.combining(char)))


def _announced(words: tuple[str, ...]) -> Weight | None:
    for place in range(len(words) - 1, -1, -1):
        if found := _word(words, place):
            return found
    return None


def _word(words: tuple[str, ...], place: int) -> Weight | None:
    word, last = words[place], place == len(words) - 1
    if word in _PASSWORD or (last and word in _PASSWORD_LAST) or _RUN_TOGETHER_PASSWORD.search(word):
        return Weight.PASSWORD
    if word in _SECRET or _RUN_TOGETHER_SECRET.search(word):
        return Weight.SECRET
    if words[: place + 1][-2:] in {
        ("mot", "passe"),
        ("de", "passe"),
        ("pre", "shared"),
        ("pass", "phrase"),
        ("user", "pwd"),
    }:
        return Weight.PASSWORD
    if word == "key" and place and words[place - 1] in _KEY_BEFORE:
        return Weight.SPEAKS
    if words[-2:] in _HINT_PAIRS and place == len(words) - 2:
        return Weight.HINT
    return Weight.HINT if word in _HINT and last else None


def _only_speaks(words: tuple[str, ...]) -> bool:
    """Whether a word after the announcing one, or before it, makes the name one that only speaks of a secret."""
    if words[-2:] in _STILL_SECRET | _HINT_PAIRS:
        return False
    places = [place for place in range(len(words)) if _word(words, place) or _pair(words, place)]
    if not places:
        return False
    after, before, word = words[places[-1] + 1 :], words[: places[-1]], words[places[-1]]
    if _SPEAKS_AFTER.intersection(after) or (_IDENTIFIES.intersection(after) and word != "key"):
        return True
    if not before:
        return False
    return before[0] in _SPEAKS_BEFORE or (word in {"token", "tokens"} and before[-1] in _TOKEN_BEFORE | _SPEAKS_BEFORE)


def _pair(words: tuple[str, ...], place: int) -> bool:
    if not place or is_secret_key(words[place - 1]):
        return False
    return is_secret_key("_".join(words[place - 1 : place + 1]))


_HINT_PAIRS = frozenset(
    {
        *((hook, kind) for hook in ("webhook", "hook", "callback") for kind in ("url", "uri", "endpoint", "address")),
        ("session", "id"),
        ("recovery", "code"),
    }
)
_STILL_SECRET = frozenset({("secret", "id"), ("sas", "url"), ("sas", "uri"), ("webhook", "url")})
