"""The judge of the judgement can say no: it catches a grant too few and a grant too many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from safeconduct.model import Grant, ObjectKind, Privilege, Remedy, RemedyKind
from safeconduct.model.ledger import Need
from safeconduct.privileges import missing
from tests.privileges import stand as oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from safeconduct.privileges import Judgement

SHOP = (Path(__file__).parent / "shop.sql").read_text()
STATEMENT = "DELETE FROM shop.orders WHERE id = 1"


def too_few(judgement: Judgement) -> Judgement:
    return replace(judgement, findings=judgement.findings[:-1], missing=judgement.missing[:-1])


def too_many(judgement: Judgement) -> Judgement:
    needless = Need((Grant(ObjectKind.TABLE, "shop", "orders", Privilege.TRUNCATE),))
    last = judgement.findings[-1]
    wide = replace(last, remedies=(Remedy(RemedyKind.SQL, "GRANT ALL ON TABLE shop.orders TO etl"),))
    return replace(judgement, findings=(*judgement.findings[:-1], wide), missing=(*judgement.missing, needless))


def none_at_all(judgement: Judgement) -> Judgement:
    return replace(judgement, findings=(), missing=())


@pytest.mark.parametrize("mistake", [too_few, too_many, none_at_all])
def test_a_mistake_is_caught(
    stand: oracle.Stand, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[Judgement], Judgement]
) -> None:
    stand.sql(SHOP)
    with stand.server.superuser() as connection:
        assert not oracle.rehearse(connection, STATEMENT)
        monkeypatch.setattr(oracle, "missing", lambda *args: mistake(missing(*args)))
        assert oracle.rehearse(connection, STATEMENT)
