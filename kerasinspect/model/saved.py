"""Model: all that one saved model holds, and how its layers and weights are found by name."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from kerasinspect.errors import NothingMatches
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.lookup import Directory, first, shown
from kerasinspect.shown.representation import counted_thing, html_table, one_line, pictured

if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
    from types import TracebackType
    from typing import Any, Self

    from kerasinspect.model.arrays import Array
    from kerasinspect.model.checksum import Checksum
    from kerasinspect.model.layers import Layer
    from kerasinspect.model.weights import Weight
    from kerasinspect.remarks import Remark

FormatName: TypeAlias = Literal[
    "keras-archive",
    "keras-hub-preset",
    "keras-weights",
    "keras-weights-sharded",
    "legacy-hdf5",
    "legacy-hdf5-weights",
    "orbax-checkpoint",
    "saved-model",
    "tf-checkpoint",
]
"""How a file is laid out, found from its content."""

_LEGACY_FORMATS: frozenset[FormatName] = frozenset({"legacy-hdf5", "legacy-hdf5-weights"})

_Thing = TypeVar("_Thing", "Layer", "Weight")

_Default = TypeVar("_Default")

ExtraKind: TypeAlias = Literal["optimizer", "seed", "metric", "table", "state", "copy", "unclaimed"]


@dataclass(frozen=True, slots=True)
class Extra:
    """A stored array that is no layer's weight: optimizer state, a metric, a table, or one that nothing claims."""

    kind: ExtraKind
    name: str
    stored_path: str
    array: Array
    weight: str | None = None
    """Path of the weight that an optimizer slot belongs to, or that it is a copy of, where the file tells it."""
    remark: Remark | None = None

    def __repr__(self) -> str:
        """What it is, its shape and its dtype."""
        return one_line(self, self.kind, self.name, str(self.array.shape), self.array.dtype)


@dataclass(frozen=True)
class Model:
    """What one saved model holds. A context manager: leaving it closes the file."""

    name: str | None
    class_name: str | None
    location: str
    format: FormatName
    layers: tuple[Layer, ...]
    weights: tuple[Weight, ...]
    """Every stored weight, in the order of ``model.get_weights()`` in the Keras that saved the file."""
    extras: tuple[Extra, ...] = ()
    own_weights: tuple[Weight, ...] = ()
    """Those of ``weights`` that the model itself owns, rather than one of its layers."""
    keras_version: str | None = None
    backend: str | None = None
    saved_at: str | None = None
    """ISO 8601, as the file says it."""
    config: Mapping[str, Any] | None = field(default=None, repr=False)
    """The whole config as JSON, untrusted; None in a weights-only file.

    A list of 32 KB or more in one of 4 MB or more is a ``Sequence`` that keeps its text: ``json.dumps`` writes it where
    it is told ``default=list``.
    """
    training_config: Mapping[str, Any] | None = field(default=None, repr=False)
    remarks: tuple[Remark, ...] = ()
    """What is odd about the file as a whole: said on stderr by ``show``."""
    damage: tuple[str, ...] = ()
    """Parts that could not be read. The rest is right, but the answer is partial: exit status 3."""
    checksum: Checksum | None = None
    """None where the file has none: legacy files, weights files, shards, and folders with one of these."""
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    def __enter__(self) -> Self:
        """Give the model itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def __repr__(self) -> str:
        """Its name, its class, how much it holds, and its file."""
        return one_line(self, self.name, self.class_name, *self._size, self.location)

    def _repr_html_(self) -> str:
        """Its layers at every depth in a table, and pictures of a few of its weights, as a notebook shows them."""
        version = f"Keras {self.keras_version}" if self.keras_version else "Keras version not stored"
        facts = (self.name, self.class_name, self.format, version, *self._size)
        rows = map(_html_cells, self.walk())
        caption = " · ".join(filter(None, facts))
        table = html_table(caption, _HTML_TITLES, rows, sum(1 for _ in self.walk()), {"parameters"})
        return table + pictured("pictures_html", self)

    @property
    def _size(self) -> tuple[str, str]:
        """How much it holds."""
        return counted_thing(self.parameters, "parameter"), counted_thing(len(self.weights), "array")

    @cached_property
    def _weights(self) -> Directory[Weight]:
        """The weights by their paths."""
        return Directory.of("weight", ((weight.path, weight) for weight in self.weights))

    @cached_property
    def _layers(self) -> Directory[Layer]:
        """The layers by their paths, and by a name that is no path; a shared layer is there once, by all of them."""
        once = [*self._walk_once()]
        paths = ((path, layer) for layer in once for path in dict.fromkeys((layer.path, *layer.also_at)))
        names = Directory.of("layer", ((layer.name, layer) for layer in once))
        return Directory("layer", {**names.entries, **Directory.of("layer", paths).entries})

    def _walk_once(self) -> Iterator[Layer]:
        """Every layer, without the further places of a shared one, which have no weights."""
        pending = [(layer, False) for layer in reversed(self.layers)]
        while pending:
            layer, is_again = pending.pop()
            is_again = is_again or layer.path in self._shared
            if not is_again or layer.all_weights:
                yield layer
            pending += [(inner, is_again) for inner in reversed(layer.layers)]

    @cached_property
    def _shared(self) -> Mapping[str, str]:
        """The path at which a shared layer has its weights, by each of its other paths."""
        return {path: layer.path for layer in self.walk() for path in layer.also_at}

    def _home(self, path: str) -> str:
        """The path at which a layer or a weight is listed, given that one or another path of a layer around it."""
        parts = path.split("/")
        for end in range(len(parts), 0, -1):
            home = self._shared.get("/".join(parts[:end]))
            if home is not None:
                return "/".join((home, *parts[end:]))
        return path

    def _listed(self, things: Directory[_Thing], name: str) -> str:
        """The name under which one of some things is listed: itself, or the one at home; itself where neither is."""
        home = self._home(name)
        return home if name not in things.entries and home in things.entries else name

    def __getitem__(self, path: str) -> Weight:
        """The weight at a path: ``dense_1/kernel``; that of a shared layer at each path of the layer.

        Raises NothingMatches, a KeyError that names the nearest; RequestError where several have the path.
        """
        if not isinstance(path, str):
            raise _no_path("weight", path)
        return self._weights.named(self._listed(self._weights, path), self._meant_layer)

    def _meant_layer(self, path: str) -> str:
        """Which weights a layer has whose name was given for that of a weight; nothing of any other name."""
        found = self._layers.entries.get(self._listed(self._layers, path), ())[:1]
        paths = [weight.path for layer in found for weight in layer.all_weights]
        return f"That is a layer: its weights are {first(paths)}." if paths else ""

    def __contains__(self, path: object) -> bool:
        """Whether a weight has the path, be it one more of a shared layer."""
        return isinstance(path, str) and self._listed(self._weights, path) in self._weights.entries

    def __iter__(self) -> Iterator[str]:
        """The paths of all weights, as a dict has its keys: ``dict(model)`` and ``**model`` give weights by path."""
        return iter(self.keys())

    def keys(self) -> KeysView[str]:
        """The paths of all weights, in the order of ``weights``."""
        return self._weights.entries.keys()

    def values(self) -> ValuesView[Weight]:
        """All weights, as a dict has its values; raises RequestError where several have one path."""
        return self._by_path.values()

    def items(self) -> ItemsView[str, Weight]:
        """The path of each weight with the weight, as a dict has its items; raises as ``values``."""
        return self._by_path.items()

    def get(self, path: str, default: _Default | None = None) -> Weight | _Default | None:
        """The weight at a path, or the default where there is none; raises RequestError where several have it."""
        return self[path] if path in self else default  # noqa: SIM401 - this is what it names

    @cached_property
    def _by_path(self) -> Mapping[str, Weight]:
        """Each weight by its path."""
        return {path: self[path] for path in self}

    def __len__(self) -> int:
        """The number of paths of weights."""
        return len(self.keys())

    def __bool__(self) -> bool:
        """True: a model that has no weights yet is a model, too."""
        return True

    def layer(self, name: str) -> Layer:
        """The layer at a path, or of a name that only one layer has: ``inner/dense_1``.

        A shared layer is the same at each of its paths: the one that has the weights.

        Raises NothingMatches, a KeyError that names the nearest; RequestError where several have the name.
        """
        if not isinstance(name, str):
            raise _no_path("layer", name)
        return self._layers.named(self._listed(self._layers, name))

    @property
    def is_legacy(self) -> bool:
        """Whether its file is legacy HDF5, which lists layers and weights by name."""
        return self.format in _LEGACY_FORMATS

    def walk(self) -> Iterator[Layer]:
        """Every layer at every depth, in order."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def parameters(self) -> int:
        """Scalars in all weights, those of a variable that is stored twice once; optimizer state does not count."""
        return sum(weight.parameters for weight in self.weights if weight.same_as is None)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights; optimizer state does not count."""
        return sum(weight.array.nbytes for weight in self.weights)


def _no_path(word: str, given: object) -> NothingMatches:
    """The error for what is no path, such as a position."""
    remedy = f"By position it is model.{word}s[{given}]." if isinstance(given, int) else f"model.{word}s has all."
    return NothingMatches(f"A {word} is asked for by its path, not by {shown(repr(given))}.", remedy)


_HTML_TITLES = ("layer", "class", "output shape", "parameters", "trainable")


def _html_cells(layer: Layer) -> tuple[str, ...]:
    """One layer as a row of a notebook's table."""
    shape = "" if layer.output_shape is None else str(layer.output_shape)
    trainable = {True: "yes", False: "no", None: ""}[layer.trains]
    weights = layer.all_weights
    return (
        layer.path,
        layer.class_name,
        shape,
        f"{layer.parameters:,}" if weights else "",
        trainable if weights else "",
    )
