"""`safeconduct why` asked in every mode, the definitions to ask it about, and a server that repeats what it hears."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from html import unescape
from typing import TYPE_CHECKING, Any

from safeconduct.report import FORMATS
from tests.masking.spellings import percent
from tests.servers.hostile import REFUSES_TLS, Conversation, hears, message, says

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Mode = tuple[str, str]
MODES: tuple[Mode, ...] = tuple((form, debug) for form in FORMATS for debug in ("", "1"))
FEWER: tuple[Mode, ...] = (("text", "1"), ("json", ""))
"""The two that most people meet, in less time."""


def run(home: Path, arguments: Sequence[str], stdin: str, environment: Mapping[str, str], mode: Mode) -> str:
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "AIRFLOW_HOME": str(home), "SAFECONDUCT_DEBUG": mode[1]}
    command = [sys.executable, "-m", "safeconduct", "why", "--timeout", "0.5", "--format", mode[0], *arguments]
    done = subprocess.run(command, env={**own, **environment}, input=stdin.encode(), capture_output=True, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert "Traceback" not in said, said[-300:]
    assert "internal error" not in said, said[-300:]
    assert done.returncode in {1, 3}, said
    return said + (str(json.loads(done.stdout)) if mode[0] in {"json", "sarif"} else " ".join(unescape(said).split()))


def why(
    home: Path,
    environment: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    stdin: str = "",
    modes: Sequence[Mode] = MODES,
) -> str:
    """All that is said, on both streams and in every mode; and once more with the escapes of the format read."""
    return "\n".join(map(partial(run, home, arguments, stdin, environment or {}), modes))


def uri(password: str, port: int, rest: str = "", scheme: str = "postgresql") -> str:
    return f"{scheme}://etl:{percent(password)}@127.0.0.1:{port}/sales{rest}"


def as_json(port: int, **fields: Any) -> str:
    return json.dumps({"conn_type": "postgres", "host": "127.0.0.1", "port": port, "login": "etl", **fields})


def echoes(conversation: Conversation) -> None:
    """Answer a password with a refusal that repeats it, and the start-up message too."""
    password, startup = conversation.heard[-1][5:-1], conversation.heard[-2][8:].replace(b"\0", b" ")
    fields = (b"SFATAL", b"C28P01", b'Mpassword "%s" is wrong' % password, b"D" + startup, b"Rauth_failed", b"", b"")
    conversation.client.sendall(message(b"E", b"\0".join(fields)))


ECHO = (*REFUSES_TLS, says(message(b"R", b"\0\0\0\3")), hears(), echoes)
