"""Pages and documents of comparisons: what is said, what is listed, and what no filter changes."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.listing import list_diff
from kerasinspect.analysis.comparison.results import ConfigChange, Diff, Spectrum, WeightDiff
from kerasinspect.errors import NothingMatches
from kerasinspect.output.comparison.words import weight_details
from kerasinspect.output.documents.diff import DIFF_COLUMNS, diff_document, diff_lines, diff_rows
from kerasinspect.output.flat_tables import flat_table
from kerasinspect.output.formats.csv import write_csv
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.markdown import write_markdown
from kerasinspect.output.formats.terminal import text_lines, write_text
from kerasinspect.output.pages.diff import diff_blocks
from tests.described import assert_described
from tests.makers.compared import MOVED, NUDGED, SAME, all_gone, pair, same_diff, varied_diff
from tests.makers.handmade import dense, model, question_network
from tests.output.snapshots import assert_as_kept
from tests.output.test_hostile_names import HOSTILE

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.listing import ListedDiff

SIZE = "45 parameters · 2 arrays · 180 B"


def page(listed: ListedDiff, width: int | None = None, **options: bool) -> str:
    """The page of ``diff``."""
    stream = io.StringIO()
    write_text(diff_blocks(listed, **options), stream, width)
    return stream.getvalue()


def document(listed: ListedDiff, **options: bool) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The document of ``diff``, as it is read back and as its schema has it."""
    stream = io.StringIO()
    write_json(diff_document(listed, **options), stream)
    read = json.loads(stream.getvalue())
    assert_described(read)
    return read


def paths(listed: ListedDiff) -> list[str]:
    """The layers that are listed."""
    return [layer.diff.path for layer in listed.layers]


@pytest.mark.parametrize("width", [None, 130, 80])
def test_the_page_is_as_it_was_looked_at(width: int | None) -> None:
    """A row of each kind, at widths that people have."""
    assert_as_kept(f"diff_{width}.txt", page(list_diff(varied_diff()), width))


def test_the_document_is_as_it_was_looked_at() -> None:
    """All keys, for a layer of each kind."""
    assert_as_kept("diff.json", json.dumps(document(list_diff(varied_diff())), indent=1) + "\n")


def test_markdown_is_as_it_was_looked_at() -> None:
    """As a comment on a change would have it."""
    stream = io.StringIO()
    write_markdown(diff_blocks(list_diff(varied_diff())), stream)
    assert_as_kept("diff.md", stream.getvalue())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"new_nan": 2, "changed_nan": 2}, ["NaN: 0 → 2"]),
        ({"old_nan": 1, "new_nan": 1}, ["NaN: 1"]),
        ({"old_nan": 1, "new_nan": 1, "changed_nan": 2}, ["NaN: 1 (moved)"]),
        ({"new_infinite": 1, "changed_infinite": 1}, ["infinite: 0 → 1"]),
        ({"old_infinite": 3, "new_infinite": 3}, ["infinite: 3"]),
        (
            {"old_infinite": 3, "new_infinite": 3, "changed_infinite": 1},
            ["infinite: 3 (elsewhere or of other sign)"],
        ),
        (
            {"old_infinite": 1, "new_nan": 1, "changed_infinite": 1, "changed_nan": 1},
            ["NaN: 0 → 1", "infinite: 1 → 0"],
        ),
    ],
)
def test_values_that_are_not_finite_are_said(more: dict[str, int], words: list[str]) -> None:
    """How many there are, and that they are others where that does not tell."""
    kernel = dense("dense", 8, 5, 0).weights[0]
    assert [*weight_details(WeightDiff("kernel", kernel, kernel, replace(MOVED, **more)))] == words  # type: ignore[arg-type]


def test_a_scale_that_a_file_does_not_tell_is_said() -> None:
    """The layer has no verdict and its weight no figures, on the page and in the document."""
    layer = dense("dense", 8, 5, 0)
    compared = pair(layer, layer, None, SAME, verdict=None)
    compared = replace(compared, weights=(replace(compared.weights[0], untold=True), compared.weights[1]))
    whole = replace(same_diff(), layers=(compared,))
    assert "1 layer not compared" in page(list_diff(whole))
    assert "kernel: its scale is not told" in page(list_diff(whole))
    kernel = document(list_diff(whole))["layers"][0]["weights"][0]
    assert [kernel[key] for key in ("untold", "equal", "close", "max_abs")] == [True, None, None, None]


def test_no_difference_is_one_line() -> None:
    """What both share is said once above it, and no table follows."""
    assert page(list_diff(same_diff())).splitlines() == [
        "old a.keras",
        "new b.keras",
        f"both: sequential · Sequential · keras-archive · Keras 3.15.1 · {SIZE} · saved 2026-11-22 03:08:44",
        "",
        "no difference: 1 layer, 2 arrays",
    ]


def test_the_same_file_is_said() -> None:
    """It has one head, and is not called two models without a difference."""
    subject = same_diff().old
    said = page(list_diff(Diff(subject, subject, (), same_file=True)))
    assert said.startswith("old and new a.keras · sequential")
    assert said.endswith("\n\nno difference: both are the same file\n")


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    """As those of two runs are; the folder of a copy that Git made for a moment tells nothing."""
    folders = ("runs/a", "runs/b", "/tmp/git-blob-a1B2c3")  # noqa: S108 - nothing is there
    first, second, copy = (model([dense("dense", 8, 5, 0)], location=f"{folder}/model.keras") for folder in folders)
    assert page(list_diff(Diff(first, second, ()))).startswith("old runs/a/model.keras\nnew runs/b/model.keras\n")
    assert page(list_diff(Diff(copy, second, ()))).startswith("old model.keras\nnew runs/b/model.keras\n")


@pytest.mark.parametrize(
    ("configs", "said"), [((None, {}), "the old file has none"), ((None, None), "neither file has any")]
)
def test_a_file_without_a_config_is_said_to_have_none(configs: tuple[Any, Any], said: str) -> None:
    """No difference between configs means something only where both have one."""
    same = same_diff()
    old, new = (replace(side, config=one) for side, one in zip((same.old, same.new), configs, strict=True))
    assert page(list_diff(replace(same, old=old, new=new))).endswith(f"\nConfigs are not compared, since {said}.\n")
    assert "not compared" not in page(list_diff(same))


def test_a_file_without_names_is_said_to_have_none() -> None:
    """Nothing is called renamed there."""
    same = same_diff()
    nameless = replace(same.new, layers=tuple(replace(layer, named=False) for layer in same.new.layers))
    said = page(list_diff(replace(same, new=nameless)))
    assert said.endswith("\nNames of layers are not compared, since the new file has none.\n")


def test_models_without_a_common_layer_are_said_to_have_none() -> None:
    """Rather than a list of what was removed and added alone."""
    assert "\nthe models have no layer with weights in common\n" in page(list_diff(all_gone(question_network())))
    assert "in common" not in page(list_diff(varied_diff()))


def test_the_one_weight_that_differs_is_in_the_row_of_its_layer() -> None:
    """Two have rows of their own, below that with the figures of both as one array."""
    layer = dense("dense", 8, 5, 0)
    subject = model([layer], location="a.keras", config={})
    one = list_diff(Diff(subject, replace(subject), (pair(layer, layer, SAME, NUDGED, verdict="nudged"),)))
    row = page(one).splitlines()[-1]
    assert row.split()[:3] == ["dense", "nudged", "2.5e-09"]
    assert row.endswith("  bias: within tolerance")
    two = list_diff(Diff(subject, replace(subject), (pair(layer, layer, MOVED, NUDGED, verdict="trained"),)))
    rows = [line.split()[:3] for line in page(two).splitlines()[-3:]]
    assert rows == [["dense", "trained", "0.107"], ["├─", "kernel", "0.123"], ["└─", "bias", "within"]]


@pytest.mark.parametrize("width", [None, 130, 80])
def test_a_column_that_no_row_fills_is_not_there(width: int | None) -> None:
    """At any width; one that a row fills is."""
    layer = dense("dense", 8, 5, 0)
    subject = model([layer], config={})
    both, one = (
        page(list_diff(Diff(subject, subject, (pair(layer, layer, *changes, verdict="trained"),))), width)
        for changes in ((MOVED, MOVED), (MOVED, SAME))
    )
    assert "details" not in both
    assert "kernel only" in one
    gone = page(list_diff(all_gone(question_network())), width)
    assert "relative L2" not in gone
    assert "Dense, 45 parameters" in gone


def test_the_same_change_of_several_configs_is_said_once() -> None:
    """With the layers that it is in; a number has as many digits as tell it from the other."""
    layers = [dense(name, 8, 5, 0) for name in ("a", "b", "c")]
    unfrozen = (ConfigChange("trainable", old=False, new=True),)
    rate = float(np.float32(0.001))
    rates = tuple(ConfigChange("rate", rate, new) for new in (float(np.float32(0.0001)), 0.001))
    subject = model(layers, config={})
    pairs = tuple(
        pair(layer, layer, SAME, SAME, config=changes)
        for layer, changes in zip(layers, (unfrozen, rates, unfrozen), strict=True)
    )
    assert page(list_diff(Diff(subject, replace(subject), pairs))).split("\n\n")[-2:] == [
        "config of 2 layers\n  trainable: false → true\n  in a, c",
        "config of b\n  rate: 0.001 → 0.0001\n  rate: 0.0010000000474974513 → 0.001\n",
    ]


def test_of_many_layers_with_the_same_change_some_are_named() -> None:
    """The others are counted; the document has each."""
    layers = [dense(f"d{at}", 8, 5, 0) for at in range(40)]
    changes = (ConfigChange("trainable", old=False, new=True),)
    subject = model(layers, config={})
    pairs = tuple(pair(layer, layer, SAME, SAME, config=changes) for layer in layers)
    listed = list_diff(Diff(subject, replace(subject), pairs))
    assert page(listed).rstrip().endswith("d10, d11 and 28 more")
    assert [one["new"] for one in document(listed)["layers"] if one["config"]] == [layer.name for layer in layers]


@pytest.mark.parametrize(("share", "is_low"), [(1.0, True), (0.3, False)])
def test_a_low_rank_change_is_said(share: float, is_low: bool) -> None:  # noqa: FBT001 - a case
    """Where twenty of many more directions have all of it; singular values stand in a table of their own."""
    layer = dense("dense", 256, 256, 0)
    subject = model([layer], config={})
    one = pair(layer, layer, MOVED, SAME, verdict="trained")
    kernel = replace(one.weights[0], spectrum=Spectrum(3.5, share, 9.0, 8.5, 2.0, 2.5))
    listed = list_diff(Diff(subject, replace(subject), (replace(one, weights=(kernel, one.weights[1])),)))
    assert ("kernel: low rank" in page(listed)) == is_low
    assert re.search(r"\ndense/kernel +3\.5 +[0-9]+\.0% +2 +2\.5 +9 +8\.5\n", page(listed))
    assert document(listed)["layers"][0]["weights"][0]["low_rank"] == is_low


def test_a_layer_without_weights_has_no_row() -> None:
    """What differs in its config is said below, unless it is what was asked for."""
    assert "\ndropout" not in page(list_diff(varied_diff()))
    assert "\nconfig of dropout\n  rate: 0.1 → 0.5\n" in page(list_diff(varied_diff()))
    assert "\ndropout" in page(list_diff(varied_diff(), (("dropout",), (), (), ())))


def test_only_the_summary_has_no_tables() -> None:
    """Neither has its document layers; what is left out is counted."""
    listed = list_diff(varied_diff())
    assert "relative L2" not in page(listed, summary=True)
    assert "1 layer unchanged, 1 nudged" in page(listed, summary=True)
    short = document(listed, summary=True)
    assert (short["layers"], short["left_out"]) == ([], 8)
    assert short["summary"] == document(listed)["summary"]


FILTERS: dict[str, tuple[tuple[tuple[str, ...], ...], list[str]]] = {
    "a name of both": ((("frozen",),), ["frozen"]),
    "the old name": ((("dense_1",),), ["hidden", "dense_1", "dense_1"]),
    "the new name": ((("hidden",),), ["hidden"]),
    "one of each": ((("gone", "fresh"),), ["gone", "fresh"]),
    "a class": (((), (), ("Dropout",)), ["dropout"]),
    "a weight": ((("h*",), ("kernel",)), ["hidden", "head"]),
    "a position": (((), (), (), ("0",)), ["frozen"]),
}


@pytest.mark.parametrize(("filters", "expected"), FILTERS.values(), ids=FILTERS)
def test_a_filter_finds_layers_on_either_side(filters: tuple[tuple[str, ...], ...], expected: list[str]) -> None:
    """By the names that either file has; the answer stays that on the whole models."""
    filters = (*filters, *[()] * (4 - len(filters)))
    listed = list_diff(varied_diff(), filters)
    assert paths(listed) == expected
    everything = document(list_diff(varied_diff()))
    assert {key: value for key, value in document(listed).items() if key != "layers"} == {
        key: value for key, value in everything.items() if key != "layers"
    }
    if filters[1]:
        assert {weight["name"] for layer in document(listed)["layers"] for weight in layer["weights"]} == {"kernel"}


@pytest.mark.parametrize("filters", [(("nowhere",),), (("frozen", "nowhere"),), (("dropout",), ("kernel",))])
def test_a_filter_that_fits_nothing_on_both_sides_is_an_error(filters: tuple[tuple[str, ...], ...]) -> None:
    """Never an empty success."""
    with pytest.raises(NothingMatches):
        list_diff(varied_diff(), (*filters, *[()] * (4 - len(filters))))


def test_layers_of_a_kind_are_listed() -> None:
    """By verdict, or all that differ in anything: a config, a name, a value."""
    assert paths(list_diff(varied_diff(), only=["removed", "nudged"])) == ["gone", "dense_1"]
    assert paths(list_diff(varied_diff(), only=["changed"])) == [
        *("hidden", "dropout", "gone", "fresh", "head", "dense_1", "dense_1")
    ]


ORDERS = {
    "name": ["dense_1", "dense_1", "dropout", "fresh", "frozen", "gone", "head", "hidden"],
    "verdict": ["gone", "fresh", "head", "hidden", "dense_1", "frozen", "dropout", "dense_1"],
    "change": ["hidden", "dense_1"],
    "largest": ["hidden", "dense_1"],
    "cosine": ["hidden"],
    "parameters": ["head", "frozen"],
}


@pytest.mark.parametrize(("order", "expected"), ORDERS.items())
def test_layers_are_sorted(order: Any, expected: list[str]) -> None:  # noqa: ANN401 - a literal
    """The gravest first, and what has no figure last."""
    assert paths(list_diff(varied_diff(), order=order))[: len(expected)] == expected


def test_the_first_ones_are_listed_and_the_others_counted() -> None:
    """On the page and in the document."""
    listed = list_diff(varied_diff(), order="change", top=1)
    assert document(listed)["left_out"] == 7
    assert paths(listed) == ["hidden"]
    assert "\nleft out: 7 layers\n" in page(listed)


def test_lines_and_rows_say_which_files_were_compared() -> None:
    """Each layer is a line, each weight a row; a layer without weights has a row too."""
    listed = list_diff(varied_diff())
    lines = [json.loads(json.dumps(line)) for line in diff_lines(listed)]
    for line in lines:
        assert_described(line)
    assert {(line["old_location"], line["new_location"]) for line in lines} == {("runs/a.keras", "runs/b.h5")}
    stream = io.StringIO()
    write_csv([flat_table(diff_rows(listed), DIFF_COLUMNS)], stream)
    rows = stream.getvalue().splitlines()
    assert rows[0].startswith("old_location,new_location,old,new,matched_by,verdict,name,old_shape")
    assert len(rows) == 1 + 7 * 2 + 1
    assert rows[3].startswith('runs/a.keras,runs/b.h5,dense_1,hidden,values,trained,kernel,"(5, 5)","(5, 5)",float32')


def test_the_config_of_a_model_is_a_line_and_no_layer() -> None:
    """Before the layers, unless some were chosen; no layer differs then, and the page says that."""
    diff = replace(same_diff(), config=(ConfigChange("compile.loss", "mse", "mae"),))
    changed = list_diff(diff, only=["changed"])
    (line,) = [json.loads(json.dumps(line)) for line in diff_lines(changed)]
    assert_described(line)
    assert (line["old"], line["new"], line["verdict"], line["weights"]) == (None, None, None, [])
    assert line["config"] == [{"key": "compile.loss", "old": "mse", "new": "mae", "missing": None}]
    assert [line["new"] for line in diff_lines(list_diff(diff))] == [None, "dense"]
    assert [line["new"] for line in diff_lines(list_diff(diff, (("dense",), (), (), ())))] == ["dense"]
    assert [row["new"] for row in diff_rows(list_diff(diff))] == ["dense", "dense"]
    assert page(changed).endswith("\n\nno layer differs\n\nconfig of model\n  compile.loss: mse → mae\n")
    assert page(list_diff(diff, only=["trained"])).endswith("\nno layer fits what was asked for\n")


PARTNERS: dict[str, tuple[list[str], list[str], tuple[str | None, ...], str]] = {
    "another of the name": (["a"], ["a"], ("b",), '["a"] → ["a"] (the old a is now b)'),
    "one that is gone": (["a"], ["a"], (None,), '["a"] → ["a"] (the old a is gone)'),
    "a new name": (["a", "c"], ["b"], ("b", "c"), '["a", "c"] → ["b"] (the old a is now b)'),
    "no longer, name and all": (["a"], ["d"], ("b",), '["a"] → ["d"]'),
    "gone, name and all": (["a"], ["d"], (None,), '["a"] → ["d"]'),
}


@pytest.mark.parametrize(("old", "new", "partners", "line"), PARTNERS.values(), ids=PARTNERS)
def test_what_the_old_names_say_no_more_is_said(
    old: list[str], new: list[str], partners: tuple[str | None, ...], line: str
) -> None:
    """Of layers that feed one; JSON has the names."""
    layer = dense("dense", 8, 5, 0)
    subject = model([layer], config={})
    change = ConfigChange("inbound", [*old], [*new], partners=partners)
    listed = list_diff(Diff(subject, subject, (pair(layer, layer, SAME, SAME, config=(change,)),)))
    assert page(listed).endswith(f"config of dense\n  inbound: {line}\n")
    assert document(listed)["layers"][0]["config"][0]["partners"] == [*partners]


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": float("-inf")}])
def test_numbers_that_json_lacks_are_words(value: Any) -> None:  # noqa: ANN401 - of a config
    """Keras writes them in configs; figures that are none are null."""
    layer = dense("dense", 8, 5, 0)
    odd = replace(MOVED, relative_l2=float("inf"))
    change = (ConfigChange("scale", value, 1.0),)
    subject = model([layer], config={})
    read = document(list_diff(Diff(subject, subject, (pair(layer, layer, odd, SAME, config=change),), change)))
    assert str(read["config"][0]["old"]).strip("[]{}'a: ").lstrip("-") in {"nan", "inf"}
    assert read["layers"][0]["weights"][0]["relative_l2"] is None


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_takes_its_place_and_no_more(name: str) -> None:
    """In every place that a file can fill: lines stay as many, and nothing on them acts on a terminal."""

    def drawn(text: str) -> list[str]:
        layer = dense(text or "x", 8, 5, 0)
        changes = (ConfigChange(text, text, {text: [text]}),)
        one = pair(layer, layer, MOVED, NUDGED, verdict="trained", config=changes)
        old = model([layer], name=text, class_name=text, location=f"{text}.keras", config={})
        return [
            *text_lines(diff_blocks(list_diff(Diff(old, replace(old, name="b"), (one,), changes))), None, colour=False)
        ]

    lines = drawn(name)
    assert len(lines) == len(drawn("harmless"))
    assert all(character.isprintable() for line in lines for character in line.removesuffix("\n"))
