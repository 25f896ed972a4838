"""AWS Secrets Manager: secrets by their names, read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.rules import RECORD_MALFORMED

if TYPE_CHECKING:
    from safeconduct.secrets.aws_session import AwsSession


@dataclass(frozen=True)
class SecretsManagerClient:
    """All methods raise Trouble."""

    session: AwsSession

    def read(self, name: str) -> Secret | None:
        """The current text of a secret; None where there is none."""
        answer = self.session.ask(name, lambda client: client.get_secret_value(SecretId=name))
        if answer is None:
            return None
        text = answer.get("SecretString")
        if not isinstance(text, str):
            label = self.session.place.label
            message = f"{label}: {name} is binary, where Airflow reads text"
            raise Trouble(RECORD_MALFORMED, message, {"place": label, "record": name})
        return Secret(text)

    def names(self, prefix: str) -> tuple[str, ...]:
        """The names that begin so, sorted."""

        def listed(client: Any) -> list[str]:
            pages = client.get_paginator("list_secrets").paginate(
                Filters=[{"Key": "name", "Values": [prefix]}] if prefix else []
            )
            return [secret["Name"] for page in pages for secret in page["SecretList"]]

        return tuple(sorted(name for name in self.session.ask(prefix, listed) or () if name.startswith(prefix)))

    def put(self, name: str, text: Secret) -> None:
        """Write a secret: a new version of it, or a new secret."""
        value = text.reveal()
        done = self.session.ask(name, lambda client: client.put_secret_value(SecretId=name, SecretString=value))
        if done is None:
            self.session.ask(name, lambda client: client.create_secret(Name=name, SecretString=value))

    def create(self, name: str, text: Secret) -> bool:
        """Write a new secret; whether it is new: one that is there already is left as it is."""
        value = text.reveal()

        def created(client: Any) -> bool:
            try:
                client.create_secret(Name=name, SecretString=value)
            except client.exceptions.ResourceExistsException:
                return False
            return True

        return bool(self.session.ask(name, created))

    def version_of(self, name: str) -> str | None:
        """The id of the current version, which tells whether somebody wrote meanwhile; None where there is none."""
        answer = self.session.ask(name, lambda client: client.describe_secret(SecretId=name))
        versions = (answer or {}).get("VersionIdsToStages", {})
        return next((number for number, stages in versions.items() if "AWSCURRENT" in stages), None)

    def delete(self, name: str) -> None:
        """Delete a secret; it can be restored for a time that AWS sets."""
        self.session.ask(name, lambda client: client.delete_secret(SecretId=name))
