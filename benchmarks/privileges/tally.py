"""From verdicts to figures, and to the list that says why they are not better."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.figure import Figure
from benchmarks.privileges.verdict import Left

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.privileges.verdict import Verdict


Aims: TypeAlias = "tuple[float, float, float]"


def figures_of(
    name: str, verdicts: Sequence[Verdict], aims: tuple[float, float, float], where: str
) -> Iterator[Figure]:
    """Answered, of the statements that need a privilege; sound, and sound and minimal, of those answered; in %."""
    counted = [verdict for verdict in verdicts if verdict.counts]
    answered = [verdict for verdict in counted if verdict.answered]
    sound = sum(verdict.sound for verdict in answered)
    minimal = sum(verdict.minimal for verdict in answered)
    of_counted = f"{len(counted)} statements that need a privilege, on {where}"
    of_answered = f"{len(answered)} statements answered, on {where}"
    yield _figure(f"{name}.answered", len(answered), len(counted), aims[0], of_counted)
    yield _figure(f"{name}.sound", sound, len(answered), aims[1], of_answered)
    yield _figure(f"{name}.minimal", minimal, len(answered), aims[2], of_answered)


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """One line for each file, and one for all."""
    yield f"{'file':<18}{'all':>6}{'counted':>9}{'answered':>10}{'%':>7}{'sound %':>9}{'minimal %':>11}{'invented':>10}"
    names = list(dict.fromkeys(verdict.file for verdict in verdicts))
    for name in names:
        yield _row(name, [verdict for verdict in verdicts if verdict.file == name])
    if len(names) > 1:
        yield _row("in total", verdicts)


def why(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Each statement that is not answered, sound and minimal, with what was computed and what was wrong."""
    for verdict in verdicts:
        said = _said(verdict)
        if said:
            yield f"{verdict.file}:{verdict.line}: {' '.join(verdict.text.split())[:400]}"
            yield from (f"    {line}" for line in said)
            yield from (f"    computed: {grant}" for grant in verdict.grants)


def causes(verdicts: Sequence[Verdict], most: int = 40) -> Iterator[str]:
    """What fails most often, by stage, kind of statement and the server's or engine's words without names."""
    found: Counter[str] = Counter()
    example: dict[str, str] = {}
    for verdict in verdicts:
        for cause in _causes(verdict):
            found[cause] += 1
            example.setdefault(cause, f"{verdict.file}:{verdict.line}")
    for cause, times in found.most_common(most):
        yield f"{times:5}  {cause}  (first: {example[cause]})"


def _causes(verdict: Verdict) -> set[str]:
    kind = " ".join(verdict.text.upper().split()[: 2 if verdict.text[:6].upper() in _LONG else 1])
    if verdict.invented:
        return {f"NEEDS NOTHING, but computed: {_general(grant)} | {kind}" for grant in verdict.grants}
    if verdict.unjudged and verdict.counts:
        return {f"UNJUDGED {_general(reason)}" for reason in verdict.unjudged}
    if verdict.error and verdict.counts:
        return {f"UNSOUND {kind}: {_general(verdict.error)}"}
    return {f"NOT MINIMAL {kind}: {_general(grant)}" for grant in verdict.superfluous}


_LONG = frozenset({"CREATE", "ALTER ", "DROP T", "DROP F", "DROP V", "DROP S", "DROP R", "GRANT ", "REVOKE", "COMMEN"})


def _general(words: str) -> str:
    """Without the names, which differ from statement to statement."""
    kept = [word for word in words.replace('"', " ").split() if word.isupper() or word in _WORDS or _is_code(word)]
    return " ".join(kept)[:160] or words[:160]


def _is_code(word: str) -> bool:
    return len(word) == 5 and word.isalnum() and word.upper() == word


_WORDS = frozenset(
    """permission denied for table view sequence function schema type must be owner of the is not judged view trigger
    policies row level security kind statement this creation what reads which written through lies beneath with caller's
    rights runs neither on it nor does called said beyond any grant no column relation not found need needs role may use
    language procedure foreign server database column constraint rule index domain operator aggregate does exist whether
    SET names mean change changes later default defaults partition partitioned nested deeper superuser member only a
    read: line syntax error at or near refused: violates""".split()
)


def _said(verdict: Verdict) -> list[str]:
    if verdict.invented:
        return ["NEEDS NOTHING, but something was computed"]
    if not verdict.counts:
        return []
    if verdict.unjudged:
        return [f"UNJUDGED {reason}" for reason in verdict.unjudged]
    if verdict.error:
        return [f"UNSOUND {verdict.error}"]
    return [f"SUPERFLUOUS {grant}" for grant in verdict.superfluous]


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    counted = [verdict for verdict in verdicts if verdict.counts]
    answered = [verdict for verdict in counted if verdict.answered]
    invented = sum(verdict.invented for verdict in verdicts)
    shares = (
        _percent(len(answered), len(counted)),
        _percent(sum(verdict.sound for verdict in answered), len(answered)),
        _percent(sum(verdict.minimal for verdict in answered), len(answered)),
    )
    numbers = f"{len(verdicts):>6}{len(counted):>9}{len(answered):>10}"
    return f"{name:<18}{numbers}{shares[0]:>7.1f}{shares[1]:>9.1f}{shares[2]:>11.1f}{invented:>10}"


def _figure(name: str, part: int, whole: int, aim: float, peer: str) -> Figure:
    return Figure(name, _percent(part, whole), aim, peer, "%", "higher")


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def left_out(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """How many statements are not counted, by reason and by what the server said."""
    found = Counter((str(v.left.value), _general(v.error)) for v in verdicts if isinstance(v.left, Left))
    yield from (f"{times:5}  {left}: {error}" for (left, error), times in found.most_common(40))
