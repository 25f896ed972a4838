"""docs/rules is made from the rules that the code uses: `python -m tools.rule_pages` writes it anew.

`--transcripts` plays all scenes of tests/scenes before, on real servers, and stores what was printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from safeconduct.diagnosis.rulebook import all_rules, page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"
TRANSCRIPTS = FOLDER / "transcripts"


def index() -> str:
    """The list of all pages."""
    rows = "\n".join(
        f"| [{rule.id}]({rule.id}.md) | {rule.stage.value if rule.stage else ''} | {rule.title} |"
        for rule in all_rules()
    )
    head = "# Rules\n\nEverything that `safeconduct why` can find.\n\n| rule | stage | what it says |\n|---|---|---|\n"
    return f"{head}{rows}\n"


def pages() -> dict[str, str]:
    """Every page of the folder by its name."""
    return {"README.md": index(), **{f"{rule.id}.md": page(rule) + _transcript(rule.id) for rule in all_rules()}}


def stored_transcript(rule_id: str) -> str:
    """What is stored for this rule: the situation, then the command and what it printed; "" for nothing yet."""
    path = TRANSCRIPTS / f"{rule_id}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _transcript(rule_id: str) -> str:
    situation, command, printed = stored_transcript(rule_id).partition("\n$ ")
    if not situation:
        return ""
    fenced = f"\n```console\n{command[1:]}{printed}```\n" if command else ""
    return f"\n## Transcript\n\n{situation}{fenced}"


def _play() -> None:
    """Play every scene and store its transcript, none for scenes that are gone."""
    from tests.scenes.playing import all_transcripts  # the tests and their servers, not needed for the pages alone

    fresh = {f"{rule_id}.txt": text for rule_id, text in all_transcripts().items()}
    _write(TRANSCRIPTS, fresh)


def _write(folder: Path, wanted: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file() and old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the folder: new pages, changed ones, and none for rules that are gone."""
    if "--transcripts" in arguments:
        _play()
    _write(FOLDER, pages())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
