"""References in place of a connection's secrets: what leaves, what comes, and what stays."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.connection_uri import conn_type
from safeconduct.masking import without_secrets
from safeconduct.masking.extras import secret_values
from safeconduct.model import Connection, Secret
from safeconduct.secrets.references import REFERENCES, Content, Form, Reference, bare_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SHORTEST = 8
"""Characters of a secret that is looked for elsewhere: a shorter one may be a word."""
_ACCESS_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{12,}\Z")
_WELL_FORMED = {
    Form.ROLE: (re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,576}\Z", re.ASCII), "the ARN of a role"),
    Form.NAME: (re.compile(r"[\w+=,.@:/-](?:[\w+=,.@:/ -]{0,254}[\w+=,.@:/-])?\Z"), "a name"),
    Form.SECRET_NAME: (re.compile(r"[\w-]{1,255}\Z", re.ASCII), "a name of Google's (letters, digits, - and _)"),
    Form.FILE: (re.compile(r"/[^\0\n]{0,4095}\Z"), "the whole path of a file"),
}


@dataclass(frozen=True)
class Referral:
    """What is to become of a connection. The names of parts are "password", "extra.keyfile_dict".

    `open` are those of `leaves` that are no secrets; `stays` are parts that are secret still, and `same` those of them
    that hold what leaves as well.
    """

    after: Connection
    leaves: tuple[str, ...]
    open: tuple[str, ...]
    comes: Mapping[str, object]
    stays: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.leaves or self.comes)


def known_for(connection: Connection) -> tuple[Reference, ...]:
    """What the provider of this type of connection reads."""
    return REFERENCES.get(conn_type(connection.conn_type.lower()), ())


def form_fault(reference: Reference, value: str) -> str:
    """What the value should be and is not; "" where it is well formed."""
    expression, what = _WELL_FORMED[reference.form]
    if not expression.match(value):
        example = f", such as {reference.example}" if reference.example else ""
        return f"--{reference.option} takes {what}{example}"
    if reference.ending and not value.endswith(reference.ending):
        return f"--{reference.option} takes a file whose name ends in {reference.ending}: the provider reads no other"
    return ""


def account_fault(connection: Connection, referral: Referral) -> str:
    """What the connection lacks once its secrets are gone, which told it too; "" where it lacks nothing."""
    kind, after = conn_type(connection.conn_type), referral.after
    keys = {bare_key(key) for key in after.extras}
    if kind == "wasb" and not (after.host or after.login):
        return "it has neither a host nor a login, and only what leaves says which storage account is meant"
    if kind == "adls" and not (after.host or "account_url" in keys):
        return "it has no host, and only what leaves says which storage account is meant"
    if kind == "azure_container_registry":
        lacking = [name for name in ("subscription_id", "resource_group") if name not in keys]
        lacking += [] if after.login else ["a login"]
        return f"without a password the provider needs {', '.join(lacking)}" if lacking else ""
    return ""


def secret_of(connection: Connection, reference: Reference) -> object:
    """What the reference's file has to hold; None where the connection has nothing of it."""
    for name in reference.instead:
        for key, value in connection.extras.items():
            if bare_key(key) == name and value:
                return value
    if reference.content is Content.PASSFILE and connection.password:
        return connection.password.reveal()
    return None


def passphrases_of(connection: Connection) -> tuple[str, ...]:
    """What may open a key that the connection holds."""
    words = [connection.password.reveal().strip()] if connection.password else []
    named = ("private_key_passphrase", "passphrase")
    found = (value for key, value in connection.extras.items() if bare_key(key) in named)
    return (*words, *(value for value in found if isinstance(value, str) and value))


def refer(connection: Connection, given: Mapping[Reference, object]) -> Referral:
    """The connection with these references, and without what they stand for."""
    extras: dict[str, Any] = copy.deepcopy(dict(connection.extras))
    rivals = [part for one in given for part in _take_out(extras, (*one.rivals, *_older(extras, one.key)))]
    leaves = [part for one in given for part in _take_out(extras, one.instead)]
    comes = {f"extra.{one.key}": value for one, value in given.items() if _put(extras, one.key.split("."), value)}
    fields = {field for one in given for field in one.fields if _field_leaves(connection, field, one.fields)}
    after = replace(connection, extra=Secret(json.dumps(extras)) if extras else None)
    if "login" in fields:
        after = replace(after, login=None)
    if "password" in fields:
        after = replace(after, password=None)
    secret = tuple(dict.fromkeys([*sorted(fields), *leaves]))
    same = tuple(_holding(after, set(_texts(connection, secret))))
    stays = tuple(dict.fromkeys([*secret_parts(after), *same]))
    return Referral(after, (*secret, *rivals), tuple(rivals), comes, stays, same)


def secret_parts(connection: Connection) -> list[str]:
    """The parts of the connection that are secret."""
    bare = without_secrets(connection)
    keys = [f"extra.{key}" for key, value in connection.extras.items() if bare.extras.get(key) != value]
    if connection.extra and not connection.extras and not bare.extra:
        keys = ["extra"]
    return [*(["password"] if connection.password else []), *keys]


def _field_leaves(connection: Connection, field: str, fields: tuple[str, ...]) -> bool:
    """A login leaves with the password that it is one key with, or where it is the key's id."""
    if field == "login" and connection.login:
        return bool(connection.password) or bool(_ACCESS_KEY_ID.match(connection.login))
    return field == "password" and connection.password is not None and field in fields


def _older(extras: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The key itself where it stands with the prefix of older forms, which is no longer read beside it."""
    return (name,) if any(key != name and bare_key(key) == name for key in extras) else ()


def _take_out(extras: dict[str, Any], names: Iterable[str]) -> Iterator[str]:
    """Take these out, however they are prefixed."""
    for name in names:
        first, _, rest = name.partition(".")
        for key in [key for key in extras if bare_key(key) == first]:
            if not rest:
                del extras[key]
                yield f"extra.{key}"
            elif isinstance(extras[key], dict) and rest in extras[key]:
                del extras[key][rest]
                yield f"extra.{key}.{rest}"
                if not extras[key]:
                    del extras[key]


def _put(extras: dict[str, Any], path: list[str], value: object) -> bool:
    """Put it there; whether that changes anything."""
    *folders, key = path
    for folder in folders:
        inner = extras.get(folder)
        extras[folder] = inner if isinstance(inner, dict) else {}
        extras = extras[folder]
    changes = key not in extras or extras[key] != value
    extras[key] = value
    return changes


def _texts(connection: Connection, parts: tuple[str, ...]) -> Iterator[str]:
    """The secret texts of parts that leave."""
    for part in parts:
        if part in ("login", "password"):
            value = getattr(connection, part)
            if isinstance(value, Secret) or _ACCESS_KEY_ID.match(value or ""):
                yield value.reveal() if isinstance(value, Secret) else value
            continue
        key, _, inner = part.removeprefix("extra.").partition(".")
        whole = connection.extras.get(part.removeprefix("extra."), connection.extras.get(key))
        found = whole.get(inner) if isinstance(whole, dict) and inner else whole
        if isinstance(found, str):
            yield found
        parsed = _parsed(found)
        yield from secret_values(parsed if isinstance(parsed, dict) else {bare_key(inner or key): found})


def _parsed(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _holding(connection: Connection, gone: set[str]) -> Iterator[str]:
    """The parts of the connection that hold one of these texts."""
    long = [text for text in gone if len(text) >= _SHORTEST]
    fields: dict[str, str] = {
        name: getattr(connection, name) or "" for name in ("host", "schema", "login", "description")
    }
    fields["password"] = connection.password.reveal() if connection.password else ""
    fields |= {f"extra.{key}": json.dumps(value, ensure_ascii=False) for key, value in connection.extras.items()}
    for name, text in fields.items():
        if any(one in text or json.dumps(one, ensure_ascii=False)[1:-1] in text for one in long):
            yield name
