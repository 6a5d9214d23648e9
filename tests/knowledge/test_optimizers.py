"""Optimizer state: what each array is and whose, against the installed Keras and the orders of older ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.knowledge.optimizers.classes import OPTIMIZERS, optimizer_class
from kerasinspect.knowledge.optimizers.names import WORDS, Slot, Target
from kerasinspect.knowledge.optimizers.state import State, part_of, slots_of
from kerasinspect.opening import open_model
from tests.knowledge.odd_values import ODD_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kerasinspect.json_values import Json

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, about numpy

KERNEL, BIAS = Target("kernel", (4, 3), "a/kernel"), Target("bias", (3,), "a/bias")
SECOND = Target("kernel", (3, 2), "b/kernel")
STEP, RATE = State("0", ()), State("1", ())

CLASSES = sorted(OPTIMIZERS)
COMMON: tuple[dict[str, Any], ...] = ({}, {"use_ema": True}, {"gradient_accumulation_steps": 2})
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "SGD": ({"momentum": 0.9}, {"momentum": 0.9, "use_ema": True}),
    "Adam": ({"amsgrad": True},),
    "AdamW": ({"amsgrad": True},),
    "RMSprop": ({"momentum": 0.9}, {"centered": True}, {"momentum": 0.9, "centered": True, "use_ema": True}),
}
CASES = [(name, options) for name in CLASSES for options in (*COMMON, *OPTIONS.get(name, ()))]


def trained(keras: Any, optimizer: Any, *, frozen: bool = True) -> Any:  # noqa: ANN401 - Keras has no types
    """A model whose optimizer has its state: a convolution, a normalisation and two layers of one shape."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((5, 5, 2), name="in"),
            layers.Conv2D(3, 2, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(),
            layers.Dense(4, name="one"),
            layers.Dense(4, name="two"),
            layers.Dense(4, name="frozen", trainable=not frozen),
            layers.Dense(2, name="last"),
        ],
        name="m",
    )
    model.compile(optimizer)
    optimizer.build(model.trainable_variables)
    for variable in optimizer.variables:
        variable.assign(np.ones(variable.shape))
    return model


def truth(optimizer: Any, model: Any) -> list[tuple[str, str | None]]:  # noqa: ANN401 - Keras has no types
    """The name of each of an optimizer's variables and the weight that it belongs to, from Keras's own objects."""
    owners = {weight.path.replace("/", "_"): weight.path.removeprefix("m/") for weight in model.trainable_variables}
    known = {
        id(variable): (name, model.trainable_variables[place].path.removeprefix("m/"))
        for name, attribute in (("row", "_r"), ("column", "_c"))
        for place, variable in enumerate(getattr(optimizer, attribute, []))
    }
    known[id(getattr(optimizer, "_u_product", None))] = ("momentum_product", "")
    found: list[tuple[str, str | None]] = []
    for variable in optimizer.variables:
        owner = next((flat for flat in owners if variable.name.startswith(f"{flat}_")), None)
        if id(variable) in known:
            name, weight = known[id(variable)]
            found.append((name, weight or None))
        elif owner is None:
            found.append((variable.name, None))
        else:
            found.append((WORDS[variable.name.removeprefix(f"{owner}_")], owners[owner]))
    return found


def as_read(path: Path, group: str = "") -> list[tuple[str, str | None]]:
    """The same of a file's arrays: numbered ones under a group, or all that the file lists."""
    with open_model(path) as model:
        extras = [extra for extra in model.extras if extra.kind == "optimizer"]
    if group:
        extras = [extra for extra in extras if extra.stored_path.rpartition("/")[0] == group]
        extras.sort(key=lambda extra: int(extra.stored_path.rpartition("/")[2]))
    return [(extra.name, extra.weight) for extra in extras]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_optimizer_of_keras(keras: Any, name: str, options: dict[str, Any], tmp_path: Path) -> None:  # noqa: ANN401
    """Name and weight of each array agree with Keras, whichever file it saves."""
    optimizer = getattr(keras.optimizers, name)(**options)
    model = trained(keras, optimizer)
    expected = truth(optimizer, model)
    model.save(tmp_path / "m.keras")
    assert as_read(tmp_path / "m.keras", "/optimizer/vars") == expected
    if name != "Adafactor":  # whose variables have names that an HDF5 file cannot hold beside each other
        model.save(tmp_path / "m.h5")
        assert as_read(tmp_path / "m.h5") == expected


def test_every_class_of_keras_is_known(keras: Any) -> None:  # noqa: ANN401 - Keras has no types
    """A class that a new Keras brings fails this until the table has it."""
    wrappers = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
    offered = {each.__name__ for each in vars(keras.optimizers).values() if isinstance(each, type)}
    assert offered - wrappers == set(OPTIMIZERS)


def test_a_schedule_takes_the_place_of_the_learning_rate(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """With a schedule there is no learning rate among the arrays."""
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.3))
    model = trained(keras, optimizer)
    model.save(tmp_path / "m.keras")
    assert as_read(tmp_path / "m.keras", "/optimizer/vars") == truth(optimizer, model)


def test_a_loss_scale_is_around_another_optimizer(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The arrays of the inner optimizer are told in both groups that hold them."""
    inner = keras.optimizers.Adam()
    optimizer = keras.optimizers.LossScaleOptimizer(inner)
    model = trained(keras, optimizer)
    model.save(tmp_path / "m.keras")
    assert as_read(tmp_path / "m.keras", "/optimizer/vars") == truth(optimizer, model)
    assert as_read(tmp_path / "m.keras", "/optimizer/inner_optimizer/vars") == truth(inner, model)


def test_several_optimizers_share_a_model(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Where shapes show whose weights an optimizer has, its slots are told."""
    adam, sgd = keras.optimizers.Adam(), keras.optimizers.SGD(momentum=0.9)
    several = keras.optimizers.OptimizerMap(default_optimizer=sgd, optimizer_map={"m/.*/kernel": adam})
    model = trained(keras, keras.optimizers.MultiOptimizer(several))
    model.save(tmp_path / "m.keras")
    assert as_read(tmp_path / "m.keras", "/optimizer/optimizers/adam/vars") == truth(adam, model)


def test_a_file_of_weights_alone_tells_the_class_by_its_name(keras: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Since Keras 3.6 the optimizer's name is in the file."""
    optimizer = keras.optimizers.Lion()
    model = trained(keras, optimizer, frozen=False)
    model.save_weights(tmp_path / "m.weights.h5")
    assert as_read(tmp_path / "m.weights.h5", "/optimizer/vars") == truth(optimizer, model)


def slot(name: str | None = None, weight: int | None = None) -> Slot:
    """A slot, in short."""
    return Slot(name, weight)


def states(*shapes: tuple[int, ...], names: Sequence[str] = ()) -> list[State]:
    """Arrays of these shapes, numbered where no names are given."""
    return [State(names[place] if names else str(place), shape) for place, shape in enumerate(shapes)]


OLDER = [
    pytest.param(
        "Adam",
        "2.4.0",
        states((), (4, 3), (3,), names=("Adam/iter", "Adam/a/kernel/m", "Adam/a/bias/v")),
        [slot("iteration"), slot("momentum", 0), slot("velocity", 1)],
        id="names of tf.keras to 2.10",
    ),
    pytest.param(
        "Custom>Adam",
        "2.15.0",
        states((), (4, 3), (3,), names=("iteration", "Adam/m/a/kernel", "Adam/v/a/bias")),
        [slot("iteration"), slot("momentum", 0), slot("velocity", 1)],
        id="names of tf.keras since 2.11",
    ),
    pytest.param(
        "RMSprop",
        "2.4.0",
        states((4, 3), (3,), names=("training/RMSprop/a/kernel/rms", "training/RMSprop/a/bias/momentum")),
        [slot("velocity", 0), slot("momentum", 1)],
        id="names of RMSprop",
    ),
    pytest.param(
        "Adam",
        "3.11.0",
        states((4, 3), (3,), names=("adam/a_kernel_momentum", "adam/a_bias_velocity_hat")),
        [slot("momentum", 0), slot("velocity_hat", 1)],
        id="names of Keras 3",
    ),
    pytest.param(
        "Adam",
        "2.2.4",
        states((), (4, 3), (3,), (4, 3), (3,), (1,), (1,), names=("Adam/iterations", *"abcdef")),
        [
            *(slot("iteration"), slot("momentum", 0), slot("momentum", 1), slot("velocity", 0), slot("velocity", 1)),
            *(slot("velocity_hat", 0), slot("velocity_hat", 1)),
        ],
        id="slot by slot, with placeholders",
    ),
    pytest.param(
        "SGD",
        "2.0.5",
        states((), (3,), (4, 3), names=("Variable", "Variable_1", "Variable_2")),
        [slot("iteration"), slot("momentum", 1), slot("momentum", 0)],
        id="weights sorted by name before 2.0.6",
    ),
    pytest.param(
        "SGD",
        "2.0.6",
        states((), (4, 3), (3,), names=("Variable", "Variable_1", "Variable_2")),
        [slot("iteration"), slot("momentum", 0), slot("momentum", 1)],
        id="weights in order since 2.0.6",
    ),
    pytest.param(
        "RMSprop", "2.2.4", states((4, 3), (3,)), [slot("velocity", 0), slot("velocity", 1)], id="no count of steps"
    ),
    pytest.param(
        "Nadam",
        "2.3.1",
        states((), (), (4, 3), (3,), (4, 3), (3,)),
        [
            *(slot("iteration"), slot("momentum_schedule"), slot("momentum", 0), slot("momentum", 1)),
            *(slot("velocity", 0), slot("velocity", 1)),
        ],
        id="a schedule of momentum",
    ),
    pytest.param(
        "adam",
        "2.15.0",
        states((), (4, 3), (4, 3), (3,), (3,)),
        [slot("iteration"), slot("momentum", 0), slot("velocity", 0), slot("momentum", 1), slot("velocity", 1)],
        id="a config that says only a name",
    ),
    pytest.param(
        None,
        None,
        states((), (), (4, 3), (4, 3), (3,), (3,)),
        [slot("iteration"), slot("learning_rate"), slot(None, 0), slot(None, 0), slot(None, 1), slot(None, 1)],
        id="no config: weights but no names",
    ),
    pytest.param(
        "Adam",
        "3.15.1",
        states((), (), (9, 9), (9, 9), (3,), (3,)),
        [slot("iteration"), slot("learning_rate"), *[slot()] * 4],
        id="shapes that contradict the weights",
    ),
    pytest.param(
        "MyOptimizer",
        "3.15.1",
        states((), (), (4, 3), (4, 3), (3,), (3,)),
        [slot("iteration"), slot("learning_rate"), *[slot()] * 4],
        id="a custom class",
    ),
    pytest.param("Adam", "3.15.1", [], [], id="no state yet"),
]


@pytest.mark.parametrize(("optimizer", "version", "stored", "expected"), OLDER)
def test_other_generations(
    optimizer: str | None, version: str | None, stored: list[State], expected: list[Slot]
) -> None:
    """Names decide where they are telling, else the order of the Keras that wrote the file."""
    assert slots_of(optimizer, [KERNEL, BIAS], stored, version) == expected


def numbered(*shapes: tuple[int, ...]) -> list[State]:
    """Arrays that are only numbered."""
    return [State(str(number), shape) for number, shape in enumerate(shapes)]


SCALAR: tuple[int, ...] = ()
ODD_ORDERS = [
    pytest.param(
        {"class_name": "LossScaleOptimizerV3", "config": {"inner_optimizer": "Adam"}},
        [SCALAR, (4, 3), (4, 3), (3,), (3,)],
        ["iteration", "momentum", "velocity", "momentum", "velocity"],
        id="the wrapper of Keras 2.15 holds the arrays of the one inside it alone",
    ),
    pytest.param(
        {"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": "Lion"}},
        [*[SCALAR] * 6, (4, 3), (3,)],
        [
            "iteration",
            "learning_rate",
            "step_counter",
            "dynamic_scale",
            "iteration",
            "learning_rate",
            *["momentum"] * 2,
        ],
        id="that of Keras 3 has four of its own",
    ),
    pytest.param(
        "Nadam",
        [SCALAR, SCALAR, SCALAR, (4, 3), (4, 3), (3,), (3,)],
        ["iteration", "learning_rate", "momentum_product", *["momentum", "velocity"] * 2],
        id="Nadam of Keras 3.5 has its product first",
    ),
    pytest.param(
        "Nadam",
        [SCALAR, (4, 3), (4, 3), (3,), (3,)],
        ["iteration", *["momentum", "velocity"] * 2],
        id="Nadam of Keras 2.15 has none",
    ),
    pytest.param(
        "Adafactor",
        [SCALAR, (4,), (3,), (4, 3), (3,)],
        ["iteration", "row", "column", "velocity", "velocity"],
        id="Adafactor of Keras 2.15 has no sums of vectors",
    ),
]


@pytest.mark.parametrize(("optimizer", "shapes", "expected"), ODD_ORDERS)
def test_orders_that_differ_by_version(optimizer: Any, shapes: list[tuple[int, ...]], expected: list[str]) -> None:  # noqa: ANN401
    """Each order is told by shapes alone."""
    assert [slot.name for slot in slots_of(optimizer, [KERNEL, BIAS], numbered(*shapes), None)] == expected


def test_weights_of_one_shape_whose_order_is_unknown_have_no_slots() -> None:
    """A slot is of this name and shape, but of two weights whose places the file does not tell it is nobody's."""
    unplaced = [Target("bias", (3,), is_placed=False)] * 2
    found = slots_of("Lion", [KERNEL, *unplaced], numbered((), (), (4, 3), (3,), (3,)), None)
    assert found[2:] == [Slot("momentum", 0), Slot("momentum"), Slot("momentum")]


@pytest.mark.parametrize(("name", "found"), [("muon", Slot("momentum", 0)), ("lamb", Slot())])
def test_only_an_uneven_class_leaves_slots_out(name: str, found: Slot) -> None:
    """Muon keeps no velocity for a matrix; a class that keeps the same slots for all weights has never lost one."""
    assert slots_of(name, [KERNEL], states((), (), (4, 3)), "3.15.1")[2] == found


def test_float8_scales_have_no_slots() -> None:
    """Weights that Keras overwrites by way of gradients have a gradient accumulator, but no slots."""
    entry: Json = {"class_name": "SGD", "config": {"momentum": 0.9, "gradient_accumulation_steps": 2}}
    scale = Target("inputs_scale", ())
    found = slots_of(entry, [KERNEL, scale], states((), (), (4, 3), (), (4, 3)), "3.15.1")
    assert found[2:] == [slot("gradient_accumulator", 0), slot("gradient_accumulator", 1), slot("momentum", 0)]


def test_one_of_several_optimizers_is_told_only_where_shapes_are() -> None:
    """Shapes that fit the weights in two ways tell the start alone."""
    first = states((), (), (3, 2), (3, 2))
    assert part_of("adam", [KERNEL, BIAS, SECOND], first)[2:] == [slot("momentum", 2), slot("velocity", 2)]
    assert part_of("adam", [SECOND, BIAS, SECOND], first)[2:] == [slot(), slot()]


@pytest.mark.parametrize(
    ("name", "expected"), [("adam_w", "AdamW"), ("rmsprop", "RMSprop"), ("SGD_3", "SGD"), ("mine", None)]
)
def test_class_of_a_name(name: str, expected: str | None) -> None:
    """Keras names an optimizer after its class, with a number."""
    assert optimizer_class(name) == expected


@pytest.mark.parametrize("ask", [slots_of, lambda one, targets, found, _: part_of(one, targets, found)])
def test_no_config_breaks_it(ask: Callable[..., list[Slot]]) -> None:
    """Any JSON in the place of an optimizer gives an answer."""
    stored = states((), (), (4, 3), (4, 3))
    for value in ODD_VALUES:
        for entry in (value, {"class_name": value}, {"class_name": "Adam", "config": value}):
            assert len(ask(entry, [KERNEL], stored, "3.15.1")) == len(stored)
        for key in ("amsgrad", "use_ema", "inner_optimizer", "momentum"):
            for name in ("SGD", "Adam", "LossScaleOptimizer"):
                entry = {"class_name": name, "config": {key: value}}
                assert len(ask(entry, [KERNEL], [*stored, *stored], "3.15.1")) == 2 * len(stored)
