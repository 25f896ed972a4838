"""The detector holds its aims on the corpus. Only totals are shown: what is missed must not guide the rules."""

from __future__ import annotations

from benchmarks.detector import FALSE_ALARMS, FOUND, measured
from benchmarks.detector.corpus import Item, Leaf, leaves, measure, read_corpus


def test_the_corpus_is_large_enough() -> None:
    with_secret = sum(bool(item.secret) for item in read_corpus())
    assert min(with_secret, len(read_corpus()) - with_secret) >= 100


def test_the_aims_hold() -> None:
    total = measured(read_corpus())
    reached = total.found >= FOUND and total.alarms <= FALSE_ALARMS
    assert reached, str(total)


def test_how_it_is_measured() -> None:
    extras = [({"a": {"b": 1, "c": 2}, "d": 3}, {"/a/b"}), ({"x": [1, 2], "y": 3, "z": 4}, set())]
    items = [Item(extra, frozenset(secret), tuple(leaves(extra))) for extra, secret in extras]
    total = measure(items, [{"/a"}, {"/x/1"}])
    assert (total.found, total.alarms, total.beside) == (100.0, 25.0, 50.0)
    assert (total.items_found, total.items_alarmed) == (100.0, 100.0)
    assert measure(items, [set(), set()]).found == 0


def test_leaves_have_json_pointers() -> None:
    assert list(leaves({"a/b": [{"c~": 1}]})) == [Leaf("/a~1b/0/c~0", "c~", 1)]
    assert list(leaves("text")) == [Leaf("", "", "text")]
