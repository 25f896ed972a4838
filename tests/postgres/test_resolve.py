"""Names become addresses, within a deadline; what does not exist is told from what does not answer."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Finding, Stage, Unjudged
from safeconduct.postgres.channel import Channel, Deadline
from safeconduct.postgres.place import HostPort
from safeconduct.postgres.resolve import Address, resolve

if TYPE_CHECKING:
    from pathlib import Path


def addresses(host: HostPort) -> list[str]:
    found = resolve("c", host, Deadline(5))
    assert isinstance(found, tuple), found
    return [address.text for address in found]


def unknown(host: HostPort) -> Finding:
    found = resolve("c", host, Deadline(5))
    assert isinstance(found, Finding), found
    return found


def test_addresses_need_no_name_service() -> None:
    assert addresses(HostPort("127.0.0.1", 5433)) == ["127.0.0.1:5433"]
    assert addresses(HostPort("::1", 5433)) == ["[::1]:5433"]
    assert addresses(HostPort("no.such.name.invalid", 1, hostaddr="127.0.0.1")) == ["127.0.0.1:1"]


def test_every_address_of_a_name_and_each_once() -> None:
    found = addresses(HostPort("localhost", 5432))
    assert "127.0.0.1:5432" in found
    assert len(found) == len(set(found))


def test_a_name_that_never_exists() -> None:
    """RFC 6761 keeps .invalid free; a machine without a name service cannot say so."""
    found = unknown(HostPort("no-such-host.invalid"))
    assert found.rule in {"postgres.name.unknown", "postgres.name.no-answer"}
    assert found.evidence["error"].startswith("EAI_")


@pytest.mark.parametrize("abstract", [False, True])
def test_a_unix_socket_can_be_opened(abstract: bool, tmp_path: Path) -> None:
    folder = f"@{tmp_path.name}" if abstract else str(tmp_path)
    host = HostPort(folder, 5433)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{tmp_path.name}/.s.PGSQL.5433" if abstract else host.socket_path)
        listener.listen()
        (address,) = resolve("c", host, Deadline(5))  # type: ignore[misc]
        assert isinstance(address, Address)
        assert address.text == f"{folder}/.s.PGSQL.5433"
        with Channel.open(address.family, address.sockaddr, Deadline(5)) as channel:
            assert channel.local_address is None


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        (" localhost", "blank"),
        ("local host", "blank"),
        ("db.invalid:5432", "host 'db.invalid', port 5432"),
        ("[::1]", "without brackets"),
        ("db.invalid/sales", "slash"),
        ("a.invalid;b.invalid", "commas"),
        ("a..invalid", "empty"),
        ("my_db.invalid", "underscore"),
        ("x" * 64 + ".invalid", "63 characters"),
    ],
)
def test_what_looks_odd_about_a_name_is_told(host: str, hint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    no_name_service(monkeypatch, socket.EAI_NONAME)
    found = unknown(HostPort(host))
    assert (found.rule, found.stage, found.subject) == ("postgres.name.unknown", Stage.NAME, "c")
    assert hint in found.message + str(found.evidence)


def no_name_service(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A machine's name service cannot be told what to answer: only getaddrinfo's answer is stood in for."""

    def answer(host: str, *_: object, **__: object) -> object:
        host.encode("idna")
        raise socket.gaierror(code, "the resolver's words")

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    ("code", "rule", "word"),
    [
        (socket.EAI_NONAME, "postgres.name.unknown", "EAI_NONAME"),
        (socket.EAI_NODATA, "postgres.name.unknown", "EAI_NODATA"),
        (socket.EAI_AGAIN, "postgres.name.no-answer", "EAI_AGAIN"),
        (socket.EAI_FAIL, "postgres.name.no-answer", "EAI_FAIL"),
    ],
)
def test_what_does_not_exist_is_told_from_what_does_not_answer(
    code: int, rule: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_name_service(monkeypatch, code)
    found = unknown(HostPort("db.example.com"))
    assert found.rule == rule
    assert found.evidence == {"host": "db.example.com", "error": f"{word} the resolver's words"}
    assert found.remedies[0].text == "getent ahosts db.example.com"


def test_an_error_of_another_kind_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    no_name_service(monkeypatch, socket.EAI_MEMORY)
    found = resolve("c", HostPort("db.example.com"), Deadline(5))
    assert isinstance(found, Unjudged)
    assert "db.example.com" in found.reason


def test_a_hostaddr_that_is_a_name() -> None:
    found = unknown(HostPort("db", hostaddr="localhost"))
    assert "no IP address" in found.message
    assert found.evidence == {"hostaddr": "localhost", "error": "EAI_NONAME"}


def test_a_name_service_that_hangs_does_not_hold_us_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> list[object]:
        time.sleep(2)
        return []

    began = time.monotonic()
    monkeypatch.setattr(socket, "getaddrinfo", hang)
    found = resolve("c", HostPort("db.example.com"), Deadline(0.2))
    assert time.monotonic() - began < 1.5
    assert isinstance(found, Finding)
    assert found.rule == "postgres.name.no-answer"
    assert found.evidence["error"] == "no answer within 0.2 s"


def test_a_passed_deadline_asks_nobody() -> None:
    found = resolve("c", HostPort("localhost"), Deadline(-1))
    assert isinstance(found, Finding)
    assert found.rule == "postgres.name.no-answer"


def test_a_process_ends_although_a_look_up_hangs() -> None:
    """The thread that waits for the name service must not keep the interpreter alive."""
    program = """
import socket, time
from safeconduct.postgres.channel import Deadline
from safeconduct.postgres.place import HostPort
from safeconduct.postgres.resolve import resolve
socket.getaddrinfo = lambda *_, **__: time.sleep(30)
print(resolve("c", HostPort("db.example.com"), Deadline(0.1)).rule)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=15, check=True)
    assert done.stdout == "postgres.name.no-answer\n"
