"""AWS on loopback, by moto's server: Secrets Manager and Parameter Store over HTTP, with IAM where it is asked for."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from types import TracebackType

KEY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}


class Aws:
    """A context manager. `options` are what a client needs to reach it, as backend_kwargs have them."""

    def __enter__(self) -> Aws:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.options = {"endpoint_url": self.url, "region_name": "eu-central-1", **KEY}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop()

    def reset(self) -> None:
        """As new: nothing is kept, and everybody may do everything."""
        self._post("reset", b"")
        self._post("reset-auth", b"inf")

    def client(self, service: str) -> Any:
        """boto3's client of a service, as an administrator."""
        return boto3.session.Session().client(service, **self.options)

    def secret(self, name: str, text: str | bytes) -> None:
        """Keep a secret in Secrets Manager."""
        value = {"SecretString": text} if isinstance(text, str) else {"SecretBinary": text}
        self.client("secretsmanager").create_secret(Name=name, **value)

    def parameter(self, path: str, text: str) -> None:
        """Keep an encrypted parameter in Parameter Store."""
        self.client("ssm").put_parameter(Name=path, Value=text, Type="SecureString")

    def user(self, *actions: str) -> dict[str, str]:
        """Options with the key of a new user who may do this; from now on nobody may do anything else."""
        iam = self.client("iam")
        iam.create_user(UserName="airflow")
        allowed = [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}] if actions else []
        if allowed:
            document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
            iam.put_user_policy(UserName="airflow", PolicyName="airflow", PolicyDocument=document)
        key = iam.create_access_key(UserName="airflow")["AccessKey"]
        self._post("reset-auth", b"0")
        mine = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return {**self.options, **mine}

    def _post(self, action: str, body: bytes) -> None:
        plain = {"Content-Type": "text/plain"}
        with urlopen(Request(f"{self.url}/moto-api/{action}", data=body, headers=plain, method="POST")):
            pass
