"""The two descriptions of a model are paired weight by weight, and each way in which a pair differs is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kerasinspect.analysis.comparison.weights import DescribedWeight, compare_weights

KERNEL = DescribedWeight(0, "dense", "kernel", (8, 5), "float32", "aa")
BIAS = DescribedWeight(1, "dense", "bias", (5,), "float32", "bb")
SECOND = DescribedWeight(2, "dense_1", "kernel", (5, 5), "float32", "cc")
FILE = (KERNEL, BIAS, SECOND)

SAME_ARRAYS = {
    "nothing": (FILE, []),
    "another layer name": ((replace(KERNEL, layer="first"), BIAS, SECOND), ["name"]),
    "another weight name": ((replace(KERNEL, name="depthwise_kernel"), BIAS, SECOND), ["name"]),
    "another order": ((replace(BIAS, index=0), replace(KERNEL, index=1), SECOND), ["order", "order"]),
    "a shared layer made twice": ((*FILE, replace(BIAS, index=3)), ["twice in Keras"]),
    "adapters made anew": (
        (KERNEL, replace(BIAS, name="lora_kernel_a", index=1, sha256="dd"), *FILE[1:]),
        ["never stored"],
    ),
}

OTHER_ARRAYS = {
    "values": ((replace(KERNEL, sha256="ee"), BIAS, SECOND), ["values"]),
    "a shape": ((replace(KERNEL, shape=(5, 8)), BIAS, SECOND), ["shape"]),
    "a dtype": ((replace(KERNEL, dtype="float16", sha256="ee"), BIAS, SECOND), ["dtype"]),
    "one less": ((KERNEL, BIAS), ["missing in Keras"]),
    "one more": ((*FILE, DescribedWeight(3, "new", "bias", (5,), "float32", "ff")), ["not in the file"]),
    "name and values": ((replace(KERNEL, layer="first", sha256="ee"), BIAS, SECOND), ["name", "values"]),
}


@pytest.mark.parametrize(("theirs", "aspects"), SAME_ARRAYS.values(), ids=SAME_ARRAYS)
def test_the_same_arrays_otherwise_named(theirs: tuple[DescribedWeight, ...], aspects: list[str]) -> None:
    """Names, order, and what Keras makes beside what is stored are told, and are no failure."""
    comparison = compare_weights(FILE, theirs)
    assert [difference.aspect for difference in comparison.differences] == aspects
    assert comparison.same_arrays


@pytest.mark.parametrize(("theirs", "aspects"), OTHER_ARRAYS.values(), ids=OTHER_ARRAYS)
def test_other_arrays(theirs: tuple[DescribedWeight, ...], aspects: list[str]) -> None:
    """An array that did not arrive unchanged is a failure."""
    comparison = compare_weights(FILE, theirs)
    assert [difference.aspect for difference in comparison.differences] == aspects
    assert not comparison.same_arrays


def test_equal_bytes_do_not_confuse_the_pairs() -> None:
    """Many biases of zeros are paired by their paths."""
    ours = [DescribedWeight(at, f"dense_{at}", "bias", (5,), "float32", "00") for at in range(50)]
    comparison = compare_weights(ours, ours)
    assert (comparison.compared, comparison.equal, comparison.differences) == (50, 50, ())


def test_a_weight_whose_place_the_file_does_not_tell() -> None:
    """It is compared without its order."""
    ours = (KERNEL, replace(BIAS, index=None), SECOND)
    assert compare_weights(ours, FILE).differences == ()


def test_unreadable_values_are_a_difference() -> None:
    """What we could not read is not taken for equal."""
    ours = (replace(KERNEL, sha256=None), BIAS, SECOND)
    assert [difference.aspect for difference in compare_weights(ours, FILE).differences] == ["values"]
