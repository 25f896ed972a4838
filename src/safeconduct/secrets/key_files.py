"""Files that stand in place of a secret: whether one holds the same, and writing one that does."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.plain_file import read_plain
from safeconduct.model import Finding
from safeconduct.postgres.passfile import read_password_file
from safeconduct.secrets.references import Content
from safeconduct.secrets.whole_file import made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.model import Connection, Secret

LARGEST = 1 << 20
"""Bytes of a file that are read."""
_LARGEST_PEM = 4096
"""What the snowflake provider reads."""
_FOR_OTHERS = 0o077


class KeyFileTrouble(Exception):
    """Why a file cannot stand in place of a secret, in words that quote none of it."""


def text_of(path: str) -> str:
    """What the file holds. Raises KeyFileTrouble."""
    try:
        return read_plain(Path(path), LARGEST).decode("utf-8")
    except OSError as error:
        raise KeyFileTrouble(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise KeyFileTrouble(f"{path} is no text in UTF-8") from None


def is_open_to_others(path: str) -> bool:
    """Whether others than its owner may read or change the file."""
    return bool(Path(path).stat().st_mode & _FOR_OTHERS)


def check(content: Content, path: str, secret: object, connection: Connection, passphrases: Sequence[str] = ()) -> None:
    """Raise KeyFileTrouble where the file is not there, or would not stand for this secret.

    `secret` is the value in the extra, None for none; `connection` is as it will be; `passphrases` may open its key.
    """
    if content is Content.PASSFILE:
        _check_passfile(path, secret, connection)
        return
    text = text_of(path)
    if content is Content.SSH_KEY:
        _check_opens(path, text, _words(connection.password))
    if content is Content.PEM_KEY and len(text.encode()) > _LARGEST_PEM:
        raise KeyFileTrouble(f"{path} has more than {_LARGEST_PEM} bytes, and the provider reads no larger key")
    if content is not Content.OTHER and secret and not _same(content, text, secret, passphrases):
        raise KeyFileTrouble(f"{path} holds another secret than the connection")
    if content in (Content.JSON, Content.OTHER) and not isinstance(_json(text), dict):
        raise KeyFileTrouble(f"{path} holds no JSON object")


def text_for(content: Content, secret: object) -> str:
    """What a file has to hold to stand for this secret. Raises KeyFileTrouble."""
    if content is Content.JSON:
        return json.dumps(_object(secret), indent=2) + "\n"
    if content is Content.KUBE and isinstance(secret, dict):
        return json.dumps(secret, indent=2) + "\n"
    if not isinstance(secret, str) or content in (Content.PASSFILE, Content.OTHER):
        raise KeyFileTrouble("only a key, a token or a configuration that the extra holds can be written to a file")
    text = _pem(secret) if content is Content.PEM_KEY else secret
    if content is Content.SSH_KEY:
        _check_opens("the key", text, ())
    return text if text.endswith("\n") else f"{text}\n"


def write(path: str, text: str) -> None:
    """Make the file, for its owner alone. Raises KeyFileTrouble, also where there is one already."""
    try:
        made(path, text.encode())
    except OSError as error:
        raise KeyFileTrouble(f"{path} could not be written: {error.strerror or error}") from None


def remove(path: str) -> None:
    """Take away a file that was written for nothing."""
    with suppress(OSError):
        Path(path).unlink()


def _same(content: Content, text: str, secret: object, passphrases: Sequence[str]) -> bool:
    if content is Content.JSON:
        return _json(text) is not None and _object(_json(text)) == _object(secret)
    if content is Content.KUBE:
        held = _configuration(secret)
        return held is not None and _configuration(text) == held
    if not isinstance(secret, str):
        return False
    if content is Content.PEM_KEY:
        secret, text = _pem(secret), _pem(text)
    if text.strip() == secret.strip():
        return True
    return content in (Content.SSH_KEY, Content.PEM_KEY) and _same_key(text, secret, passphrases)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _object(value: object) -> object:
    """A key as an object: providers take one that is written as text, with \\n in place of line feeds."""
    found = _json(value) if isinstance(value, str) else value
    if isinstance(found, dict) and isinstance(found.get("private_key"), str):
        return {**found, "private_key": found["private_key"].replace("\\n", "\n")}
    return found


def _configuration(value: object) -> object:
    """A kube_config, of JSON or of YAML where that can be read here; else its text."""
    if not isinstance(value, str):
        return value
    if (found := _json(value)) is not None:
        return found
    try:
        import yaml  # an extra
    except ImportError:
        return value.strip()
    try:
        return yaml.safe_load(value)
    except (yaml.YAMLError, RecursionError):
        return value.strip()


def _pem(text: str) -> str:
    """The key as PEM, which snowflake's provider takes in Base64 as well."""
    if "-----BEGIN" in text:
        return text
    try:
        return base64.b64decode(text).decode("ascii")
    except ValueError:
        return text


def _words(password: Secret | None) -> tuple[str, ...]:
    return (password.reveal().strip(),) if password else ()


def _same_key(text: str, other: str, passphrases: Sequence[str]) -> bool:
    """Raises KeyFileTrouble where the key of the connection cannot be opened."""
    ours = _public(other, passphrases)
    if ours is None:
        raise KeyFileTrouble("the connection's own key cannot be opened, and so not be compared with the file's")
    return ours == _public(text, passphrases)


def _public(text: str, passphrases: Sequence[str]) -> bytes | None:
    """The public half of a private key; None where the key cannot be opened."""
    from cryptography.hazmat.primitives import serialization as forms

    for load in (forms.load_pem_private_key, forms.load_ssh_private_key):
        for attempt in (None, *(word.encode() for word in passphrases)):
            with suppress(Exception):  # of each library and form another one, and each says no
                key: Any = load(text.encode(), attempt)
                return bytes(key.public_key().public_bytes(forms.Encoding.DER, forms.PublicFormat.SubjectPublicKeyInfo))
    return None


def _check_opens(name: str, text: str, passphrases: Sequence[str]) -> None:
    """SSHHook reads no private_key_passphrase for a key's file; paramiko tries the connection's password on it."""
    if _public(text, passphrases) is None:
        raise KeyFileTrouble(
            f"{name} has a passphrase, or is no private key: for a key's file the provider reads no passphrase "
            "(ssh-keygen -p takes it away)"
        )


def _check_passfile(path: str, secret: object, connection: Connection) -> None:
    """That libpq finds the same password there, as passwordFromFile in fe-connect.c looks for it."""
    found = read_password_file(connection.conn_id, Path(path), named_by="--passfile")
    if isinstance(found, Finding):
        raise KeyFileTrouble(found.message)
    user = connection.login or ""
    for host in (connection.host or "localhost").split(","):
        entry = found.look_up(host, connection.port or 5432, connection.schema or user, user)
        if entry is None:
            raise KeyFileTrouble(f"{path} has no line for {user} at {host}")
        if secret and entry.password.reveal() != secret:
            raise KeyFileTrouble(f"{path} holds another password than the connection, in line {entry.line}")
