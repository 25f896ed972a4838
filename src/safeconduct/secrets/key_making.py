"""A new Fernet key, in front of those in use, for the place where Airflow is to read the list from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Secret
from safeconduct.secrets.keyring import KeyState, read_keyring

if TYPE_CHECKING:
    from safeconduct.secrets.keyring import Keyring


class NotMade(Exception):
    """Why no list can be made; the text is one sentence, and quotes no key."""


def new_key() -> Secret:
    """A key made of the operating system's randomness."""
    from cryptography.fernet import Fernet

    return Secret(Fernet.generate_key().decode("ascii"))


def with_new_key(in_use: Keyring, there: Secret | None, where: str) -> Secret:
    """The list with a new key in front of those in use.

    `there` is what the place holds now: keys that are not in use stay there, so that none is lost. Raises NotMade.
    """
    if in_use.state in (KeyState.MALFORMED, KeyState.UNKNOWN):
        raise NotMade(f"the keys in use are not known, and must not be lost: {in_use.origin}: {in_use.problem}")
    used = [key.reveal() for key in in_use.secrets]
    kept = read_keyring(there, where)
    if kept.state is KeyState.MALFORMED:
        raise NotMade(f"{where} holds something else than Fernet keys: {kept.problem}")
    others = [key for key in (one.reveal() for one in kept.secrets) if key not in used]
    if others:
        number = f"{len(others)} key{'s' * (len(others) > 1)}"
        raise NotMade(f"{where} holds {number} that {in_use.origin} has not: restart Airflow with them first")
    return Secret(",".join([new_key().reveal(), *used]))
