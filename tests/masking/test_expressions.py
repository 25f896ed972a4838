"""Expressions out of a catalog, as the server writes them: with a secret's name in them no literal is shown."""

from __future__ import annotations

import pytest

from safeconduct.masking import Masker
from safeconduct.masking.expressions import hide_literals


@pytest.mark.parametrize(
    "expression",
    [
        "((token)::text = 'hunter2'::text)",
        "('hunter2'::text = token)",
        "(token = ANY (ARRAY['hunter2'::text, 'hunter3'::text]))",
        "(token = E'hun\\\\ter2''hunter3'::text)",
        "(current_setting('app.token'::text) = 'hunter2'::text)",
        "(note = crypt('hunter2'::text, note))",
        "(EXISTS ( SELECT 1 FROM dblink('host=h password=''hun ter'''::text, 'SELECT 1'::text) t(a integer)))",
    ],
)
def test_no_literal_is_shown_beside_a_secrets_name(expression: str) -> None:
    hidden = hide_literals(expression)
    assert "'***'" in hidden
    assert "hun" not in Masker().text(hidden)
    assert ("'app.token'" in Masker().text(hidden)) == ("'app.token'" in expression)


@pytest.mark.parametrize(
    "expression",
    ["(tenant = 'acme'::text)", "(owner = CURRENT_USER)", "(current_setting('app.tenant'::text) = tenant)"],
)
def test_others_stay(expression: str) -> None:
    assert hide_literals(expression) == expression
