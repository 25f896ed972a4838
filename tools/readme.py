"""README's transcripts are what `safeconduct` printed: `python -m tools.readme` takes them anew.

Most are from a run of `safeconduct demo`; the one of `safeconduct privileges` is played by tests/scenes/readme.py, and
that of docs/privileges.md by tests/scenes/privileges_page.py.

`--check` changes nothing and exits with 1 when a run prints something else. What differs between runs and machines
(ports, milliseconds, PostgreSQL's version, the demo's folder) is left as the run printed it, and not compared.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"
PRIVILEGES = README.parent / "docs" / "privileges.md"
# `<!-- demo: FIRST ... LAST -->` and the fenced block after it: from the line FIRST to before the line LAST.
BLOCK = re.compile(
    r"(?P<head><!-- demo: (?P<first>.+?) \.\.\. (?P<last>.+?) -->\n```console\n)(?P<text>.*?)(?=```\n)", re.S
)
PLAYED = re.compile(r"(?P<head><!-- played: tests/scenes/\w+\.py -->\n```console\n)(?P<text>.*?)(?=```\n)", re.S)
VOLATILE = (
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "PORT"),
    (re.compile(r"\S*/safeconduct-demo-\w+"), "FOLDER"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s)\b"), "TIME"),
    (re.compile(r"(?<=PostgreSQL )\d+(\.\d+)*"), "VERSION"),
)


class ReadmeProblem(Exception):
    """README cannot be compared with a run; the text says why."""


def told() -> str:
    """What `safeconduct demo` prints without a terminal. Raises ReadmeProblem when it does not end well."""
    command = [sys.executable, "-m", "safeconduct", "demo"]
    width = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=width)
    if done.returncode != 0:
        raise ReadmeProblem(f"safeconduct demo ended with exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def excerpt(transcript: str, first: str, last: str) -> str:
    """The lines from the first that is FIRST to before the next that is LAST. Raises ReadmeProblem."""
    lines = transcript.splitlines()
    try:
        begin = lines.index(first)
        end = lines.index(last, begin)
    except ValueError:
        raise ReadmeProblem(f"a run of the demo has no part from {first!r} to {last!r}") from None
    return "\n".join(line.rstrip() for line in lines[begin:end]).rstrip() + "\n"


def steady(text: str) -> str:
    """The text without what differs between runs."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return text


def renewed(readme: str, transcript: str) -> str:
    """README with each block taken from this transcript; a block that says the same stays as it is."""

    def block(found: re.Match[str]) -> str:
        fresh = excerpt(transcript, found["first"], found["last"])
        return found["head"] + (found["text"] if steady(fresh) == steady(found["text"]) else fresh)

    text, count = BLOCK.subn(block, readme)
    if not count:
        raise ReadmeProblem(f"{README.name} has no block that begins with <!-- demo: FIRST ... LAST -->")
    return text


def with_played(page: str, transcript: str) -> str:
    """README, or another page, with its played block saying this. Raises ReadmeProblem where it has none."""
    text, count = PLAYED.subn(lambda found: found["head"] + transcript, page)
    if not count:
        raise ReadmeProblem("a page has no block that begins with <!-- played: tests/scenes/... -->")
    return text


def played() -> str:
    """What the commands of README's played block print."""
    from tests.scenes.readme import privileges_told  # the tests and their servers, not needed to compare
    from tests.scenes.scenery import Servers

    with closing(Servers()) as servers:
        return privileges_told(servers)


def played_for_privileges() -> str:
    """What those of docs/privileges.md print."""
    from tests.scenes.privileges_page import privileges_page
    from tests.scenes.scenery import Servers

    with closing(Servers()) as servers:
        return privileges_page(servers)


def main(arguments: list[str]) -> int:
    """Renew README and docs/privileges.md, or check them; gives the exit code."""
    before = {page: page.read_text("utf-8") for page in (README, PRIVILEGES)}
    try:
        after = {
            README: with_played(renewed(before[README], told()), played()),
            PRIVILEGES: with_played(before[PRIVILEGES], played_for_privileges()),
        }
    except ReadmeProblem as problem:
        print(f"readme: {problem}", file=sys.stderr)
        return 1
    for page, text in after.items():
        if "--check" not in arguments:
            page.write_text(text, "utf-8")
        elif text != before[page]:
            print(f"readme: {page.name} is not what is printed now: make readme", file=sys.stderr)
    return int("--check" in arguments and after != before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
