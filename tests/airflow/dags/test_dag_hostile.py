"""No DAG file, however it is written, breaks the reading, makes it endless, or hides its calls."""

from __future__ import annotations

import ast
import gc
import os
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from safeconduct.airflow.dags import DagSql, IgnoreSyntax, read_dags

if TYPE_CHECKING:
    from pathlib import Path

HOOK = "from airflow.providers.postgres.hooks.postgres import PostgresHook as H\n"
OPERATOR = "from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator as S\n"


def read(folder: Path, **files: str | bytes) -> DagSql:
    for name, content in files.items():
        path = folder / f"{name}.py"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_dags(folder)


def reason_of(found: DagSql) -> str:
    assert not found.statements
    (call,) = found.unresolved
    return call.reason


def the_sql(found: DagSql) -> str:
    assert not found.unresolved
    (statement,) = found.statements
    return statement.sql[0]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("sql = " + "-" * 10_000 + "1", 0, "nests too deeply"),
        ("sql = " + "(" * 10_000 + ")" * 10_000, 1, "not Python"),
        ("# sql\nx = 1\0", 2, "null bytes"),
        (b"# sql\nx = '\xe9'", 2, "utf-8"),
        (b"# -*- coding: nonsense -*-\nsql = 1", 0, "unknown encoding"),
        ("sql = 1\n\nmatch = (", 3, "never closed"),
        ("sql = '''" + "a" * (10 << 20) + "'''", 0, "larger than 1 MiB"),
        ("sql = 1\nlet x = 2\n", 2, "not Python"),
    ],
    ids=["unary", "parentheses", "nul", "latin-1", "cookie", "open", "10 MB", "newer"],
)
def test_a_file_that_cannot_be_parsed_is_named_with_its_line(
    tmp_path: Path, content: str | bytes, line: int, said: str
) -> None:
    found = read(tmp_path, d=content, good=HOOK + "H('c').run('SELECT 1')")
    (unread,) = found.unread
    assert (unread.location.file, unread.location.line) == ("d.py", line)
    assert said in unread.reason
    assert the_sql(found) == "SELECT 1"


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n# \xe9\n"], ids=["mark", "cookie"])
def test_encodings_are_read_as_python_reads_them(tmp_path: Path, content: bytes) -> None:
    assert the_sql(read(tmp_path, d=content + HOOK.encode() + b"H('c').run('SELECT 1')")) == "SELECT 1"


@pytest.mark.parametrize(
    "code",
    [
        "a = 'ab'\n" + "a = f'{a}{a}{a}'\n" * 40 + "H('c').run(a)",
        "H('c').run('%0999999999d' % 1)",
        "H('c').run('{:0999999999d}'.format(1))",
        "H('c').run('{:{w}}'.format(1, w=999999999))",
        "H('c').run('a' * 999999999)",
        "x = 9 ** 9 ** 9\nH('c').run(x)",
        "x = []\nx.append(x)\nH('c').run(x)",
        "for a in range(1000):\n for b in range(1000):\n  for c in range(1000):\n   pass\nH('c').run('SELECT 1')",
        "def f(n): return f(n + 1)\nH('c').run(f(1))",
        "import os\n" + "".join(f"a{n} = 'x' if os.getenv('A') else 'y'\n" for n in range(40))
        + "H('c').run(f'" + "".join(f"{{a{n}}}" for n in range(40)) + "')",
        "H('c').run('" + "{% for a in range(999) %}" * 3 + "x" + "{% endfor %}" * 3 + "')",
        "H('c').run('" + "{% if x %}" * 500 + "')",
        "H('c').run('{{ " + "(" * 500 + " }}')",
        "return_ = 1\ndef f():\n    return 1\n    H('c').run('SELECT 1')\nf()",
        "if False:\n    H('c').run('SELECT 1')",
    ],
)  # fmt: skip
def test_what_would_take_for_ever_is_one_unresolved_call(tmp_path: Path, code: str) -> None:
    assert reason_of(read(tmp_path, d=HOOK + code)).endswith(".")


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    one = "import two\n" + HOOK + "X = 'FROM t'\ndef go(): H('c').run('SELECT ' + two.Y)\ngo()"
    assert the_sql(read(tmp_path, one=one, two="from one import *\nimport one\nY = '2'")) == "SELECT 2"


def test_a_long_sum_is_no_deep_one(tmp_path: Path) -> None:
    text = " + ".join(["'SELECT 1 '"] + ["', 1 '"] * 900)
    assert the_sql(read(tmp_path, d=HOOK + f"H('c').run({text})")).count(",") == 900


def test_spaces_without_end_are_passed_in_one_go(tmp_path: Path) -> None:
    spaces = " " * 500_000
    sql = f"SELECT 1{spaces}FROM t WHERE a = {{{{ ds }}}}{spaces}"
    assert the_sql(read(tmp_path, d=f"{HOOK}H('c').run({sql!r})")) == sql.replace("{{ ds }}", "%(ds)s")


def test_a_name_that_one_template_sets_is_another_one_s_date(tmp_path: Path) -> None:
    dates, sets = "SELECT '{{ ds }}'", "{% set ds = 'x' %}SELECT '{{ ds }}'"
    found = read(tmp_path, d=f"{HOOK}h = H('c')\nfor one in ({dates!r}, {sets!r}, {dates!r} + ', 1'): h.run(one)")
    assert sorted(one.sql[0] for one in found.statements) == [
        "SELECT '2000-01-01'",
        "SELECT '2000-01-01', 1",
        "SELECT 'x'",
    ]


def test_a_loop_of_texts_is_work_too(tmp_path: Path) -> None:
    """What is told without being evaluated is counted all the same."""
    names = ", ".join(["'a'", "a"] * 50_000)
    begun = time.monotonic()
    found = read(tmp_path, d=f"{HOOK}a = 1\nfor i in range(1000):\n f({names})\nH('c').run('SELECT 1')")
    assert "more work than one file may" in reason_of(found)
    assert time.monotonic() - begun < 20


def test_syntax_trees_are_not_left_to_the_garbage_collector(tmp_path: Path) -> None:
    gc.collect()
    gc.disable()
    try:
        read(tmp_path, d=f"{HOOK}def f(a):\n  h = H('c')\n  def g(): h.run(a)\n  g()\nf('SELECT 1')\nb = f.x")
        assert not [one for one in gc.get_objects() if isinstance(one, ast.FunctionDef)]
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["/etc/passwd.sql", "../secret.sql", "../../../../../etc/x.sql", "linked.sql"])
def test_no_file_from_outside_the_project_is_read(tmp_path: Path, name: str) -> None:
    outside, dags = tmp_path / "secret.sql", tmp_path / "project" / "dags"
    dags.mkdir(parents=True)
    outside.write_text("SELECT secret")
    (dags / "linked.sql").symlink_to(outside)
    found = read(dags, d=OPERATOR + f"S(task_id='a', conn_id='c', sql='../{name}' if 0 else '{name}')")
    if name == "../secret.sql":  # beside the DAG folder, which is the project's own
        (dags.parent / "secret.sql").write_text("SELECT 1")
        assert the_sql(read_dags(dags)) == "SELECT 1"
    else:
        assert "cannot be read" in reason_of(found)


def test_links_fifos_and_zip_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to("..")
    (tmp_path / "dangling.py").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo.py")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("d.py", "sql")
    found = read(tmp_path, d=HOOK + "H('c').run('SELECT 1')")
    assert [one.location.file for one in found.unread] == ["dangling.py", "fifo.py", "packed.zip", "sub/up"]
    assert the_sql(found) == "SELECT 1"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    (unread,) = read_dags(tmp_path / "none").unread
    assert "cannot be read" in unread.reason


@pytest.mark.parametrize(
    ("text", "syntax", "kept"),
    [
        ("skipped", IgnoreSyntax.REGEXP, ["kept.py", "sub/kept.py"]),
        ("s.*/kept # a comment\n", IgnoreSyntax.REGEXP, ["kept.py", "skipped.py", "sub/skipped.py"]),
        ("skipped.py", IgnoreSyntax.GLOB, ["kept.py", "sub/kept.py"]),
        ("/skipped.py\n", IgnoreSyntax.GLOB, ["kept.py", "sub/kept.py", "sub/skipped.py"]),
        ("sub/\n", IgnoreSyntax.GLOB, ["kept.py", "skipped.py"]),
        ("*.py\n!kept.py\n", IgnoreSyntax.GLOB, ["kept.py", "sub/kept.py"]),
        ("**/skipped.py\n", IgnoreSyntax.GLOB, ["kept.py", "sub/kept.py"]),
        ("[invalid", IgnoreSyntax.REGEXP, ["kept.py", "skipped.py", "sub/kept.py", "sub/skipped.py"]),
        ("*.py", None, ["kept.py", "skipped.py", "sub/kept.py", "sub/skipped.py"]),
        ("skipped.py", None, ["kept.py", "sub/kept.py"]),
    ],
)
def test_airflowignore_is_honoured(tmp_path: Path, text: str, syntax: IgnoreSyntax | None, kept: list[str]) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("kept.py", "skipped.py", "sub/kept.py", "sub/skipped.py"):
        (tmp_path / name).write_text(HOOK + "H('c').run('SELECT 1')")
    (tmp_path / ".airflowignore").write_text(text)
    found = read_dags(tmp_path, ignore_syntax=syntax)
    assert [one.location.file for one in found.statements] == kept


def test_nothing_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    read(tmp_path, d=f"open({str(trace)!r}, 'w').write('sql')\nimport os\nos.system('touch {trace}')")
    assert not trace.exists()
