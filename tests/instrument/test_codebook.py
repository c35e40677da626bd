"""Items, scales and codebooks keep their promises and contradict neither themselves nor each other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from surveys import book, message

import analysis as an

NAN = float("nan")


def faults(*items: an.Item, scales: tuple[an.Scale, ...] | None = None) -> str:
    """Return what a codebook of these items says when it is refused."""
    made = scales if scales is not None else tuple(an.Scale(code) for code in dict.fromkeys(i.scale for i in items))
    return message(an.CodebookError, an.Codebook, items, made, "mine")


@pytest.mark.parametrize(
    ("keyed", "turned", "is_reversed"), [(1, False, False), (-1, False, True), (1, True, True), (-1, True, False)]
)
def test_an_item_is_reversed_if_keyed_and_stored_disagree(keyed: int, turned: bool, is_reversed: bool) -> None:  # noqa: FBT001
    assert an.Item("a", "H", 1, 5, keyed=keyed, turned=turned).reversed is is_reversed


def test_an_item_is_scored_unless_it_mirrors_or_accompanies() -> None:
    assert an.Item("a", "H").scored
    assert not an.Item("a", "H", mirrors=("b",)).scored
    assert not an.Item("a", "H", companion=True).scored


def test_an_item_without_bounds_or_finished_is_continuous() -> None:
    assert an.Item("a", "H").continuous
    assert an.Item("a", "H", 1, 5, finished=True).continuous
    assert not an.Item("a", "H", 1, 5).continuous
    assert an.Item("a", "H").bounds is None
    assert an.Item("a", "H", 0, 4).bounds == (0, 4)


def test_the_header_is_the_column_or_else_the_name() -> None:
    assert an.Item("a", "H").header == "a"
    assert an.Item("a", "H", column="Q 1").header == "Q 1"


def test_codebooks_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        book("a").name = "other"  # type: ignore[misc]


def test_a_codebook_finds_its_items_and_scales() -> None:
    codebook = book("a", an.Item("m", "H", 1, 5, mirrors=("a",)), an.Item("c", "H", 1, 5, companion=True))
    assert codebook.item("a").name == "a"
    assert codebook.scale("H").label == "H"
    assert [item.name for item in codebook.scored_items("H")] == ["a"]
    assert [item.name for item in codebook.mirror_items("H")] == ["m"]


@pytest.mark.parametrize(
    ("ask", "name", "words"),
    [
        ("item", "ab", "There is no item 'ab' in this codebook; it has abc, xyz. Did you mean 'abc'?"),
        ("scale", "h", "There is no scale 'h' in this codebook; it has H. Did you mean 'H'?"),
        ("scored_items", "h", "There is no scale 'h' in this codebook"),
        ("block", "block:heathy", "it has block:healthy, block:unhealthy, block:all. Did you mean 'block:healthy'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_right_one(ask: str, name: str, words: str) -> None:
    assert words in message(an.CodebookError, getattr(book("abc", "xyz"), ask), name)


def test_bounds_of_a_scale_are_those_that_all_its_items_share() -> None:
    assert book("a", "b").bounds("H") == (1, 5)
    assert book("a", an.Item("b", "H", 1, 7, companion=True)).bounds("H") == (1, 5)
    assert book(an.Item("a", "H"), an.Item("b", "H")).bounds("H") is None


def test_blocks_hold_scales_by_valence_and_no_neutral_ones() -> None:
    items = [an.Item(code.lower(), code, 1, 5) for code in "ABC"]
    codebook = book(*items, A="healthy", B="unhealthy")
    assert codebook.block("block:healthy") == ("A",)
    assert codebook.block("block:unhealthy") == ("B",)
    assert codebook.block("block:all") == ("A", "B")


def test_shown_facets_hold_companions_but_no_mirrors_and_never_the_whole_scale() -> None:
    items = (
        an.Item("a", "H", 1, 5, facet="apart"),
        an.Item("b", "H", 1, 5, facet="together"),
        an.Item("c", "H", 1, 5, facet="apart", companion=True),
        an.Item("m", "H", 1, 5, facet="apart", mirrors=("a",)),
        an.Item("d", "J", 1, 5, facet="all"),
        an.Item("e", "K", 1, 5, facet="hidden"),
        an.Item("f", "K", 1, 5),
    )
    scales = (an.Scale("H", show_facets=True), an.Scale("J", show_facets=True), an.Scale("K"))
    shown = an.Codebook(items, scales).facets
    assert {code: [item.name for item in found] for code, found in shown.items()} == {
        "H.apart": ["a", "c"],
        "H.together": ["b"],
    }


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("H1", "Balance of give and take"),
        ("H6.apart", "{H6}: apart"),
        ("H3.bear_no", "{H3}: bear no"),
        ("H1+U1", "Balance of give and take with {U1}"),
        ("block:healthy", "healthy block"),
        ("block:all", "whole profile"),
        ("nothing", "nothing"),
        ("no.thing", "no.thing"),
    ],
)
def test_every_code_of_the_results_has_words(code: str, words: str) -> None:
    codebook = an.built_in()
    assert codebook.label(code) == words.format(**{scale.code: scale.name for scale in codebook.scales})


def test_a_finished_score_column_becomes_a_neutral_scale_of_its_own() -> None:
    codebook = book("a", "b").with_scores(("total",))
    assert codebook.codes == ("H", "total")
    assert codebook.finished("total")
    assert not codebook.finished("H")
    assert codebook.scale("total").valence == "neutral"


def test_a_finished_score_that_is_an_item_keeps_its_bounds_and_scale() -> None:
    items = (an.Item("a", "H", 0, 100, column="Score A"),)
    codebook = an.Codebook(items, (an.Scale("H", valence="healthy"),)).with_scores(("Score A",))
    assert codebook.items == (replace(items[0], finished=True),)
    assert codebook.finished("H")
    assert codebook.bounds("H") == (0, 100)


def test_a_finished_score_is_never_mixed_with_the_items_of_a_scale() -> None:
    said = message(an.CodebookError, book("a", "b").with_scores, ("H",))
    assert "scores names 'H', but the scale 'H' is scored from items" in said
    assert "Rename the column" in said


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (an.Item("a", "H", 5, 5), "item 'a': minimum 5 is not below maximum 5"),
        (an.Item("a", "H", 1), "only one of minimum and maximum is there"),
        (an.Item("a", "H", None, 5), "only one of minimum and maximum is there"),
        (an.Item("a", "H", 1, float("inf")), "must be finite numbers"),
        (an.Item("a", "H", NAN, NAN), "must be finite numbers"),
        (an.Item("a", "H", keyed=-1), "a reversed item needs its minimum and maximum"),
        (an.Item("a", "H", turned=True), "a reversed item needs its minimum and maximum"),
        (an.Item("a", "H", indicator_keyed=-1), "a reversed item needs its minimum and maximum"),
        (an.Item("a", "H", 1, 5, keyed=2), "keyed is 2, indicator_keyed is 0; allowed are 1 and -1"),
        (an.Item("a", "H", 1, 5, referent="me"), "referent is 'me'; allowed are self, partner, couple"),
        (an.Item("a", "H", 1, 5, labels=((9, "often"),)), "labels has 9 for 'often', outside 1 to 5"),
        (an.Item("a", "H", labels=((NAN, "often"),)), "labels has nan for 'often'"),
        (an.Item("a", "H", 1, 5, labels=((1, "no"), (1, "yes"))), "labels has 2 texts for 1"),
        (an.Item("a", "H", 1, 5, labels=((1, "No"), (2, "no "))), "labels has 'no' for 2 numbers"),
        (an.Item("a", "H", 1, 5, labels=((1, "2"), (2, "1"))), "labels has '2' for 1, but 2 is an answer of its own"),
        (an.Item("a", "H", 1, 5, labels=((1, "2,0"),)), "write the numbers as the file has them"),
        (an.Item("", "H", 1, 5), "the item has no name"),
        (an.Item("a+b", "H", 1, 5), "item 'a+b': the name 'a+b' cannot hold '+', which joins two scales in results"),
        (an.Item("block:a", "H", 1, 5), "item 'block:a': the name 'block:a' cannot start with 'block:'"),
        (
            an.Item("a", "A+B", 1, 5),
            "scale 'A+B': the code 'A+B' cannot hold '+', which joins two scales in results; choose another code",
        ),
        (an.Item("a", "A.b", 1, 5), "scale 'A.b': the code 'A.b' cannot hold '.', which parts a scale from its facet"),
        (
            an.Item("a", "block:A", 1, 5),
            "scale 'block:A': the code 'block:A' cannot start with 'block:', which names a block",
        ),
        (an.Item("a", ""), "item 'a' has no scale"),
        (an.Item("a", "H", mirrors=("b",)), "item 'a' mirrors 'b', which is not a scored item"),
    ],
)
def test_an_item_that_contradicts_itself_makes_no_codebook(item: an.Item, words: str) -> None:
    assert words in faults(item)


def test_a_label_may_be_its_own_number_or_one_that_is_no_answer() -> None:
    item = an.Item("a", "H", 1, 3, labels=((1, "1"), (2, "5"), (3, "10")))
    assert book(item).items == (item,)


def test_the_scored_items_of_a_scale_have_one_range() -> None:
    said = faults(an.Item("a", "H", 1, 5), an.Item("b", "H", 1, 7), an.Item("c", "H", 1, 5), an.Item("d", "H"))
    assert "scale 'H' would average items of unlike ranges (1 to 5: 'a', 'c'; 1 to 7: 'b'; no range: 'd')" in said
    assert "give the items of each range a scale of their own, or correct minimum and maximum" in said


def test_a_bound_that_is_wrong_in_itself_is_one_fault() -> None:
    assert "has 1 fault:" in faults(an.Item("a", "H", 1, 5), an.Item("b", "H", 5, 1))


def test_an_item_name_may_hold_a_point() -> None:
    assert book("sat.pnrq1").items[0].name == "sat.pnrq1"


def test_a_finished_score_with_a_point_is_told_to_go_to_the_codebook() -> None:
    said = message(an.CodebookError, book("a").with_scores, ("trust.mean",))
    assert "scale 'trust.mean': the code 'trust.mean' cannot hold '.'" in said
    assert "A column that is called so can stay: items.csv names it under 'column'" in said


def test_an_item_stored_turned_and_keyed_minus_needs_no_bounds() -> None:
    assert not an.Codebook((an.Item("a", "H", keyed=-1, turned=True),), (an.Scale("H"),)).items[0].reversed


def test_names_and_columns_stand_there_once() -> None:
    assert "item 'a' stands there 2 times" in faults(an.Item("a", "H"), an.Item("a", "H"))
    said = faults(an.Item("a", "H", column="Q"), an.Item("b", "H", column="Q"))
    assert "column 'Q' is named for 2 items" in said
    assert "column 'a' is named for 2 items" in faults(an.Item("a", "H"), an.Item("b", "H", column="a"))


def test_a_mirror_is_of_a_scored_item_of_its_scale() -> None:
    mine, other = an.Item("help", "H", 1, 5), an.Item("far", "J", 1, 5)
    assert "Did you mean 'help'?" in faults(mine, an.Item("m", "H", 1, 5, mirrors=("halp",)))
    assert "item 'm' mirrors 'far' of another scale, 'J'" in faults(mine, other, an.Item("m", "H", mirrors=("far",)))
    assert "item 'm' mirrors 'm', which is not a scored item" in faults(mine, an.Item("m", "H", mirrors=("m",)))


def test_items_and_scales_name_each_other() -> None:
    item = an.Item("a", "hope", 1, 5)
    said = faults(item, scales=(an.Scale("Hope"), an.Scale("Hope"), an.Scale("J", valence="good")))
    assert "The codebook 'mine' has 5 faults:" in said
    assert "item 'a' has the scale 'hope', which is not among the scales. Did you mean 'Hope'?" in said
    assert "scale 'Hope' stands there 2 times" in said
    assert "scale 'J': valence is 'good'; allowed are healthy, unhealthy, neutral" in said
    assert "scale 'Hope' has no scored item" in said
    assert "scale 'J' has no scored item" in said


def test_the_repr_counts_scales_and_scored_items() -> None:
    assert repr(an.built_in()) == "Codebook 'built-in', version 1.0: 15 scales, 60 scored of 76 items"
    assert repr(book("a", "b")) == "Codebook 'small': 1 scale, 2 scored of 2 items"


def test_items_and_scales_print_what_is_not_left_at_its_default() -> None:
    item = an.Item("a", "H", 1, 5, keyed=-1, text="<i>yes</i>")
    assert repr(item) == "Item(name='a', scale='H', minimum=1, maximum=5, keyed=-1, text='<i>yes</i>')"
    assert eval(repr(item), {"Item": an.Item}) == item  # noqa: S307 - the text above
    assert "<dt>text</dt><dd>&lt;i&gt;yes&lt;/i&gt;</dd>" in item._repr_html_()
    assert repr(an.Scale("H", valence="healthy")) == "Scale(code='H', valence='healthy')"
    assert "<dt>code</dt><dd>H</dd>" in an.Scale("H")._repr_html_()


def test_a_codebook_and_settings_print_as_lists_in_a_notebook() -> None:
    page = an.Codebook((an.Item("a", "H", 1, 5),), (an.Scale("H", name="<Hope>"),), name="mine")._repr_html_()
    assert "Codebook &#x27;mine&#x27;: 1 scale" in page
    assert "<dt>H</dt><dd>&lt;Hope&gt; (neutral, 1 scored item)</dd>" in page
    assert "<dt>disclose</dt><dd>False</dd>" in an.Settings()._repr_html_()
