"""Secrets in extras: how many are found, and how many false alarms, beside Airflow's names and detect-secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detector.corpus import Item, Measure, measure, read_corpus
from benchmarks.figure import Figure
from safeconduct.masking.detector import exposures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOUND, FALSE_ALARMS = 95.0, 3.0


def measured(items: Sequence[Item]) -> Measure:
    """The detector on these items."""
    return measure(items, [{found.pointer for found in exposures(item.extra)} for item in items])


def figures() -> Iterator[Figure]:
    """The detector and both peers on the whole corpus."""
    from benchmarks.detector.peers import AIRFLOW, flagged_by_airflow, flagged_by_detect_secrets

    items = read_corpus()
    ours = measured(items)
    airflow = measure(items, flagged_by_airflow(items))
    scanner = measure(items, flagged_by_detect_secrets(items))
    said = f"airflow {AIRFLOW}: {airflow}; detect-secrets: {scanner}; safeconduct: {ours}"
    yield Figure("detector.found", ours.found, FOUND, said, "percent", "higher")
    yield Figure("detector.false-alarms", ours.alarms, FALSE_ALARMS, said, "percent")
