"""Layers of two models become pairs by whatever proves it, and stay alone where nothing does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.matching import by_values, match_layers
from kerasinspect.analysis.comparison.matching.weights import paired_weights
from kerasinspect.analysis.comparison.results import ComparisonOptions
from kerasinspect.errors import NothingMatches, RequestError
from kerasinspect.model import UNKNOWN_CLASS, Layer, Model
from tests.makers.handmade import MemoryArray, model, weight

if TYPE_CHECKING:
    from collections.abc import Sequence

    Values = np.ndarray[Any, Any]
    Couple = tuple[str | None, str | None, str | None]

UNITS = 24
"""Units of every layer, unless a test has others."""


def random(seed: int, *shape: int) -> Values:
    """Normal numbers that nothing else has."""
    return np.random.default_rng(seed).normal(size=shape or (UNITS, UNITS)).astype("float32")


def layer(name: str, *arrays: Values, class_name: str = "Dense", inner: Sequence[Layer] = (), **more: Any) -> Layer:  # noqa: ANN401 - other fields of Layer
    """A layer of some arrays."""
    more = {"path": name, "config": {"name": name}} | more
    names = ("kernel", "bias", "third", "fourth")
    weights = tuple(
        weight(more["path"], class_name, word, values, ["axis"] * values.ndim)
        for word, values in zip(names, arrays, strict=False)
    )
    return Layer(name, class_name, weights=weights, layers=tuple(inner), **more)


def chain(*layers: Layer, **more: Any) -> Model:  # noqa: ANN401 - other fields of Model
    """A model of layers of which each feeds the next."""
    fed = [replace(one, inbound=(before.path,)) for before, one in pairwise(layers)]
    return model([*layers[:1], *fed], **({"config": {"layers": []}} | more))


def path_of(one: Layer | None) -> str | None:
    """The path of a layer, where there is one."""
    return None if one is None else one.path


def matched(old: Model, new: Model, **options: Any) -> list[Couple]:  # noqa: ANN401 - fields of ComparisonOptions
    """The paths of all pairs, and how each was found."""
    pairs = match_layers(old, new, ComparisonOptions(**options))
    return [(path_of(one.old), path_of(one.new), one.matched_by) for one in pairs]


def test_equal_models_are_matched_by_path() -> None:
    """Names that values bear out are enough."""
    one = chain(layer("a", random(1)), layer("b", random(2)))
    assert matched(one, one) == [("a", "a", "path"), ("b", "b", "path")]


def test_renamed_and_shuffled_layers_are_matched_by_values() -> None:
    """Values find a layer wherever it went, under noise as large as their spread."""
    old = chain(*(layer(f"a{n}", random(n)) for n in range(8)))
    new = chain(*(layer(f"b{n}", random(n) + random(n + 100)) for n in (3, 1, 7, 5, 0, 2, 6, 4)))
    assert set(matched(old, new)) == {(f"a{n}", f"b{n}", "values") for n in range(8)}


def test_names_that_went_to_other_layers_are_not_believed() -> None:
    """Values decide against an equal path."""
    old = chain(*(layer(name, random(at)) for at, name in enumerate("abc")))
    new = chain(*(layer(name, random(at)) for at, name in enumerate("bca")))
    assert matched(old, new) == [("a", "b", "values"), ("b", "c", "values"), ("c", "a", "values")]


def test_a_layer_trained_from_scratch_keeps_its_name() -> None:
    """Values that point nowhere do not belie a name."""
    old = chain(*(layer(name, random(at)) for at, name in enumerate("abc")))
    new = chain(*(layer(name, random(at + 50 * (name == "b"))) for at, name in enumerate("abc")))
    assert [by for *_, by in matched(old, new)] == ["path"] * 3


def test_unrelated_models_have_no_pair_by_values() -> None:
    """What has nothing in common is never paired by values."""
    old = chain(*(layer(f"a{n}", random(n)) for n in range(30)))
    new = chain(*(layer(f"b{n}", random(n + 100)) for n in range(30)))
    assert {by for *_, by in matched(old, new, matching="values")} == {None}


def test_identical_twins_are_told_apart_by_order() -> None:
    """Two layers with the same values are no proof of which is which."""
    values = random(1)
    old = chain(layer("first", random(0)), layer("a", values), layer("b", values), layer("last", random(2)))
    new = chain(layer("start", random(0)), layer("x", values), layer("y", values), layer("end", random(2)))
    assert [by for *_, by in matched(old, new, matching="values")].count("values") == 2
    assert matched(old, new)[1:3] in (
        [("a", "x", "order"), ("b", "y", "order")],
        [("a", "x", "graph"), ("b", "y", "graph")],
    )


def test_fresh_norms_are_matched_by_the_graph() -> None:
    """Constant values say nothing; what feeds a layer does."""

    def norm(name: str, source: str) -> Layer:
        return layer(name, np.ones(UNITS), np.zeros(UNITS), class_name="LayerNormalization", inbound=(source,))

    old = model([layer("a", random(1)), layer("b", random(2)), norm("na", "a"), norm("nb", "b")], config={})
    new = model([layer("y", random(2)), layer("x", random(1)), norm("n1", "x"), norm("n2", "y")], config={})
    assert ("na", "n1", "graph") in matched(old, new)
    assert ("nb", "n2", "graph") in matched(old, new)


def test_names_that_keras_numbered_anew_do_not_pair_layers_of_other_shapes() -> None:
    """Any two models may have a dense layer; a neighbour with weights that is the same one tells more."""
    sizes = [(24, 24), (24, 8), (8, 4)]
    others = [(16, 12), (12, 6), (6, 2)]

    def numbered(shapes: Sequence[tuple[int, ...]], first: int, seed: int) -> Model:
        """A chain of layers with a number in their names, each with one that has no weights before it."""
        layers = [layer(f"dense_{at}", random(at + seed, *shape)) for at, shape in enumerate(shapes, first)]
        between = [layer(f"dropout_{at}", class_name="Dropout") for at in range(first, first + len(shapes))]
        return chain(*(one for pair in zip(between, layers, strict=True) for one in pair))

    def pairs(shapes: Sequence[tuple[int, ...]]) -> list[Couple]:
        """The pairs of layers with weights."""
        found = matched(numbered(sizes, 1, 0), numbered(shapes, 4, 50))
        return [pair for pair in found if None not in pair and (pair[0] or "").startswith("dense")]

    assert pairs(others) == []
    assert pairs([*sizes[:1], (24, 6), (6, 2)]) == [(f"dense_{at}", f"dense_{at + 3}", "order") for at in (1, 2, 3)]
    assert pairs([(9, 6), (6, 8), *sizes[2:]]) == [(f"dense_{at}", f"dense_{at + 3}", "order") for at in (1, 2, 3)]


def test_another_head_is_the_same_layer_at_last() -> None:
    """A name is a pair whatever the shapes, once nothing else claims either layer."""
    old = chain(layer("body", random(1)), layer("head", random(2, UNITS, 10)))
    new = chain(layer("body", random(1)), layer("head", random(3, UNITS, 12)))
    assert matched(old, new) == [("body", "body", "path"), ("head", "head", "path")]


def test_added_and_removed_layers_stand_where_they_were() -> None:
    """What is gone comes before the layer that followed it."""
    old = chain(layer("a", random(1)), layer("gone", random(2, 3, 3)), layer("b", random(3)))
    new = chain(layer("a", random(1)), layer("b", random(3)), layer("more", random(4, 5, 5)))
    assert matched(old, new) == [("a", "a", "path"), ("gone", None, None), ("b", "b", "path"), (None, "more", None)]


def test_parts_follow_the_layer_they_are_in() -> None:
    """A cell whose values say nothing is found through the layer around it, and that through another part."""

    def recurrent(name: str, *values: Values) -> Layer:
        parts = [
            layer(part, one, path=f"{name}/{part}", class_name="LSTMCell")
            for part, one in zip(("cell", "other"), values, strict=True)
        ]
        return layer(name, class_name="RNN", inner=parts)

    old = chain(recurrent("a", random(1), np.zeros(3)), recurrent("b", random(2), np.zeros(3)))
    new = chain(recurrent("y", random(2), np.zeros(3)), recurrent("x", random(1), np.zeros(3)))
    assert matched(old, new) == [
        ("b", "y", "values"),
        ("b/cell", "y/cell", "values"),
        ("b/other", "y/other", "values"),
        ("a", "x", "values"),
        ("a/cell", "x/cell", "values"),
        ("a/other", "x/other", "values"),
    ]


def test_given_pairs_come_first() -> None:
    """A pair that is asked for is taken whatever values say."""
    old = chain(layer("a", random(1)), layer("b", random(2)))
    assert matched(old, old, pairs={"a": "b"})[1] == ("a", "b", "map")


def test_a_given_pair_that_names_nothing() -> None:
    """The error says on which side, and what is nearest."""
    one = chain(layer("dense", random(1)))
    with pytest.raises(NothingMatches, match=r'No layer of the new model matches "dens"\. The nearest: dense\.'):
        match_layers(one, one, ComparisonOptions(pairs={"dense": "dens"}))


def test_a_layer_that_is_given_twice() -> None:
    """Two partners for one layer are one too many."""
    one = chain(layer("a", random(1)), layer("b", random(2)))
    with pytest.raises(RequestError, match="cannot be a pair as well"):
        match_layers(one, one, ComparisonOptions(pairs={"a": "b", "b": "b"}))


def test_weights_of_other_names_are_no_pair() -> None:
    """A layer that has a gamma alone, and one that has a beta alone, have nothing in common."""
    one = layer("a", random(1, 3))
    other = replace(one, weights=(replace(one.weights[0], name="beta"),))
    assert paired_weights(one, other) == ((None, other.weights[0]), (one.weights[0], None))
    unknown = replace(other, class_name=UNKNOWN_CLASS)  # which calls its weights as it likes
    assert paired_weights(one, unknown) == ((one.weights[0], unknown.weights[0]),)


def test_weights_are_paired_by_name_then_by_shape() -> None:
    """By shape where a name is only a position; what has no partner has none."""
    one = layer("a", random(1, 2, 3), random(2, 3))
    other = replace(one, weights=(replace(one.weights[1], name="weight 1", named=False), one.weights[0]))
    assert paired_weights(one, other) == (
        (one.weights[1], other.weights[0]),
        (one.weights[0], other.weights[1]),
    )
    assert paired_weights(one, replace(one, weights=one.weights[:1])) == (
        (one.weights[0], one.weights[0]),
        (one.weights[1], None),
    )


def test_names_that_keras_numbered_anew_are_matched_by_number() -> None:
    """A name that both models have is another layer's where each session counted on."""
    old = chain(*(layer(name, random(at)) for at, name in enumerate(("dense", "dense_1", "dense_2"))))
    new = chain(*(layer(name, random(at + 9)) for at, name in enumerate(("dense_1", "dense_2", "dense_3"))))
    assert matched(old, new) == [
        ("dense", "dense_1", "order"),
        ("dense_1", "dense_2", "order"),
        ("dense_2", "dense_3", "order"),
    ]


def test_numbers_that_count_from_elsewhere_are_no_names() -> None:
    """Where a session counted on and made more layers, one name says nothing."""
    old = chain(layer("a", random(1, 3, 3)), layer("dense", random(2)), layer("dense_1", random(3)))
    new = chain(layer("a", random(1, 3, 3)), *(layer(f"dense_{n}", random(n + 9)) for n in (1, 2, 3)))
    assert ("dense_1", "dense_1", "path") not in matched(old, new)


def test_storage_names_are_no_names() -> None:
    """Groups of a file of weights are counted by class; values tell which layer each is."""
    old = chain(layer("dense_1", random(1)), layer("dense", random(2)), layer("other", random(3)))
    groups = [layer(name, random(at), named=False) for at, name in ((1, "dense"), (2, "dense_1"), (3, "dense_2"))]
    new = model(groups, format="keras-weights")
    assert {by for *_, by in matched(old, new)} == {"values"}
    retrained = [replace(one, weights=layer(one.name, random(at)).weights) for at, one in enumerate(groups, 50)]
    untold = model(retrained, format="keras-weights")
    assert matched(old, untold) == [
        ("dense_1", "dense", "order"),
        ("dense", "dense_1", "order"),
        ("other", "dense_2", "order"),
    ]


def test_an_unknown_class_fits_what_has_its_shapes() -> None:
    """A file of weights may not tell a class; another class that is told is none of it."""
    old = chain(layer("a", random(1)))
    assert matched(old, model([layer("b", random(1), class_name=UNKNOWN_CLASS)])) == [("a", "b", "values")]
    assert matched(old, chain(layer("b", random(1), class_name="Embedding"))) == [(None, "b", None), ("a", None, None)]


def test_nameless_weights_are_paired_by_shape_only_where_none_is_missing() -> None:
    """A BatchNormalization without gamma or beta has a weight that may be either of them."""
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    weights = [weight("n", "BatchNormalization", name, np.ones(5, "float32"), ["channel"]) for name in names]
    nameless = [replace(one, name=f"weight {at}", named=False) for at, one in enumerate(weights)]
    full = Layer("n", "BatchNormalization", "n", weights=tuple(weights))
    lacking = replace(full, weights=(nameless[0], *weights[2:]))
    assert paired_weights(full, lacking) == (
        (None, nameless[0]),
        *zip(weights[2:], weights[2:], strict=True),
        (weights[0], None),
        (weights[1], None),
    )
    by_order = paired_weights(full, replace(full, weights=tuple(nameless)))
    assert by_order == tuple(zip(weights, nameless, strict=True))


def test_a_quantized_kernel_is_held_against_a_float_one() -> None:
    """By the values that its layer computes with; what quantization adds is no weight of its own."""
    one, other = layer("a", random(1)), layer("b", random(1))
    scale = weight("b", "Dense", "kernel_scale", np.ones((1, UNITS), "float32"), ["one", "unit"])
    stored = (other.weights[0].array[...] * 50).astype("int8")
    kernel = replace(other.weights[0], array=MemoryArray(stored), dequantized=MemoryArray(stored / np.float32(50)))
    assert matched(chain(one), chain(replace(other, weights=(kernel, scale)))) == [("a", "b", "values")]


def test_integers_whose_scale_is_lost_are_not_held_against_numbers() -> None:
    """However alike they are: what they stand for is unknown."""
    one, other = layer("a", random(1)), layer("b", random(1))
    stored = (other.weights[0].array[...] * 50).astype("int8")
    lost = replace(other, weights=(replace(other.weights[0], array=MemoryArray(stored)),))
    both = layer("x", random(2)), layer("y", random(3))
    found = matched(chain(one, *both), chain(*both[::-1], lost))
    assert ("a", "b", "values") not in found
    assert matched(chain(lost), chain(replace(lost, name="c", path="c"))) == [("b", "c", "values")]


@pytest.mark.parametrize("odd", [np.full(UNITS, "text"), np.arange(UNITS) * 1j], ids=["texts", "complex"])
def test_what_holds_no_numbers_on_one_side_is_not_held_against_numbers(odd: Values) -> None:
    """Layers of one shape of which one has a bias of no numbers: their names have to tell."""
    plain = layer("a", random(1), random(2, UNITS))
    strange = layer("a", random(1), odd)
    for old, new in ((plain, strange), (strange, plain)):
        assert matched(chain(old), chain(new)) == [("a", "a", "path")]
        shuffled = chain(layer("b", random(3), random(4, UNITS)), replace(new, name="c", path="c"))
        assert ("a", "c", "values") not in matched(chain(old), shuffled)
    assert matched(chain(strange), chain(replace(strange, name="c", path="c"))) == [("a", "c", "values")]


def test_too_many_layers_of_which_one_side_holds_no_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for the values of a pair later on has numbers of one kind as well."""
    monkeypatch.setattr(by_values, "_MOST", 10)
    monkeypatch.setattr(by_values, "_SOME", 2)
    texts = np.full(UNITS, "text")
    old = [layer(f"a{n}", random(n), random(n + 100, UNITS)) for n in range(20)]
    new = [layer(f"b{n}", random(n), texts) for n in range(20)]
    rest = (
        [layer(f"c{n}", random(n + 50), texts) for n in range(20)],
        [layer(f"d{n}", random(n + 50), random(n + 200, UNITS)) for n in range(20)],
    )
    found = matched(chain(*old, *rest[0]), chain(*new, *rest[1]))
    assert len([one for one, other, _ in found if one and other]) == 40


def test_values_that_cannot_be_read_say_nothing() -> None:
    """The rest is matched as ever."""
    one = layer("a", random(1))
    broken = replace(one, weights=(replace(one.weights[0], array=MemoryArray(random(1), broken=True)),))
    assert matched(chain(one, layer("b", random(2))), chain(broken, layer("c", random(2)))) == [
        ("a", "a", "path"),
        ("b", "c", "values"),
    ]


def test_odd_values_warn_of_nothing() -> None:
    """NaN, infinities and numbers at the ends of a float are numbers like others."""
    odd = random(1).astype("float64")
    odd[0, :4] = np.nan, np.inf, 1e308, -1e308
    tiny = random(2).astype("float64") * 1e-320
    old, new = chain(layer("a", odd), layer("b", tiny)), chain(layer("c", tiny), layer("d", odd))
    assert matched(old, new) == [("b", "c", "values"), ("a", "d", "values")]


def test_one_outlier_makes_no_pair() -> None:
    """A number that dwarfs all others, at one place of two arrays, is not what they are told by."""
    values = [random(1), random(2)]
    for one in values:
        one[3, 3] = 1e6
    assert matched(chain(layer("a", values[0])), chain(layer("b", values[1])), matching="values")[0][2] is None


def test_too_many_layers_of_one_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are held against all others, and every pair of the rest is asked for its values."""
    monkeypatch.setattr(by_values, "_MOST", 100)
    monkeypatch.setattr(by_values, "_SOME", 10)
    old = chain(*(layer(f"a{n}", random(n)) for n in range(200)))
    near = [layer(f"b{n}", random(n) + random(n + 300) / 100) for n in range(200)]
    assert [by for *_, by in matched(old, chain(*near))].count("values") == 10
    assert {(one, other) for one, other, _ in matched(old, chain(*near))} == {(f"a{n}", f"b{n}") for n in range(200)}
    shuffled = [near[at] for at in np.random.default_rng(0).permutation(200)]
    assert all(not (one and other) or one[1:] == other[1:] for one, other, _ in matched(old, chain(*shuffled)))
