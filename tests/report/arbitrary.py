"""Reports with hostile text in every field but the rule, whose ids are ours, and secrets that the masker knows."""

from __future__ import annotations

from hypothesis import strategies as st

from safeconduct.diagnosis.rulebook import all_rules
from safeconduct.masking import Masker
from safeconduct.model import (
    Finding,
    Location,
    Outcome,
    Remedy,
    RemedyKind,
    Report,
    Secret,
    Severity,
    Stage,
    StageOutcome,
    StageReport,
    Unjudged,
    Walk,
)

# Plain, and with every character that one of the formats writes otherwise.
SECRETS = ("zq7-Planted-Secret-One", "zq8~{0}[a](b)|`<b>&\"'*_\\#@w", "zq9\u2028\u202e\x1b\ud800ünprintable")
MASKER = Masker(map(Secret, SECRETS))

FRAGMENTS = (
    *("\0", "\x1b[2J", "\x1b]0;owned\x07", "\ud800", "\udcff", "\ufffe", "\u202e", "\u200b", "\x85", "\u2028"),
    *("\r\n", "\n\n", "\n# heading\n", "\n---\n", "\n- [ ] item\n", "\n1. one\n", "\n> quote\n", "\n    indented\n"),
    *("`", "``", "\n```\n", "\n~~~\n", "`" * 300, "|", "\\|", "\\", "\n|---|\n", "**", "__", "$`x`$"),
    *("<script>alert(1)</script>", "</details>", "</code>", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "&lt;", "&#0;"),
    *("[a](http://a.example)", "![a](b)", "[a]: http://a.example", "<http://a.example>", "http://a.example"),
    *("www.example.com", "mail@example.com", "@somebody", "#123", "{0}", "{{", "}}", "{", "\u00a0", " ", "%s", "\t"),
)
PIECES = st.one_of(st.sampled_from(SECRETS), st.sampled_from(FRAGMENTS), st.text(st.characters(), max_size=8))
TEXT = st.lists(PIECES, max_size=5).map("".join)

NAMES = st.one_of(st.sampled_from(("warehouse", "a|b", "`", "", " ", SECRETS[0])), TEXT)
RULES = st.sampled_from([*(rule.id for rule in all_rules()), "room.topic.unheard-of"])
REMEDIES = st.builds(Remedy, st.sampled_from(RemedyKind), TEXT, st.sampled_from([True, False, None]), TEXT)
FINDINGS = st.builds(
    Finding,
    rule=RULES,
    subject=NAMES,
    message=TEXT,
    stage=st.sampled_from([*Stage, None]),
    severity=st.sampled_from(Severity),
    evidence=st.dictionaries(st.one_of(st.sampled_from(("sqlstate", "message", "detail", "routine")), TEXT), TEXT),
    possible=st.lists(TEXT, max_size=2).map(tuple),
    remedies=st.lists(REMEDIES, max_size=2).map(tuple),
    location=st.none() | st.builds(Location, TEXT, st.integers(1, 9)),
)
STAGES = st.lists(st.builds(StageReport, st.sampled_from(Stage), st.sampled_from(StageOutcome), TEXT), max_size=4)
WALKS = st.builds(Walk, NAMES, TEXT, st.sampled_from(Outcome), STAGES.map(tuple))
REPORTS = st.builds(
    Report,
    st.lists(WALKS, max_size=3).map(tuple),
    st.lists(FINDINGS, max_size=3).map(tuple),
    st.lists(st.builds(Unjudged, NAMES, TEXT), max_size=2).map(tuple),
)
