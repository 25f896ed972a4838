"""A script replayed on a server as psql would, with each statement judged before it has its effect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.privileges.client import Client, Outcome
from benchmarks.privileges.script import Meta, Script
from benchmarks.privileges.verdict import Verdict
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ARGUMENT = re.compile(r"(?:'(?:[^']|'')*'|:'\w+'|:\w+|[^\s':]+|:)+")
_PART = re.compile(r"'((?:[^']|'')*)'|:'(\w+)'|:(\w+)|([^\s':]+|:)")
_TRUE = frozenset({"1", "on", "true", "yes"})

Judge: TypeAlias = "Callable[[Client, Verdict, Callable[[], str]], Verdict]"
"""Fills in the verdict on a statement; the last argument gives what COPY FROM STDIN reads."""


class Replay:
    """One script in one database. `connect` opens the superuser's session anew, as `\\c` does.

    Commands of psql's that show something are passed over. `environment` is what `\\getenv` reads.
    """

    def __init__(self, name: str, text: str, connect: Callable[[], Client], environment: Mapping[str, str]) -> None:
        self._name = name
        self._connect = connect
        self._environment = environment
        self._script = Script(text, {})
        self._client = connect()
        self._branches: list[bool] = []

    def run(self, judge: Judge | None = None) -> Iterator[Verdict]:
        """Replay it to its end, and yield what was judged (nothing without a judge)."""
        while piece := self._script.next():
            if isinstance(piece, Meta):
                if piece.command in {"q", "quit"} and all(self._branches):
                    break
                yield from self._meta(piece, judge)
            elif all(self._branches):
                yield from self._statement(piece.text, piece.line, judge)[1]

    def close(self) -> None:
        """End the session."""
        self._client.close()

    def _statement(self, text: str, line: int, judge: Judge | None) -> tuple[Outcome, list[Verdict]]:
        data = _Once(self._script.data)
        verdicts: list[Verdict] = []
        try:
            if judge and (self._client.idle or self._client.in_transaction):
                verdicts.append(judge(self._client, Verdict(self._name, line, text), data))
            return self._client.run(text, data), verdicts
        except SessionLost as lost:
            self._client = self._connect()
            return Outcome("?", str(lost)), verdicts

    def _meta(self, meta: Meta, judge: Judge | None) -> Iterator[Verdict]:
        if meta.command in {"if", "elif", "else", "endif"}:
            self._branch(meta)
        elif all(self._branches):
            outcome = Outcome()
            if meta.buffer:
                outcome, verdicts = self._statement(meta.buffer, meta.line, judge)
                yield from verdicts
            self._obey(meta, outcome)

    def _branch(self, meta: Meta) -> None:
        if meta.command == "if":
            self._branches.append(self._words(meta.arguments)[:1] != [] and self._is_true(meta.arguments))
        elif meta.command == "endif":
            self._branches.pop()
        else:
            self._branches[-1] = not self._branches[-1] and (meta.command == "else" or self._is_true(meta.arguments))

    def _is_true(self, arguments: str) -> bool:
        return "".join(self._words(arguments)[:1]).lower() in _TRUE

    def _obey(self, meta: Meta, outcome: Outcome) -> None:
        words = self._words(meta.arguments)
        if meta.command == "set" and words:
            self._script.variables[words[0]] = "".join(words[1:])
        elif meta.command == "getenv" and len(words) > 1 and words[1] in self._environment:
            self._script.variables[words[0]] = self._environment[words[1]]
        elif meta.command == "gset" and len(outcome.rows) == 1:
            self._keep(outcome, "".join(words[:1]))
        elif meta.command == "gexec":
            for text in (cell for row in outcome.rows for cell in row if cell):
                self._client.run(text)
        elif meta.command in {"c", "connect"}:
            self._reconnect(words)

    def _keep(self, outcome: Outcome, prefix: str) -> None:
        for name, value in zip(outcome.columns, outcome.rows[0], strict=True):
            if value is None:
                self._script.variables.pop(prefix + name, None)
            else:
                self._script.variables[prefix + name] = value

    def _reconnect(self, words: list[str]) -> None:
        self._client.close()
        self._client = self._connect()
        if len(words) > 1 and words[1] != "-":
            self._client.run(f'SET SESSION AUTHORIZATION "{words[1]}"')

    def _words(self, arguments: str) -> list[str]:
        return [self._word(word) for word in _ARGUMENT.findall(arguments)]

    def _word(self, word: str) -> str:
        return "".join(
            quoted.replace("''", "'") or self._script.variables.get(literal or name, "") or plain
            for quoted, literal, name, plain in _PART.findall(word)
        )


class _Once:
    """What COPY reads, taken from the script at the first reading and the same at each one after it."""

    def __init__(self, take: Callable[[], str]) -> None:
        self._take = take
        self._data: str | None = None

    def __call__(self) -> str:
        if self._data is None:
            self._data = self._take()
        return self._data
