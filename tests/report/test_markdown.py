"""Markdown as a forge reads it: a table, parts to unfold, and foreign text that stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from safeconduct.masking import Masker, printable
from safeconduct.model import Remedy, RemedyKind, Report, Severity, Unjudged
from safeconduct.report.markdown import render_markdown
from tests.report.arbitrary import FRAGMENTS, MASKER, REPORTS
from tests.report.readers import FORGE, read_markdown
from tests.report.samples import CONNECT, LET_IN, PASSWORD_FILE, REFUSED, REFUSED_WALK, SEVERAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

GOLDEN = """\
## safeconduct why: 0 in, 1 refused

| connection | leads to | outcome | why |
|---|---|---|---|
| `warehouse` | `etl@db.example.com:5432/sales` | **refused** at database | `etl may not connect to sales` |

<details>
<summary><code>warehouse</code>: refused, <code>etl may not connect to sales</code></summary>

```text
  definition      metadata database, SQLite file /opt/airflow/airflow.db
  credential      password, opened by key 1 of 2 Fernet keys
  name            db.example.com is 10.0.4.17
  port            open in 2 ms
  protocol        PostgreSQL
  tls             TLS 1.3, certificate not verified (sslmode=prefer)
  rule            asks for scram-sha-256
  authentication  etl proved its password
x database        refused: etl may not connect to sales
```

**Evidence**

```text
42501 permission denied for database "sales" (routine CheckMyDatabase)
DETAIL: User does not have CONNECT privilege.
```

**What lets it in**

```sql
GRANT CONNECT ON DATABASE sales TO etl;
```

More about it: `docs/rules/postgres.database.connect-missing.md`

</details>"""

OPENING = r"<details>\n<summary>(?:[\w:, ]|<code>[^<>]+</code>)*</summary>\n?"
OWN_WORDS = re.compile(r"[A-Za-z0-9 .,:]*")
"""What may stand outside of code: nothing that is foreign, and no character that is markup."""
INLINE = {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
BLOCKS = {
    *(f"{kind}_{end}" for kind in ("heading", "paragraph", "bullet_list", "list_item") for end in ("open", "close")),
    *(f"{kind}_{end}" for kind in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
    *("inline", "fence", "html_block"),
}


def kinds(tokens: list[Token], kind: str) -> list[Token]:
    return [token for token in tokens if token.type == kind]


def cells(tokens: list[Token]) -> list[str]:
    """The contents of the table's cells, as read."""
    inside = [tokens[place + 1] for place, token in enumerate(tokens) if token.type == "td_open"]
    return ["".join(child.content for child in token.children or ()) for token in inside]


def fences(report: Report) -> list[tuple[str, str]]:
    tokens = kinds(read_markdown(render_markdown(report, Masker())), "fence")
    return [(token.info, token.content) for token in tokens]


def test_a_refusal_is_a_row_and_a_part_to_unfold() -> None:
    assert render_markdown(REFUSED, Masker()) == GOLDEN


def test_several_are_counted_and_nothing_is_left_unsaid() -> None:
    text = render_markdown(SEVERAL, Masker())
    tokens = read_markdown(text)
    assert text.startswith("## safeconduct why: 1 in, 1 refused, 1 could not be judged, 1 more could not be judged\n")
    assert [cells(tokens)[place] for place in (0, 4, 8)] == ["warehouse", "reporting", "ledger"]
    assert [cells(tokens)[place] for place in (2, 6, 10)] == [
        "refused at database",
        "in",
        "could not be judged at authentication",
    ]
    assert "Warning: `libpq ignores ~/.pgpass: others may read it`" in text
    assert "`on the worker (proven)`:\n\n```sh\nchmod 0600 ~/.pgpass\n```" in text
    assert "note, <code>2 connections of other types were left out: 2 http</code>" in text
    assert "- `secrets backend` could not be judged: `it cannot be asked here yet`" in text


def test_an_empty_report_says_that_nothing_was_walked() -> None:
    assert render_markdown(Report(), Masker()) == "## safeconduct why: no connection walked"
    unjudged = Report(unjudged=(Unjudged("connections", "there are none in the environment"),))
    assert "no connection walked, 1 more could not be judged" in render_markdown(unjudged, Masker())


@pytest.mark.parametrize(
    ("kind", "language"),
    [(RemedyKind.SQL, "sql"), (RemedyKind.PG_HBA, "text"), (RemedyKind.OPTION, "text"), (RemedyKind.COMMAND, "sh")],
)
def test_a_remedy_is_a_block_of_its_language_exactly_as_it_is(kind: RemedyKind, language: str) -> None:
    remedy = "first ```\n````\n\n    third | \\ `x` <b>\n"
    report = replace(REFUSED, findings=(replace(CONNECT, remedies=(Remedy(kind, remedy),)),))
    assert fences(report)[-1] == (language, f"{remedy}\n")


def test_walks_of_which_the_same_was_found_are_explained_once() -> None:
    twins = tuple(replace(REFUSED_WALK, connection=f"copy{number}") for number in range(300))
    text = render_markdown(Report(twins, tuple(replace(CONNECT, subject=twin.connection) for twin in twins)), Masker())
    assert len(cells(read_markdown(text))) == 4 * 300
    assert text.count("GRANT CONNECT") == 1
    assert "<code>copy0</code> and 299 more: refused" in text
    assert "`copy299`." in text
    assert len(text) < 65_536


def test_walks_of_which_something_else_was_found_are_explained_too() -> None:
    twin = replace(REFUSED_WALK, connection="twin")
    warning = replace(PASSWORD_FILE, subject="twin")
    text = render_markdown(Report((REFUSED_WALK, twin), (CONNECT, replace(CONNECT, subject="twin"), warning)), Masker())
    assert text.count("<details>") == 2
    assert text.index("GRANT CONNECT", text.index("<code>twin")) < text.index("chmod 0600"), "the refusal comes first"


def test_one_that_is_in_is_unfolded_only_for_what_was_found() -> None:
    assert "<details>" not in render_markdown(Report((LET_IN,)), Masker())
    assert render_markdown(Report((LET_IN,), (PASSWORD_FILE,)), Masker()).count("<details>") == 1


@pytest.mark.parametrize("hostile", FRAGMENTS)
def test_a_hostile_name_stays_a_name(hostile: str) -> None:
    name = f"a{hostile}b"
    walk = replace(REFUSED_WALK, connection=name, target=name)
    tokens = read_markdown(render_markdown(Report((walk,), (replace(CONNECT, subject=name),)), Masker()))
    shown = " ".join(printable(name).split()).replace("`", r"\x60").replace("|", r"\x7c")
    assert cells(tokens)[:2] == [shown, shown]


@settings(deadline=None)
@given(REPORTS)
def test_no_text_changes_the_structure(report: Report) -> None:
    tokens = read_markdown(render_markdown(report, MASKER))
    assert {token.type for token in tokens} <= BLOCKS
    assert len(kinds(tokens, "heading_open")) == 1
    assert len(cells(tokens)) == 4 * len(report.walks)
    assert list(_not_our_own(tokens)) == []
    html = [token.content for token in kinds(tokens, "html_block")]
    assert [text for text in html if not re.fullmatch(rf"{OPENING}|</details>\n?", text)] == []
    assert html[0::2] == [text for text in html if text.startswith("<details>")], "opened and closed in turn"
    assert html.count("</details>\n") + html.count("</details>") == len(html) / 2


def _not_our_own(tokens: list[Token]) -> Iterator[Token]:
    """What stands outside of code and HTML blocks and is not ours: markup, a link, a foreign word."""
    for token in tokens:
        for child in token.children or ():
            if child.type not in INLINE or (child.type == "text" and not OWN_WORDS.fullmatch(child.content)):
                yield child


@given(REPORTS)
@settings(deadline=None)
def test_every_remedy_of_a_refusal_can_be_copied(report: Report) -> None:
    told = {walk.connection for walk in report.walks}
    wanted = {
        printable(MASKER.text(remedy.text))
        for finding in report.findings
        for remedy in finding.remedies
        if finding.subject in told or finding.severity is not Severity.NOTE
    }
    tokens = kinds(read_markdown(render_markdown(report, MASKER)), "fence")
    there = {token.content.removesuffix("\n") for token in tokens}
    assert {text.replace("`", r"\x60") if "`" * 101 in text else text for text in wanted} <= there


def test_the_reader_sees_what_is_to_be_kept_out() -> None:
    found = {
        child.type for token in FORGE.parse("a@b.example www.a.example [a](b) <b>") for child in token.children or ()
    }
    assert {"link_open", "html_inline"} <= found
