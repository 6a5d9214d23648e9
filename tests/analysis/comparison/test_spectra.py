"""Singular values of kernels and of their difference, compared with numpy's singular value decomposition."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from kerasinspect.analysis.comparison.spectra import spectrum
from kerasinspect.analysis.comparison.spectra.lanczos import estimated_squares
from kerasinspect.analysis.comparison.spectra.singular_values import MatrixPair, Squares, exact_squares
from kerasinspect.errors import DamagedFile
from tests.makers.cut_arrays import CutArray, cut
from tests.makers.handmade import MemoryArray

Values = np.ndarray[Any, Any]


def random(*shape: int, seed: int = 0) -> Values:
    """Normal values."""
    return np.random.default_rng(seed).standard_normal(shape)


def squares_of(values: Values) -> Values:
    """The squared singular values by numpy, with the last axis against all others."""
    squares: Values = np.linalg.svd(values.reshape(-1, values.shape[-1]).astype(np.float64), compute_uv=False) ** 2
    return squares


def effective_rank(squares: Values) -> float:
    """The exponential of the entropy of some squares as shares of their sum."""
    shares = squares[squares > 1e-25 * squares.sum()] / squares.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


@pytest.mark.parametrize("shape", [(40, 30), (30, 40), (3, 3, 8, 16), (1, 7), (7, 1), (700, 3), (2, 3, 400)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32"])
def test_small_kernels_have_numpys_singular_values(shape: tuple[int, ...], dtype: str) -> None:
    """Whatever the shape and the dtype, every figure agrees with those of a decomposition in float64."""
    old = (10 * random(*shape)).astype(dtype)
    new = (old + 3 * random(*shape, seed=1)).astype(dtype)
    found = spectrum(cut(old, piece=99), cut(new))
    of_old, of_new = squares_of(old), squares_of(new)
    change = squares_of(new.astype(np.float64) - old)
    assert found is not None
    assert found.effective_rank == pytest.approx(effective_rank(change), rel=1e-9)
    assert found.top_share == pytest.approx(change[:20].sum() / change.sum(), rel=1e-12)
    assert (found.old_largest, found.new_largest) == pytest.approx((of_old[0] ** 0.5, of_new[0] ** 0.5), rel=1e-12)
    assert found.old_stable_rank == pytest.approx(of_old.sum() / of_old[0], rel=1e-12)
    assert found.new_stable_rank == pytest.approx(of_new.sum() / of_new[0], rel=1e-12)


def low_rank(old: Values, rank: int) -> Values:
    """The kernel with a product of two thin matrices added, as merging LoRA does it."""
    rows, columns = old.shape
    return (old + 0.1 * random(rows, rank, seed=2) @ random(rank, columns, seed=3)).astype(old.dtype)


@pytest.mark.parametrize("shape", [(200, 120), (120, 200), (1200, 1030)])
def test_a_low_rank_edit_shows(shape: tuple[int, int]) -> None:
    """The four directions of a merged LoRA hold all of the change; those of training do not."""
    old = random(*shape).astype(np.float32)
    merged = spectrum(cut(old), cut(low_rank(old, 4)))
    assert merged is not None
    assert merged.effective_rank == pytest.approx(4, abs=0.3)
    assert merged.top_share == pytest.approx(1)
    trained = spectrum(cut(old), cut((old + 0.1 * random(*shape, seed=1)).astype(np.float32)))
    assert trained is not None
    assert (trained.effective_rank or 0) > 60
    assert (trained.top_share or 1) < 0.5


def changes(shape: tuple[int, int]) -> dict[str, Values]:
    """Changes whose singular values fall in different ways."""
    side = min(shape)
    left, right = (np.linalg.qr(random(size, side))[0] for size in shape)
    falling = np.arange(1, side + 1)
    return {
        "all alike": left @ right.T,
        "noise": random(*shape),
        "slowly": (left / np.sqrt(falling)) @ right.T,
        "fast": (left / falling) @ right.T,
        "exponentially": (left * np.exp(-falling / 30)) @ right.T,
        "some rows": random(*shape) * (np.arange(shape[0]) % 50 == 0)[:, np.newaxis],
        "low rank": random(shape[0], 5) @ random(5, shape[1], seed=1),
    }


@pytest.mark.parametrize("shape", [(420, 400), (400, 420)])
@pytest.mark.parametrize("kind", changes((4, 4)))
def test_estimates_are_near(shape: tuple[int, int], kind: str) -> None:
    """Large kernels have the 20 largest values nearly exactly, and an effective rank within some percent."""
    old = random(*shape, seed=5)
    change = changes(shape)[kind]
    found = estimated_squares(MatrixPair(cut(old), cut(old + change)))
    assert found is not None
    expected = squares_of(change)
    assert found[2].top_share == pytest.approx(expected[:20].sum() / expected.sum(), rel=1e-4)
    assert found[2].effective_rank == pytest.approx(effective_rank(expected), rel=0.05)
    assert found[0].total == pytest.approx((old**2).sum())
    assert found[0].largest == pytest.approx(np.linalg.norm(old, 2), rel=1e-3)
    assert found[1].largest == pytest.approx(np.linalg.norm(old + change, 2), rel=1e-3)


def test_estimates_of_small_matrices_are_exact() -> None:
    """Where all directions fit in, nothing is left to estimate."""
    pair = MatrixPair(cut(random(50, 16)), cut(random(50, 16, seed=1)))
    exact, estimated = exact_squares(pair), estimated_squares(pair)
    assert exact is not None
    assert estimated is not None
    for one, other in zip(exact, estimated, strict=True):
        assert one.largest == pytest.approx(other.largest)
        assert one.effective_rank == pytest.approx(other.effective_rank)


@pytest.mark.parametrize("given", [exact_squares, estimated_squares])
def test_what_is_not_finite_has_no_spectrum(given: Any) -> None:  # noqa: ANN401 - either way of computing
    """NaN, infinities and squares that overflow on either side."""
    values = random(6, 4)
    for odd in (np.nan, np.inf, 1e200):
        broken = values.copy()
        broken[2, 3] = odd
        with np.errstate(all="ignore"):
            assert given(MatrixPair(cut(values), cut(broken))) is None
            assert given(MatrixPair(cut(broken), cut(values))) is None


@pytest.mark.parametrize("shape", [(), (5,), (0, 3), (3, 0)])
def test_what_is_no_matrix_has_no_spectrum(shape: tuple[int, ...]) -> None:
    """Scalars, rows and empty arrays have no directions."""
    assert spectrum(cut(np.ones(shape)), cut(np.ones(shape))) is None


def test_a_matrix_of_any_size_takes_little_memory() -> None:
    """One of so many rows and columns that even a few directions would fill the memory has no spectrum."""
    for shape in ((1 << 17, 1 << 17), (2000, 1 << 19)):
        huge = CutArray(np.broadcast_to(np.float32(1), shape), "float32")
        assert spectrum(huge, huge) is None


def test_opaque_values_have_no_spectrum() -> None:
    """Where the file does not tell the dtype, nothing is computed."""
    assert spectrum(CutArray(np.ones((3, 3), "<u2"), "opaque16"), cut(np.ones((3, 3)))) is None


def test_zeros_have_no_ranks() -> None:
    """Of equal kernels the difference has no directions, and of zeros not even the kernel."""
    kernel = random(5, 4)
    found = spectrum(cut(kernel), cut(kernel))
    assert found is not None
    assert found.effective_rank is found.top_share is None
    assert found.old_largest == found.new_largest
    nothing = spectrum(cut(np.zeros((5, 4))), cut(kernel))
    assert nothing is not None
    assert nothing.old_stable_rank is None
    assert nothing.old_largest == 0
    for squares in estimated_squares(MatrixPair(cut(np.zeros((9, 9))), cut(np.zeros((9, 9))))) or ():
        assert squares.effective_rank is squares.stable_rank is None


def test_estimates_are_the_same_each_time() -> None:
    """Random directions are always the same ones."""
    pair = MatrixPair(cut(random(300, 200)), cut(random(300, 200, seed=1)))
    ranks = [[one.effective_rank for one in estimated_squares(pair) or ()] for _ in range(2)]
    assert ranks[0] == ranks[1]


def test_what_cannot_be_read_is_an_error() -> None:
    """Missing bytes raise what reading raises."""
    with pytest.raises(DamagedFile):
        spectrum(MemoryArray(np.ones((4, 4))), MemoryArray(np.ones((4, 4)), broken=True))


def test_the_effective_rank_counts_directions() -> None:
    """Of equal values it is their number, also where several are counted together."""
    assert Squares(np.array([2.0, 2.0, 2.0]), np.ones(3)).effective_rank == pytest.approx(3)
    assert Squares(np.array([2.0, 2.0, 0.0]), np.array([1.0, 7.0, 9.0])).effective_rank == pytest.approx(8)
    assert math.isclose(Squares(np.array([4.0, 1.0]), np.ones(2)).stable_rank or 0, 1.25)
