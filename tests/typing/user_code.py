"""What type checkers make of code that uses the package: mypy reads it with everything else, and it runs as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import numpy as np

from kerasinspect import (
    Axis,
    CheckReport,
    Diff,
    Finding,
    Initializer,
    InspectError,
    Layer,
    LayerDiff,
    Limits,
    Model,
    ModelReport,
    NothingMatches,
    Weight,
    WeightDiff,
    check,
    open_model,
)

if TYPE_CHECKING:
    from pathlib import Path


def names(location: Path) -> list[str]:
    """A model is a context manager whose keys are texts."""
    with open_model(location, Limits(layers=100)) as model:
        assert_type(model, Model)
        assert_type(model["dense/kernel"], Weight)
        assert_type(model.layer("dense"), Layer)
        assert_type(model.weights, tuple[Weight, ...])
        assert_type(dict(model), dict[str, Weight])
        assert_type(list(model), list[str])
        return [*model.keys()]


def values(weight: Weight) -> tuple[np.ndarray[Any, Any], float]:
    """A weight is indexed, and converted by numpy."""
    assert_type(weight.index, int | None)
    assert_type(weight.axes, tuple[Axis, ...])
    assert_type(weight.initializer, Initializer | None)
    whole = np.asarray(weight)
    assert_type(weight.shape, tuple[int, ...])
    return whole, float(weight[0, ..., -1].sum())


def findings(location: Path) -> list[Finding]:
    """A report is walked, indexed and counted."""
    report = check(location, select=["KI1"], fail_on="warning")
    assert_type(report, CheckReport)
    assert_type(report[0], ModelReport)
    assert_type(report[str(location)], ModelReport)
    assert_type(len(report), int)
    return [finding for model in report for finding in model.findings]


def moved(diff: Diff) -> list[WeightDiff]:
    """The comparison of two models is walked."""
    layers: list[LayerDiff] = [*diff]
    return [weight for layer in layers for weight in layer.weights if not weight.equal]


def nearest(model: Model) -> InspectError | KeyError | None:
    """A name that is not there is either kind of error."""
    try:
        model["kernel"]
    except NothingMatches as error:
        both: tuple[InspectError, KeyError] = (error, error)
        return both[0]
    return None
