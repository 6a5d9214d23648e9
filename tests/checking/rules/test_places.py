"""Names and places: what Keras refuses is an error, what it loads unchanged is none, and a wrong place is never silent.

The truth was recorded by ``tests.measure_shapes`` with Keras 3.15.1 (0) and tf.keras 2.15 (1).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.checking.asking import check_file
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.opening import open_model
from tests.makers.shapes.edits import Edit, edits_of, exchanged, moved, on_values, read, write
from tests.measure_shapes import RULES, Case, checked
from tests.places import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.makers.shapes.edits import Change, Saved

RECORDED = DATA / "shapes"
TRUTH: list[dict[str, Any]] = json.loads((RECORDED / "truth.json").read_text("utf-8"))
FILES = sorted({known["file"] for known in TRUTH})
TWINS = {suffix: next(RECORDED.glob(f"*.twins{suffix}")) for suffix in (".keras", ".h5")}


@pytest.mark.parametrize("name", FILES)
def test_check_agrees_with_what_keras_said(name: str, tmp_path: Path) -> None:
    """Each change that Keras refused is an error, each that it did not see is none, and others are not silent."""
    rules = active_rules([*RULES])
    edits = {(edit.kind, edit.where): edit for edit in edits_of(RECORDED / name)}
    target = tmp_path / name
    for known in TRUTH:
        if known["file"] != name:
            continue
        key = known["kind"], known["where"]
        target.write_bytes(edits[key].applied(RECORDED / name) if key in edits else (RECORDED / name).read_bytes())
        case = Case(target, *key, known["outcome"], "", *checked(target, rules))
        assert not case.is_fault or key[0] == "arrays exchanged", (key, case.messages)


def changed(tmp_path: Path, suffix: str, change: Change) -> Path:
    """The model of twins with a change."""
    target = tmp_path / f"changed{suffix}"
    target.write_bytes(Edit("", "", change).applied(TWINS[suffix]))
    return target


def said(path: Path, *codes: str) -> list[tuple[str, str, str]]:
    """Code, place and sentence of each finding of some rules."""
    report = check_file(str(path), active_rules(codes))
    assert report.error is None
    return [(finding.code, finding.where, finding.message) for finding in report.findings]


def test_exchanged_groups_are_said_and_have_the_positions_that_keras_gives_them(tmp_path: Path) -> None:
    """Two layers of one shape have each other's names: each array shows as what Keras loads it, and where."""
    path = changed(tmp_path, ".keras", exchanged("layers/dense", "layers/dense_1"))
    sentence = "Keras loads kernel as {0}/kernel, bias as {0}/bias: the file has each in the place of the other."
    assert said(path, "KI413") == [
        ("KI413", "east", sentence.format("north")),
        ("KI413", "north", sentence.format("east")),
    ]
    with open_model(TWINS[".keras"]) as before, open_model(path) as after:
        old, new = ({weight.path: weight for weight in model.weights} for model in (before, after))
        places = {path: weight.index for path, weight in new.items()}
        assert places["north/kernel"] == old["east/kernel"].index
        assert places["east/bias"] == old["north/bias"].index
        assert [weight.index for weight in after.weights] == [*range(len(old))]
        assert np.array_equal(new["north/kernel"].array[...], old["north/kernel"].array[...])


def test_a_group_with_an_odd_number_is_said_with_the_one_that_keras_looks_for(tmp_path: Path) -> None:
    """Of four Dense layers the last lies in `dense_7`: its name leads there, and Keras does not."""
    path = changed(tmp_path, ".keras", moved("layers/dense_3", "layers/dense_7"))
    sentence = "Keras looks for its arrays in /layers/dense_3, and the file has them at /layers/dense_7/vars/0."
    assert said(path, "KI413") == [("KI413", "west", sentence)]


def test_groups_that_moved_up_by_one_lose_no_array_and_show_none_twice(tmp_path: Path) -> None:
    """Each lies in another one's place, and the last one in none: no exchange tells their positions."""

    def shift(saved: Saved) -> None:
        for old, new in (("dense_3", "dense_9"), ("dense_2", "dense_3"), ("dense_1", "dense_2")):
            moved(f"layers/{old}", f"layers/{new}")(saved)

    path = changed(tmp_path, ".keras", shift)
    assert {where for _, where, _ in said(path, "KI413")} == {"east", "south", "west"}
    with open_model(TWINS[".keras"]) as before, open_model(path) as after:
        assert sorted(weight.path for weight in after.weights) == sorted(weight.path for weight in before.weights)
        assert {weight.index for weight in after.weights if weight.loaded_as} == {None}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_layer_with_another_name_in_the_file_is_a_warning(suffix: str, tmp_path: Path) -> None:
    """Keras goes by place and loads it, and so do we."""

    def rename(saved: Saved) -> None:
        if suffix == ".keras":
            saved.file["layers/dense_2/vars"].attrs["name"] = "other"
        else:
            weights = saved.file["model_weights"]
            weights.move("south", "other")
            write(weights, [name.replace("south", "other") for name in read(weights, "layer_names")])

    path = changed(tmp_path, suffix, rename)
    assert said(path, *RULES) == [("KI215", "south", "The file has its arrays under the name other.")]
    with open_model(TWINS[suffix]) as before, open_model(path) as after:
        assert [weight.path for weight in after.weights] == [weight.path for weight in before.weights]
        assert [weight.index for weight in after.weights] == [weight.index for weight in before.weights]


@pytest.mark.parametrize(("name", "one", "other"), [("0.words.h5", "gru", "older"), ("1.twins.h5", "east", "south")])
def test_groups_of_a_legacy_file_with_each_others_arrays_are_found_by_their_names(
    name: str, one: str, other: str, tmp_path: Path
) -> None:
    """Keras goes by the groups and is silent; where only one has arrays of another name, that layer was renamed."""

    def renamed(saved: Saved) -> None:
        del saved.file[f"model_weights/{one}"]
        saved.file.copy(f"model_weights/{other}", f"model_weights/{one}")

    words = f"its group has the arrays of {other}, and the group of {other} has those of this layer"
    sentence = f"By the names of the arrays, {words}; Keras goes by the groups."
    exchange = exchanged(f"model_weights/{one}", f"model_weights/{other}")
    for change, found in ((exchange, [("KI413", one, sentence)]), (renamed, [])):
        target = tmp_path / name
        target.write_bytes(Edit("", "", change).applied(RECORDED / name))
        assert said(target, "KI413") == found


def test_a_third_array_and_a_bias_that_the_config_denies_have_no_place(tmp_path: Path) -> None:
    """Keras counts what lies in the group of a layer, whatever it is called."""

    def add(saved: Saved) -> None:
        saved.file["layers/dense/vars/2"] = np.ones(4, "float32")
        saved.file["layers/dense_1/vars/more"] = np.ones(4, "float32")
        on_values(4, use_bias=False)(saved)

    found = said(changed(tmp_path, ".keras", add), "KI214")
    assert found == [
        ("KI214", "north", "Dense has no place for /layers/dense/vars/2."),
        ("KI214", "east", "Dense has no place for /layers/dense_1/vars/more."),
        ("KI214", "south", "Dense has no place for /layers/dense_2/vars/1."),
    ]


def test_arrays_that_the_model_itself_should_not_have_are_found(tmp_path: Path) -> None:
    """A Functional model owns nothing, and Keras refuses one that does."""
    path = changed(tmp_path, ".keras", lambda saved: saved.file.__setitem__("vars/0", np.ones(3, "float32")))
    assert [code for code, *_ in said(path, "KI214")] == ["KI214"]


def test_a_number_that_is_none_breaks_nothing(tmp_path: Path) -> None:
    """Digits that are no decimal number, and more of them than any number has, are names as any other."""

    def add(saved: Saved) -> None:
        for key in ("\u00b2", "9" * 5000, "\u0663"):
            saved.file[f"layers/dense/vars/{key}"] = np.ones(4, "float32")
            saved.file.copy("layers/dense", f"layers/dense_{key}")

    path = changed(tmp_path, ".keras", add)
    with open_model(path) as model:
        assert [weight.shape for weight in model.weights if weight.layer == "north"][:2] == [(4, 4), (4,)]
    assert [where for _, where, _ in said(path, "KI214")] == ["north"]


def test_layers_inside_another_one_that_are_listed_in_each_others_place_are_said(tmp_path: Path) -> None:
    """The last words of the names agree with the order of the classes; the layers that they name do not."""

    def exchange(saved: Saved) -> None:
        head = saved.file["model_weights/head"]
        names = read(head, "weight_names")
        write(head, [*names[2:], *names[:2]])

    target = tmp_path / "inside.h5"
    target.write_bytes(Edit("", "", exchange).applied(RECORDED / "0.inside.h5"))
    sentence = "Keras loads kernel as {0}/kernel, bias as {0}/bias: the file has each in the place of the other."
    assert said(target, "KI413") == [
        ("KI413", "head/end", sentence.format("top")),
        ("KI413", "head/top", sentence.format("end")),
    ]
