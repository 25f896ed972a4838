"""Airflow's variables in the metadata database, opened with the Fernet keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.secrets.keyring import token_time

if TYPE_CHECKING:
    from safeconduct.airflow.metadata_rows import VariableRow
    from safeconduct.model import Secret
    from safeconduct.secrets.keyring import Keyring


@dataclass(frozen=True)
class Variable:
    """One variable: any may hold a secret, so its value is one."""

    key: str
    value: Secret
    description: str | None = None


def opened_variable(row: VariableRow, keyring: Keyring) -> Variable | Unjudged:
    """The variable that the row keeps; why not, where no key opens it or its flag lies."""
    if row.value is None:
        return Unjudged(row.key, f"the variable {row.key} has no value, which Airflow cannot read")
    text = row.value.reveal()
    if any("\ud800" <= mark <= "\udfff" for mark in f"{row.key}{text}"):
        return Unjudged(row.key, f"the variable {row.key} holds octets that are no UTF-8 text")
    if not row.is_encrypted:
        if token_time(text):
            return Unjudged(row.key, f"the variable {row.key} says plaintext, but holds a Fernet token")
        return Variable(row.key, row.value, row.description)
    if token_time(text) is None:
        return Unjudged(row.key, f"the variable {row.key} says encrypted, but holds no Fernet token")
    opened = keyring.open(text)
    if opened is None:
        why = f"none of {len(keyring)} keys opens it" if len(keyring) else f"the Fernet key is {keyring.state.value}"
        return Unjudged(row.key, f"the variable {row.key} is encrypted, and {why}")
    return Variable(row.key, opened.text, row.description)
