"""The same corpus through Airflow's own secrets masker and through detect-secrets."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.detector.corpus import leaves
from safeconduct.masking.detect_secrets import detect_secrets_exposures
from tests.servers.airflow import real_airflow
from tests.servers.availability import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.detector.corpus import Item

AIRFLOW = "3.3.2"
# The masker with its default names, and with what it redacts of an extra: names decide, at every depth.
_REDACT = """
import json, sys
from airflow._shared.secrets_masker.secrets_masker import DEFAULT_SENSITIVE_FIELDS, SecretsMasker
masker = SecretsMasker()
masker.sensitive_variables_fields = list(DEFAULT_SENSITIVE_FIELDS)
json.dump([masker.redact(extra) for extra in json.load(sys.stdin)], sys.stdout)
"""


def flagged_by_airflow(items: Sequence[Item]) -> list[set[str]]:
    """The pointers of the leaves that Airflow redacts. SystemExit when this Airflow is not installed."""
    with tempfile.TemporaryDirectory() as home:
        airflow = real_airflow(AIRFLOW, Path(home))
        if isinstance(airflow, Missing):
            raise SystemExit(str(airflow))
        given = json.dumps([item.extra for item in items])
        said = subprocess.run(
            [airflow.programs / "python", "-c", _REDACT],
            env=airflow.environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    redacted = json.loads(said[said.index("[") :])
    return [set(_changed(item, after)) for item, after in zip(items, redacted, strict=True)]


def _changed(item: Item, redacted: object) -> Iterator[str]:
    after = {leaf.pointer: leaf.value for leaf in leaves(redacted)}
    for leaf in item.leaves:
        if leaf.pointer not in after or after[leaf.pointer] != leaf.value:
            yield leaf.pointer


def flagged_by_detect_secrets(items: Sequence[Item]) -> list[set[str]]:
    """The pointers of the leaves in which detect-secrets finds something, as our plugin asks it."""
    return [{found.pointer for found in detect_secrets_exposures(item.extra)} for item in items]
