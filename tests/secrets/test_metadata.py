"""Rows opened with the Fernet keys, as by Airflow; and what is said of those that no key opens."""

from __future__ import annotations

import base64
import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

from safeconduct.airflow import rules
from safeconduct.airflow.configuration import Configuration
from safeconduct.airflow.option import Option
from safeconduct.diagnosis.sources import sources_of
from safeconduct.model import Connection, Finding, RemedyKind, Secret, Stage, Unjudged
from safeconduct.secrets import Found, MetadataBackend, UnreachableBackend, look_up, read_keyring
from tests.secrets.metadata_file import KEY_OPTION, MetadataFile, database_at, told_by

if TYPE_CHECKING:
    from pathlib import Path

    from safeconduct.model import Rule
    from safeconduct.secrets import Answer
    from tests.servers.airflow import Airflow

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
SECRET = "Pl4nted-Secret"
MADE = 1_700_000_000  # 2023-11-14
TOKEN = Fernet(OLD).encrypt_at_time(SECRET.encode(), MADE).decode()


@pytest.fixture
def metadata(tmp_path: Path) -> MetadataFile:
    return MetadataFile(tmp_path / "airflow.db")


def found(answer: Answer | None) -> Found:
    assert isinstance(answer, Found), answer
    return answer


def finding(answer: object) -> Finding:
    assert isinstance(answer, Finding), answer
    assert not [text for text in (SECRET, TOKEN, OLD, NEW, OTHER) if text[:20] in repr(answer)]
    return answer


def option(airflow: Airflow, section: str, key: str) -> str:
    configuration = Configuration.load(airflow.environment)
    assert isinstance(configuration, Configuration)
    answer = configuration.option(section, key)
    assert isinstance(answer, Option), answer
    return answer.reveal()


def of_airflow(airflow: Airflow, key: str) -> MetadataBackend:
    """The connections of a real Airflow, opened with this key."""
    url = option(airflow, "database", "sql_alchemy_conn")
    return MetadataBackend(database_at(url), read_keyring(Secret(key), KEY_OPTION))


STORED: tuple[dict[str, Any], ...] = (
    {
        "conn_id": "warehouse", "conn_type": "postgres", "host": "db.example.com", "port": 5433, "schema": "sales",
        "login": "etl", "password": SECRET, "extra": json.dumps({"sslpassword": SECRET}), "description": "x",
    },
    {"conn_id": r"a#b!(c)-d.e:f/g\h", "conn_type": "postgres", "login": "ü:@/", "password": "p%2@:/ä€'\"\\ "},
    {"conn_id": "bare", "conn_type": "http"},
)  # fmt: skip
READ = """
store(stored)
with create_session() as session:
    answers = {c.conn_id: [c.password, c.extra] for c in session.query(Connection)}
opened = []
for key in keys:
    os.environ["AIRFLOW__CORE__FERNET_KEY"] = key.replace("OWN", own)
    crypto._fernet = None
    getattr(crypto.get_fernet, "cache_clear", lambda: None)()
    try:
        with create_session() as session:
            opened.append(session.query(Connection).filter_by(conn_id="warehouse").one().password)
    except Exception:
        opened.append(None)
tell([answers, opened])
"""
KEYS = (
    "OWN", f"OWN,{NEW}", f"{NEW},OWN", f"{NEW}, OWN", " OWN\n", '"OWN"', "OWNOWN", NEW, f"{NEW},{OTHER}",
    "", " ", ",", "OWN,", ",OWN", f"OWN,,{NEW}", f"OWN,{NEW[:20]}", NEW[:-1], "OWNü", "hunter2", "=" * 44,
)  # fmt: skip


def test_every_key_opens_what_it_opens_for_airflow(any_airflow: Airflow) -> None:
    own = option(any_airflow, "core", "fernet_key")
    answers, opened = told_by(any_airflow, READ, stored=STORED, keys=KEYS, own=own)
    kept = {conn_id: found(answer).connection for conn_id, answer in of_airflow(any_airflow, own).all()}
    assert kept == {fields["conn_id"]: connection(fields) for fields in STORED}
    assert {conn_id: [shown(one.password), shown(one.extra)] for conn_id, one in kept.items()} == answers
    ours = [of_airflow(any_airflow, key.replace("OWN", own)).get("warehouse") for key in KEYS]
    passwords = [shown(answer.connection.password) if isinstance(answer, Found) else None for answer in ours]
    assert dict(zip(KEYS, passwords, strict=True)) == dict(zip(KEYS, opened, strict=True))
    assert own[:20] not in repr(ours)


def connection(fields: dict[str, Any]) -> Connection:
    values: dict[str, Any] = dict(fields)
    values |= {name: Secret(fields[name]) for name in ("password", "extra") if name in fields}
    return Connection(**values)


def shown(secret: Secret | None) -> str | None:
    return None if secret is None else secret.reveal()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (OLD, "password, opened by the Fernet key"),
        (f"{OLD},{NEW}", "password, opened by key 1 of 2 Fernet keys"),
        (f"{NEW},{OTHER},{OLD}", "password, opened by key 3 of 3 Fernet keys"),
    ],
    ids=["alone", "first", "third"],
)
def test_the_key_that_opened_the_password_is_said(key: str, words: str, metadata: MetadataFile) -> None:
    metadata.add("warehouse", password=TOKEN, is_encrypted=1)
    answer = found(metadata.backend(key).get("warehouse"))
    assert (answer.connection.password, answer.credential) == (Secret(SECRET), words)
    assert answer.definition == f"metadata database, SQLite file {metadata.path}"


@pytest.mark.parametrize("key", [None, "", OLD, "malformed,"], ids=["absent", "empty", "usable", "malformed"])
@pytest.mark.parametrize("flag", [0, None, "false"])
def test_plaintext_needs_no_key(flag: object, key: str | None, metadata: MetadataFile) -> None:
    metadata.add("warehouse", password=SECRET, extra="{}", is_encrypted=flag, is_extra_encrypted=flag)
    answer = found(metadata.backend(key).get("warehouse"))
    assert answer.connection == Connection("warehouse", "postgres", password=Secret(SECRET), extra=Secret("{}"))
    assert answer.credential == "password, stored in plaintext"


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("flag", [1, 0, None])
def test_where_nothing_is_stored_there_is_nothing_to_open(
    flag: int | None, nothing: str | None, metadata: MetadataFile
) -> None:
    metadata.add("bare", password=nothing, extra=nothing, is_encrypted=flag, is_extra_encrypted=flag)
    answer = found(metadata.backend(None).get("bare"))
    assert answer.connection == Connection("bare", "postgres")
    assert answer.credential == "no password in the connection"


MALFORMED = "is encrypted, and the Fernet key is malformed:"
EMPTY_TOO = f"{MALFORMED} key 2 of 2 is empty (a comma too many at the end)"
SHORT = f"{MALFORMED} the key holds 30 bytes instead of 32 (40 characters)"


@pytest.mark.parametrize("column", ["password", "extra"])
@pytest.mark.parametrize(
    ("key", "rule", "words"),
    [
        (None, rules.KEY_ABSENT, "is encrypted, and no Fernet key is configured"),
        ("", rules.KEY_EMPTY, "is encrypted, and the Fernet key is empty"),
        (f"{OLD},", rules.KEY_MALFORMED, EMPTY_TOO),
        (OLD[:40], rules.KEY_MALFORMED, SHORT),
        ("x", rules.KEY_MALFORMED, f"{MALFORMED} the key is no url-safe base64 (1 characters; a key has 44)"),
        (NEW, rules.KEY_OTHER, "was encrypted with another key than the one configured"),
        (f"{NEW},{OTHER}", rules.KEY_OTHER, "was encrypted with another key than the 2 configured"),
    ],
    ids=["absent", "empty", "comma", "short", "no base64", "another", "two others"],
)
def test_a_key_that_opens_nothing_is_told_with_its_row(
    key: str | None, rule: Rule, words: str, column: str, metadata: MetadataFile
) -> None:
    flag = "is_encrypted" if column == "password" else "is_extra_encrypted"
    metadata.add("ware'house %s", **{column: TOKEN, flag: 1})
    answer = finding(metadata.backend(key).get("ware'house %s"))
    assert (answer.rule, answer.stage, answer.subject) == (rule.id, Stage.CREDENTIAL, "ware'house %s")
    assert answer.message == f"the {column} of ware'house %s {words}"
    assert answer.evidence["row"] == "metadata database, table connection, conn_id ware'house %s"
    assert (answer.evidence["column"], answer.evidence["key"]) == (column, KEY_OPTION)


def test_of_a_row_with_another_key_its_day_is_known_and_both_ways_out(metadata: MetadataFile) -> None:
    metadata.add("warehouse", password=TOKEN, is_encrypted=1)
    answer = finding(metadata.backend(f"{NEW},{OTHER}").get("warehouse"))
    assert (answer.evidence["encrypted"], answer.evidence["tried"]) == ("2023-11-14", "2 keys")
    option, command = answer.remedies
    assert (option.kind, option.text) == (RemedyKind.OPTION, "fernet_key = <the key in use>,<the key of that time>")
    assert option.when == "in airflow.cfg [core] fernet_key, where the key of 2023-11-14 is known"
    assert (command.kind, command.text) == (RemedyKind.COMMAND, "safeconduct connections delete warehouse --real")


@pytest.mark.parametrize(
    "text",
    [SECRET, TOKEN[:-1], TOKEN[:60], TOKEN[4:], f"x{TOKEN}", "gäää", json.dumps({"password": SECRET})],
    ids=["plaintext", "cut", "half", "headless", "shifted", "no ascii", "json"],
)
def test_a_row_that_says_encrypted_and_holds_no_token(text: str, metadata: MetadataFile) -> None:
    metadata.add("warehouse", password=text, is_encrypted=1)
    answer = finding(metadata.backend(OLD).get("warehouse"))
    assert answer.rule == "airflow.fernet.row-corrupt"
    assert answer.message == "the password of warehouse says encrypted, but holds no Fernet token"
    assert text not in repr(answer)


def test_a_token_with_a_turned_bit_is_nobodys(metadata: MetadataFile) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN))
    raw[-1] ^= 1
    metadata.add("warehouse", password=base64.urlsafe_b64encode(raw).decode(), is_encrypted=1)
    assert finding(metadata.backend(OLD).get("warehouse")).rule == "airflow.fernet.key-other"


@pytest.mark.parametrize("flag", [0, None])
@pytest.mark.parametrize("column", ["password", "extra"])
def test_a_row_that_says_plaintext_and_holds_a_token(column: str, flag: int | None, metadata: MetadataFile) -> None:
    metadata.add("warehouse", **{column: TOKEN, "is_encrypted": flag, "is_extra_encrypted": flag})
    for key in (None, OLD):
        answer = finding(metadata.backend(key).get("warehouse"))
        assert answer.rule == "airflow.fernet.flag-lies"
        assert answer.message == f"the {column} of warehouse says plaintext, but holds a Fernet token"


def test_a_row_that_nothing_opens_spoils_no_other(metadata: MetadataFile) -> None:
    metadata.add("b", password=TOKEN, is_encrypted=1)
    metadata.add("a", password=Fernet(NEW).encrypt(SECRET.encode()).decode(), is_encrypted=1)
    metadata.add("c", password=SECRET, is_encrypted=1)
    kept = metadata.backend(OLD)
    answers = dict(kept.all())
    assert list(answers) == list(kept.conn_ids()) == ["a", "b", "c"]  # type: ignore[arg-type]
    assert [finding(answers[name]).rule for name in "ac"] == ["airflow.fernet.key-other", "airflow.fernet.row-corrupt"]
    assert found(answers["b"]).connection.password == Secret(SECRET)
    assert SECRET not in f"{answers} {kept!r}"


def test_a_row_that_is_not_there_is_none(metadata: MetadataFile) -> None:
    assert metadata.backend(None).get("warehouse") is None


def test_a_place_that_could_not_be_named_has_one_answer_to_everything() -> None:
    why = Unjudged("metadata database", "a vault keeps the URL")
    place = UnreachableBackend(why)
    assert (place.get("x"), place.conn_ids(), list(place.all())) == (why, why, [("", why)])


def test_remedies_can_be_pasted_whatever_the_id(metadata: MetadataFile) -> None:
    metadata.add("a (b)", password=TOKEN, is_encrypted=1)
    near = look_up("a (c)", [metadata.backend()])
    other = metadata.backend(OTHER).get("a (b)")
    assert shlex.split(finding(near).remedies[0].text) == ["safeconduct", "why", "a (b)"]
    assert shlex.split(finding(other).remedies[1].text) == ["safeconduct", "connections", "delete", "a (b)", "--real"]


def test_a_key_that_only_the_secrets_backend_knows_is_not_called_absent(metadata: MetadataFile, tmp_path: Path) -> None:
    metadata.add("a", password=TOKEN, is_encrypted=1)
    (tmp_path / "airflow.cfg").write_text(
        f"[database]\nsql_alchemy_conn = sqlite:///{metadata.path}\n[core]\nfernet_key_secret = airflow/key\n"
        "[secrets]\nbackend = some.Backend\n"
    )
    backends = sources_of({"AIRFLOW_HOME": str(tmp_path)}, None, 1).backends
    answer = backends[-1].get("a")
    assert isinstance(answer, Unjudged)
    assert "its key could not be looked up" in answer.reason
    assert isinstance(look_up("a", backends), Unjudged)


def test_plaintext_with_the_flag_set_is_corrupt_whatever_the_key(metadata: MetadataFile) -> None:
    metadata.add("a", password="hunter2", is_encrypted=1)
    for key in ("", "short", OLD):
        assert finding(metadata.backend(key).get("a")).rule == rules.ROW_CORRUPT.id


def test_a_token_of_a_far_future_is_opened(metadata: MetadataFile) -> None:
    metadata.add("a", password=Fernet(OLD).encrypt_at_time(b"x", 2**40).decode(), is_encrypted=1)
    assert found(metadata.backend(OLD).get("a")).connection.password == Secret("x")


@pytest.mark.parametrize("column", ["host", "login", "password", "extra"])
def test_a_row_of_octets_that_are_no_text_is_a_finding_of_that_row_alone(column: str, metadata: MetadataFile) -> None:
    metadata.add("good", host="db")
    metadata.add("o'dd", host="db")
    metadata.sql(f"UPDATE connection SET {column} = CAST(? AS TEXT) WHERE conn_id = 'o''dd'", b"Pl4nted\xff-Secret")
    answers = dict(metadata.backend().all())
    assert isinstance(answers["good"], Found)
    odd = answers["o'dd"]
    assert isinstance(odd, Finding)
    assert (odd.rule, odd.evidence["column"]) == ("airflow.metadata.row-not-text", column)
    assert odd.remedies[0].text == f"UPDATE connection SET {column} = NULL WHERE conn_id = 'o''dd';"
    assert "Pl4nted" not in repr(odd)
    assert metadata.backend().get("o'dd") == odd


def test_a_row_without_an_id_is_said_beside_the_others(metadata: MetadataFile) -> None:
    metadata.add("good")
    metadata.add("")
    (name, answer), (other, found) = metadata.backend().all()
    assert (name, other) == ("", "good")
    assert isinstance(answer, Unjudged)
    assert "a row without conn_id" in answer.reason
    assert isinstance(found, Found)
