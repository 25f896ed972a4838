"""A secret is seen nowhere unless it is asked for by `reveal()`."""

import copy
import dataclasses
import json
import logging
import pickle
import pprint
import traceback
from operator import methodcaller

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeconduct.model import MASK, Connection, Secret, SecretWasRedacted

VALUE = "hunter2-%s-{0}"
SECRET = Secret(VALUE)


def test_reveal_gives_the_value() -> None:
    assert SECRET.reveal() == VALUE


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        ascii(SECRET),
        f"{SECRET}",
        f"{SECRET!r}",
        f"{SECRET!s}",
        f"{SECRET!a}",
        f"{SECRET:>20}",
        "{:^9}".format(SECRET),  # noqa: UP032
        "%s %r %-12s" % (SECRET, SECRET, SECRET),  # noqa: UP031
        pprint.pformat({"password": SECRET}),
        str([SECRET]),
        str({SECRET: SECRET}),
        repr(Connection("c", password=SECRET, extra=SECRET)),
        str(dataclasses.asdict(Connection("c", password=SECRET))),
        repr(dataclasses.replace(Connection("c", password=SECRET), host="h")),
        json.dumps({"password": SECRET}, default=str),
        json.dumps({"password": SECRET}, default=repr),
    ],
)
def test_no_way_of_showing_it_shows_the_value(shown: str) -> None:
    assert VALUE not in shown
    assert "hunter2" not in shown
    assert MASK in shown


def test_a_format_specification_applies_to_the_mask() -> None:
    assert f"{SECRET:>6}" == "   ***"


@pytest.mark.parametrize("spec", ["%d", "%x", "%c", "%.3f"])
def test_an_impossible_conversion_does_not_quote_it(spec: str) -> None:
    with pytest.raises(TypeError) as caught:
        spec % SECRET
    assert "hunter2" not in str(caught.value)


def test_json_refuses_it_without_quoting_it() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps({"password": SECRET})
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("operation", [lambda: SECRET + "x", lambda: len(SECRET), lambda: SECRET < SECRET])  # type: ignore
def test_it_is_no_string(operation: object) -> None:
    with pytest.raises(TypeError) as caught:
        operation()  # type: ignore[operator]
    assert "hunter2" not in str(caught.value)


def test_logging_hides_it(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("safeconduct.test")
    with caplog.at_level(logging.DEBUG):
        log.debug("arguments %s %r %10s", SECRET, SECRET, SECRET)
        log.debug("mapping %(password)s", {"password": SECRET})
        log.debug(SECRET)
        log.debug("of a connection %s", Connection("c", password=SECRET))
    assert caplog.text.count(MASK) == 6
    assert "hunter2" not in caplog.text


def test_a_traceback_with_locals_hides_it() -> None:
    def connect(password: Secret, connection: Connection) -> None:
        raise ValueError(f"{connection.conn_id}: cannot connect with {password}")

    try:
        connect(SECRET, Connection("c", password=SECRET))
    except ValueError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "password = Secret('***')" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_does_not_carry_it(protocol: int) -> None:
    pickled = pickle.dumps(Connection("c", password=SECRET), protocol)
    assert b"hunter2" not in pickled
    password = pickle.loads(pickled).password
    assert not password
    assert repr(password) == "Secret('***')"
    with pytest.raises(SecretWasRedacted, match="pickled"):
        password.reveal()


def test_redacted_secrets_equal_only_themselves() -> None:
    one, other = pickle.loads(pickle.dumps(SECRET)), pickle.loads(pickle.dumps(SECRET))
    assert one == one
    assert one != other
    assert one != SECRET


def test_the_state_that_serializers_ask_for_is_empty() -> None:
    assert SECRET.__reduce_ex__(2)[1:] == ((),)
    state: object = methodcaller("__getstate__")(SECRET)
    assert state is None
    assert not hasattr(SECRET, "__dict__")


@pytest.mark.parametrize("copied", [copy.copy(SECRET), copy.deepcopy(SECRET), copy.deepcopy([SECRET])[0]])
def test_a_copy_in_this_process_keeps_the_value(copied: Secret) -> None:
    assert copied.reveal() == VALUE


def test_it_never_changes() -> None:
    secret = Secret("hunter2")
    with pytest.raises(AttributeError, match="never changes"):
        secret._value = "x"
    with pytest.raises(AttributeError, match="never changes"):
        del secret._value
    assert secret.reveal() == "hunter2"


@given(st.text(), st.text())
def test_secrets_are_equal_when_their_values_are(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)
    assert Secret(one) == Secret(one)
    assert hash(Secret(one)) == hash(Secret(one))


def test_undecodable_bytes_of_the_environment_compare() -> None:
    assert Secret("hunter\udcff") != Secret("hunter\udcfe")
    assert Secret("hunter\udcff") == Secret("hunter\udcff")


def test_a_secret_is_no_text() -> None:
    assert Secret("hunter2") != "hunter2"


@pytest.mark.parametrize(("value", "expected"), [("", False), ("x", True), (" ", True)])
def test_an_empty_secret_is_false(value: str, expected: bool) -> None:
    assert bool(Secret(value)) is expected
