"""A value that must not be seen: the one way to hold a password in this project."""

from __future__ import annotations

import hmac

MASK = "***"


class SecretWasRedacted(RuntimeError):
    """Raised when the value of a secret is asked for after it went through a pickle."""


class Secret:
    """Text that is hidden in repr, str, format, pickles, tracebacks and logs; only `reveal()` gives it.

    Two secrets are equal when their values are; comparing takes the same time wherever they differ.
    An empty secret is false, so `if connection.password` asks "is there anything to send". A secret never changes,
    so its copies in this process are itself; a pickle, which may leave the process, carries no value.
    """

    __slots__ = ("_value",)
    _value: str | None

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """The value itself. Call it where it is used, and keep the result in no attribute.

        Raises SecretWasRedacted when this object came out of a pickle.
        """
        if self._value is None:
            raise SecretWasRedacted("this secret was pickled, and pickles do not carry secrets")
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self._value is None or other._value is None:
            return self is other
        return hmac.compare_digest(_octets(self._value), _octets(other._value))

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Secret never changes; make another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a Secret never changes; make another one")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Secret:
        return self

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _redacted, ()

    def __getstate__(self) -> None:
        """Nothing: what serializers other than pickle ask for (object's own would hand out the value)."""


def _octets(value: str) -> bytes:
    # Undecodable bytes of the environment arrive as lone surrogates; the error of a strict encoder quotes the text.
    return value.encode("utf-8", "surrogatepass")


def _redacted() -> Secret:
    secret = Secret.__new__(Secret)
    object.__setattr__(secret, "_value", None)
    return secret
