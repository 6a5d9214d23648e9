"""All there is to say of the layers and weights of a model: the one result that every view of ``show`` draws.

Nothing is measured, hashed or read before a view asks for it, and nothing twice, however many views are drawn. What is
kept are figures and digests, never values. What cannot be read stands as ``Unread`` in the place of its result.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import field
from functools import cached_property
from itertools import starmap
from types import MappingProxyType
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.fingerprint import Fingerprint, fingerprint_by
from kerasinspect.analysis.shown_values import ShownAs, ShownValues, shown_array, shown_values
from kerasinspect.analysis.slicing import Part, misfit
from kerasinspect.analysis.summarising import extra_totals
from kerasinspect.analysis.weights_checksum import Verified, verifying
from kerasinspect.errors import RequestError
from kerasinspect.knowledge.words import axis_sentence, layer_sentence, start_sentence, weight_sentence
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model import depth_first
from kerasinspect.progress import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    import numpy as np

    from kerasinspect.analysis.damage import Result
    from kerasinspect.analysis.pictures.cells import Cells, Plane
    from kerasinspect.analysis.pictures.expected import Expected
    from kerasinspect.analysis.pictures.histogram import Histogram
    from kerasinspect.analysis.selection import Listed, Selection
    from kerasinspect.analysis.slicing import Window
    from kerasinspect.analysis.statistics import Statistics
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.analysis.summarising import Total
    from kerasinspect.analysis.user_labels import UserLabels
    from kerasinspect.model import Array, Extra, ExtraKind, Layer, Model, Weight

POINTS = (0.01, 0.25, 0.5, 0.75, 0.99)
"""Shares of the values, from 0 to 1, for which quantiles are given."""

BINS = 40
"""Bins of a histogram, where no page has a width of its own for them."""

_MULTIPLIED = frozenset({"kernel", "depthwise_kernel", "embeddings", "gamma", "scale"})
"""Weights whose shape tells what a layer does with the axes of its input."""


@dataclass(frozen=True, slots=True)
class InspectionOptions:
    """Which values of each weight are shown, and what their rows and columns are called."""

    parts: tuple[Part, ...] = (...,)
    """A slice, in NumPy's syntax."""
    dequantize: bool = False
    """Show quantized weights as the layer computes with them, rather than as integers."""
    labels: UserLabels = field(default_factory=dict)
    bins: int = BINS
    """Bins of a histogram, at most; few values get fewer."""
    bulk: bool = False
    """Draw the histogram of the bulk of the values, where a few lie far from it."""


@dataclass(frozen=True, eq=False)
class WeightInspection:
    """One weight, with what its values say."""

    weight: Weight
    position: int
    """Among all weights that are listed; ``weight.index`` is its position in ``get_weights()``."""
    options: InspectionOptions = field(repr=False)
    damage: Damage = field(repr=False)
    measured: Statistics | None = field(default=None, repr=False)
    """Figures of its stored array, where another reading of the file gave them."""

    @property
    def sentence(self) -> str | None:
        """What such a weight does in such a layer, and what it starts as; None where nobody can tell."""
        sentence = weight_sentence(self.weight.name, self.weight.layer_class)
        start = start_sentence(self.weight.initializer)
        return f"{sentence} {start}" if sentence and start else sentence

    @property
    def shown_as(self) -> ShownAs:
        """What the numbers of ``values`` are."""
        return shown_array(self.weight, dequantize=self.options.dequantize)[0]

    @property
    def values(self) -> ShownValues:
        """The part of the values that is shown, with labels for its rows and columns; none is read yet."""
        weight, options = self.weight, self.options
        array = shown_array(weight, dequantize=options.dequantize)[1]
        labels = options.labels.get(weight.stored_path)
        return shown_values(weight.path, array, weight.value_axes, options.parts, labels)

    @cached_property
    def misfit(self) -> str:
        """The sentence that says why the slice does not fit its values; empty where it does."""
        shape = shown_array(self.weight, dequantize=self.options.dequantize)[1].shape
        return misfit(self.options.parts, shape, self.weight.path)

    @property
    def measured_shape(self) -> tuple[int, ...]:
        """Shape of the values that ``figures`` are of: of packed values that of the integers."""
        return shown_array(self.weight)[1].shape

    @cached_property
    def figures(self) -> Statistics | Unread:
        """Counts, extremes and moments of all values, those of a quantized weight as integers.

        Reads all of them, unless they were measured before.
        """
        if self.measured is not None and shown_array(self.weight)[0] == "stored":
            return self.measured
        from kerasinspect.analysis.statistics import measure  # noqa: PLC0415 - numpy comes with it

        return self._attempt("figures", lambda: measure(shown_array(self.weight)[1]))

    @cached_property
    def quantiles(self) -> tuple[float, ...] | Unread | None:
        """The values below which the shares ``POINTS`` of the finite values lie; None where there are none.

        Reads all values, after those of ``figures``.
        """
        from kerasinspect.analysis.statistics import quantiles  # noqa: PLC0415 - as above

        figures = self.figures
        if isinstance(figures, Unread):
            return figures
        return self._attempt("quantiles", lambda: quantiles(shown_array(self.weight)[1], figures, POINTS))

    @property
    def shows_all(self) -> bool:
        """Whether ``values`` are all there are, and no slice of them."""
        values = self.values
        return all(part == range(size) for part, size in zip(values.window, values.array.shape, strict=True))

    @cached_property
    def histogram(self) -> Histogram | Unread:
        """How ``values`` are spread; those of a quantized weight as integers unless they are shown dequantized.

        Reads them after their figures.
        """
        from kerasinspect.analysis.pictures.histogram import histogram, worthwhile_bins  # noqa: PLC0415 - as above

        array, figures = self._spread
        if isinstance(figures, Unread):
            return figures
        bins, bulk = worthwhile_bins(figures.finite, self.options.bins), self.options.bulk
        return self._attempt("histogram", lambda: histogram(array, figures, bins, bulk=bulk))

    @property
    def _spread(self) -> tuple[Array, Statistics | Unread]:
        """The array that the histogram is of, and its figures."""
        from kerasinspect.analysis.pictures.windows import WindowArray  # noqa: PLC0415 - as above
        from kerasinspect.analysis.statistics import measure  # noqa: PLC0415 - as above

        values = self.values
        if self.shows_all and self.shown_as != "dequantized":
            return values.array, self.figures
        array: Array = values.array if self.shows_all else WindowArray(values)
        return array, self._attempt("figures of a part", lambda: measure(array))

    @property
    def expected(self) -> Expected | None:
        """What share of the values the initializer puts in each bin of ``histogram``; None where nothing tells it."""
        from kerasinspect.analysis.pictures.expected import expected  # noqa: PLC0415 - as above

        found = self.histogram
        return None if isinstance(found, Unread) else expected(self.weight, found.edges)

    def cells(self, plane: Plane, rows: int, columns: int) -> Cells:
        """A plane of ``values`` in at most so many cells; raises what ``reduce_plane`` raises."""
        from kerasinspect.analysis.pictures.cells import reduce_plane  # noqa: PLC0415 - as above

        return reduce_plane(self.values, plane, rows, columns)

    def cells_of(self, planes: Sequence[Plane], rows: int, columns: int) -> list[Cells]:
        """Planes of ``values`` in cells, from one reading of what they share; raises what ``reduce_planes`` raises."""
        from kerasinspect.analysis.pictures.cells import reduce_planes  # noqa: PLC0415 - as above

        return reduce_planes(self.values, planes, rows, columns)

    def largest_mean(self, like: Plane, rows: int, columns: int) -> float:
        """The largest distance from zero of a cell of ``values``, drawn or not; raises what ``largest_mean`` raises."""
        from kerasinspect.analysis.pictures.cells import largest_mean  # noqa: PLC0415 - as above

        return largest_mean(self.values, like, rows, columns)

    @cached_property
    def sha256(self) -> str | Unread:
        """SHA-256, in hexadecimal, of the stored little-endian bytes in C order. Reads all of them."""
        return self._attempt("sha256", lambda: sha256(self.weight.array))

    def read(self, window: Window) -> np.ndarray[Any, Any] | Unread:
        """Values of ``values``, as ``ShownValues.read`` gives them; they are not kept."""
        return self.attempt(lambda: self.values.read(window))

    def attempt(self, read: Callable[[], Result]) -> Result | Unread:
        """What is made of ``values``; where they cannot be read, the first error is noted."""
        return self._attempt("values", read)

    def _attempt(self, aspect: str, read: Callable[[], Result]) -> Result | Unread:
        """One of the results."""
        return self.damage.attempt(read, self.weight.path, (self.weight.stored_path, aspect))


@dataclass(frozen=True, eq=False)
class ExtraInspection:
    """One array that is no layer's weight."""

    extra: Extra
    damage: Damage = field(repr=False)

    @cached_property
    def sha256(self) -> str | Unread:
        """SHA-256, in hexadecimal, of the stored little-endian bytes in C order. Reads all of them."""
        extra = self.extra
        return self.damage.attempt(lambda: sha256(extra.array), extra.stored_path, (extra.stored_path, "sha256"))


@dataclass(frozen=True, eq=False)
class LayerInspection:
    """One layer, with those of its own weights and of its sublayers that are listed."""

    layer: Layer
    weights: tuple[WeightInspection, ...]
    layers: tuple[LayerInspection, ...]
    outer: Layer | None = field(default=None, repr=False)
    """The layer that it is a part of."""

    def walk(self) -> Iterator[LayerInspection]:
        """The layer itself, then everything that is listed below it, depth first."""
        return depth_first(self, lambda inspected: inspected.layers)

    @property
    def sentence(self) -> str | None:
        """What a layer of its class does, in a sentence; None where nobody can tell."""
        return layer_sentence(self.layer.class_name)

    @property
    def axis_sentence(self) -> str | None:
        """What its kernel does with the axes of its input, in a sentence; None where nothing tells."""
        kernel = next((one.weight for one in self.weights if one.weight.name in _MULTIPLIED), None)
        shape = None if kernel is None else _explained_shape(kernel)
        return None if shape is None else axis_sentence(self.layer.class_name, self.layer.input_shape, shape)

    @property
    def is_flat(self) -> bool:
        """Whether its input has only features beside the batch, so that its axes need no explanation."""
        shape = self.layer.input_shape
        return shape is not None and len(shape) <= 2  # noqa: PLR2004 - batch and features

    @cached_property
    def is_quiet(self) -> bool:
        """Whether it has no weights by nature, so that one line can name it beside others.

        A lookup may have a vocabulary, where that is the one of the layer that it is a part of.
        """
        return _is_quiet(self.layer) or self._repeats_vocabulary

    @property
    def _repeats_vocabulary(self) -> bool:
        """Whether all that it holds is the vocabulary of the layer that it is a part of."""
        own, around = self.layer.vocabulary, None if self.outer is None else self.outer.vocabulary
        if own is None or around is None or self.layer.weights or self.layer.layers:
            return False
        return (own.tokens, own.count, own.sha256) == (around.tokens, around.count, around.sha256)

    @cached_property
    def holds_quiet_ones(self) -> bool:
        """Whether it has layers below it, all of which have no weights by nature."""
        below = (inner for inner in self.layer.walk() if inner is not self.layer)
        return bool(self.layer.layers) and all(map(_is_quiet, below))


def _is_quiet(layer: Layer) -> bool:
    """Whether a layer has no weights by nature."""
    empty = not layer.weights and not layer.layers and layer.vocabulary is None
    return empty and (layer.weightless or layer.kind in {"input", "operation"})


def _explained_shape(weight: Weight) -> tuple[int, ...] | None:
    """The shape of a kernel with its window first, as in today's Keras; None where nothing tells its order."""
    names = [axis.name for axis in weight.value_axes]
    shape = tuple(axis.size for axis in weight.value_axes)
    if not all(axis.told for axis in weight.value_axes):
        return None
    filters_first = names[:2] == ["filter", "channel"]
    sizes = (*shape[2:], shape[1], shape[0]) if filters_first else shape
    return sizes if "one" not in names else (*sizes[:1], *sizes[2:])


@dataclass(frozen=True, eq=False)
class Inspection:
    """The layers, weights and extras of a model that a selection lists, with all that can be said of them."""

    selection: Selection
    options: InspectionOptions
    damage: Damage
    """What could not be read so far."""
    checksum: Callable[[], Verified | None] = field(repr=False)
    """Waits for what came of the checksum that the file has of its weights; None where it has none."""
    measured: Mapping[str, Statistics] = field(default_factory=dict, repr=False)
    """Figures that another reading of the file gave, by where an array is stored."""

    @property
    def model(self) -> Model:
        """The model, whatever is listed of it."""
        return self.selection.model

    @cached_property
    def weights(self) -> tuple[WeightInspection, ...]:
        """Every weight that is listed, once, in the order of ``get_weights()``."""
        return tuple(starmap(self._weight, enumerate(self.selection.weights)))

    def expect_readings(self, times: int) -> None:
        """Say, to whoever watches, that all values of these weights are going to be read so many times."""
        expect(times * sum(one.weight.array.nbytes for one in self.weights))

    @property
    def misfits(self) -> tuple[WeightInspection, ...]:
        """Those that the slice does not fit, of whose values none are shown."""
        return tuple(one for one in self.weights if one.misfit)

    @cached_property
    def fingerprint(self) -> Fingerprint | None:
        """That of all weights, of which it reads all; None where a filter leaves some of them out.

        It waits for what comes of the file's checksum: where that is wrong there is none.
        """
        listed = self._by_path
        if self.selection.filtered:
            return None
        return fingerprint_by(self.model, lambda weight: listed[weight.stored_path].sha256, self.checksum)

    @cached_property
    def own_weights(self) -> tuple[WeightInspection, ...]:
        """Those that the model itself owns, rather than one of its layers."""
        return tuple(self._by_path[weight.stored_path] for weight in self.selection.own_weights)

    @cached_property
    def layers(self) -> tuple[LayerInspection, ...]:
        """The topmost layers that are listed, each with those below it."""
        return tuple(map(self._layer, self.selection.layers))

    @cached_property
    def extras(self) -> tuple[ExtraInspection, ...]:
        """Every stored array that is no weight, whatever is listed."""
        return tuple(ExtraInspection(extra, self.damage) for extra in self.model.extras)

    @cached_property
    def extra_totals(self) -> Mapping[ExtraKind, Total]:
        """How many extras there are of each kind, with their sizes."""
        return extra_totals(self.model)

    @cached_property
    def code(self) -> tuple[CodeFinding, ...]:
        """What the config would make a loader run, import or open."""
        from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS  # noqa: PLC0415 - few views have it
        from kerasinspect.analysis.stored_code.code_in_config import code_in_model  # noqa: PLC0415 - as above

        return tuple(finding for finding in code_in_model(self.model) if finding.kind not in HARMLESS_KINDS)

    def walk(self) -> Iterator[LayerInspection]:
        """Every layer that is listed, at every depth, in order."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def quiet_layers(self) -> tuple[Layer, ...]:
        """Every layer that is listed and has no weights by nature."""
        return tuple(inspected.layer for inspected in self.walk() if inspected.is_quiet)

    @cached_property
    def _by_path(self) -> dict[str, WeightInspection]:
        """The weights by where they are stored."""
        return {one.weight.stored_path: one for one in self.weights}

    def _weight(self, position: int, weight: Weight) -> WeightInspection:
        """One weight, at its position among those that are listed."""
        return WeightInspection(weight, position, self.options, self.damage, self.measured.get(weight.stored_path))

    def _layer(self, listed: Listed, outer: Layer | None = None) -> LayerInspection:
        """One layer with those below it."""
        weights = tuple(self._by_path[weight.stored_path] for weight in listed.weights)
        inner = tuple(self._layer(one, listed.layer) for one in listed.layers)
        return LayerInspection(listed.layer, weights, inner, outer)


_DEFAULT = InspectionOptions()


def inspect(
    selection: Selection,
    options: InspectionOptions = _DEFAULT,
    damage: Damage | None = None,
    checksum: Callable[[], Verified | None] | None = None,
    measured: Mapping[str, Statistics] = MappingProxyType({}),
) -> Inspection:
    """Inspect a selection of an open model, whose checksum nobody verifies unless ``checksum`` tells of it.

    Figures that were ``measured`` before, by where their arrays are stored, are not measured again.

    Raises RequestError where the slice fits none of the weights.
    """
    model = selection.model
    unverified: Verified | None = None if model.checksum is None else "not verified"
    known = Damage(frozenset(model.damage)) if damage is None else damage
    inspection = Inspection(selection, options, known, checksum or (lambda: unverified), measured)
    if inspection.weights and all(one.misfit for one in inspection.weights):
        raise RequestError(
            inspection.weights[0].misfit, "It fits none of the arrays: kerasinspect list shows their shapes."
        )
    return inspection


@contextmanager
def inspecting(
    selection: Selection, options: InspectionOptions = _DEFAULT, *, whole: bool, in_passing: bool = False
) -> Iterator[Inspection]:
    """Inspect a selection of an open model, and verify the checksum of its weights meanwhile.

    ``whole`` says that all values are going to be read; else that of large weights is left alone. Where several threads
    read them, it is verified ``in_passing``. Raises RequestError where the slice fits none of the weights.
    """
    damage = Damage(frozenset(selection.model.damage))
    with verifying(selection.model, damage.note, whole=whole, in_passing=in_passing) as checksum:
        yield inspect(selection, options, damage, checksum)
