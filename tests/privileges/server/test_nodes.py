"""PostgreSQL's node text, also where somebody's names or a stranger's server make it odd."""

from __future__ import annotations

import random

import pytest

from safeconduct.privileges.server.checks import checks_in
from safeconduct.privileges.server.nodes import Node, UnreadableTree, read_nodes


def only(text: str) -> Node:
    (node,) = read_nodes(text)
    return node


def test_fields_are_read_by_kind() -> None:
    node = only(
        '{RTE :alias <> :relid 16436 :inh false :selectedCols (b 8 10) :oids (o 1 2) :names ("a" "b\\ c") :none ()}'
    )
    assert node.name == "RTE"
    assert node.fields["alias"] is None
    assert node.number("relid") == 16436
    assert node.numbers("selectedCols") == (8, 10)
    assert node.numbers("oids") == (1, 2)
    assert node.fields["names"] == ['"a"', '"b\\ c"']
    assert node.fields["none"] == []
    assert node.number("absent") == 0
    assert node.numbers("alias") == ()


def test_the_bytes_of_a_constant_stay_together() -> None:
    node = only("{CONST :constlen 4 :constvalue 4 [ 50 64 0 0 ] :location -1}")
    assert node.fields["constvalue"] == ["4", "[", "50", "64", "0", "0", "]"]
    assert node.number("location") == -1


@pytest.mark.parametrize(
    "name", [":requiredPerms", "\\{RTE\\ :requiredPerms\\ 2\\}", "a\\\n:relid", "\\\\", "\\)", '\\"', "[", "ünï"]
)
def test_a_name_is_no_field(name: str) -> None:
    node = only("{TARGETENTRY :resname " + name + " :resno 1}")
    assert node.fields.keys() == {"resname", "resno"}
    assert node.number("resno") == 1


@pytest.mark.parametrize(
    "text",
    ["{", "(", "}", ")", "{A)", "(}", "{A :b (}", "({A :b 1}", "{A :b (i 1 x)}", "{A :b (b {C})}", "x" * 78 + "\n:y 1"],
)
def test_what_is_no_tree_is_said(text: str) -> None:
    with pytest.raises(UnreadableTree):
        read_nodes(text)


def test_a_field_that_is_no_number_is_said() -> None:
    node = only("{RTE :relid x1 :oid ٣ :selectedCols 1}")
    for name in ("relid", "oid"):
        with pytest.raises(UnreadableTree, match=f"a field {name} that is no number"):
            node.number(name)
    with pytest.raises(UnreadableTree, match="no set of numbers"):
        node.numbers("selectedCols")


@pytest.mark.parametrize("opening", ["( ", "{A :b "])
def test_depth_is_no_matter(opening: str) -> None:
    closing = {"( ": ")", "{A :b ": "}"}[opening]
    nodes = read_nodes(opening * 20_000 + "1" + f" {closing}" * 20_000)
    assert len(nodes) == (20_000 if closing == "}" else 0)


def test_permissions_that_are_not_there_are_said() -> None:
    with pytest.raises(UnreadableTree, match="permissions that it does not hold"):
        checks_in(read_nodes("{QUERY :rtable ({RANGETBLENTRY :relid 1 :perminfoindex 2}) :rteperminfos <>}"))


def test_only_permissions_that_an_entry_refers_to_count() -> None:
    info = "{{RTEPERMISSIONINFO :relid {0} :requiredPerms 2 :checkAsUser 0 :selectedCols (b)}}"
    text = "{QUERY :rtable ({RANGETBLENTRY :perminfoindex 2}) :rteperminfos (" + info.format(7) + info.format(8) + ")}"
    assert [check.relation for check in checks_in(read_nodes(text)).relations] == [8]


def test_a_sequence_is_read_in_either_order_of_bytes() -> None:
    for octets in ("50 64 0 0 0 0 0 0", "0 0 0 0 0 0 64 50"):
        call = "{FUNCEXPR :funcid 1574 :args ({CONST :consttype 2205 :constvalue 4 [ " + octets + " ]})}"
        assert checks_in(read_nodes(call)).sequences == {("nextval", 16434)}
    assert checks_in(read_nodes("{FUNCEXPR :funcid 1574 :args ({VAR :varno 1})}")).sequences == {("nextval", 0)}


def test_any_text_is_a_tree_or_said_to_be_none() -> None:
    chance = random.Random(7)
    words = """{QUERY {RTE {CONST } ( ) (b (o :relid :requiredPerms :rtable :rteperminfos :args :funcid 1574
    :perminfoindex :constvalue [ ] <> -1 \\ "x" : 99999999999999999999999""".split()
    read = 0
    for _ in range(4_000):
        text = " ".join(chance.choices(words, k=chance.randint(1, 25)))
        try:
            checks_in(read_nodes(text))
            read += 1
        except UnreadableTree:
            pass
    assert read > 50, "else this test says nothing"
