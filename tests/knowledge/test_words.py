"""Sentences: every class and weight of the layer table has one, and they are sentences."""

from __future__ import annotations

import pytest

from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.knowledge.words import GATE_WORDS, axis_sentence, layer_sentence, start_sentence, weight_sentence
from kerasinspect.model import Initializer


def is_one_sentence(text: str | None) -> bool:
    """Tell whether a text starts large, ends in a stop, and has no stop or line break in between."""
    return (
        text is not None
        and text[0].isupper()
        and text.endswith(".")
        and not {". ", "\n"} & {text[i : i + 2] for i in range(len(text))}
    )


@pytest.mark.parametrize("class_name", sorted(LAYERS))
def test_every_class_has_a_sentence(class_name: str) -> None:
    """No class of the layer table is left without words."""
    assert is_one_sentence(layer_sentence(class_name))


@pytest.mark.parametrize("class_name", [name for name, spec in LAYERS.items() if spec.weights])
def test_every_weight_has_a_sentence(class_name: str) -> None:
    """No weight of the layer table is left without words."""
    for weight in LAYERS[class_name].weights:
        assert is_one_sentence(weight_sentence(weight.name, class_name)), weight.name


@pytest.mark.parametrize("weight", [weight.name for weight in LAYERS["LSTM"].separate_gates])
def test_a_keras_1_gate_is_named(weight: str) -> None:
    """An array of one gate says which gate it belongs to."""
    assert f"the {GATE_WORDS[weight[-1]]} gate alone" in str(weight_sentence(weight, "LSTM"))


STARTS = {
    "zeros": (Initializer("zeros", constant=0.0, stddev=0.0), "Initial values: 0."),
    "a constant": (Initializer("constant", constant=0.5, stddev=0.0), "Initial values: 0.5."),
    "an LSTM": (Initializer("zeros", constant=None, forget_gate=True), "Initial values: 0, and 1 for the forget gate."),
    "random": (Initializer("he_normal", stddev=0.1), "Initial values: random."),
    "a class of one's own": (Initializer("Mine"), None),
    "none": (None, None),
}


@pytest.mark.parametrize(("initializer", "sentence"), STARTS.values(), ids=STARTS)
def test_the_start_is_that_of_the_initializer(initializer: Initializer | None, sentence: str | None) -> None:
    """A bias of ones is not said to start at 0."""
    assert start_sentence(initializer) == sentence


@pytest.mark.parametrize("class_name", sorted(LAYERS))
def test_no_sentence_of_a_class_says_how_a_weight_starts(class_name: str) -> None:
    """That is for the initializer, which a config may change."""
    assert not [
        weight.name for weight in LAYERS[class_name].weights if "start" in str(weight_sentence(weight.name, class_name))
    ]


def test_unknown_names_have_no_sentence() -> None:
    """Nothing is said of what Keras does not have."""
    assert weight_sentence("weight 1 of MyLayer", "MyLayer") is None
    assert layer_sentence("MyLayer") is None
    assert axis_sentence("MyLayer", (3, 4), (4, 5)) is None


@pytest.mark.parametrize(
    ("weight", "one", "other"),
    [
        ("kernel", "Dense", "Conv2D"),
        ("kernel", "LSTM", "GRU"),
        ("bias", "Dense", "GRUCell"),
        ("scale", "Attention", "RMSNormalization"),
        ("bias", "Dense", "Deconvolution2D"),
        ("kernel", "Dense", "SpectralNormalization"),
        ("bias", "Dense", "RandomFourierFeatures"),
    ],
)
def test_the_class_makes_a_difference(weight: str, one: str, other: str) -> None:
    """Weights of one name do different things in different layers."""
    assert weight_sentence(weight, one) != weight_sentence(weight, other)


AXES = [
    pytest.param(
        "Dense",
        (3, 4, 2),
        (2, 4),
        "Dense works on the last axis of its input (3 × 4 × 2), so the kernel is 2 × 4: 2 inputs by 4 units; "
        "the other axes are only repeated over.",
        id="dense-on-ones",
    ),
    pytest.param(
        "TimeDistributedDense",
        (None, 3, 2),
        (2, 4),
        "TimeDistributedDense works on the last axis of its input (batch × 3 × 2), so the kernel is 2 × 4: "
        "2 inputs by 4 units; the other axes are only repeated over.",
        id="keras-0-dense",
    ),
    pytest.param(
        "Dense",
        (None, 8),
        (8, 1),
        "Dense works on the last axis of its input (batch × 8), so the kernel is 8 × 1: 8 inputs by 1 unit.",
        id="dense",
    ),
    pytest.param(
        "Dense",
        None,
        (8, 5),
        "Dense works on the last axis of its input, so the kernel is 8 × 5: 8 inputs by 5 units.",
        id="unknown-input",
    ),
    pytest.param("Dense", (None, 9), (8, 5), None, id="contradiction"),
    pytest.param("Dense", (None, 8), (8,), None, id="bias"),
    pytest.param(
        "Conv2D",
        (None, 28, 28, 1),
        (3, 3, 1, 8),
        "Conv2D moves a window of 3 × 3 over its input (batch × 28 × 28 × 1), so the kernel is 3 × 3 × 1 × 8: "
        "the window by 1 channel by 8 filters, the same at every place.",
        id="conv2d",
    ),
    pytest.param(
        "Conv1DTranspose",
        (None, None, 6),
        (3, 8, 6),
        "Conv1DTranspose moves a window of 3 steps over its input (batch × any × 6), so the kernel is 3 × 8 × 6: "
        "the window by 8 filters by 6 channels, the same at every place.",
        id="transposed",
    ),
    pytest.param(
        "LSTM",
        (None, None, 5),
        (5, 28),
        "LSTM works on the last axis of its input (batch × any × 5), one step after another, so the kernel is 5 × 28: "
        "5 inputs by 4 gates of 7 units, the same at each step.",
        id="lstm",
    ),
    pytest.param(
        "Embedding",
        (None, 12),
        (1000, 32),
        "Embedding replaces each index in its input (batch × 12) by a row of the embeddings, "
        "which are 1000 × 32: 1000 rows of 32 numbers.",
        id="embedding",
    ),
    pytest.param(
        "BatchNormalization",
        (None, 16),
        (16,),
        "BatchNormalization keeps one number per channel of its input (batch × 16): 16.",
        id="normalisation",
    ),
    pytest.param(
        "Dense",
        ((None, 2), (None, 3)),
        (2, 4),
        "Dense works on the last axis of its input, so the kernel is 2 × 4: 2 inputs by 4 units.",
        id="two-inputs",
    ),
]


@pytest.mark.parametrize(("class_name", "input_shape", "shape", "expected"), AXES)
def test_says_which_axis_a_layer_works_on(
    class_name: str, input_shape: tuple[int | None, ...] | None, shape: tuple[int, ...], expected: str | None
) -> None:
    """The kernel's shape is explained from the input's."""
    assert axis_sentence(class_name, input_shape, shape) == expected
