"""docs/rules is made from the rules that the code uses: `python -m tools.rule_pages` writes it anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.diagnosis.rulebook import all_rules, page

if TYPE_CHECKING:
    pass

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "rules"


def index() -> str:
    """The list of all pages."""
    rows = "\n".join(
        f"| [{rule.id}]({rule.id}.md) | {rule.stage.value if rule.stage else ''} | {rule.title} |"
        for rule in all_rules()
    )
    head = "# Rules\n\nEverything that `safeconduct why` can find.\n\n| rule | stage | what it says |\n|---|---|---|\n"
    return f"{head}{rows}\n"


def pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    return {"README.md": index(), **{f"{rule.id}.md": page(rule) for rule in all_rules()}}


def main() -> int:
    """Write the folder: new pages, changed ones, and none for rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in FOLDER.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
