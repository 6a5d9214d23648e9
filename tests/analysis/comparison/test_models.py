"""Tests of what is said of two models and their layers, one against the other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.models import compare_models, compare_with_itself
from kerasinspect.analysis.comparison.results import ComparisonOptions, ConfigChange, Diff
from kerasinspect.analysis.damage import Unread
from kerasinspect.comparing import compare
from kerasinspect.errors import NothingMatches, RequestError
from kerasinspect.model import Layer, Model, Weight
from kerasinspect.remarks import Remark
from tests.makers.handmade import MemoryArray, dense, model, numbers, weight
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kerasinspect.remarks import RemarkKind

QUESTION = SAMPLES / "question_network.keras"


def layer(name: str, seed: int, feeder: str = "", **more: Any) -> Layer:  # noqa: ANN401 - other fields of a layer
    """A layer of random numbers with a config."""
    made = dense(name, 8, 8, 0)
    values = np.random.default_rng(seed).standard_normal((8, 8)).astype("float32")
    kernel = replace(made.weights[0], array=MemoryArray(values))
    settings = {"config": {"name": name, "units": 8}, "inbound": (feeder,) if feeder else ()}
    return replace(made, weights=(kernel, made.weights[1]), **(settings | more))


def whole(layers: Sequence[Layer], **more: Any) -> Model:  # noqa: ANN401 - other fields of a model
    """A model with a config that lists its layers."""
    return model(layers, **({"config": {"class_name": "Functional", "config": {"layers": []}}} | more))


def with_kernel(subject: Layer, values: np.ndarray[Any, Any], **more: Any) -> Layer:  # noqa: ANN401
    """The layer with another kernel."""
    return replace(
        subject, weights=(replace(subject.weights[0], array=MemoryArray(values), **more), *subject.weights[1:])
    )


def kernel_of(subject: Layer) -> np.ndarray[Any, Any]:
    """The numbers of its kernel."""
    return np.asarray(subject.weights[0].array[...])


FIRST, SECOND, THIRD = layer("first", 1), layer("second", 2, "first"), layer("third", 3, "second")
STACK = whole([FIRST, SECOND, THIRD])


def test_a_model_is_the_same_as_itself() -> None:
    """Nothing differs, and every layer is unchanged."""
    diff = compare_models(STACK, STACK)
    assert diff.equal
    assert diff.counts["unchanged"] == len(diff) == 3
    assert all(one.same and one.matched_by == "path" for one in diff)


def test_one_file_on_both_sides_is_not_read() -> None:
    """All is the same without a look at any value."""
    unread = MemoryArray(kernel_of(FIRST))
    subject = replace(FIRST, weights=(replace(FIRST.weights[0], array=unread), FIRST.weights[1]))
    diff = compare_with_itself(whole([subject]))
    assert diff.equal
    assert diff.same_file
    assert not unread.taken


def test_every_kind_of_change_is_told_apart() -> None:
    """Trained, nudged, renamed, added, removed; the others stay as they are."""
    random = np.random.default_rng(9).standard_normal((8, 8)).astype("float32")
    trained = with_kernel(SECOND, kernel_of(SECOND) + random / 2)
    nudged = replace(with_kernel(THIRD, kernel_of(THIRD) * np.float32(1.0001)), name="last", path="last")
    fresh = layer("fresh", 7)
    diff = compare_models(STACK, whole([FIRST, trained, nudged, replace(fresh, inbound=())]))
    assert [(one.path, one.verdict) for one in diff] == [
        ("first", "unchanged"),
        ("second", "trained"),
        ("last", "nudged"),
        ("fresh", "added"),
    ]
    assert diff["last"].renamed and diff["last"].matched_by == "values"  # noqa: PT018 - one statement
    assert diff["third"] is diff["last"]
    assert compare_models(STACK, whole([FIRST, THIRD]))["second"].verdict == "removed"


def test_layers_in_another_order_or_fed_by_others_are_told() -> None:
    """As few as can be are said to have moved; what feeds a layer is part of what it does."""
    swapped = whole([FIRST, replace(THIRD, inbound=("first",)), replace(SECOND, inbound=("third",))])
    diff = compare_models(STACK, swapped)
    assert sum(one.moved for one in diff) == 1
    assert diff["second"].config == (ConfigChange("inbound", ["first"], ["third"]),)
    assert diff["third"].config == (ConfigChange("inbound", ["second"], ["first"]),)
    assert {one.verdict for one in diff} == {"unchanged"}


def test_a_layer_is_fed_by_another_one_of_the_name() -> None:
    """The names alone would say that nothing differs; what the old layer is called now says what does."""
    was_first, was_second = (
        replace(one, name=name, path=name, config={**one.config, "name": name}, inbound=())
        for one, name in ((FIRST, "second"), (SECOND, "first"))
    )
    diff = compare_models(STACK, whole([was_second, was_first, THIRD]))
    pairs = {one.old.path: one.new.path for one in diff if one.old and one.new}
    assert pairs == {"first": "second", "second": "first", "third": "third"}
    assert diff["third"].config == (ConfigChange("inbound", ["second"], ["second"], partners=("first",)),)
    diff = compare_models(STACK, whole([was_first, THIRD]))
    assert diff["third"].config == (ConfigChange("inbound", ["second"], ["second"], partners=(None,)),)


def test_a_layer_in_another_layer_has_moved() -> None:
    """Layers are held to where they lie."""
    inner = replace(SECOND, path="block/second", inbound=())
    inner = replace(inner, weights=tuple(replace(one, layer="block/second") for one in inner.weights))
    block = Layer("block", "Functional", "block", kind="model", layers=(inner,), config={"name": "block"})
    assert compare_models(STACK, whole([FIRST, block, THIRD]))["block/second"].moved


def test_a_layer_around_others_counts_whatever_differs() -> None:
    """A wrapper without weights of its own is a layer that is on both sides, though nothing in it differs."""
    wrapper = Layer("wrapper", "TimeDistributed", "wrapper", layers=(FIRST,), config={"name": "wrapper"})
    frozen = replace(wrapper, config={**wrapper.config, "trainable": False})
    for new in (wrapper, frozen):
        diff = compare_models(whole([wrapper, THIRD]), whole([new, THIRD]))
        assert [one.path for one in diff] == ["wrapper", "first", "third"]
        assert diff.counts["unchanged"] == 3


def test_a_frozen_layer_is_named_where_the_config_says_so_and_nothing_changed() -> None:
    """The new config counts, since it was frozen for what came between; one that moved all the same is not."""
    frozen = replace(FIRST, trainable=False, config={**FIRST.config, "trainable": False})
    moved = with_kernel(replace(SECOND, trainable=False), kernel_of(SECOND) + 1)
    diff = compare_models(STACK, whole([frozen, moved, THIRD]))
    assert [one.path for one in diff if one.frozen] == ["first"]
    assert [one.path for one in compare_models(whole([frozen, SECOND, THIRD]), STACK) if one.frozen] == []
    untold = model([replace(FIRST, trainable=None, config={}), SECOND, THIRD])
    assert [one.path for one in compare_models(whole([frozen, SECOND, THIRD]), untold) if one.frozen] == ["first"]


def test_an_edit_of_low_rank_is_recognised_where_the_spread_is_asked() -> None:
    """Nearly all of the change lies in few of many directions; in a small kernel a few directions are no few."""
    random = np.random.default_rng(5)
    base, noise = random.standard_normal((2, 100, 80))
    edit = random.standard_normal((100, 4)) @ random.standard_normal((4, 80))

    def low_rank(change: np.ndarray[Any, Any], **options: Any) -> bool:  # noqa: ANN401 - of a comparison
        old, new = (whole([with_kernel(FIRST, one.astype("float32"))]) for one in (base, base + change))
        return compare_models(old, new, ComparisonOptions(**options))[0].low_rank

    assert low_rank(edit / 100, spectral=True)
    assert not low_rank(edit / 100)
    assert not low_rank(noise / 100, spectral=True)
    assert not low_rank(edit / 100 + noise / 100, spectral=True)
    base, edit = base[:, :40], edit[:, :40]
    assert not low_rank(edit, spectral=True)


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_what_real_training_did_to_each_layer_is_told(tmp_path: Path) -> None:
    """Frozen layers by name, LoRA's edit by its rank, and every other layer by its verdict."""
    import keras

    from tests.measure_verdicts import examples, network, train

    subject = network()
    train(subject, "adam", examples(1, 200), 1)
    subject.save(tmp_path / "old.keras")
    for one in subject.layers:
        one.trainable = one.name not in {"first", "norm"}
    subject.get_layer("third").enable_lora(4)
    train(subject, keras.optimizers.Adam(), examples(2, 200), 1)
    subject.save(tmp_path / "new.keras")
    diff = compare(tmp_path / "old.keras", tmp_path / "new.keras", spectral=True)
    assert [one.path for one in diff if one.frozen] == ["first", "norm"]
    assert [one.path for one in diff if one.low_rank] == ["third"]
    assert [one.verdict for one in diff if one.weights] == ["unchanged"] * 2 + ["trained"] * 3


def test_a_file_of_weights_states_no_config_no_name_and_no_layer_without_weights() -> None:
    """It tells of none of these."""
    drop = Layer("dropout", "Dropout", "dropout", weightless=True, config={"rate": 0.5})
    weights = [replace(one, config={}, trainable=None, named=False, name=f"dense_{at}", path=f"dense_{at}")
               for at, one in enumerate((FIRST, SECOND, THIRD))]  # fmt: skip
    for old, new in (
        (whole([FIRST, drop, SECOND, THIRD]), model(weights)),
        (model(weights), whole([FIRST, drop, SECOND, THIRD])),
    ):
        diff = compare_models(old, new)
        assert diff.equal, [one for one in diff if not one.same]
        assert len(diff) == 3


def test_quantized_values_are_held_against_floats_as_the_layer_computes_with_them() -> None:
    """The scale that only one side has is a difference, and no training."""
    values = kernel_of(FIRST)
    scale = np.abs(values).max(axis=0) / 127
    stored = np.round(values / scale).astype("int8")
    quantized = with_kernel(FIRST, stored, dequantized=MemoryArray((stored * scale).astype("float32")))
    scales = weight("first", "Dense", "kernel_scale", scale.astype("float32"), ["unit"])
    quantized = replace(quantized, weights=(*quantized.weights, scales))
    diff = compare_models(whole([FIRST]), whole([quantized]))
    kernel = diff[0].weights[0]
    assert (diff[0].verdict, kernel.dequantized, kernel.same) == ("nudged", True, False)
    assert compare_models(whole([quantized]), whole([quantized])).equal


@pytest.mark.parametrize("unpacked", [False, True])
def test_integers_whose_scale_one_file_lost_are_compared_as_they_are_stored(unpacked: bool) -> None:  # noqa: FBT001
    """Equal bytes are equal, whatever only one of the files can say of them."""
    stored = np.arange(64, dtype="int8").reshape(8, 8)
    more = {"unpacked": MemoryArray(stored)} if unpacked else {}
    told = with_kernel(FIRST, stored, dequantized=MemoryArray(stored.reshape(4, 16) * np.float32(0.5)), **more)
    lost = with_kernel(FIRST, stored, **more)
    for old, new in ((told, lost), (lost, told)):
        kernel = compare_models(whole([old]), whole([new]))[0].weights[0]
        assert (kernel.same, kernel.dequantized) == (True, False)


_UNTOLD = {
    "a float on the other side": numbers(8, 8),
    "others that are stored alike": np.arange(1, 65, dtype="int8").reshape(8, 8),
    "integers that are packed otherwise": np.arange(32, dtype="int8").reshape(8, 4),
}


@pytest.mark.parametrize("other", _UNTOLD.values(), ids=_UNTOLD)
@pytest.mark.parametrize("remark", ["untold-packing", None])
def test_integers_whose_scale_is_not_told_have_no_figures(
    other: np.ndarray[Any, Any], remark: RemarkKind | None
) -> None:
    """They are numbers of another kind than those of the other side, so that their layer has no verdict."""
    stored = np.arange(64, dtype="int8").reshape(8, 8)
    lost = with_kernel(FIRST, stored, remark=remark and Remark(remark))
    scales = weight("first", "Dense", "kernel_scale", numbers(8), ["unit"])
    lost = replace(lost, weights=(*lost.weights, scales))
    told = {} if other.dtype.kind == "f" else {"dequantized": MemoryArray(stored * np.float32(0.5))}
    known = with_kernel(FIRST, other, **told)
    for old, new in ((known, lost), (lost, known)):
        first = compare_models(whole([old]), whole([new]))[0]
        kernel = first["kernel"]
        assert (kernel.untold, kernel.change, kernel.equal, kernel.dequantized) == (True, None, False, False)
        assert (first.verdict, first.same) == (None, False)


def _adapted(rank: int, **config: Any) -> tuple[Layer, np.ndarray[Any, Any]]:  # noqa: ANN401 - any JSON
    """A layer with LoRA factors apart, as legacy files have them, and its kernel with them merged in."""
    first, second = random_numbers(8, rank), random_numbers(rank, 8)
    factors = [
        weight("first", "Dense", f"lora_kernel_{end}", values, ["a", "b"])
        for end, values in (("a", first), ("b", second))
    ]
    adapted = replace(FIRST, config={**FIRST.config, **config}, weights=(*FIRST.weights, *factors))
    return adapted, kernel_of(FIRST) + np.float32(config.get("lora_alpha", rank) / rank) * (first @ second)


def random_numbers(*shape: int) -> np.ndarray[Any, Any]:
    """Numbers of a normal distribution."""
    return np.random.default_rng(3).standard_normal(shape).astype("float32")


@pytest.mark.parametrize("config", [{"lora_rank": 2}, {"lora_rank": 2, "lora_alpha": 6}], ids=["rank", "alpha"])
def test_lora_factors_that_one_file_has_merged_are_merged_for_the_comparison(config: dict[str, int]) -> None:
    """Its layer is no other one for that; the factors are added or removed all the same."""
    apart, kernel = _adapted(2, **config)
    merged = with_kernel(replace(FIRST, config=apart.config), kernel)
    for old, new in ((apart, merged), (merged, apart)):
        first = compare_models(whole([old]), whole([new]), ComparisonOptions(spectral=True))[0]
        assert (first["kernel"].dequantized, first["kernel"].equal, first.verdict) == (True, True, "unchanged")
        assert not first["lora_kernel_a"].equal
    moved = compare_models(whole([FIRST]), whole([apart]))[0]["kernel"].change
    expected = np.linalg.norm(kernel - kernel_of(FIRST)) / np.linalg.norm(kernel_of(FIRST))
    assert getattr(moved, "relative_l2", None) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"lora_rank": "2"},
        {"lora_rank": 0},
        {"lora_rank": 2, "lora_alpha": float("nan")},
        {"lora_rank": 10**400, "lora_alpha": 2.0},
        {"lora_rank": 2, "lora_alpha": 10**400},
    ],
    ids=["none", "text", "zero", "nan", "large rank", "large alpha"],
)
def test_lora_factors_are_not_merged_where_the_config_does_not_say_how(config: dict[str, Any]) -> None:
    """Then the kernel is compared as it is stored."""
    apart, _ = _adapted(2, lora_rank=2)
    untold = replace(apart, config=config)
    kernel = compare_models(whole([FIRST]), whole([untold]))[0]["kernel"]
    assert (kernel.dequantized, kernel.equal) == (False, True)


def test_integers_of_one_dtype_that_are_packed_in_two_ways_are_compared_as_the_layer_computes_with_them() -> None:
    """As int8 and int4 are, of which two values share a byte."""
    values = kernel_of(FIRST)
    eight = with_kernel(FIRST, np.round(values * 64).astype("int8"), dequantized=MemoryArray(values))
    four = with_kernel(FIRST, np.zeros((8, 4), "int8"), dequantized=MemoryArray(values + np.float32(0.001)))
    first = compare_models(whole([eight]), whole([four]))[0]
    assert (first.verdict, first["kernel"].dequantized) == ("nudged", True)


def test_the_same_bytes_are_equal_where_a_file_does_not_tell_the_shape_they_stand_for() -> None:
    """As those of an EinsumDense in a file of weights alone."""
    stored = np.arange(32, dtype="int8").reshape(8, 4)
    sides = [
        with_kernel(FIRST, stored, unpacked=MemoryArray(values), dequantized=MemoryArray(values))
        for values in (numbers(8, 8), numbers(16, 4))
    ]
    assert compare_models(whole(sides[:1]), whole(sides[1:])).equal


def test_what_cannot_be_read_is_said_of_its_side_and_the_rest_is_compared() -> None:
    """A damaged array has no figures, its layer no verdict, and the damage the name of its file."""
    broken = replace(SECOND.weights[0], array=MemoryArray(numbers(8, 8), broken=True))
    damaged = whole([FIRST, replace(SECOND, weights=(broken, SECOND.weights[1])), THIRD], location="new.keras")
    for old, new in ((STACK, damaged), (damaged, STACK)):
        diff = compare_models(old, new)
        assert diff.damage == ("new.keras: second/kernel: The values end after 12 of 160 bytes.",)
        assert isinstance(diff["second"].weights[0].change, Unread)
        assert [one.verdict for one in diff] == ["unchanged", None, "unchanged"]
        assert not diff.equal


def test_what_damage_may_hide_is_neither_added_nor_removed() -> None:
    """A layer that only one file has, or whose weights only one has, has no verdict where the other one is damaged."""
    bare = replace(SECOND, weights=())
    for layers in ([FIRST, bare, THIRD], [FIRST, THIRD]):
        part = whole(layers, damage=("A group cannot be read.",))
        for old, new in ((STACK, part), (part, STACK)):
            assert compare_models(old, new)["second"].verdict is None
        sound = whole(layers)
        assert compare_models(STACK, sound)["second"].verdict == "removed"
        assert compare_models(sound, STACK)["second"].verdict == "added"


def test_models_of_which_one_is_damaged_are_the_same_in_what_could_be_read() -> None:
    """Which is all that is said of them."""
    diff = compare_models(STACK, whole([FIRST, SECOND, THIRD], damage=("Its bytes have another CRC.",)))
    assert diff.equal
    assert "equal in what could be read" in repr(diff)
    assert "equal in what" not in repr(compare_models(STACK, STACK))


def test_a_dtype_alone_is_a_difference() -> None:
    """The values are the same, and the layer is unchanged, but the models are not equal."""
    half = with_kernel(FIRST, kernel_of(FIRST).astype("float64"))
    diff = compare_models(whole([FIRST]), whole([half]))
    assert (diff[0].verdict, diff[0].same, diff.equal) == ("unchanged", False, False)


def test_the_weights_of_the_model_itself_are_compared_as_a_layer() -> None:
    """A subclass may own some; what the model is called is no difference."""

    def own(values: np.ndarray[Any, Any], name: str) -> tuple[Weight, ...]:
        return (weight(name, "Mine", "scale", values, [""]),)

    old = model([FIRST], own(numbers(4), "one"), name="one", class_name="Mine")
    new = model([FIRST], own(numbers(4) + 1, "two"), name="two", class_name="Mine")
    diff = compare_models(old, new)
    assert (len(diff), diff[0].verdict, diff[0].renamed) == (2, "trained", False)


def test_layers_are_asked_for_by_position_and_path() -> None:
    """What is not there names the nearest."""
    diff = compare_models(STACK, STACK)
    assert diff[0] is diff["first"] is [*diff][0]  # noqa: RUF015 - all of them can be walked
    with pytest.raises(NothingMatches, match="The nearest: first"):
        diff["frist"]
    with pytest.raises(IndexError):
        diff[3]


def test_a_comparison_is_one_line_of_text() -> None:
    """Whatever it holds."""
    assert repr(compare_models(STACK, STACK)) == "<Diff model.keras -> model.keras · equal · 3 unchanged>"
    other = compare_models(STACK, whole([FIRST, SECOND]))
    assert repr(other) == "<Diff model.keras -> model.keras · 2 unchanged · 1 removed>"


def test_files_are_compared_by_name(tmp_path: Path) -> None:
    """Formats do not matter, both files are closed, and one file on both sides is seen, by any name."""
    diff = compare(QUESTION, QUESTION.with_suffix(".h5"))
    assert diff.equal, diff
    (tmp_path / "other.keras").hardlink_to(QUESTION)
    assert compare(QUESTION, tmp_path / "other.keras").same_file
    assert not diff.same_file


def test_pairs_that_are_given_win() -> None:
    """Whatever values and names say."""
    options = ComparisonOptions(pairs={"first": "second", "second": "first"})
    diff: Diff = compare_models(STACK, STACK, options)
    assert [one.matched_by for one in diff] == ["map", "map", "path"]
    assert [one.verdict for one in diff] == ["replaced", "replaced", "unchanged"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"matching": "foo"}, '\'foo\'. Known are "auto", "path", "values", "order".'),
        ({"rtol": -1.0}, "rtol is -1"),
        ({"atol": float("nan")}, "atol is nan"),
    ],
)
@pytest.mark.parametrize("other", ["question_network.keras", "small_cnn.keras"])
def test_what_the_command_refuses_is_refused_of_a_program(asked: Any, said: str, other: str) -> None:  # noqa: ANN401
    """A way of matching that there is not, and tolerances that nothing is held against; of one file, too."""
    with pytest.raises(RequestError, match=re.escape(said)):
        compare(QUESTION, SAMPLES / other, **asked)
