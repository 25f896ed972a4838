"""Fernet tokens within other values: XCom, and what deferred tasks are to go on with.

Airflow's serializers of DeltaTable and of Iceberg tables encrypt storage options with the Fernet key and leave the
tokens inside the JSON. Its rotation does not know of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.sql_text import sql_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safeconduct.airflow.metadata_reader import Reading

AT_ONCE = 20
RUNS = 200
"""DAG runs of a statement, so that each ends soon: only the values themselves tell which of them has a token."""
LONGEST = 100_000
"""Characters of a value that are looked at."""
MOST_DEFERRED = 200
XCOM, TASKS = "xcom", "task_instance"
_LIKE = "%gAAAAA%"
_TOKEN = re.compile(r"gAAAAA[\w-]{90,}={0,2}", re.ASCII)
"""The version 0x80 and a time before 2106; a token has 100 characters at least."""


@dataclass(frozen=True)
class Holder:
    """A value with tokens in it. `cut` says that it is longer than what was looked at."""

    table: str
    place: str
    dag_id: str
    task_id: str
    tokens: tuple[str, ...]
    cut: bool


def in_xcom(reading: Reading) -> Iterator[Holder]:
    """The XComs with tokens, whether JSON or pickled. Raises ReadFailed."""
    words = _words(reading, XCOM, "value")
    ends = "-1"
    while True:
        ((begin,),) = reading.rows(sql_text("xcom_runs.sql", table=words["table"]), (ends,))
        if begin is None:
            return
        ends = str(int(begin) + RUNS)
        yield from _in_runs(reading, words, begin, ends)
        ends = str(int(ends) - 1)


def _in_runs(reading: Reading, words: dict[str, str], begin: str, end: str) -> Iterator[Holder]:
    after: tuple[str, ...] = ()
    key = words["key"]
    behind = f"AND (kept.dag_run_id, kept.task_id, kept.map_index, kept.{key}) > ($4, $5, $6, $7)"
    while True:
        statement = sql_text("xcom_tokens.sql", after=behind if after else "", count=str(AT_ONCE), **words)
        found = reading.rows(statement, (begin, end, _LIKE, *after))
        for row in found:
            _, task, index, name, dag_id, run_id, length, text = row
            mapped = "" if index == "-1" else f" [{index}]"
            yield _holder(XCOM, f"{name} of {task}{mapped} in {dag_id} {run_id}", (dag_id, task), length, text)
        if len(found) < AT_ONCE:
            return
        after = tuple(value or "" for value in found[-1][:4])


def deferred(reading: Reading) -> Iterator[Holder]:
    """The deferred tasks with tokens, no more than MOST_DEFERRED of them. Raises ReadFailed."""
    words = _words(reading, TASKS, "next_kwargs")
    statement = sql_text("deferred_tokens.sql", count=str(MOST_DEFERRED), **words)
    for dag_id, run_id, task, index, length, text in reading.rows(statement, (_LIKE,)):
        mapped = "" if index == "-1" else f" [{index}]"
        yield _holder(TASKS, f"next_kwargs of {task}{mapped} in {dag_id} {run_id}", (dag_id, task), length, text)


def _holder(
    table: str, place: str, task: tuple[str | None, str | None], length: str | None, text: str | None
) -> Holder:
    tokens = tuple(dict.fromkeys(_TOKEN.findall(text or "")))
    return Holder(table, place, task[0] or "", task[1] or "", tokens, int(length or 0) > LONGEST)


def _words(reading: Reading, table: str, column: str) -> dict[str, str]:
    return {
        "table": reading.table(table),
        "key": reading.word("key"),
        "text": reading.text(f"kept.{column}", reading.columns(table).get(column, "")),
        "longest": str(LONGEST),
    }
