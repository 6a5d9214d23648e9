"""Comparisons that are written down by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerasinspect.analysis.comparison.results import ArrayChange, ConfigChange, Diff, LayerDiff, Spectrum, WeightDiff
from kerasinspect.analysis.damage import Unread
from kerasinspect.model import Layer, Model
from tests.makers.handmade import dense, model

SAME = ArrayChange(40, 0, close=True, max_abs=0.0, mean_abs=0.0, relative_l2=0.0, cosine=1.0)
MOVED = ArrayChange(40, 36, False, 0.125, 0.05, 0.1234567, 0.987, 0.98, 3, 0, 0, 3.5, 3.6)  # noqa: FBT003
NUDGED = ArrayChange(40, 40, True, 1e-9, 1e-10, 2.5e-9, 1.0, 1.0, 0, 0, 0, 2.0, 2.0)  # noqa: FBT003


def pair(old: Layer, new: Layer, *changes: ArrayChange | Unread | None, **more: Any) -> LayerDiff:  # noqa: ANN401
    """Two layers that are a pair, with what their weights changed by."""
    weights = zip(old.weights, new.weights, changes, strict=True)
    settings: dict[str, Any] = {"matched_by": "path", "verdict": "unchanged"}
    listed = tuple(WeightDiff(two.name, one, two, change) for one, two, change in weights)
    return LayerDiff(old, new, **(settings | {"weights": listed} | more))


def alone(layer: Layer, *, removed: bool) -> LayerDiff:
    """A layer that only one side has."""
    if removed:
        gone = tuple(WeightDiff(weight.name, weight, None) for weight in layer.weights)
        return LayerDiff(layer, None, None, "removed", weights=gone)
    return LayerDiff(
        None, layer, None, "added", weights=tuple(WeightDiff(one.name, None, one) for one in layer.weights)
    )


def varied_diff() -> Diff:
    """A comparison with a row of each kind."""
    frozen = dense("frozen", 8, 5, 0, trainable=False)
    first, second = dense("dense_1", 5, 5, 2, "frozen"), dense("hidden", 5, 5, 2, "frozen")
    head, wider = dense("head", 5, 10, 4), dense("head", 5, 12, 4)
    gone, fresh = dense("gone", 5, 5, 6), dense("fresh", 5, 5, 6)
    drop = Layer("dropout", "Dropout", "dropout", weightless=True)
    spectrum = Spectrum(3.98, 0.9999, 12.5, 11.25, 2.5, 2.75)
    trained = pair(
        first,
        second,
        MOVED,
        replace(MOVED, new_nan=2, changed_nan=2),
        matched_by="values",
        verdict="trained",
        renamed=True,
        config=(ConfigChange("activation", "relu", "gelu"), ConfigChange("kernel_regularizer", None, {"l2": 0.1})),
    )
    trained = replace(trained, weights=(replace(trained.weights[0], spectrum=spectrum), trained.weights[1]))
    layers = (
        pair(frozen, frozen, SAME, SAME),
        trained,
        pair(drop, drop, config=(ConfigChange("rate", 0.1, 0.5), ConfigChange("noise_shape", None, None, "old"))),
        alone(gone, removed=True),
        alone(fresh, removed=False),
        pair(head, wider, None, None, verdict="replaced"),
        pair(first, first, Unread("The values end after 12 of 160 bytes."), SAME, verdict=None),
        pair(first, replace(first, class_name="Mine"), SAME, NUDGED, verdict="nudged", moved=True, matched_by="order"),
    )
    old = model([frozen, first, drop, gone, head], location="runs/a.keras", config={})
    new = model([frozen, second, drop, fresh, wider], location="runs/b.h5", format="legacy-hdf5", config={})
    return Diff(old, new, layers, (ConfigChange("compile.loss", "mse", "mae"),), ("hidden/kernel: cut off",))


def same_diff(**more: Any) -> Diff:  # noqa: ANN401 - other fields of a model
    """A comparison of two equal models."""
    layer = dense("dense", 8, 5, 0)
    old, new = (model([layer], location=name, config={}, **more) for name in ("a.keras", "b.keras"))
    return Diff(old, new, (pair(layer, layer, SAME, SAME),))


def all_gone(subject: Model) -> Diff:
    """A comparison of a model with one that has none of its layers."""
    layers = [alone(layer, removed=True) for layer in subject.layers]
    other = model([dense("other", 3, 3, 0)], location="other.keras")
    return Diff(subject, other, (*layers, alone(other.layers[0], removed=False)))
