"""A masker for connections knows their secrets, wherever in the definition these stand, and shows their names."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from safeconduct.masking import masker_for
from safeconduct.model import Connection, Secret

PASSWORD = "Tr0ub4dor-&3"
PLAIN = Connection("warehouse", "postgres", "db.example.com", 5439, "sales", "etl_writer")
ECHO = "the server says: {} is wrong"


def with_extra(extra: object) -> Connection:
    return replace(PLAIN, extra=Secret(extra if isinstance(extra, str) else json.dumps(extra)))


PLANTED = {
    "password": replace(PLAIN, password=Secret(PASSWORD)),
    "extra": with_extra({"sslpassword": PASSWORD}),
    "deep in the extra": with_extra({"a": [{"oauth_client_secret": PASSWORD}]}),
    "under a secret name": with_extra({"keyfile_dict": {"private_key": PASSWORD}}),
    "an extra that is no JSON": with_extra(PASSWORD),
    "password and host": replace(PLAIN, host=f"postgres://etl:{PASSWORD}@db", password=Secret(PASSWORD)),
    "password and conninfo as schema": replace(
        PLAIN, schema=f"dbname=x password={PASSWORD}", password=Secret(PASSWORD)
    ),
    "password and login": replace(PLAIN, login=f"etl:{PASSWORD}@db", password=Secret(PASSWORD)),
    "password and schema": replace(PLAIN, schema=f"etl:{PASSWORD}@db/x", password=Secret(PASSWORD)),
}


@pytest.mark.parametrize("where", PLANTED)
def test_a_secret_of_the_definition_is_hidden_wherever_it_comes_back(where: str) -> None:
    assert masker_for([PLAIN, PLANTED[where]]).text(ECHO.format(PASSWORD)) == ECHO.format("***")


@pytest.mark.parametrize("number", [20242025, 2024.2025])
def test_a_number_as_password_is_hidden_too(number: float) -> None:
    """Airflow 3 makes a number of `?sslpassword=20242025`, and the driver a text again."""
    assert masker_for([with_extra({"sslpassword": number})]).text(ECHO.format(number)) == ECHO.format("***")


def test_further_secrets_are_hidden() -> None:
    masker = masker_for([PLAIN], secrets=[Secret("the-fernet-key"), Secret(PASSWORD)])
    assert masker.text(f"the-fernet-key and {PASSWORD}") == "*** and ***"


@pytest.mark.parametrize("name", ["warehouse", "db.example.com", "example", "sales", "etl_writer", "5439", "reporting"])
def test_names_stay_though_a_password_equals_one(name: str) -> None:
    connection = replace(PLAIN, password=Secret(name), extra=Secret(json.dumps({"sslpassword": name})))
    assert masker_for([connection], public=["reporting"]).text(f"as {name} it fails") == f"as {name} it fails"
    assert masker_for([connection], public=["reporting"]).text(f"password={name}") == "password=***"


def test_the_name_of_another_connection_is_no_reason_to_show_a_password() -> None:
    masker = masker_for(
        [replace(PLAIN, password=Secret("reporter")), Connection("reporter", "postgres", login="reporter")]
    )
    assert masker.text("reporter is wrong") == "*** is wrong"


def test_a_description_is_no_name() -> None:
    described = replace(PLAIN, description=f"its password is {PASSWORD}", password=Secret(PASSWORD))
    assert masker_for([described]).text(PASSWORD) == "***"


@pytest.mark.parametrize("extra", ["{}", "null", " {} ", ""])
def test_an_empty_extra_is_no_secret(extra: str) -> None:
    assert masker_for([with_extra(extra)]).text("{} and null stay") == "{} and null stay"


@pytest.mark.parametrize(
    "extra", ["[" * 100_000, '{"a":' * 100_000, "1" * 10_000, "{", '["x"]', "\0", "\udcff"], ids=range(7)
)
def test_any_extra_can_be_masked(extra: str) -> None:
    assert masker_for([with_extra(extra)]).text("said nothing") == "said nothing"


def test_no_connections_hide_nothing_but_shapes() -> None:
    assert masker_for([]).text("etl postgres://u:pw@h") == "etl postgres://u:***@h"
