"""AWS Parameter Store as Airflow's SystemsManagerParameterStoreBackend reads it (apache-airflow-providers-amazon)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.secrets.aws_session import OPTIONS, WRONG, address_of, secrets_of, session_of
from safeconduct.secrets.aws_writing import AwsSource
from safeconduct.secrets.kwargs import Effect, Kwargs, KwargTable
from safeconduct.secrets.parameter_store_client import ParameterStoreClient
from safeconduct.secrets.place import Kind, Place
from safeconduct.secrets.prefixes import prefixes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "AWS Parameter Store"
TABLE = KwargTable(
    real=OPTIONS
    | frozenset(
        "connections_prefix connections_lookup_pattern variables_prefix variables_lookup_pattern config_prefix "
        "config_lookup_pattern".split()
    ),
    wrong=WRONG,
    unknown=Effect.IGNORED,
)


class ParameterStoreSource(AwsSource):
    """The parameters under the prefixes of one SystemsManagerParameterStoreBackend.

    To read, a colon in a name is followed by a version or a label: `prod:1` is another text of `prod`.
    """

    longest = 1011
    alphabet = r"[A-Za-z0-9_./-]+"
    takes = "letters, digits and _ . - /, 1,011 of them"

    def names(self, kind: Kind) -> tuple[str, ...]:
        """See RecordSource."""
        if self._prefixes.prefixes[kind] is None:
            return ()
        return tuple(name for name in self._client.names(self._folder(kind)) if self._prefixes.asks_for(kind, name))

    def _where(self, kind: Kind, name: str) -> str:
        return f"{self._folder(kind)}/{name}"

    def _folder(self, kind: Kind) -> str:
        """With the leading slash that AWS wants, and Airflow adds."""
        folder = self._prefixes.prefixes[kind] or ""
        return folder if not folder or folder.startswith("/") else f"/{folder}"


def open_source(kwargs: Kwargs, environ: Mapping[str, str], timeout: float) -> ParameterStoreSource | Unjudged:
    """The source that these options describe. Nothing is asked yet. Raises WrongKwarg."""
    place = Place(NAME, address_of(kwargs, environ), kwargs.origin)
    prefixes = prefixes_of(kwargs, "/airflow/{}", "/")
    session = session_of(kwargs, "ssm", place, timeout)
    if isinstance(session, Unjudged):
        return session
    return ParameterStoreSource(ParameterStoreClient(session), place, prefixes, secrets_of(kwargs))
