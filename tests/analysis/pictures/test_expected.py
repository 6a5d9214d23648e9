"""What initializers draw, held against distributions of SciPy and values that Keras would draw."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.pictures.expected import Expected, expected
from kerasinspect.axes import Axis
from kerasinspect.knowledge.fans import fans
from kerasinspect.knowledge.initializers import initializer_of
from kerasinspect.model import Initializer, Weight
from tests.makers.handmade import MemoryArray

stats = pytest.importorskip("scipy.stats", reason="SciPy is the oracle")

SHAPE = (48, 20)
EDGES = tuple(np.linspace(-0.6, 0.5, 37).tolist())


def weight(initializer: Initializer | None, shape: tuple[int, ...] = SHAPE, blocks: tuple[str, ...] = ()) -> Weight:
    """A weight that started so."""
    axes = (*(Axis("input", size) for size in shape[:-1]), Axis("unit", shape[-1] if shape else 1, blocks))
    return Weight(
        "kernel",
        "dense",
        "Dense",
        0,
        "dense/kernel",
        MemoryArray(np.zeros(shape, np.float32)),
        axes,
        initializer=initializer,
    )


def drawn(class_name: str, shape: tuple[int, ...] = SHAPE, keras: tuple[int, int] = (3, 5), **config: Any) -> Weight:  # noqa: ANN401 - JSON
    """A kernel of a Dense layer with this initializer."""
    layer: dict[str, Any] = {"kernel_initializer": {"class_name": class_name, "config": config}}
    return weight(
        initializer_of("Dense", "kernel", layer, shape, fans("Dense", "kernel", shape, layer, keras), keras), shape
    )


def check(found: Expected | None, distribution: Any, edges: tuple[float, ...] = EDGES) -> None:  # noqa: ANN401 - SciPy has no types
    """Hold the shares against differences of SciPy's distribution function."""
    assert found is not None
    below = distribution.cdf(np.array(edges))
    np.testing.assert_allclose(found.shares, np.diff(below), rtol=1e-9, atol=1e-11)
    assert (found.below, found.above) == pytest.approx((below[0], 1 - below[-1]), abs=1e-12)


def cut(stddev: float, mean: float = 0.0) -> Any:  # noqa: ANN401 - SciPy has no types
    """A normal distribution of this deviation, cut off at two of them."""
    return stats.truncnorm(-2, 2, loc=mean, scale=stddev)


def even(limit: float) -> Any:  # noqa: ANN401 - SciPy has no types
    """An even distribution around zero."""
    return stats.uniform(-limit, 2 * limit)


FANS = {"fan_in": 48, "fan_out": 20, "fan_avg": 34}
NAMED = {
    "GlorotUniform": even(math.sqrt(6 / 68)),
    "HeUniform": even(math.sqrt(6 / 48)),
    "LecunUniform": even(math.sqrt(3 / 48)),
    "GlorotNormal": cut(math.sqrt(2 / 68) / 0.87962566103423978),
    "HeNormal": cut(math.sqrt(2 / 48) / 0.87962566103423978),
    "LecunNormal": cut(math.sqrt(1 / 48) / 0.87962566103423978),
    "RandomUniform": even(0.05),
    "RandomNormal": stats.norm(0, 0.05),
    "TruncatedNormal": cut(0.05),
    # an entry of a random unit vector: its square is of a beta distribution
    "Orthogonal": stats.beta(47 / 2, 47 / 2, loc=-1, scale=2),
}


@pytest.mark.parametrize("name", NAMED)
def test_named_initializers(name: str) -> None:
    """Every initializer that draws at random is spread as SciPy says."""
    check(expected(drawn(name), EDGES), NAMED[name])


@pytest.mark.parametrize("mode", FANS)
@pytest.mark.parametrize("form", ["uniform", "truncated_normal", "untruncated_normal", "normal"])
def test_variance_scaling_in_every_mode(mode: str, form: str) -> None:
    """Variance scaling follows its scale, its mode and its distribution."""
    stddev = math.sqrt(0.7 / FANS[mode])
    oracle = {"uniform": even(math.sqrt(3) * stddev), "untruncated_normal": stats.norm(0, stddev)}
    found = expected(drawn("VarianceScaling", scale=0.7, mode=mode, distribution=form), EDGES)
    check(found, oracle.get(form, cut(stddev / 0.87962566103423978)))


def test_arguments_of_initializers() -> None:
    """A mean, a spread, a range and a gain are heeded."""
    check(expected(drawn("RandomUniform", minval=-0.1, maxval=0.3), EDGES), stats.uniform(-0.1, 0.4))
    check(expected(drawn("RandomNormal", mean=0.2, stddev=0.1), EDGES), stats.norm(0.2, 0.1))
    check(expected(drawn("TruncatedNormal", mean=-0.2, stddev=0.1), EDGES), cut(0.1, -0.2))
    check(expected(drawn("Orthogonal", gain=0.5), EDGES), stats.beta(47 / 2, 47 / 2, loc=-0.5, scale=1))


@pytest.mark.parametrize("length", [2, 3, 4, 97, 5000, 100_000])
def test_orthogonal_of_any_length(length: int) -> None:
    """Entries of long vectors are small, those of a pair lie near the ends."""
    spread = 5 / math.sqrt(length)
    edges = tuple(np.linspace(-spread, spread, 31).tolist())
    shape = (length, 2)
    found = expected(drawn("Orthogonal", shape), edges)
    check(found, stats.beta((length - 1) / 2, (length - 1) / 2, loc=-1, scale=2), edges)


def test_keras_1_and_the_first_of_keras_2() -> None:
    """Keras 1 cut no normal distribution off, and Keras 2.0 did not make up for it."""
    check(expected(drawn("glorot_normal", keras=(1, 2)), EDGES), stats.norm(0, math.sqrt(2 / 68)))
    check(expected(drawn("GlorotNormal", keras=(2, 1)), EDGES), cut(math.sqrt(2 / 68)))


@pytest.mark.parametrize(
    ("name", "config", "share"),
    [("Zeros", {}, 0), ("Ones", {}, 2), ("Constant", {"value": 0.5}, 1), ("Constant", {"value": 1.5}, 2)],
)
def test_constants_are_in_one_bin(name: str, config: dict[str, Any], share: int) -> None:
    """All values of a constant are in the bin that holds it."""
    found = expected(drawn(name, **config), (0.0, 0.5, 1.0, 2.0))
    assert found == Expected(tuple(float(at == share) for at in range(3)), 0.0, 0.0)


def test_a_constant_that_the_dtype_rounds_is_in_the_only_bin() -> None:
    """A bin without a width holds the constant that its dtype rounded; one that is elsewhere lies outside."""
    stored = float(np.float32(0.1))
    assert expected(drawn("Constant", value=0.1), (stored, stored)) == Expected((1.0,), 0.0, 0.0)
    assert expected(drawn("Constant", value=0.2), (stored, stored)) == Expected((0.0,), 0.0, 1.0)
    assert expected(drawn("HeNormal"), (0.0, 0.0)) == Expected((0.0,), 0.5, 0.5)


def test_an_identity_has_ones_on_its_diagonal() -> None:
    """Of an identity a value in each row or column is the gain."""
    found = expected(drawn("Identity", (4, 10), gain=2.0), (-1.0, 1.0, 3.0))
    assert found is not None
    assert found.shares == pytest.approx((0.9, 0.1))
    assert np.eye(4, 10).mean() == pytest.approx(0.1)


def test_the_bias_of_an_lstm_has_ones_in_its_forget_gate() -> None:
    """One of the four blocks is ones; where the others are no zeros, nothing is known."""
    gates = ("i", "f", "c", "o")
    started = weight(Initializer("zeros", forget_gate=True), (8,), gates)
    assert expected(started, (-1.0, 0.5, 1.0)) == Expected((0.75, 0.25), 0.0, 0.0)
    assert expected(weight(Initializer("he_normal", forget_gate=True), (8,), gates), (0.0, 1.0)) is None
    assert expected(weight(Initializer("zeros", forget_gate=True), (8,)), (0.0, 1.0)) is None


@pytest.mark.parametrize(
    "initializer", [None, Initializer("pkg>Mine"), Initializer("constant"), Initializer("variance_scaling")], ids=str
)
def test_nothing_is_expected_where_nothing_tells(initializer: Initializer | None) -> None:
    """Without a known initializer there is no distribution, and without bins none either."""
    assert expected(weight(initializer), EDGES) is None
    assert expected(drawn("HeNormal"), ()) is None


def test_values_that_were_drawn_fit() -> None:
    """An orthogonal matrix made as Keras makes one is spread as expected."""
    rng = np.random.default_rng(1)
    entries = [np.linalg.qr(rng.normal(size=(6, 6))) for _ in range(4000)]
    values = np.concatenate([(q * np.sign(np.diag(r))).ravel() for q, r in entries])
    edges = np.linspace(-1, 1, 11)
    found = expected(drawn("Orthogonal", (6, 6)), tuple(edges.tolist()))
    assert found is not None
    np.testing.assert_allclose(found.shares, np.histogram(values, edges)[0] / values.size, atol=0.003)
