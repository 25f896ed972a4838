"""The account of a role for people: what is needed, held, missing and too much, object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Grant, Privilege, Severity, quote_identifier
from safeconduct.model.grants import by_object, privilege_list
from safeconduct.model.holding import Source
from safeconduct.model.ledger import needs_by_object
from safeconduct.report.explanation import explanation
from safeconduct.report.page import Ink, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from safeconduct.masking import Masker
    from safeconduct.model import Finding, ObjectKind
    from safeconduct.model.holding import Holding, Inventory, Later, Way
    from safeconduct.model.ledger import Excess, Ledger, Need

SHOWN_OBJECTS = 6
"""Names of objects that were granted alike and stand on one line; the others are counted."""


def render_ledgers(ledgers: Sequence[Ledger], masker: Masker, *, width: int = 100, colour: bool = False) -> str:
    """The accounts as text, one after the other."""
    page = Page(masker, width, colour)
    return "\n\n".join("\n".join(_ledger(ledger, page)) for ledger in ledgers)


def _ledger(ledger: Ledger, page: Page) -> Iterator[str]:
    head = page.ink(page.line(ledger.connection), Ink.HEADING)
    yield f"{head}   {page.line(ledger.role)} in {page.line(ledger.database)}"
    if ledger.needed is not None:
        yield from _section("Needed:", _needs(ledger.needed, ledger, page), "nothing but to log in", page)
    if ledger.held is not None:
        yield from _held(ledger.held, page)
    if ledger.missing is not None:
        yield from _missing(ledger, page)
    if ledger.excess is not None:
        yield from _section("Beyond the need:", _excess(ledger.excess, page), "nothing", page)
    for remark in ledger.remarks:
        yield from page.prose(remark, first="    ")
    for finding in ledger.findings:
        yield from _finding(finding, page)
    for one in ledger.unjudged:
        yield from page.prose(f"could not be judged: {one.reason}", first="  ? ")


def _missing(ledger: Ledger, page: Page) -> Iterator[str]:
    yield from _section("Missing:", _needs(ledger.missing or (), ledger, page), "nothing", page)
    if ledger.grants:
        yield from _section("What gives it, all of it together:", _sql(ledger.grants, page), "", page)


def _finding(finding: Finding, page: Page) -> Iterator[str]:
    yield ""
    if finding.severity is Severity.ERROR:
        yield from page.prose(finding.message, first="  x ")
        if places := finding.evidence.get("asked for in"):
            yield from page.prose(f"asked for in {places}", first="    ")
    yield from explanation(finding, page)


def _section(title: str, lines: Iterable[str], empty: str, page: Page) -> Iterator[str]:
    found = list(lines)
    yield ""
    yield f"  {page.ink(title, Ink.HEADING)}" if found else f"  {page.ink(title, Ink.HEADING)} {empty}"
    yield from found


def _needs(needs: Iterable[Need], ledger: Ledger, page: Page) -> Iterator[str]:
    for grants, concerned in needs_by_object(needs):
        yield _grants(grants, page)
        for why in dict.fromkeys(need.why for need in concerned if need.why):
            yield from page.prose(why, first="        ")
        places = dict.fromkeys(f"{p.file}:{p.line}" for grant in grants for p in ledger.asked_by.get(grant, ()))
        if places:
            more = f" and {len(places) - SHOWN_OBJECTS} more" if len(places) > SHOWN_OBJECTS else ""
            yield from page.prose(f"asked for in {', '.join([*places][:SHOWN_OBJECTS])}{more}", first="        ")


def _sql(texts: Iterable[str], page: Page) -> Iterator[str]:
    return (f"    {page.ink(line, Ink.REMEDY)}" for text in texts for line in page.clean(text).split("\n"))


def _grants(grants: tuple[Grant, ...], page: Page) -> str:
    return f"    {_kind(grants[0].kind)} {page.line(grants[0].object_sql)}: {page.line(privilege_list(grants))}"


def _held(held: Inventory, page: Page) -> Iterator[str]:
    if held.superuser:
        yield from ("", f"  {page.ink('Held:', Ink.HEADING)} everything: {page.line(held.role)} is a superuser")
        return
    counted = [holding for holding in held.holdings if holding.counts]
    idle = [holding for holding in held.holdings if not holding.counts]
    yield from _section("Held:", (_holding(one, page) for one in counted), "nothing", page)
    beyond = [*(f"    attribute {word}" for word in held.attributes), *(_member(way, page) for way in held.memberships)]
    if beyond:
        yield from _section("As a role:", beyond, "", page)
    if idle:
        yield from _section("Granted, but not in effect:", (_holding(one, page) for one in idle), "", page)
    if held.later:
        yield from _section("On what is made later:", (_later(one, page) for one in held.later), "", page)


def _holding(holding: Holding, page: Page) -> str:
    what = ", ".join(privilege.value for privilege in holding.privileges) or "nothing"
    column = f" ({page.line(quote_identifier(holding.column))})" if holding.column else ""
    option = " with the grant option" if holding.grantable and not holding.owns else ""
    return f"    {_kind(holding.kind)} {_objects(holding, page)}: {what}{column}{option}{_way(holding.way, page)}"


def _objects(holding: Holding, page: Page) -> str:
    """The first few by name, the others counted."""
    if not holding.objects:
        return "all there are"
    grants = (
        Grant(holding.kind, holding.schema, name, Privilege.USAGE, arguments=arguments)
        for name, arguments in holding.objects[:SHOWN_OBJECTS]
    )
    rest = len(holding.objects) - SHOWN_OBJECTS
    return ", ".join(page.line(grant.object_sql) for grant in grants) + (f" and {rest} more" if rest > 0 else "")


def _way(way: Way, page: Page) -> str:
    names = " in ".join(page.line(quote_identifier(role)) for role in way.through)
    words = {
        Source.GRANTED: "",
        Source.PUBLIC: ", as everybody (PUBLIC)",
        Source.OWNER: f", as the owner, through {names}" if names else ", as the owner",
        Source.MEMBER: f", through {names}",
        Source.PREDEFINED: f", through {names}",
    }[way.source]
    return f"{words}; {page.line(way.stopped)}" if way.stopped else words


def _member(way: Way, page: Page) -> str:
    *through, role = (page.line(quote_identifier(name)) for name in way.through)
    words = f"    member of {role}" + (f", through {' in '.join(through)}" if through else "")
    return f"{words}; {page.line(way.stopped)}" if way.stopped else words


def _later(later: Later, page: Page) -> str:
    where = f" in {page.line(quote_identifier(later.schema))}" if later.schema else ""
    what = ", ".join(privilege.value for privilege in later.privileges)
    return (
        f"    {_kind(later.kind)}s that {page.line(quote_identifier(later.creator))} makes{where}: "
        f"{what}{_way(later.way, page)}"
    )


def _excess(excess: Iterable[Excess], page: Page) -> Iterator[str]:
    every = [one for one in excess if one.revocable]
    narrower = by_object(grant for one in every for grant in one.narrower)
    for key, grants in by_object(one.grant for one in every).items():
        enough = f"; {page.line(privilege_list(narrower[key]))} would do" if key in narrower else ""
        yield _grants(grants, page) + enough


def _kind(kind: ObjectKind) -> str:
    return kind.value.lower()
