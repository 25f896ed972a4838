"""What statements run unseen, where the server has told which functions they call and which triggers they fire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from safeconduct.privileges.fired import Fired
    from safeconduct.privileges.functions import Function, Functions
    from safeconduct.privileges.reading.calls import Texts


@dataclass(frozen=True, eq=False)
class Beneath:
    """One function by its name and the types of its arguments; `fired` where it is called as a trigger.

    `texts` are the constants that it is called with.

    Not by its number, which is another in a copy of the database.
    """

    schema: str
    name: str
    arguments: str
    fired: Fired | None = None
    texts: Texts = ()

    def found_in(self, functions: Functions) -> Function | None:
        """The function among those that were looked up."""
        some = functions.named(self.schema, self.name)
        return next((one for one in some if one.arguments == self.arguments), None)


def beneath(called: Mapping[int, Texts], fired: Iterable[Fired], functions: Functions) -> Iterator[Beneath]:
    """The same by name: what was called and fired by the numbers that it has in the session that was asked."""
    for oid, texts in called.items():
        if function := functions.by_oid.get(oid):
            yield Beneath(function.schema, function.name, function.arguments, texts=texts)
    for one in fired:
        if function := functions.by_oid.get(one.trigger.function):
            yield Beneath(function.schema, function.name, function.arguments, one)
