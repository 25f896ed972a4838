"""Which names announce a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.masking import Masker, is_secret_key
from safeconduct.postgres.options import OPTIONS, SECRET_OPTIONS

SECRET = """
password PASSWORD Password passwd pwd passphrase pass db_pass PGPASSWORD sslpassword ssl_password dbPassword
extra__postgres__password extra__snowflake__private_key_content private_key_passphrase password2 passwords
token auth_token accessToken access_token refresh-token token_secret api_token bearer.token
secret client_secret clientSecret secret_key aws_secret_access_key AWS_SECRET_ACCESS_KEY secret_id
key_of_nothing.api_key apikey api-key x-api-key account_key storage_account_key shared_access_key fernet_key
private_key privateKey sslkey ssl_key client_key scram_client_key jwt sas sas_url webhook_url
authorization Authorization keyfile_dict extra__google_cloud_platform__keyfile_dict credentials signature
""".split()

PUBLIC = """
host port user login schema dbname sslmode sslcert sslrootcert passfile options key keys primary_key key_id
public_key key_path keyfile_path password_encryption password_file password_age token_url token_type max_tokens
token_uri secret_name secret_arn client_id clientId secrets_backend author compass passthrough pass_through
patch sas_region tokenizer keepalives keepalives_idle connect_timeout
""".split()


@pytest.mark.parametrize("name", SECRET)
def test_it_announces_a_secret(name: str) -> None:
    assert is_secret_key(name)
    assert Masker.is_secret_key(name)


@pytest.mark.parametrize("name", PUBLIC)
def test_it_announces_none(name: str) -> None:
    assert not is_secret_key(name)


def test_of_libpqs_options_those_that_hold_a_secret() -> None:
    # sslkey mostly names a file; what is a path stays visible, see test_extras.
    assert {name for name in OPTIONS if is_secret_key(name)} == SECRET_OPTIONS | {"sslkey"}


@given(st.text(st.characters()))
def test_any_name_is_judged(name: str) -> None:
    assert is_secret_key(name) in {True, False}
    assert is_secret_key(f"{name}_password")


@pytest.mark.parametrize("name", ["", "_", "...", "123", "\0", "\udcff"])
def test_a_name_without_words_announces_nothing(name: str) -> None:
    assert not is_secret_key(name)


def test_a_long_name_is_judged_by_its_end() -> None:
    assert is_secret_key("x_" * 100_000 + "password")
    assert not is_secret_key("x_" * 100_000 + "password_file")
