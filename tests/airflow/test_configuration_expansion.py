"""Variables and `~` are expanded as the standard library does it, which Airflow uses, but in a given environment."""

from __future__ import annotations

import os
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from safeconduct.airflow.expansion import expand

_TEXT = st.text(alphabet="~/$ {}abA_é.:@", max_size=24)
_NAMES = st.sampled_from(["a", "b", "A", "ab", "_", "HOME"])


@given(_TEXT, st.dictionaries(_NAMES, st.text(alphabet="/xyz ~$%", max_size=6)))
@example("~", {"HOME": "/"})
@example("~", {"HOME": "~/x"})
@example("~/x", {"HOME": "/"})
@example("~root/x", {})
@example("~nobody-of-this-name/x", {})
@example("${${a}}$a$$b", {"a": "x"})
def test_as_the_standard_library(text: str, environ: dict[str, str]) -> None:
    with patch.dict(os.environ, environ, clear=True):
        expected: str | None = text
        for _ in range(64):
            before = expected
            expected = os.path.expanduser(os.path.expandvars(before or ""))
            if expected == before:
                break
        else:
            expected = None  # it never ends: Airflow itself would hang
    assert expand(text, environ) == expected
