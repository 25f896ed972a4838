"""Is what was computed enough, and none of it too much? PostgreSQL itself is the judge of the engines.

Each statement of PostgreSQL's regression files is tried out at its place in its file. PUBLIC is stripped of what it has
outside PostgreSQL's own schemas (usage of languages stays). The superuser runs the statement twice in savepoints that
are rolled back: it must be valid and repeatable. A fresh role runs it without any right: where that passes, the
statement needs nothing and is not counted. Then the role gets precisely what was computed and must pass (sound), and
without any single one of the grants it must be refused (minimal). A warning that something was left out (GRANT,
VACUUM, ANALYZE) is a refusal. A statement is judged in place of whichever role its file has taken on: with all rights,
then as the fresh role. Where the file is in no transaction, deferred constraints and triggers have their turn as well.
What can run in no transaction is judged where it can be repeated (VACUUM). CONNECT is granted but not weighed: only a
login asks for it. What PUBLIC still has in pg_catalog and information_schema is not weighed either.
SET SESSION AUTHORIZATION is left out: the server asks who logged in, which is the superuser. Where the engine proposes
another statement than a grant (ALTER TABLE ... OWNER TO), that is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.privileges.courts import TPC, judge
from benchmarks.privileges.engines import ENGINES
from benchmarks.privileges.regression import PLPGSQL, TUNED
from benchmarks.privileges.speed import speed
from benchmarks.privileges.tally import figures_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.figure import Figure

MAJOR = 15
_AIMS = {"regression": (97, 99, 98), "plpgsql": (90, 98, 90), "tpc": (100, 100, 100)}
"""Of statements that need a privilege: answered, sound, sound and minimal, in %."""


def figures() -> Iterator[Figure]:
    """Speed, and for each engine that there is the shares on the three corpora."""
    yield speed(MAJOR)
    for name_of_engine, engine in ENGINES.items():
        verdicts = list(judge((*TUNED, *TPC), engine, MAJOR))
        corpora = {
            "regression": [one for one in verdicts if one.file not in (*PLPGSQL, *TPC)],
            "plpgsql": [one for one in verdicts if one.file in PLPGSQL],
            "tpc": [one for one in verdicts if one.file in TPC],
        }
        prefix = "privileges" if name_of_engine == "better" else f"privileges.{name_of_engine}"
        for name, aims in _AIMS.items():
            yield from figures_of(f"{prefix}.{name}", corpora[name], aims, f"PostgreSQL {MAJOR}")
