"""A fake of Google Cloud Secret Manager: its gRPC service on loopback, in memory, without credentials or IAM.

It is no Secret Manager. Written from https://cloud.google.com/secret-manager/docs/reference/rpc.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager_v1 as api
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceGrpcTransport
from google.protobuf import empty_pb2

from safeconduct.secrets.gcp_client import Opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
PROJECT = "fake-project"


class FakeSecretManager:
    """A context manager. `secrets` are the versions of each secret by its id, the first one first.

    `fault` is the status that every request gets; `faults` those of the next ones; `delay` are seconds before each.
    """

    def __init__(self) -> None:
        self.secrets: dict[str, list[bytes]] = {}
        self.requests: Counter[str] = Counter()
        self.fault: grpc.StatusCode | None = None
        self.faults: list[grpc.StatusCode] = []
        self.delay = 0.0
        self.opened = 0

    def __enter__(self) -> FakeSecretManager:
        self._server = grpc.server(ThreadPoolExecutor(4))
        empty = empty_pb2.Empty
        handlers = {
            "AccessSecretVersion": self._handler(self._access, api.AccessSecretVersionRequest.deserialize),
            "GetSecretVersion": self._handler(self._version, api.GetSecretVersionRequest.deserialize),
            "ListSecrets": self._handler(self._list, api.ListSecretsRequest.deserialize),
            "AddSecretVersion": self._handler(self._add, api.AddSecretVersionRequest.deserialize),
            "CreateSecret": self._handler(self._create, api.CreateSecretRequest.deserialize),
            "DeleteSecret": self._handler(
                self._delete, api.DeleteSecretRequest.deserialize, lambda _: empty().SerializeToString()
            ),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop(None)

    def open(self) -> Opened:
        """Google's own client, which talks to this fake; it counts how often it is opened."""
        self.opened += 1
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        anonymous: Any = AnonymousCredentials
        transport = SecretManagerServiceGrpcTransport(channel=channel, credentials=anonymous())
        return Opened(api.SecretManagerServiceClient(transport=transport), PROJECT)

    def put(self, secret: str, text: str | bytes) -> None:
        """Keep one more version of a secret."""
        self.secrets.setdefault(secret, []).append(text.encode() if isinstance(text, str) else text)

    def _handler(
        self,
        answer: Callable[[Any, Any], Any],
        read: Callable[[bytes], Any],
        write: Callable[[Any], bytes] | None = None,
    ) -> Any:
        def behave(request: Any, context: Any) -> Any:
            time.sleep(self.delay)
            self.requests[answer.__name__] += 1
            fault = self.faults.pop(0) if self.faults else self.fault
            if fault is not None:
                context.abort(fault, "Planted-Text")
            return answer(request, context)

        return grpc.unary_unary_rpc_method_handler(
            behave, read, write or (lambda message: type(message).serialize(message))
        )

    def _versions(self, name: str, context: Any) -> tuple[str, list[bytes]]:
        secret = name.split("/")[3]
        if not self.secrets.get(secret):
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{name}] not found or has no versions.")
        return secret, self.secrets[secret]

    def _access(self, request: Any, context: Any) -> Any:
        _, versions = self._versions(request.name, context)
        return api.AccessSecretVersionResponse(name=request.name, payload={"data": versions[-1]})

    def _version(self, request: Any, context: Any) -> Any:
        secret, versions = self._versions(request.name, context)
        return api.SecretVersion(name=f"projects/{PROJECT}/secrets/{secret}/versions/{len(versions)}")

    def _list(self, request: Any, context: Any) -> Any:
        wanted = request.filter.removeprefix("name:")
        names = sorted(name for name in self.secrets if wanted in name)
        start = int(request.page_token or 0)
        page = [api.Secret(name=f"projects/{PROJECT}/secrets/{name}") for name in names[start : start + 2]]
        more = str(start + 2) if start + 2 < len(names) else ""
        return api.ListSecretsResponse(secrets=page, next_page_token=more)

    def _add(self, request: Any, context: Any) -> Any:
        secret = request.parent.split("/")[3]
        if secret not in self.secrets:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{request.parent}] not found.")
        self.secrets[secret].append(request.payload.data)
        return api.SecretVersion(name=f"{request.parent}/versions/{len(self.secrets[secret])}")

    def _create(self, request: Any, context: Any) -> Any:
        if request.secret_id in self.secrets:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, "Secret already exists.")
        self.secrets[request.secret_id] = []
        return api.Secret(name=f"{request.parent}/secrets/{request.secret_id}")

    def _delete(self, request: Any, context: Any) -> Any:
        del self.secrets[request.name.split("/")[3]]
        return None
