"""How layers move over files: what is counted, what is read, and what is said of what cannot be."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.arrays import compare_arrays
from kerasinspect.analysis.comparison.series import measured_file
from kerasinspect.analysis.comparison.series.following import SeriesSoFar
from kerasinspect.analysis.selection.several import SelectionFilters
from kerasinspect.analysis.statistics import measure
from kerasinspect.errors import NothingMatches
from kerasinspect.model import Layer, Model
from tests.makers.handmade import MemoryArray, model, weight
from tests.makers.notebooks import bare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.comparison.results import ArrayChange
    from kerasinspect.analysis.comparison.series.results import LayerSeries, Series
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.model import Array

KERNEL = np.arange(12.0).reshape(3, 4)


def layer(path: str, kernel: object = KERNEL, *, broken: bool = False, class_name: str = "Dense", **more: Any) -> Layer:  # noqa: ANN401
    """A layer with a kernel, and arrays of other names."""
    arrays: Mapping[str, object] = {"kernel": kernel, **more}
    weights = tuple(
        weight(path, class_name, name, np.asarray(values, "float32"), ["unit"] * np.ndim(values), broken=broken)  # type: ignore[arg-type]
        for name, values in arrays.items()
    )
    return Layer(path, class_name, path, weights=weights, trainable=True)


def compare(old: Array, new: Array) -> ArrayChange:
    """Two arrays against each other, within numpy's tolerances."""
    return compare_arrays(old, new, 1e-5, 1e-8)


def followed(*models: Model | str, **filters: tuple[str, ...]) -> Series:
    """The series of some models; a text is the error of one that cannot be read."""
    so_far = SeriesSoFar(compare, SelectionFilters(**filters))
    for at, one in enumerate(models):
        if isinstance(one, str):
            so_far.skip(f"epoch_{at}", one)
        else:
            so_far.add(replace(one, location=f"epoch_{at}"))
    return so_far.settled()


def of_kernels(*kernels: object) -> Series:
    """The series of models of one layer with these kernels."""
    return followed(*(model([layer("dense", kernel)]) for kernel in kernels))


def changes(one: LayerSeries) -> list[float | None]:
    """The changes of a layer, with None where there is nothing to compare with."""
    return [None if movement is None else movement.change for movement in one.movements]


def test_a_change_is_the_share_of_the_norm_before() -> None:
    """All weights of a layer count together, as one long array."""
    bias, after = np.array([1.0, -2.0, 0.5, 0.0]), np.array([1.25, -1.75, 0.75, 0.25])
    series = followed(model([layer("dense", bias=bias)]), model([layer("dense", KERNEL * 1.5, bias=after)]))
    old, new = np.append(KERNEL, bias), np.append(KERNEL * 1.5, after)
    first, movement = series["dense"].movements
    assert first is None
    assert movement is not None
    assert movement.changed == 11 + 4
    assert movement.distance == pytest.approx(np.linalg.norm(new - old), rel=1e-12)
    assert movement.change == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-12)
    assert series.checkpoints[1].movement == movement


def test_a_weight_that_stays_counts_in_the_norm() -> None:
    """A layer is all its weights, also those that equal bytes tell nothing of."""
    bias = np.array([3.0, 4.0, 0.0, 0.0])
    series = followed(model([layer("dense", bias=bias)]), model([layer("dense", KERNEL + 1, bias=bias)]))
    expected = np.sqrt(12) / np.linalg.norm(np.append(KERNEL, bias))
    assert changes(series["dense"]) == [None, pytest.approx(expected, rel=1e-12)]


def test_what_moves_and_what_does_not() -> None:
    """The length of the way of a layer is the sum of its changes."""
    series = followed(
        *(model([layer("still"), layer("slow", KERNEL + at), layer("fast", KERNEL * 2**at)]) for at in range(3))
    )
    assert series.moves_most is series["fast"]
    assert changes(series["fast"]) == [None, pytest.approx(1), pytest.approx(1)]
    assert series["fast"].total == pytest.approx(2)
    assert series["slow"].largest == 1
    assert series.never_move == (series["still"],)
    assert series["still"].moves is False
    assert [one.path for one in series.arranged("total", 2)] == ["fast", "slow"]
    assert [one.path for one in series.arranged("name")] == ["fast", "slow", "still"]
    assert [one.path for one in series] == ["still", "slow", "fast"]
    assert (len(series), series[0].path) == (3, "still")
    assert repr(series) == "<Series 3 layers · 3 files>"


def test_moving_statistics_are_ranked_apart() -> None:
    """A layer counts by what it learns; statistics follow the data, and are mentioned where they move more."""

    def norm(at: int) -> Layer:
        made = layer("norm", KERNEL + 0.001 * at, mean=KERNEL * 9**at)
        return replace(made, weights=(made.weights[0], replace(made.weights[1], trainable=False)))

    series = followed(*(model([norm(at), layer("dense", KERNEL * 2**at)]) for at in range(3)))
    assert series["norm"].total is not None
    assert series["norm"].total > (series["dense"].total or 0)
    assert series.moves_most is series["dense"]
    assert series.statistics_move_most is series["norm"]
    learned = 0.001 * np.sqrt(KERNEL.size) / np.linalg.norm(KERNEL)
    assert series["norm"].trained[1] is not None
    assert series["norm"].trained[1].change == pytest.approx(learned, rel=1e-3)
    assert series["dense"].trained == ()
    alone = followed(*(model([norm(at)]) for at in range(3)))
    assert (alone.moves_most, alone.statistics_move_most) == (alone["norm"], None)


def test_a_series_shows_itself() -> None:
    """In a line, and as a table in a notebook, whatever layers are called."""
    series = followed(*(model([layer("<b>", KERNEL * 2**at), layer("still", [np.nan])]) for at in range(3)))
    assert repr(series) == "<Series 2 layers · 3 files · first NaN in epoch_0>"
    assert repr(series["<b>"]) == "<LayerSeries <b> · Dense · 3 files · sum of changes 2>"
    page = bare(series._repr_html_())
    assert "<td>&lt;b&gt;</td><td>Dense</td><td>12</td><td>yes</td><td>2</td>" in page
    assert "<td>still</td><td>Dense</td><td>1</td><td>no</td><td>0</td>" in page


def test_a_layer_that_was_all_zero_has_no_share() -> None:
    """It moved all the same."""
    series = of_kernels(np.zeros(3), np.ones(3), np.ones(3) * 2)
    assert changes(series["dense"]) == [None, None, pytest.approx(1)]
    assert series["dense"].moves
    movement = series["dense"].movements[1]
    assert movement is not None
    assert movement.changed == 3
    assert movement.distance == pytest.approx(np.sqrt(3))


@pytest.mark.parametrize("at", range(4))
def test_the_first_file_with_a_nan(at: int) -> None:
    """Wherever it is, and also where nothing changes after it."""
    bad = [1, np.nan, 3]
    series = of_kernels(*([1, 2, 3] if file < at else bad for file in range(4)))
    assert series.first_nan is series.checkpoints[at]
    assert series.checkpoints[at].nan_in == "dense/kernel"
    assert [one.nan for one in series.checkpoints] == [0] * at + [1] * (4 - at)
    assert series["dense"].first_nan == at


def test_the_first_file_with_an_infinity() -> None:
    """It is named as the first one with a NaN is; the layer moves, though no finite value does."""
    series = of_kernels([1, 2, 3], [1, np.inf, 3], [1, np.inf, 3], [1, -np.inf, 3])
    assert (series.first_nan, series.first_infinity) == (None, series.checkpoints[1])
    assert [one.infinite for one in series.checkpoints] == [0, 1, 1, 1]
    assert series.checkpoints[1].infinite_in == "dense/kernel"
    assert (series["dense"].infinite, series["dense"].first_infinity) == ((0, 1, 1, 1), 1)
    assert [movement.changed for _, movement in series["dense"].compared] == [1, 0, 1]
    assert changes(series["dense"]) == [None, 0, 0, 0]
    assert repr(series) == "<Series 1 layer · 4 files · first infinity in epoch_1>"


def test_a_file_that_cannot_be_read_is_passed_over() -> None:
    """The next one is held against the last that could be read."""
    series = followed(model([layer("dense")]), "It is damaged.", model([layer("dense", KERNEL * 3)]), "Gone.")
    assert changes(series["dense"]) == [None, None, pytest.approx(2), None]
    assert [one.error for one in series.checkpoints] == ["", "It is damaged.", "", "Gone."]
    assert series.partial


@pytest.mark.parametrize("at", range(3))
def test_a_damaged_array_is_said_of_its_file(at: int) -> None:
    """It is noted once, and the other layers go on."""
    files = [model([layer("bad", broken=file == at), layer("good", KERNEL + file)]) for file in range(3)]
    series = followed(*files)
    assert [len(one.damage) for one in series.checkpoints] == [int(file == at) for file in range(3)]
    assert series.checkpoints[at].damage[0].startswith("bad/kernel: ")
    known = [None if at in {file, file - 1} or not file else 0.0 for file in range(3)]
    assert changes(series["bad"]) == known
    assert series["bad"].moves is None
    assert series["bad"].nan == tuple(None if file == at else 0 for file in range(3))
    assert None not in changes(series["good"])[1:]


def test_layers_that_a_damaged_file_hides_come_back() -> None:
    """They are not said to be gone, nor that they never move."""
    whole = model([layer("a"), layer("b")])
    series = followed(whole, model([layer("a")], damage=("layers/b cannot be read.",)), whole)
    assert [one.path for one in series] == ["a", "b"]
    assert [(one.new, one.gone) for one in series.checkpoints] == [((), ())] * 3
    assert [one.moves for one in series] == [False, None]
    assert series["b"].nan == (0, None, 0)
    assert series.partial


def test_layers_come_and_go() -> None:
    """What a file lacks, or has in another shape, is not compared."""
    series = followed(
        model([layer("a"), layer("head", np.ones(10))]),
        model([layer("a"), layer("head", np.ones(12)), layer("new", [np.nan])]),
        model([layer("a", KERNEL + 1), layer("head", np.ones(12)), layer("new", [1.0])]),
    )
    second = series.checkpoints[1]
    assert (second.new, second.gone) == (("head", "new"), ("head",))
    assert [one.path for one in series] == ["a", "head", "head", "new"]
    assert [one.movement is not None for one in series.checkpoints] == [False, True, True]
    assert series.first_nan is second
    assert second.nan_in == "new/kernel"


def test_layers_that_were_gone_come_back() -> None:
    """Two models in turn have one line for each layer of either; what moved meanwhile nobody has seen."""
    one = model([layer("a"), layer("head", np.ones(10))])
    other = model([layer("b", np.arange(5.0)), layer("head", np.ones(12))])
    series = followed(one, other, one, model([layer("a", KERNEL * 2), layer("head", np.ones(10))]), other)
    assert [layer.path for layer in series] == ["a", "head", "b", "head"]
    assert [layer.missing for layer in series] == [(1, 4), (1, 4), (0, 2, 3), (0, 2, 3)]
    assert [changes(layer) for layer in series] == [
        [None, None, None, pytest.approx(1), None],
        [None, None, None, 0.0, None],
        [None] * 5,
        [None] * 5,
    ]
    assert [layer.moves for layer in series] == [True, None, None, None]
    assert [(file.new, file.back, file.gone) for file in series.checkpoints] == [
        ((), (), ()),
        (("b", "head"), (), ("a", "head")),
        (("a", "head"), ("a", "head"), ("b", "head")),
        ((), (), ()),
        (("b", "head"), ("b", "head"), ("a", "head")),
    ]


@pytest.mark.parametrize(
    "other", [layer("a", KERNEL.T), layer("a", class_name="MyDense"), layer("A")], ids=["shape", "class", "name"]
)
def test_what_does_not_fit_is_another_layer(other: Layer) -> None:
    """Though it has the path, or the shapes, of one that is gone."""
    series = followed(model([layer("a")]), model([layer("between", [1.0])]), model([other]))
    assert [(one.path, one.missing) for one in series] == [("a", (1, 2)), ("between", (0, 2)), (other.path, (0, 1))]
    assert series.checkpoints[2].back == ()


def test_nothing_is_new_or_missing_where_it_may_have_been_hidden() -> None:
    """A damaged file may have held it."""
    series = followed(model([layer("a")], damage=("layers/b cannot be read.",)), model([layer("a"), layer("b")]))
    assert series.checkpoints[1].new == ()
    assert series["b"].missing == ()


def test_another_class_of_one_path_is_another_layer() -> None:
    """Its values mean something else."""
    series = followed(model([layer("a")]), model([layer("a", class_name="MyDense")]))
    assert [one.class_name for one in series] == ["Dense", "MyDense"]
    assert series.checkpoints[1].movement is None


def test_layers_of_one_path_are_followed_apart() -> None:
    """The first of a file is the first of the next."""
    series = followed(*(model([layer("a", [1.0]), layer("a", [2.0 + at])]) for at in range(2)))
    assert [changes(one) for one in series] == [[None, 0.0], [None, 0.5]]


def test_every_array_is_read_twice_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once beside the file before and once beside the one after, or alone where there is no such file."""
    read: list[Array] = []

    def measured(array: Array) -> Statistics:
        read.append(array)
        return measure(array)

    def compared(old: Array, new: Array) -> ArrayChange:
        read.extend([old, new])
        return compare(old, new)

    monkeypatch.setattr(measured_file, "measure", measured)
    so_far = SeriesSoFar(compared)
    files = [model([layer("still"), layer("moves", KERNEL + at), layer(f"own_{at}", bias=[1.0])]) for at in range(4)]
    for file in files:
        so_far.add(file)
    so_far.settled()
    counts = [sum(one is weight.array for one in read) for file in files for weight in file.weights]
    assert min(counts) == 1
    assert max(counts) == 2


def test_a_lost_scale_is_no_movement() -> None:
    """Where only one file tells what integers stand for, they are compared as they are stored."""
    integers = np.array([[1, -2], [3, 4]], "int8")
    kernels = [
        weight("dense", "Dense", "kernel", integers, ["input", "unit"], dequantized=numbers)
        for numbers in (MemoryArray(integers * 0.5), None)
    ]
    files = [model([Layer("dense", "Dense", "dense", weights=(kernel,))]) for kernel in kernels]
    assert [one.moves for one in followed(*files)] == [False]
    assert [one.moves for one in followed(*files[::-1])] == [False]


def test_quantizing_is_a_movement_of_what_is_computed_with() -> None:
    """By as much as the rounding."""
    before = np.array([[0.5, -1.1], [1.5, 2.0]])
    integers = np.array([[1, -2], [3, 4]], "int8")
    kernel = weight("dense", "Dense", "kernel", integers, ["input", "unit"], dequantized=MemoryArray(integers * 0.5))
    series = followed(model([layer("dense", before)]), model([Layer("dense", "Dense", "dense", weights=(kernel,))]))
    assert changes(series["dense"]) == [None, pytest.approx(0.1 / np.linalg.norm(before), rel=1e-6)]


def test_only_two_models_are_kept() -> None:
    """What is known of the others holds none of their arrays."""
    so_far = SeriesSoFar(compare)
    kept: list[weakref.ref[Any]] = []
    for epoch in range(6):

        def close() -> None:
            """Nothing: it is what tells whether its model is still there."""

        kept.append(weakref.ref(close))
        so_far.add(model([layer("dense", KERNEL + epoch), layer(f"own_{epoch}")], close=close))
        del close
        assert [ref() is not None for ref in kept] == [False] * epoch + [True]
    assert len(so_far.settled()) == 2


def test_filters_may_match_in_some_files_only() -> None:
    """A file that has nothing of it has none of the layers that are listed."""
    other = np.array([7.0, -1.0, 2.0])
    files = (model([layer("a"), layer("b", other)]), model([layer("b", other)]), model([layer("a", KERNEL * 2)]))
    series = followed(*files, layers=("a",))
    assert [(one.path, one.missing) for one in series] == [("a", (1,))]
    series = followed(*files, layers=("a", "b"))
    assert [(one.path, one.missing) for one in series] == [("a", (1,)), ("b", (2,))]
    assert series.checkpoints[1].gone == ("a",)
    assert series.checkpoints[2].back == ("a",)


def test_a_filter_that_matches_in_no_file_is_an_error() -> None:
    """It names what is nearest."""
    files = (model([layer("dense")]), model([layer("dense")]))
    with pytest.raises(NothingMatches, match="dense"):
        followed(*files, layers=("dens",))
    with pytest.raises(NothingMatches):
        followed(*files, layers=("dense", "dens"))
    with pytest.raises(NothingMatches):
        followed(*files, layers=("dense",), weights=("gamma",))


def test_filters_that_never_match_together_are_an_error() -> None:
    """Though each of them does."""
    files = [model([layer("a", gamma=[1.0]), layer("b")])] * 2
    with pytest.raises(NothingMatches):
        followed(*files, layers=("b",), weights=("gamma",))


def test_filters_that_match_in_different_files_are_an_error() -> None:
    """One in this file and one in that, and nowhere all of them: never an empty success."""
    files = (model([layer("a")]), model([layer("b", gamma=[1.0])]))
    with pytest.raises(NothingMatches):
        followed(*files, layers=("a",), weights=("gamma",))


def test_layers_that_were_named_anew_are_followed() -> None:
    """A session that numbers its layers from where it is makes other names of the same code."""
    first, second = np.random.default_rng(1).normal(size=(2, 20, 30))
    series = followed(
        model([layer("dense", first), layer("dense_1", second)]),
        model([layer("dense_1", first * 1.01), layer("dense_2", second)]),
        model([layer("dense_1", first * 1.01), layer("dense_2", second)]),
    )
    assert [(one.path, one.last_path) for one in series] == [("dense", "dense_1"), ("dense_1", "dense_2")]
    assert changes(series["dense"]) == [None, pytest.approx(0.01, rel=1e-5), 0.0]
    assert changes(series["dense_1"]) == [None, 0.0, 0.0]


def test_a_layer_is_asked_for_by_its_path() -> None:
    """One that is not there is an error."""
    with pytest.raises(NothingMatches, match="dense"):
        of_kernels([1.0], [2.0])["dens"]
