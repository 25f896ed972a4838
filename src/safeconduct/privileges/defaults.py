"""Default privileges that would have granted what is missing, had another role made the object, elsewhere or later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.model import ObjectKind, Remedy, RemedyKind, quote_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from safeconduct.model import Grant
    from safeconduct.privileges.holdings import Acl

_PLURALS = {ObjectKind.TABLE: "TABLES", ObjectKind.SEQUENCE: "SEQUENCES"}
"""As ALTER DEFAULT PRIVILEGES has them; views and foreign tables are among its tables."""


@dataclass(frozen=True, order=True)
class Default:
    """What `grantee` is granted on each object that `creator` makes; `schema` is empty where it is in all of them."""

    creator: str
    schema: str
    grantee: str

    def fits(self, grant: Grant, owner: str) -> bool:
        """Whether it would be granted if the owner made the object anew."""
        return self.creator == owner and self.schema in ("", grant.schema)


def without_effect(lists: Mapping[Grant, Acl]) -> str:
    """Whose default privileges would grant what is missing, and why they did not; "" where there are none."""
    return "; ".join(dict.fromkeys(_why(grant, acl.owner, one) for grant, acl in lists.items() for one in acl.defaults))


def for_the_next(grants: Iterable[Grant], lists: Mapping[Grant, Acl], role: str) -> Iterator[Remedy]:
    """What grants it when the object is made anew, where default privileges were meant to and do not."""
    grants = tuple(grants)
    first, owner = grants[0], next((acl.owner for acl in lists.values()), "")
    unfit = [acl.defaults for grant, acl in lists.items() if not any(one.fits(grant, owner) for one in acl.defaults)]
    if first.kind not in _PLURALS or not any(unfit):
        return
    privileges = ", ".join(dict.fromkeys(grant.privilege.value for grant in grants))
    yield Remedy(
        RemedyKind.SQL,
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote_identifier(owner)} IN SCHEMA {quote_identifier(first.schema)}"
        f" GRANT {privileges} ON {_PLURALS[first.kind]} TO {quote_identifier(role)};",
        when=f"{quote_identifier(owner)} makes {first.object_sql} anew: it changes nothing on what is there",
    )


def _why(grant: Grant, owner: str, one: Default) -> str:
    things = _PLURALS[grant.kind].lower()
    creator, schema = quote_identifier(one.creator), quote_identifier(one.schema)
    where = f" in schema {schema}" if one.schema else ""
    to = "PUBLIC" if one.grantee == "PUBLIC" else quote_identifier(one.grantee)
    rule = f"{grant.privilege.value} is granted to {to} on the {things} that {creator} makes{where}"
    if one.creator != owner:
        return f"{rule}, but {grant.object_sql} is {quote_identifier(owner)}'s"
    if one.schema not in ("", grant.schema):
        return f"{rule}, but {grant.object_sql} is in another"
    return f"{rule} from when that was set, but {grant.object_sql} was made before, or it was revoked since"
