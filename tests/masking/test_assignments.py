"""What is given to a name that announces a secret disappears, whoever's syntax it is; nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeconduct.masking.assignments import hide_assigned
from tests.masking.spellings import conninfo, in_json, percent

# The beginning makes sure that no value is a placeholder such as "None" or "<password>".
VALUES = st.text(st.characters()).map("q7".__add__)
LINES = st.text(st.characters(exclude_characters="\r\n")).map("q7".__add__)
WORDS = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="'\"`\\&;,")).map("q7".__add__)
JSON = '{"password": "{}", "host": "h"}'
TEMPLATES = {
    "JSON": (in_json, JSON),
    "JSON in JSON": (lambda value: in_json(in_json(value)), f'{{"extra": "{in_json(JSON)}"}}'),
    "a query string": (percent, "postgresql:///sales?password={}&sslmode=require"),
}


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_value_is_hidden_in(template: str, value: str) -> None:
    write, text = TEMPLATES[template]
    assert hide_assigned(text.replace("{}", write(value))) == text.replace("{}", "***")


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_any_value_is_hidden_in_pythons_repr(value: str) -> None:
    masked = hide_assigned(repr({"password": value, "host": "h"}))
    assert masked in {"{'password': '***', 'host': 'h'}", "{'password': \"***\", 'host': 'h'}"}


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_any_line_is_hidden_in_a_quoted_conninfo_string(value: str) -> None:
    text = "host=h password='{}' dbname=sales"
    assert hide_assigned(text.replace("{}", conninfo(value))) == text.replace("{}", "***")


@pytest.mark.parametrize(
    "text", ["host=h password={} dbname=sales", "host: h\npassword: {}\nschema: sales", "token={}"]
)
@settings(max_examples=200, deadline=None)
@given(WORDS)
def test_any_word_is_hidden_without_quotation_marks(text: str, value: str) -> None:
    assert hide_assigned(text.replace("{}", value)) == text.replace("{}", "***")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PGPASSWORD=pw psql", "PGPASSWORD=*** psql"),
        ("ALTER ROLE u PASSWORD $p$pw $x$p$ LOGIN", "ALTER ROLE u PASSWORD $p$***$p$ LOGIN"),
        ("ALTER ROLE u PASSWORD $$pw", "ALTER ROLE u PASSWORD $$***"),
        ("CONNECTION 'host=h password=''p w'' dbname=x'", "CONNECTION 'host=h password=''***'' dbname=x'"),
        ("EXECUTE 'ALTER ROLE u PASSWORD ''p w'''", "EXECUTE 'ALTER ROLE u PASSWORD ''***'''"),
        ("OPTIONS (SET sslpassword 'pw', ADD api_key 'pw')", "OPTIONS (SET sslpassword '***', ADD api_key '***')"),
        ("SET app.token TO 'pw'", "SET app.token TO '***'"),
        ("radius radiusservers=h radiussecrets=pw", "radius radiusservers=h radiussecrets=***"),
        ("--password=pw --host=h", "--password=*** --host=h"),
        ("password = pw host = h", "password = *** host = h"),
        ("password=a&b;c,d host=h", "password=*** host=h"),
        ("sslpassword=pw;sslmode=require", "sslpassword=***;sslmode=require"),
        ("jdbc:postgresql://h/d?user=u&password=pw&ssl=true", "jdbc:postgresql://h/d?user=u&password=***&ssl=true"),
        ("connect(user='u', password='pw', host='h')", "connect(user='u', password='***', host='h')"),
        ("password='pw", "password='***"),
        ("password='pw\nhost=h", "password='***\nhost=h"),
        ("password := 'pw'", "password := '***'"),
        ("password => 'pw'", "password => '***'"),
        ("password == 'pw'", "password == '***'"),
        ('{"password": 12345, "port": 5432}', '{"password": ***, "port": 5432}'),
        ('{"password":"pw","port":5432}', '{"password":"***","port":5432}'),
        ('{"password" :\n  "pw"}', '{"password" :\n  "***"}'),
        ("{'token': b'pw', 'x': 1}", "{'token': ***, 'x': 1}"),
        ("AWS_SECRET_ACCESS_KEY=pw", "AWS_SECRET_ACCESS_KEY=***"),
        ("extra__postgres__sslpassword=pw", "extra__postgres__sslpassword=***"),
        ("-c app.password=pw -c x=y", "-c app.password=*** -c x=y"),
        ("fernet_key = pw\nexecutor = x", "fernet_key = ***\nexecutor = x"),
        ("X-Api-Key: pw", "X-Api-Key: ***"),
        ("password: 'pw'", "password: ***"),
        ("password: 'two words'\nhost: h", "password: '***'\nhost: h"),
        ("ALTER ROLE u PASSWORD 'pw' LOGIN", "ALTER ROLE u PASSWORD '***' LOGIN"),
        ("ALTER ROLE u password E'it\\'s' LOGIN", "ALTER ROLE u password E'***' LOGIN"),
        ("ALTER ROLE u PASSWORD\n  'pw'", "ALTER ROLE u PASSWORD\n  '***'"),
        ("ALTER ROLE u PASSWORD 'it''s' LOGIN", "ALTER ROLE u PASSWORD '***' LOGIN"),
        ("ALTER ROLE u PASSWORD 'it''s''t' LOGIN", "ALTER ROLE u PASSWORD '***' LOGIN"),
        ("ALTER ROLE u PASSWORD E'it\\'' LOGIN 'x'", "ALTER ROLE u PASSWORD E'***' LOGIN 'x'"),
        ("ALTER ROLE u PASSWORD 'a\\' LOGIN", "ALTER ROLE u PASSWORD '***"),
        ("ALTER ROLE u PASSWORD 'it''s", "ALTER ROLE u PASSWORD '***"),
        ("{password: 'two words', host: 'h'}", "{password: '***', host: 'h'}"),
        ("password: 'it''s two' # mine", "password: '***' # mine"),
        ('password: "two \\" words"', 'password: "***"'),
        ("said:\\ntoken=pw", "said:\\ntoken=***"),
        ("host=h password=two\\ words dbname=d", "host=h password=*** dbname=d"),
        ("password=\0\udcff", "password=***"),
    ],
)
def test_the_value_is_hidden_and_the_rest_stays(text: str, expected: str) -> None:
    assert hide_assigned(text) == expected


@pytest.mark.parametrize(
    "value",
    """*** ... … <password> <the&new&password> {{&var.value.password&}} ${PASSWORD} %(password)s None null true
    False""".split(),
)
@pytest.mark.parametrize(
    "text", ["password={} host=h", "password='{}' host=h", '{"password": "{}"}', '{"password": {}}']
)
def test_a_placeholder_stays(text: str, value: str) -> None:
    written = text.replace("{}", value.replace("&", " "))
    assert hide_assigned(written) == written


@pytest.mark.parametrize("value", ["<pass", "Nonesuch", "***x", "nullify", "${x}y", "<a><b>", "{{x}}y", "....x"])
def test_a_value_that_begins_like_a_placeholder_is_hidden(value: str) -> None:
    assert hide_assigned(f"password={value} host=h") == "password=*** host=h"


@pytest.mark.parametrize(
    "text",
    [
        "sslkey=/home/etl/.postgresql/client.key host=h",
        "{'private_key': '~/.ssh/id_rsa', 'host': 'h'}",
        "passfile=/home/etl/.pgpass password_encryption=md5 max_tokens=5",
        'password authentication failed for user "etl"',
        "password: the password is wrong",
        "password: 'etl' is the one that 'sales' wants",
        "password: '<the new password>'",
        "ALTER ROLE u PASSWORD '<the new password>' LOGIN",
        "a password, or a token: both are refused",
        "the password of the role 'etl' in the database 'sales'",
        "token_url=https://h/t secret_name=x client_id=y",
        "primary key: id",
        "current_setting('app.token'::text) IS NULL",
        "unexpected token 'x' at the end",
        "key=value author=me compass=north passthrough=1",
        "password=",
        "password='' host=h",
        '{"password": "", "token": [], "secret": {}}',
    ],
)
def test_what_only_speaks_of_a_secret_stays(text: str) -> None:
    assert hide_assigned(text) == text


@pytest.mark.parametrize("text", ["password=/etc/shadow", "token=/a/b", "sslkey=/a\\b", "sslkey='/a b'"])
def test_a_path_is_hidden_where_no_path_belongs(text: str) -> None:
    assert "***" in hide_assigned(text)


@given(st.text(st.characters(exclude_characters="=:'")))
def test_nothing_is_hidden_where_nothing_is_assigned(text: str) -> None:
    assert hide_assigned(text) == text
