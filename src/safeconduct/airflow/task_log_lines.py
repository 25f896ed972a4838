"""Lines of a task's log, whatever wrote them: what each says, and whether an entry begins with it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

_LONGEST = 1 << 20
_MOST_LINES = 2000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# What runtimes put before each line: CRI (`<time> stdout F `), `kubectl logs --prefix`, Docker Compose.
_AROUND = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:stdout|stderr) [FP] |\[pod/[^\]\s]+\] |[\w.-]{1,80} {0,20}\| )"
)
# Airflow 2 has `[time] {file:line} LEVEL - `; Airflow 3 prints `time [level   ] ` and exports `[time] LEVEL - `.
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]*(?:Z|[+-]\d\d:?\d\d)?"
_HEAD = re.compile(
    rf"\[?{_TIME}\]?"
    r"(?: (?:\{[^}]{0,300}\} )?(?P<level>[A-Z]{4,8}) -| \[[a-z]{4,8} *\]|(?: \{[^}]{0,300}\})?)"
    r" ?(?P<rest>.*)",
    re.S,
)
# KubernetesPodOperator passes the lines of a pod on under the container's name.
_POD = re.compile(r"\[[\w-]{1,63}\] ?(?=\S)")
# The end of a line that Airflow 3 prints: the logger, then names with values.
_TAIL = re.compile(r"\s+\[[\w.]+\](?: [\w.]+=\S.*)?$", re.S)


class Line(NamedTuple):
    """One line. `text` is what it says, without time, level and colours; `errors` are those of a JSON line."""

    number: int
    text: str
    begins: bool = False
    errors: tuple[Mapping[str, Any], ...] = ()


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines, each cut at 1 MiB, in constant memory; bytes that are no UTF-8 become replacement characters."""
    number = 0
    while chunk := stream.readline(_LONGEST):
        number += 1
        raw = chunk
        while not chunk.endswith(b"\n") and (chunk := stream.readline(_LONGEST)):
            pass  # the rest of an overlong line
        yield from _lines(number, raw)


def _lines(number: int, raw: bytes) -> Iterator[Line]:
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if around := _AROUND.match(text):
        text = text[around.end() :]
    if text.startswith("{") and (found := _json(text)) is not None:
        yield Line(number, _text(found.get("event")), True)
        yield Line(number, "", errors=tuple(_errors(found)))
        yield from (Line(number, line) for line in _text(found.get("exception")).split("\n")[:_MOST_LINES])
        return
    head = _HEAD.match(text)
    if head is None:
        yield Line(number, text)
        return
    rest = head["rest"] if head["level"] else _TAIL.sub("", head["rest"])
    yield Line(number, _POD.sub("", rest, count=1), True)


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and ("event" in found or "error_detail" in found) else None


def _errors(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The exceptions of `error_detail` (structlog's ExceptionDictTransformer), groups opened, at most 100."""
    waiting = [found.get("error_detail")]
    given = 0
    while waiting and given < 100:
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting = [*each[:100], *waiting]
        elif isinstance(each, dict):
            given += 1
            yield each
            waiting = [each.get("exceptions"), *waiting]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
