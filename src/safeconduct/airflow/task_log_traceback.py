"""Exceptions out of a log: last lines of tracebacks with what follows them, JSON's error details, and single lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.task_log_errors import Raised, is_of_a_driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from safeconduct.airflow.task_log_lines import Line

# In a group of exceptions the lines stand behind bars.
_EXCEPTION = re.compile(r"[ |+-]*(?P<name>[A-Za-z_][\w.]{2,200}): (?P<text>.*)", re.S)
_FRAME = re.compile(r'[ |]*File "(?P<file>[^"]+)", line \d+')
_END = re.compile(
    r"[ |+-]*(?:Traceback \(most recent call last\)|Exception Group Traceback|"
    r"The above exception was|During handling of the above)"
)
# Said in one line without a traceback: "Failed to execute job 7 for task t (connection to server at ...".
_SAID = re.compile(
    r"connection to server (?:at|on socket) \"|could not translate host name \"|failed to resolve host '"
)
# Most lines have none of these and need no closer look.
_HINTS = ("pg", "Error", "error")
_SAID_HINTS = ("connection to server", "translate host", "resolve host")
_MOST_LINES = 200
_LONGEST = 20_000


class TracebackReader:
    """Takes the lines of a log in turn and gives what was raised."""

    def __init__(self) -> None:
        self._raised: Raised | None = None
        self._files: set[str] = set()

    def take(self, line: Line) -> Iterator[Raised]:
        """What ends with this line, or is in it."""
        if line.errors:
            yield from self.rest()
            yield from (_from_json(line.number, error) for error in line.errors)
            return
        if line.begins or _END.match(line.text):
            yield from self.rest()
            self._files = set()
        elif frame := _FRAME.match(line.text):
            self._files.add(frame["file"])
        yield from self._said(line)

    def rest(self) -> Iterator[Raised]:
        """What was raised last, when nothing follows."""
        if self._raised:
            yield self._raised
        self._raised = None

    def _said(self, line: Line) -> Iterator[Raised]:
        text = line.text
        found = _EXCEPTION.match(text) if any(hint in text for hint in _HINTS) else None
        if found and is_of_a_driver(found["name"], self._files):
            yield from self.rest()
            self._raised = Raised(found["name"], [(line.number, found["text"])], frozenset(self._files))
        elif self._raised and not line.begins:
            if len(self._raised.lines) < _MOST_LINES:
                self._raised.lines.append((line.number, text.lstrip("|")[:_LONGEST]))
        elif any(hint in text for hint in _SAID_HINTS) and (place := _SAID.search(text)):
            yield Raised("", [(line.number, text[place.start() :])])


def _from_json(number: int, error: Mapping[str, Any]) -> Raised:
    frames = error.get("frames")
    given = frames if isinstance(frames, list) else []
    files = {frame.get("filename") for frame in given if isinstance(frame, dict)}
    value = error.get("exc_value")
    lines = value.split("\n")[:_MOST_LINES] if isinstance(value, str) else []
    name = error.get("exc_type")
    return Raised(
        name if isinstance(name, str) else "",
        [(number, text) for text in lines],
        frozenset(file for file in files if isinstance(file, str)),
    )
