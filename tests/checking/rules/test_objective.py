"""Tests of what fits which loss, and of how losses are read from a training config."""

from __future__ import annotations

import pytest

from kerasinspect.checking.rules.objective import Loss, loss_of, losses_of, misfit
from kerasinspect.model import Layer

OUTPUTS = {name: Layer(name, "Dense", name) for name in ("one", "two")}


@pytest.mark.parametrize(
    ("activation", "units", "loss", "said"),
    [
        ("softmax", 1, Loss("mse"), "always 1"),
        ("softmax", 1, Loss(""), "always 1"),
        ("sigmoid", 1, Loss("sparse_categorical_crossentropy"), "always 0"),
        ("linear", 3, Loss("categorical_crossentropy"), "expects probabilities"),
        ("relu", 1, Loss("binary_crossentropy"), "expects probabilities"),
        ("sigmoid", 1, Loss("binary_crossentropy", from_logits=True), "expect logits"),
        ("softmax", 3, Loss("categorical_crossentropy", from_logits=True), "expect logits"),
        ("sigmoid", 3, Loss("sparse_categorical_crossentropy"), "add up to 1"),
        ("softmax", 2, Loss("binary_crossentropy"), "each of its 2 units by itself"),
        ("log_softmax", 3, Loss("categorical_crossentropy"), "expects probabilities"),
        ("sigmoid", None, Loss("categorical_crossentropy"), None),
        ("softmax", None, Loss("binary_crossentropy"), None),
        ("softmax", 3, Loss("categorical_crossentropy"), None),
        ("sigmoid", 1, Loss("binary_crossentropy"), None),
        ("sigmoid", 3, Loss("binary_crossentropy"), None),
        ("linear", 1, Loss("binary_crossentropy", from_logits=True), None),
        ("linear", 1, Loss("mean_squared_error"), None),
        ("custom", 3, Loss("categorical_crossentropy"), None),
        ("linear", 3, Loss(""), None),
        (None, None, Loss("binary_crossentropy"), None),
    ],
)
def test_an_output_fits_its_loss_or_not(
    activation: str | None, units: int | None, loss: Loss, said: str | None
) -> None:
    """Each combination that cannot learn has its sentence; the others, and what is unknown, have none."""
    words = misfit(activation, units, loss)
    assert words is None if said is None else words and said in words


@pytest.mark.parametrize(
    ("written", "loss"),
    [
        ("BinaryCrossentropy", Loss("binary_crossentropy")),
        ({"class_name": "function", "config": "mse"}, Loss("mse")),
        (
            {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}},
            Loss("binary_crossentropy", from_logits=True),
        ),
        ({"class_name": "BinaryCrossentropy", "config": None}, Loss("binary_crossentropy")),
        ({"module": "keras.losses", "class_name": "Hinge", "config": {}, "registered_name": None}, Loss("hinge")),
        ({"module": "mine", "class_name": "Hinge", "config": {}, "registered_name": "mine>Hinge"}, None),
        ({"module": "keras_mine", "class_name": "Hinge", "config": {}}, None),
        ({"class_name": "mine>Hinge", "config": {}}, None),
        ({"module": "builtins", "class_name": "function", "config": "hinge", "registered_name": "my>hinge"}, None),
        ({"one": "mse"}, None),
        ({"class_name": 5}, None),
        (["mse"], None),
        (None, None),
        (5, None),
    ],
    ids=str,
)
def test_a_loss_is_read_from_every_form(written: object, loss: Loss | None) -> None:
    """A loss is a name, a function or an object; anything else is none."""
    assert loss_of(written) == loss


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mse", {"one": Loss("mse"), "two": Loss("mse")}),
        (["mse", "mae"], {"one": Loss("mse"), "two": Loss("mae")}),
        ({"two": "mae"}, {"two": Loss("mae")}),
        (["mse"], {}),
        ([None, {"class_name": []}], {}),
        (None, {}),
        (5, {}),
    ],
    ids=str,
)
def test_each_output_has_its_loss(written: object, expected: dict[str, Loss]) -> None:
    """One loss is for all outputs; several go by name or in order."""
    assert losses_of(written, OUTPUTS) == expected
