"""What is known of a trigger's variables before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.privileges.fired import NewRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from safeconduct.privileges.fired import Fired

_ROW, _BEFORE, _INSTEAD = 1, 2, 64
"""pg_trigger.tgtype's bits."""


@dataclass(frozen=True)
class Known:
    """The values of variables by their names in lower case (chapter 43.10.1), and the row that is NEW."""

    texts: Mapping[str, str] = field(default_factory=dict)
    row: NewRow = field(default=NewRow())

    def __bool__(self) -> bool:
        return bool(self.texts) or self.row != NewRow()


NOTHING = Known()


def known_to(fired: Fired) -> Known:
    """What is known to the trigger that is fired."""
    trigger, event = fired.trigger, fired.event
    if not event:
        return NOTHING
    when = "INSTEAD OF" if trigger.events & _INSTEAD else "BEFORE" if trigger.events & _BEFORE else "AFTER"
    by_row = trigger.events & _ROW
    texts = {"tg_op": event, "tg_when": when, "tg_level": "ROW" if by_row else "STATEMENT", "tg_name": trigger.name}
    if trigger.table:
        texts |= dict.fromkeys(("tg_table_name", "tg_relname"), trigger.table.name)
        texts["tg_table_schema"] = trigger.table.schema
    texts["tg_nargs"] = str(len(trigger.arguments))
    texts |= {f"tg_argv[{place}]": value for place, value in enumerate(trigger.arguments)}
    return Known(texts, fired.row if by_row else NewRow())
