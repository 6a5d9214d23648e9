"""Verdicts on whether weights and layers were trained."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasinspect import open_model
from kerasinspect.analysis.damage import Damage
from kerasinspect.analysis.statistics import measure_with
from kerasinspect.analysis.training import Judgement, Training, assess_training
from kerasinspect.analysis.training.origin import Origin
from kerasinspect.analysis.training.values import judge_values
from kerasinspect.model import Extra, Initializer, Layer
from kerasinspect.output.evidence import layer_evidence
from tests.makers.handmade import MemoryArray, model, weight
from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.analysis.training import Verdict
    from kerasinspect.model import Weight

Values = np.ndarray[Any, Any]

RANDOM = np.random.default_rng(7)
STEP = np.float32(1e-4)

ZEROS = Initializer("zeros", constant=0.0, stddev=0.0)
UNIFORM = Initializer("glorot_uniform", limit=0.3, stddev=0.3 / 3**0.5, form="uniform")
NORMAL = Initializer("random_normal", stddev=0.05, form="normal")
TRUNCATED = Initializer("he_normal", stddev=0.1, form="truncated normal")
ORTHOGONAL = Initializer("orthogonal", stddev=0.125, form="orthogonal", gain=1.0)
FORGET = Initializer("zeros", forget_gate=True)


def generated(*shape: int, bits: int = 23, limit: float = 0.3) -> Values:
    """Uniform values as Keras's backends make them in float32."""
    fractions = (RANDOM.integers(0, 2**bits, shape) / 2.0**bits).astype("float32")
    return fractions * np.float32(2 * np.float32(limit)) - np.float32(limit)


def truncated(*shape: int) -> Values:
    """Normal values, drawn again where they lie two standard deviations off or more; 0.1 is what remains of those."""
    values = RANDOM.normal(size=(*shape, 40))
    chosen = np.take_along_axis(values, (abs(values) < 2).argmax(-1)[..., None], -1)[..., 0]
    return (chosen * 0.1 / 0.87962566103423978).astype("float32")


def in_pairs(*shape: int, stddev: float = 0.05) -> Values:
    """Normal values as TensorFlow makes them, two from two fractions of 23 bits."""
    count = int(np.prod(shape)) // 2
    radius, turn = RANDOM.integers(1, 2**23, (2, count)) / 2.0**23
    angle = (2 * np.pi * turn).astype("f4")
    size = np.sqrt(np.float32(-2) * np.log(radius.astype("f4")))
    pairs = np.stack([np.sin(angle) * size, np.cos(angle) * size], 1) * np.float32(stddev)
    return pairs.astype("f4").reshape(shape)


def orthogonal() -> Values:
    """Sixteen orthonormal rows of 64 values."""
    return np.linalg.qr(RANDOM.normal(size=(64, 16)))[0].T.astype("float32")


def forget_bias(*blocks: float) -> Values:
    """A bias of blocks of five equal values."""
    return np.repeat(np.array(blocks, "float32"), 5)


def made(values: Values, initializer: Initializer | None, name: str = "kernel", **more: Any) -> Weight:  # noqa: ANN401
    """A weight with these values."""
    return weight("layer", "Dense", name, values, ["axis"] * values.ndim, initializer=initializer, **more)


def judged(values: Values, initializer: Initializer | None, origin: Origin = Origin()) -> Judgement:  # noqa: B008
    """The verdict on one weight."""
    subject = made(values, initializer)
    return judge_values(subject, measure_with(subject.array), origin)


def pruned(values: Values) -> Values:
    """The values with the smaller half of them set to zero."""
    return np.where(abs(values) < np.median(abs(values)), np.float32(0), values)


PARTLY = np.vstack([generated(300, 8), generated(40, 8) + STEP])
VERDICTS = [
    pytest.param(np.zeros(5, "f4"), ZEROS, "initial", "certain", "at its constant", id="zeros"),
    pytest.param(np.full(5, -0.0), ZEROS, "initial", "certain", "at its constant", id="negative zeros"),
    pytest.param(np.full(5, 0.1, "f4"), Initializer("constant", constant=0.1), "initial", "certain",
                 "at its constant", id="a constant rounded to float32"),
    pytest.param(np.array([0, 1e-9]), ZEROS, "changed", "certain", "off its constant", id="no longer zeros"),
    pytest.param(np.full(5, 0.1, "f4"), ZEROS, "changed", "certain", "off its constant", id="another constant"),
    pytest.param(np.ones(3), replace(ZEROS, default=True), "changed", "likely", "off its constant", id="guessed"),
    pytest.param(generated(30, 8), UNIFORM, "initial", "certain", "on the generator's grid", id="TensorFlow and JAX"),
    pytest.param(generated(30, 8, bits=24), UNIFORM, "initial", "certain", "on the generator's grid", id="PyTorch"),
    pytest.param(generated(3, 2), UNIFORM, "initial", "likely", "on the generator's grid", id="six values"),
    pytest.param(generated(30, 8) * np.float32(0.99), UNIFORM, "changed", "likely", "off the generator's grid",
                 id="a small step"),
    pytest.param(PARTLY, UNIFORM, "changed", "likely", "partly off the generator's grid", id="some rows moved"),
    pytest.param(generated(30, 8) * 2, UNIFORM, "changed", "certain", "out of range", id="out of range"),
    pytest.param(generated(300, 80).astype("f2"), UNIFORM, "initial", "likely", "fits", id="float16 has no grid"),
    pytest.param(np.zeros((30, 8), "f4"), UNIFORM, "changed", "certain", "repeated values", id="all zero"),
    pytest.param(pruned(generated(30, 8)), UNIFORM, "changed", "certain", "repeated values", id="pruned"),
    pytest.param(pruned(generated(4, 3)), UNIFORM, "changed", "certain", "repeated values", id="a small one pruned"),
    pytest.param(np.clip(generated(30, 8), -0.2, 0.2), UNIFORM, "changed", "certain", "repeated values", id="clipped"),
    pytest.param(np.round(generated(30, 8), 1), UNIFORM, "changed", "certain", "repeated values", id="rounded"),
    pytest.param(np.sign(generated(30, 8)) * np.float32(0.1), UNIFORM, "changed", "certain", "repeated values",
                 id="ternary"),
    pytest.param(in_pairs(20, 8), NORMAL, "initial", "certain", "on the generator's grid", id="normal pairs"),
    pytest.param(in_pairs(200, 300), NORMAL, "initial", "certain", "on the generator's grid", id="many normal pairs"),
    pytest.param(in_pairs(20, 8) + np.float32(1e-6), NORMAL, "cannot tell", None, "too few values",
                 id="normal pairs that moved a little"),
    pytest.param(in_pairs(50, 40) * np.float32(0.9999), NORMAL, "changed", "likely", "off the generator's grid",
                 id="normal pairs that decayed a little"),
    pytest.param(np.vstack([in_pairs(50, 40), RANDOM.normal(0, 0.05, (9, 40)).astype("f4")]), NORMAL, "changed",
                 "likely", "partly off the generator's grid", id="some rows of normal pairs moved"),
    pytest.param(RANDOM.normal(0, 0.05, (50, 40)), NORMAL, "initial", "likely", "fits", id="normal"),
    pytest.param(RANDOM.normal(0, 0.05, (5, 4)), NORMAL, "cannot tell", None, "too few values", id="few of normal"),
    pytest.param(RANDOM.normal(0, 0.08, (50, 40)), NORMAL, "changed", "certain", "does not fit", id="wider"),
    pytest.param(RANDOM.normal(0.02, 0.05, (50, 40)), NORMAL, "changed", "certain", "does not fit", id="shifted"),
    pytest.param(truncated(50, 40), TRUNCATED, "initial", "likely", "fits", id="truncated"),
    pytest.param(RANDOM.normal(0, 0.1, (50, 40)), TRUNCATED, "changed", "certain", "out of range", id="not truncated"),
    pytest.param(orthogonal(), ORTHOGONAL, "initial", "certain", "orthogonal", id="orthogonal rows"),
    pytest.param(orthogonal().T, ORTHOGONAL, "initial", "certain", "orthogonal", id="orthogonal columns"),
    pytest.param(orthogonal() * np.float32(1.001), ORTHOGONAL, "changed", "certain", "no longer orthogonal",
                 id="longer rows"),
    pytest.param(np.eye(4) * 3, Initializer("identity"), "initial", "certain", "identity", id="identity with a gain"),
    pytest.param(np.eye(4) + 1e-7, Initializer("identity"), "changed", "certain", "no longer identity",
                 id="no longer identity"),
    pytest.param(forget_bias(0, 1, 0, 0), FORGET, "initial", "certain", "at its constant", id="forget gate"),
    pytest.param(forget_bias(0, 0, 0, 0, 0, 1, 0, 0), FORGET, "initial", "certain", "at its constant", id="of cuDNN"),
    pytest.param(forget_bias(0, 0, 1, 0), FORGET, "changed", "certain", "off its constant", id="another gate"),
    pytest.param(np.array([0, np.nan]), ZEROS, "cannot tell", None, "not finite", id="NaN"),
    pytest.param(np.zeros((0, 3)), ZEROS, "cannot tell", None, "no values", id="empty"),
    pytest.param(np.zeros(3), None, "cannot tell", None, "no initializer", id="no initializer"),
    pytest.param(np.zeros(3), Initializer("MyInit"), "cannot tell", None, "initializer unknown", id="unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "initializer", "verdict", "certainty", "reason"), VERDICTS)
def test_verdict_on_one_weight(
    values: Values, initializer: Initializer | None, verdict: str, certainty: str | None, reason: str
) -> None:
    """Each initializer has its own test, and each test knows what it is sure of."""
    found = judged(values, initializer)
    assert (found.verdict, found.certainty, found.reason) == (verdict, certainty, reason)


@pytest.mark.parametrize("origin", [Origin((1, 2)), Origin((2, 1), "theano")], ids=["Keras 1", "Theano"])
def test_no_grid_is_expected_of_other_generators(origin: Origin) -> None:
    """Where numpy drew the values, only their distribution is looked at."""
    assert judged(RANDOM.uniform(-0.3, 0.3, (50, 20)).astype("f4"), UNIFORM, origin).reason == "fits"


def test_keras_1_did_not_truncate() -> None:
    """What is out of range today was not then."""
    assert judged(RANDOM.normal(0, 0.1, (50, 40)), replace(TRUNCATED, form="normal"), Origin((1, 0))).reason == "fits"


@settings(max_examples=150, deadline=None)
@given(
    values=st.sampled_from(["float32", "float64", "float16", "int8", "bool"]).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0))
    ),
    name=st.sampled_from(["orthogonal", "identity", "glorot_uniform", "he_normal", "variance_scaling", FORGET.name]),
    numbers=st.lists(st.none() | st.floats(), min_size=3, max_size=3),
    mean=st.floats(allow_nan=False, allow_infinity=False),
)
def test_no_initializer_and_no_values_are_too_odd(
    values: Values, name: str, numbers: list[float | None], mean: float
) -> None:
    """Whatever an untrusted config made of an initializer, there is a verdict and no warning."""
    limit, stddev, constant = numbers
    assert judged(values, Initializer(name, limit, stddev, mean, constant)).verdict


def dense(kernel: Values, bias: Values | None, initializer: Initializer, name: str = "layer", **more: Any) -> Layer:  # noqa: ANN401
    """A layer with a kernel and perhaps a bias that began as zeros."""
    weights = [made(kernel, initializer)] + ([] if bias is None else [made(bias, ZEROS, "bias")])
    return Layer(name, "Dense", name, weights=tuple(replace(one, layer=name) for one in weights), **more)


def assessed(*layers: Layer, **more: Any) -> Training:  # noqa: ANN401
    """The verdicts on a model of these layers."""
    return assess_training(model(layers, **more))


def optimizer(steps: int, **slots: Values) -> tuple[Extra, ...]:
    """The state of an optimizer: its steps, and one array for each weight of the first layer."""
    count = Extra("optimizer", "adam/iteration", "optimizer/vars/0", MemoryArray(np.array(steps)))
    arrays = [
        Extra("optimizer", f"adam/{name}", f"optimizer/vars/{name}", MemoryArray(values), weight=f"layer/{name}")
        for name, values in slots.items()
    ]
    return (count, *arrays)


ZERO_BIAS, MOVED_BIAS = np.zeros(8, "f4"), np.full(8, 1e-3, "f4")
LAYERS = [
    pytest.param(generated(30, 8), ZERO_BIAS, UNIFORM, "initial", "certain", id="all as it was made"),
    pytest.param(generated(30, 8), MOVED_BIAS, UNIFORM, "changed", "certain", id="only the bias changed"),
    pytest.param(truncated(90, 8), ZERO_BIAS, TRUNCATED, "initial", "likely", id="a kernel that fits"),
    pytest.param(truncated(9, 8), ZERO_BIAS, TRUNCATED, "initial", "likely", id="a kernel of few values"),
    pytest.param(generated(30, 8) + STEP, ZERO_BIAS, UNIFORM, "cannot tell", None, id="off the grid, with zero bias"),
    pytest.param(generated(30, 8) * 2, ZERO_BIAS, UNIFORM, "changed", "certain", id="out of range, with zero bias"),
    pytest.param(generated(30, 8) - STEP, None, UNIFORM, "changed", "likely", id="off the grid, without bias"),
    pytest.param(truncated(9, 8), None, TRUNCATED, "cannot tell", None, id="few values, without bias"),
]


@pytest.mark.parametrize(("kernel", "bias", "initializer", "verdict", "certainty"), LAYERS)
def test_verdict_on_a_layer(
    kernel: Values, bias: Values | None, initializer: Initializer, verdict: str, certainty: str | None
) -> None:
    """A layer has changed where one of its weights has, and is initial where nothing speaks against it."""
    (layer,) = assessed(dense(kernel, bias, initializer)).layers
    assert (layer.verdict, layer.certainty) == (verdict, certainty)


def test_a_layer_that_merely_fits_follows_the_rest_of_the_model() -> None:
    """In a trained model nothing can be told of it, frozen now or not; in an untrained one it is initial."""
    fitting, untouched = truncated(90, 8), dense(generated(30, 8), ZERO_BIAS, UNIFORM, "other")
    trained = dense(generated(30, 8), MOVED_BIAS, UNIFORM, "other")
    fits = dense(fitting, None, TRUNCATED)
    frozen = dense(fitting, None, TRUNCATED, trainable=False)
    few = dense(truncated(3, 8), None, TRUNCATED)
    cases = [(fits, trained, 0), (frozen, trained, 9), (fits, fits, 9), (fits, untouched, 0), (few, untouched, 0)]
    said = [assessed(layer, other, extras=optimizer(steps)).layers[0].verdict for layer, other, steps in cases]
    assert said == ["cannot tell", "cannot tell", "cannot tell", "initial", "initial"]


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=["NaN", "infinite"])
def test_a_value_that_is_not_finite_proves_no_training(value: float) -> None:
    """Nor that the layer is as it was made, or that the rest of the model is."""
    kernel = generated(30, 8)
    kernel[0, 0] = value
    broken, fits = dense(kernel, ZERO_BIAS, UNIFORM, "broken"), dense(truncated(90, 8), None, TRUNCATED, "fits")
    said = assessed(broken, fits, dense(generated(30, 8), ZERO_BIAS, UNIFORM, "untouched")).layers
    assert [one.verdict for one in said] == ["cannot tell", "cannot tell", "initial"]
    assert layer_evidence(said[0]) == (
        "kernel: it has NaN or infinite values, so nothing tells whether it was trained."
    )


def test_what_else_proves_training_proves_it_beside_values_that_are_not_finite() -> None:
    """Another weight of the layer that changed, or the optimizer."""
    kernel = generated(30, 8)
    kernel[0, 0] = np.nan
    moved = assessed(dense(kernel, MOVED_BIAS, UNIFORM)).layers[0]
    stepped = assessed(dense(kernel, None, UNIFORM), extras=optimizer(3, kernel=np.full((30, 8), 0.3, "f4"))).layers[0]
    assert (moved.verdict, moved.decisive.weight.name) == ("changed", "bias")
    assert (stepped.verdict, stepped.decisive.judgement.reason) == ("changed", "optimizer moved it")


@pytest.mark.parametrize(
    ("slot", "state", "verdict"),
    [
        (np.zeros((90, 8)), "still", "initial"),
        (np.full((90, 8), 0.1, "f4"), "still", "initial"),
        (np.full((90, 8), 0.3, "f4"), "moved", "changed"),
    ],
    ids=["zero momentum", "first accumulator", "moved"],
)
def test_the_optimizer_knows_what_it_moved(slot: Values, state: str, verdict: str) -> None:
    """State that left its first value means that the weight was updated, though its values still fit."""
    training = assessed(dense(truncated(90, 8), None, TRUNCATED), extras=optimizer(12, kernel=slot))
    assert training.steps == 12
    assert (training.layers[0].weights[0].slots, training.layers[0].verdict) == (state, verdict)


@pytest.mark.parametrize(("rows", "verdict", "certainty"), [(30, "initial", "certain"), (9000, "changed", "likely")])
def test_values_that_were_not_looked_at_may_have_moved(rows: int, verdict: str, certainty: str) -> None:
    """Gradients may reach few: that all have stayed is only known where each was held to the generator's grid."""
    training = assessed(dense(generated(rows, 8), None, UNIFORM), extras=optimizer(1, kernel=np.full((rows, 8), 0.3)))
    (layer,) = training.layers
    assert (layer.verdict, layer.certainty) == (verdict, certainty)


def test_what_training_left_alone_is_counted_apart() -> None:
    """Layers that were trained before and are frozen now, and those that this optimizer updated."""
    layers = (
        dense(generated(30, 8), MOVED_BIAS, UNIFORM),
        dense(generated(30, 8), MOVED_BIAS, UNIFORM, "other", trainable=False),
    )
    training = assessed(*layers, extras=optimizer(3, kernel=np.full((30, 8), 0.3)))
    assert (training.count("changed"), training.frozen("changed"), training.updated) == (2, 1, 1)


def test_a_count_of_steps_that_was_set_back_says_nothing() -> None:
    """State that moved beside no steps means that the count was set back, whichever weight the state belongs to."""
    moved = optimizer(0, kernel=np.full((90, 8), 0.3))
    assert assessed(dense(truncated(90, 8), None, TRUNCATED), extras=moved).steps is None
    nameless = tuple(replace(extra, weight=None) for extra in moved)
    training = assessed(dense(truncated(90, 8), None, TRUNCATED), extras=nameless)
    assert (training.steps, training.layers[0].verdict) == (None, "cannot tell")


def several(*kernels: Values, bias: Values = ZERO_BIAS) -> list[str]:
    """The verdicts on a model of layers with these kernels."""
    layers = [dense(kernel, bias, UNIFORM, f"layer_{at}") for at, kernel in enumerate(kernels)]
    return [layer.verdict for layer in assessed(*layers).layers]


def test_values_of_another_generator_are_initial_where_the_whole_model_is() -> None:
    """Every bias at zero, every kernel spread up to its limits: no training leaves that behind."""
    others = [RANDOM.uniform(-0.3, 0.3, (30, 8)).astype("f4") for _ in range(5)]
    assert several(*others) == ["initial"] * 5
    assert several(*others[:2]) == ["cannot tell"] * 2
    assert several(*others, bias=MOVED_BIAS) == ["changed"] * 5
    assert several(*others, generated(30, 8) * 2)[:5] == ["cannot tell"] * 5


def unstated(kernel: Values, bias: Values, name: str = "layer") -> Layer:
    """A layer of a file without a config: 30 inputs, 8 units."""
    weights = tuple(replace(one, layer=name) for one in (made(kernel, None), made(bias, None, "bias")))
    return Layer(name, "Dense", name, weights=weights)


GLOROT, HE = (6 / 38) ** 0.5, (6 / 30) ** 0.5
UNSTATED = [
    pytest.param(generated(30, 8, limit=GLOROT), ZERO_BIAS, "initial", "likely", id="the default"),
    pytest.param(generated(30, 8, limit=HE), ZERO_BIAS, "initial", "likely", id="another usual initializer"),
    pytest.param(generated(30, 8, limit=GLOROT), MOVED_BIAS * np.arange(8, dtype="f4"), "changed", "likely", id="bias"),
    pytest.param(generated(30, 8, limit=0.7), ZERO_BIAS, "cannot tell", None, id="an unknown initializer"),
    pytest.param(np.zeros((30, 8), "f4"), ZERO_BIAS, "cannot tell", None, id="all zero"),
    pytest.param(truncated(3, 8), ZERO_BIAS, "cannot tell", None, id="too few values"),
    pytest.param(RANDOM.normal(0, 0.2, (30, 8)).astype("f4"), ZERO_BIAS, "cannot tell", None, id="normal"),
    pytest.param(RANDOM.normal(0, 0.2, (30, 8)).astype("f4"), MOVED_BIAS, "cannot tell", None, id="constant bias"),
]


@pytest.mark.parametrize(("kernel", "bias", "verdict", "certainty"), UNSTATED)
def test_a_file_without_a_config_is_judged_by_the_usual_initializers(
    kernel: Values, bias: Values, verdict: str, certainty: str | None
) -> None:
    """What the generator gives within a kernel's own limits proves itself; other values may be anything's."""
    (layer,) = assessed(unstated(kernel, bias)).layers
    assert (layer.verdict, layer.certainty) == (verdict, certainty)


def test_an_accumulator_starts_where_the_config_says() -> None:
    """Adagrad's initial_accumulator_value is taken from the training config."""
    config = {"optimizer": {"class_name": "Adagrad", "config": {"initial_accumulator_value": 0.3}}}
    extras = optimizer(12, kernel=np.full((90, 8), 0.3, "f4"))
    training = assessed(dense(truncated(90, 8), None, TRUNCATED), extras=extras, training_config=config)
    assert training.layers[0].weights[0].slots == "still"


def test_values_that_cannot_be_read_are_said_and_left_out() -> None:
    """A damaged array has no verdict, and a sentence goes to whoever asks for them."""
    damage = Damage()
    broken = made(np.zeros(8, "f4"), ZEROS, broken=True)
    layer = Layer("layer", "Dense", "layer", weights=(broken,))
    training = assess_training(model([layer]), damage=damage)
    assert training.layers[0].decisive.judgement.reason == "unreadable"
    assert damage.sentences == ("layer/kernel: The values end after 12 of 160 bytes.",)


@pytest.mark.parametrize(
    ("name", "verdict"), [("recurrent", "initial"), ("attention", "initial"), ("small_cnn", "changed")]
)
def test_sample_models(sample_models: Path, name: str, verdict: Verdict) -> None:
    """Of the sample models, all layers of these were trained, or none."""
    with open_model(sample_models / f"{name}.keras") as opened:
        training = assess_training(opened)
    assert training.count(verdict) == len(training.layers)


def test_no_sure_verdict_on_a_real_model_is_wrong(keras_environment: dict[str, str]) -> None:
    """Over models that the real Keras makes and trains, every certain verdict is right, and most are certain."""
    command = [sys.executable, "-m", "tests.measure_training", "--every", "120"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=keras_environment, text=True)
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for row in json.loads(done.stdout)["counts"]:
        counts[row["truth"], row["verdict"], row["certainty"]] += row["layers"]
    assert not {("initial", "changed", "certain")} & set(counts)
    assert not {("changed", "initial", "certain"), ("changed", "initial", "likely")} & set(counts)
    sure = sum(layers for (_, _, certainty), layers in counts.items() if certainty == "certain")
    assert sure > 0.5 * sum(counts.values())
