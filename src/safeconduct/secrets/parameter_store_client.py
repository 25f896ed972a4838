"""AWS Systems Manager's Parameter Store: parameters by their paths, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret

if TYPE_CHECKING:
    from safeconduct.secrets.aws_session import AwsSession


@dataclass(frozen=True)
class ParameterStoreClient:
    """All methods raise Trouble."""

    session: AwsSession

    def read(self, path: str) -> Secret | None:
        """The text of a parameter, decrypted; None where there is none."""

        def value(client: Any) -> str:
            text: str = client.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
            return text

        text = self.session.ask(path, value)
        return None if text is None else Secret(text)

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of the parameters right under a folder, sorted."""

        def listed(client: Any) -> list[str]:
            pages = client.get_paginator("get_parameters_by_path").paginate(Path=folder or "/", WithDecryption=False)
            return [parameter["Name"] for page in pages for parameter in page["Parameters"]]

        found = self.session.ask(folder, listed) or []
        return tuple(sorted(path.removeprefix(f"{folder}/") for path in found))

    def put(self, path: str, text: Secret) -> None:
        """Write a parameter, encrypted: a new version of it, or a new one."""
        value = text.reveal()
        self.session.ask(
            path,
            lambda client: client.put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True),
        )

    def create(self, path: str, text: Secret) -> bool:
        """Write a new parameter, encrypted; whether it is new: one that is there already is left as it is."""
        value = text.reveal()

        def created(client: Any) -> bool:
            try:
                client.put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=False)
            except client.exceptions.ParameterAlreadyExists:
                return False
            return True

        return bool(self.session.ask(path, created))

    def version_of(self, path: str) -> int | None:
        """The number of the current version, which tells whether somebody wrote meanwhile; None for no parameter."""

        def version(client: Any) -> int:
            number: int = client.get_parameter(Name=path, WithDecryption=False)["Parameter"]["Version"]
            return number

        return self.session.ask(path, version)

    def delete(self, path: str) -> None:
        """Delete a parameter, for good."""
        self.session.ask(path, lambda client: client.delete_parameter(Name=path))
