"""A boto3 client of one AWS service, as Airflow's AwsConnectionWrapper would make it, and what AWS's refusals mean."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret, Unjudged
from safeconduct.secrets.kwargs import SUBJECT, WrongKwarg
from safeconduct.secrets.place import Trouble
from safeconduct.secrets.reasons import reason_of
from safeconduct.secrets.rules import (
    FAILED,
    FORBIDDEN,
    KWARG_INVALID,
    LOGIN_REFUSED,
    NAME_IMPOSSIBLE,
    THROTTLED,
    UNREACHABLE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from safeconduct.secrets.kwargs import Kwargs
    from safeconduct.secrets.place import Place

    Told = TypeVar("Told")

ATTEMPTS = 4
"""Requests at most for one question: botocore pauses in between, longer and longer."""
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
OPTIONS = frozenset(
    "region_name endpoint_url verify api_version use_ssl profile_name role_arn assume_role_method assume_role_kwargs "
    "assume_role_with_saml assume_role_with_web_identity_federation assume_role_with_web_identity_federation_audience "
    "assume_role_with_web_identity_token_file config_kwargs service_config session_kwargs".split()
) | frozenset(_KEYS)
"""Options that Airflow hands on to AWS's own library."""
WRONG = {
    "region": "region_name",
    "profile": "profile_name",
    "role": "role_arn",
    "access_key": "aws_access_key_id",
    "secret_key": "aws_secret_access_key",
    "endpoint": "endpoint_url",
    "connections_path": "connections_prefix",
    "variables_path": "variables_prefix",
    "config_path": "config_prefix",
    "connection_prefix": "connections_prefix",
    "variable_prefix": "variables_prefix",
}
_LOGIN = frozenset(
    "UnrecognizedClientException InvalidClientTokenId ExpiredTokenException ExpiredToken SignatureDoesNotMatch "
    "InvalidSignatureException IncompleteSignature MissingAuthenticationToken MissingAuthenticationTokenException "
    "OptInRequired NotAuthorized".split()
)
_FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_THROTTLED = frozenset(
    "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException "
    "TooManyRequestsException RequestLimitExceeded SlowDown".split()
)
_NAME = frozenset({"ValidationException", "InvalidParameterException"})
_ABSENT = frozenset({"ResourceNotFoundException", "ParameterNotFound", "ParameterVersionNotFound"})


@dataclass(frozen=True)
class AwsSession:
    """A client of one service, made when it is first needed: `make` logs in where a role is to be assumed.

    `ask` raises Trouble.
    """

    place: Place
    timeout: float
    make: Callable[[], Any]
    _clients: list[Any] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, record: str, ask: Callable[[Any], Told]) -> Told | None:
        """What AWS tells; None for a record that is not there. `record` is what is asked for, as policies name it."""
        from botocore import exceptions

        try:
            with self._lock:
                if not self._clients:
                    self._clients.append(self.make())
            return ask(self._clients[0])
        except exceptions.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                return None
            raise self._refusal(code, record, error) from None
        except exceptions.BotoCoreError as error:
            raise self._no_answer(error) from None
        except ValueError as error:  # of the endpoint's URL, or of an answer that is no JSON
            raise self._wrong_url() if "endpoint" in str(error).lower() else self._odd(error) from None
        except (AttributeError, KeyError, TypeError) as error:  # botocore's own parser, at JSON of another shape
            raise self._odd(error) from None

    def _refusal(self, code: str, record: str, error: Any) -> Trouble:
        status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
        evidence = {"place": self.place.label, "error": code[:80] or "none", "status": status}
        label = self.place.label
        if code in _LOGIN or status == "401":
            return Trouble(LOGIN_REFUSED, f"{label} does not accept the access key", evidence, lasting=True)
        if code in _FORBIDDEN or status == "403":
            action = str(getattr(error, "operation_name", ""))
            message = f"{label} lets this login in, and forbids it {action} of {record}"
            return Trouble(FORBIDDEN, message, {**evidence, "record": record, "action": action})
        if code in _THROTTLED or status == "429":
            asked = str(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1)
            message = f"{label} turns requests away as too many"
            return Trouble(THROTTLED, message, {**evidence, "asked": f"{asked} times"}, lasting=True)
        if code in _NAME:
            message = f"{label} can have no record {record[:100]}"
            return Trouble(NAME_IMPOSSIBLE, message, {**evidence, "name": record[:100]})
        evidence["record"] = record
        return Trouble(FAILED, f"{label} answers for {record} with {code[:80] or 'an error'}", evidence)

    def _no_answer(self, error: Exception) -> Trouble:
        from botocore import exceptions

        evidence = {"place": self.place.label, "error": type(error).__name__}
        if isinstance(error, exceptions.NoRegionError):
            message = f"{self.place.option}: region_name is missing, as is AWS_DEFAULT_REGION"
            return Trouble(KWARG_INVALID, message, {**evidence, "name": "region_name"}, lasting=True)
        no_key = (
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.ProfileNotFound,
            exceptions.CredentialRetrievalError,
            exceptions.TokenRetrievalError,
        )
        if isinstance(error, no_key):
            message = f"{self.place.label}: there is no access key to log in with"
            return Trouble(LOGIN_REFUSED, message, evidence, lasting=True)
        if isinstance(error, (exceptions.HTTPClientError, exceptions.EndpointConnectionError)):
            slow = isinstance(error, (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError))
            why = f"it did not answer within {self.timeout:g} s" if slow else _why(error)
            message = f"{self.place.label} cannot be reached: {why}"
            return Trouble(UNREACHABLE, message, {**evidence, "error": why}, lasting=True)
        if isinstance(error, exceptions.ParamValidationError):
            message = f"{self.place.label} can have no record of this name"
            return Trouble(NAME_IMPOSSIBLE, message, evidence)
        return self._odd(error)

    def _odd(self, error: Exception) -> Trouble:
        kind = type(error).__name__
        evidence = {"place": self.place.label, "error": kind}
        return Trouble(FAILED, f"{self.place.label} does not answer as AWS does: {kind}", evidence)

    def _wrong_url(self) -> Trouble:
        evidence = {"place": self.place.label, "name": "endpoint_url"}
        return Trouble(KWARG_INVALID, f"{self.place.option}: endpoint_url is none that can be asked", evidence)


def _why(error: Any) -> str:
    """botocore keeps the error that it wraps among the values of its message."""
    inner = getattr(error, "kwargs", {}).get("error")
    return reason_of(inner if isinstance(inner, BaseException) else error)


def session_of(kwargs: Kwargs, service: str, place: Place, timeout: float) -> AwsSession | Unjudged:
    """A session for a service with these options of Airflow's. Nothing is asked yet. Raises WrongKwarg."""
    method = kwargs.text("assume_role_method", "assume_role")
    if kwargs.text("role_arn") and method != "assume_role":
        return Unjudged(SUBJECT, f"{kwargs.origin} has assume_role_method {method}; assume_role can be followed here")
    given = {name: kwargs.text(name) for name in ("region_name", "profile_name", *_KEYS)}
    old: Mapping[str, Any] = kwargs.mapping("session_kwargs")
    credential = {name: value for name, value in {**old, **_set(given)}.items() if name in given}
    client = _set({name: kwargs.values.get(name) for name in ("endpoint_url", "verify", "api_version", "use_ssl")})
    if not isinstance(client.get("endpoint_url", ""), str):
        raise WrongKwarg("endpoint_url", "must be text", fatal=False)

    def make() -> Any:
        return _client(service, credential, client, kwargs, timeout)

    return AwsSession(place, timeout, make)


def secrets_of(kwargs: Kwargs) -> tuple[Secret, ...]:
    """The secrets among the options."""
    both = (kwargs.values, kwargs.mapping("session_kwargs"))
    texts = (where.get(name) for where in both for name in _KEYS[1:])
    return tuple(Secret(text) for text in texts if isinstance(text, str) and text)


def address_of(kwargs: Kwargs, environ: Mapping[str, str]) -> str:
    """Where the service is, for a reader: its URL, or its region."""
    url = kwargs.values.get("endpoint_url") or environ.get("AWS_ENDPOINT_URL")
    region = kwargs.values.get("region_name") or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    return str(url or region or "")


def _client(
    service: str, credential: Mapping[str, Any], options: Mapping[str, Any], kwargs: Kwargs, timeout: float
) -> Any:
    import boto3
    from botocore.config import Config

    patience = Config(
        connect_timeout=timeout, read_timeout=timeout, retries={"mode": "standard", "total_max_attempts": ATTEMPTS}
    )
    session = boto3.session.Session(**credential)
    if role := kwargs.text("role_arn"):
        sts = session.client("sts", config=patience, **_endpoint_of_sts(kwargs))
        more = {"RoleSessionName": "safeconduct", **kwargs.mapping("assume_role_kwargs")}
        keys = sts.assume_role(RoleArn=role, **more)["Credentials"]
        session = boto3.session.Session(
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            region_name=session.region_name,
        )
    return session.client(service, config=patience, **options)


def _endpoint_of_sts(kwargs: Kwargs) -> dict[str, Any]:
    """As Airflow: assuming a role never goes to the general endpoint_url."""
    of_sts = kwargs.mapping("service_config").get("sts")
    url = of_sts.get("endpoint_url") if isinstance(of_sts, dict) else None
    return {"endpoint_url": url} if url else {}


def _set(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
