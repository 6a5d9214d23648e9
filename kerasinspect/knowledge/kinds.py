"""The types of a row of the layer table: a class, its weights, its sublayers, and what a config must say for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.json_values import Json, JsonObject
from kerasinspect.knowledge.axes import SPATIAL
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.knowledge.shapes.rule import InnerRule, Rule

_AxesOf: TypeAlias = Callable[[JsonObject], "tuple[str, ...] | None"]
"""Names the axes of a weight by its layer's config; None where it does not tell them."""
Fan: TypeAlias = "tuple[int | None, int | None]"
"""Fan-in and fan-out."""
FanRule: TypeAlias = Callable[["tuple[int, ...]", JsonObject], "Fan | None"]
"""Counts the connectivity of a weight of this shape in a layer with this config; None where they do not tell it."""

WHOLE_BYTES = ("int8", "uint8")
"""Dtypes that only quantized values have."""
UNKNOWN = "axis"
"""Stands for the name of an axis that nothing tells."""
ANY = "*"
"""Stands for as many spatial axes as the array has left."""


class Passing(Enum):
    """Which axes of its input a layer passes on, position by position."""

    NONE = auto()
    EVERY_AXIS = auto()
    """Values change where they are, or mix and keep their places: activations, dropout, normalisations."""
    NAMED_AXES = auto()
    """The axes that the config names, since statistics mix the others."""
    CHANNELS = auto()
    """Places are moved, mixed, added or left out within each channel."""
    CHANNELS_ALONE = auto()
    """The axes of the places go, unless ``keepdims`` keeps them."""
    BEHIND_STEPS = auto()
    """An axis of repetitions comes before the channels."""


class Layout(Enum):
    """How a layer lays out the positions of its inputs anew."""

    NONE = auto()
    FLAT = auto()
    """All axes but the batch in one, the last one fastest; channels that come first go last before."""
    RESHAPED = auto()
    """The same row of values cut into other axes."""
    PERMUTED = auto()
    """The axes in another order."""
    JOINED = auto()
    """Its inputs side by side along one axis."""
    BOTH_WAYS = auto()
    """The units of the layer inside it side by side, first those that read forwards."""


class Sizing(Enum):
    """What the sizes of a class's weights follow from."""

    KERNEL = auto()
    """A kernel multiplies what comes in."""
    NAMED_AXES = auto()
    """A number for each position of the axes that the config names."""
    ADAPTED = auto()
    """A number for each position of these axes, in their order, or one for all."""
    FEATURES = auto()
    """A number for each position of every axis but the batch."""
    PLACES = auto()
    """A kernel of its own at each place."""
    EQUATION = auto()
    """The letters of an einsum equation."""
    SCORES = auto()
    """A number for each feature, or one for all, that scales attention scores."""
    INNER_KERNEL = auto()
    """The kernel of the layer inside."""


class Taking(Enum):
    """What a sublayer takes of the input of the layer around it."""

    UNKNOWN = auto()
    WHOLE = auto()
    STEP = auto()
    FEATURES = auto()
    """A sequence of the features that all inputs have in common."""


class Remains(Enum):
    """What is left of a single value that a layer normalises."""

    NOTHING = auto()
    SIGN = auto()
    ONE = auto()


class Explanation(Enum):
    """How the shape of a class's main weight is explained from its input."""

    LAST_AXIS = auto()
    INDICES = auto()
    STEPS = auto()
    WINDOW = auto()
    CHANNELS = auto()


@dataclass(frozen=True, slots=True)
class Flag:
    """What a layer's config must say for a weight or a sublayer to exist."""

    key: str
    test: Callable[[Json], object] = bool
    """What the value under ``key`` must pass."""
    default: bool = True
    """Whether the weight exists where the config has no such key."""
    older: str | None = None
    """What an older Keras called the key."""

    def holds(self, config: JsonObject) -> bool:
        """Whether a layer's config says what the flag asks for."""
        for key in (self.key, self.older):
            if key is not None and key in config:
                return bool(self.test(config[key]))
        return self.default


@dataclass(frozen=True, slots=True)
class WeightSpec:
    """One weight of a class: its name, what runs along its axes, what it connects, and what it starts with."""

    name: str
    axes: tuple[str, ...] = ()
    trainable: bool = True
    flags: tuple[Flag, ...] = ()
    gates: tuple[str, ...] = ()
    """Names of the equal blocks along the last axis."""
    rows: tuple[str, ...] = ()
    """Names of the steps along the first axis, where they are not alike."""
    free_rank: bool = False
    """Further axes than ``axes`` names are called what the last one is."""
    counted: bool = True
    """False where Keras 3 stores it but ``get_weights()`` leaves it out."""
    older_axes: tuple[str, ...] = ()
    """Its axes in an older layout, told from ``axes`` by the place of the axis called ``one``."""
    axes_of: _AxesOf | None = None
    """Tells ``axes`` where they differ by config."""
    gap: int = 0
    """Weights right before it in ``get_weights()`` that a bug of Keras leaves out of the file."""
    dtypes: tuple[str, ...] = ()
    """Its possible dtypes as stored; empty for any but those of quantized values."""
    fans: FanRule | None = field(default=None, compare=False)
    """Counts its fan-in and fan-out; None for what connects nothing."""
    lora_fans: FanRule | None = field(default=None, compare=False)
    """Counts those of the first factor that LoRA adds to it; None where Keras adapts no such weight."""
    initial: Json = field(default=None, compare=False)
    """The initializer that Keras uses where the config says nothing, as a config would name it."""
    initial_keys: tuple[str, ...] = field(default=(), compare=False)
    """The config's keys for its initializer, today's word first."""
    older_name: str = field(default="", compare=False)
    """What an older Keras called it."""
    sentence: str = field(default="", compare=False)
    """What it is, where it is something else than weights of its name are in other classes."""

    def can_be(self, rank: int, dtype: str) -> bool:
        """Whether an array of this rank and dtype can be this weight."""
        return self.axis_names(rank) is not None and (dtype in self.dtypes if self.dtypes else dtype not in WHOLE_BYTES)

    def names_along(self, shape: tuple[int, ...]) -> tuple[str, ...] | None:
        """The name of each axis of an array of this shape; None where nothing tells them."""
        if self.older_axes and len(shape) == len(self.older_axes):
            fitting = [axes for axes in (self.axes, self.older_axes) if shape[axes.index("one")] == 1]
            return fitting[0] if len(fitting) == 1 else None
        names = self.axis_names(len(shape))
        return None if names and UNKNOWN in names else names

    def axis_names(self, rank: int) -> tuple[str, ...] | None:
        """The name of each of ``rank`` axes; None where an array of that rank cannot be this weight."""
        missing = rank - len(self.axes)
        if ANY in self.axes:
            at = self.axes.index(ANY)
            spatial = SPATIAL.get(missing + 1)
            return (*self.axes[:at], *spatial, *self.axes[at + 1 :]) if spatial else None
        if self.free_rank and missing >= -1:
            return (*self.axes, *self.axes[-1:] * missing)[:rank]
        return None if missing else self.axes

    def with_axes(self, config: JsonObject) -> WeightSpec:
        """The weight with the axes that the config tells."""
        axes = self.axes_of(config) if self.axes_of else None
        return self if axes is None else replace(self, axes=axes)


@dataclass(frozen=True, slots=True)
class Sublayer:
    """A layer inside a layer: the attribute that holds it names its group in ``.keras`` files."""

    attributes: tuple[str, ...]
    """Names of the attribute over the versions, the newest first."""
    name: str = ""
    """Its layer name; empty where the config of the sublayer says it. ``{}`` stands for that name."""
    class_name: str = ""
    """Its class; empty where the config says it."""
    config_key: str = ""
    """Where its config lies in the parent's; empty where it is computed with the parent's own config."""
    older_config_key: str = ""
    """Where its config lies when ``config_key`` is absent."""
    listed: bool = False
    """The attribute holds a list of layers."""
    weights: tuple[WeightSpec, ...] | None = None
    """Its weights where the parent knows better than the class does."""
    flags: tuple[Flag, ...] = ()
    equation: str = ""
    """The einsum equation that the parent gives it."""
    taking: Taking = Taking.UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class LayerSpec:
    """What Keras means by a class: a row of the layer table."""

    class_name: str
    sentence: str
    """What a layer of the class does."""
    weights: tuple[WeightSpec, ...] = ()
    sublayers: tuple[Sublayer, ...] = ()
    also: tuple[str, ...] = ()
    """Classes of which the whole row is true as well: aliases, older names, other numbers of spatial axes."""
    shape: Rule | None = None
    """Gives the output shape; None where no rule does."""
    inner_shape: InnerRule | None = None
    """Gives the output shape of a class that computes with layers inside it."""
    passing: Passing = Passing.NONE
    layout: Layout = Layout.NONE
    sizing: Sizing = Sizing.KERNEL
    explanation: Explanation | None = None
    separate_gates: tuple[WeightSpec, ...] = ()
    """The weights of Keras 1 where it kept those of each gate apart: ``consume_less`` is not ``gpu``."""
    kernel_copy: WeightSpec | None = None
    """A second copy of its sublayer's kernel, which it keeps as its own first variable."""
    quantized: str = ""
    """The weight that quantization replaces: ``kernel`` or ``embeddings``."""
    states: int = 0
    """How many states a cell hands from step to step."""
    python_name: str = ""
    """The name of the Python class, which names its group, where it is not the class name of the config."""
    forgotten_key: str = ""
    """A key of the config that Keras 3.0 to 3.3 does not save, and that leaves the first weight alone."""
    remains: Remains | None = None
    """What is left of a single value that it normalises."""
    is_cell: bool = False
    is_input: bool = False
    is_model: bool = False
    is_chain: bool = False
    """It runs its layers one after the other."""
    is_depthwise: bool = False
    """Its kernel looks at each channel alone."""
    is_projecting: bool = False
    """It computes with projections of its inputs to heads."""
    is_stepwise: bool = False
    """It applies the layer inside it to each step."""
    is_told_by_sublayers: bool = False
    """No other class holds sublayers under such attributes."""
    is_told_by_weights: bool = False
    """No other class of Keras has weights of all these names, vectors of one length."""
    is_gone: bool = False
    """No Keras has had it since weights lie in groups."""
    is_flipped_by_theano: bool = False
    """Its kernels lie reversed along each spatial axis in files that Keras wrote with Theano."""
    reads_pictures: bool = False
    """It reads a sequence of pictures, step by step."""
    reads_states: bool = False
    """It may take states beside a sequence."""
    has_activation: bool = False
    """It applies the activation of its config to what it computes, and its units are the last axis of its kernel."""
    has_own_units: bool = False
    """Each unit computes alone, with a column of the kernel."""
    has_vocabulary: bool = False
    encodes_numbers: bool = False
    """It gives a row with a place for each number that it may take."""
    special_tokens: Mapping[str, Json] = field(default_factory=dict)
    """What the config of another class says of the tokens before all others, where it is the same for all of this."""
    keeps_values: bool = False
    """It passes on the values that it takes when the model predicts, perhaps in another shape."""
    names_its_arrays: bool = False
    """Keras 3 stores a list of arrays that the class names; other classes store every variable that they own."""
    moves: tuple[str, ...] = ()
    """Weights that it has in place of the layer inside it."""
    package: str = ""
    """The package that has the class, and the version that the row was read from; empty for Keras's own classes."""
    wraps_code: bool = False
    """Its weights are those of a module of another library, which the file does not describe."""

    @property
    def weightless(self) -> bool:
        """No layer of this class ever has weights."""
        return not (self.weights or self.sublayers or self.is_model or self.wraps_code)

    @property
    def is_equation(self) -> bool:
        """It computes what an einsum equation says."""
        return self.sizing is Sizing.EQUATION

    @property
    def shares_kernel(self) -> bool:
        """It keeps a second copy of its sublayer's kernel."""
        return self.kernel_copy is not None

    @property
    def makes_sublayers(self) -> bool:
        """It makes the layers inside it from its own config."""
        return any(part.class_name for part in self.sublayers)

    @property
    def gives_inner_output(self) -> bool:
        """Its outputs are those of the layer inside it."""
        return self.is_stepwise or self.shares_kernel

    @property
    def reads_indices(self) -> bool:
        """It takes whole numbers, for each of which it looks up a row."""
        return self.explanation is Explanation.INDICES

    @property
    def keeps_statistics(self) -> bool:
        """It has a number for each position of the axes that its config names."""
        return self.sizing in {Sizing.NAMED_AXES, Sizing.ADAPTED}

    @property
    def is_local(self) -> bool:
        """It has a kernel of its own at each place."""
        return self.sizing is Sizing.PLACES


def weights_for(specs: Iterable[WeightSpec], config: JsonObject) -> tuple[WeightSpec, ...]:
    """Those weights that a layer with this config has, in stored order."""
    return tuple(spec.with_axes(config) for spec in specs if all(flag.holds(config) for flag in spec.flags))
