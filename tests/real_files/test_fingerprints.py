"""Fingerprints of files of many Keras versions, held against what those versions gave as ``get_weights()``."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from kerasinspect.analysis.fingerprint import Fingerprint, fingerprint_of
from kerasinspect.opening import open_model
from tests.places import DATA, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDERS = sorted(
    path.parent for root in (DATA, SHARED / "data") for path in (root / "versions").glob("*/expected.json")
)

OTHER_ARRAYS = {"lora": "h5", "quant_awq": "h5", "quant_gptq": "h5"}
"""Models that one format holds other arrays of, with that format."""

NONE_PROVEN = {"keras-3.3.3"}
"""Its only file has a layer without arrays: that of another model, which holds them."""


def of_file(path: Path) -> Fingerprint:
    """The fingerprint of a file."""
    with open_model(path) as model:
        return fingerprint_of(model)


def of_truth(weights: list[dict[str, Any]]) -> str:
    """The fingerprint of what Keras gave as ``get_weights()``, of which its digests were kept."""
    lines = (f"{one['dtype']} {one['shape']} {one['sha256']}\n" for one in weights)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def truths(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The files of one version, each with what that version said of it."""
    files = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"]
    return ((folder / name, truth) for name, truth in files.items())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parts[-4]}/{folder.name}")
def test_a_proven_fingerprint_is_that_of_get_weights(folder: Path) -> None:
    """Of every file whose order of weights is proven, to the last bit."""
    proven: dict[str, bool] = {}
    for path, truth in truths(folder):
        found = of_file(path)
        if found.order == "get_weights":
            orders = (truth["weights"], truth.get("or_after_reload", truth["weights"]))
            proven[path.name] = found.sha256 in {of_truth(order) for order in orders}
    assert {name for name, right in proven.items() if not right} == set()
    assert proven or folder.name in NONE_PROVEN


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parts[-4]}/{folder.name}")
def test_all_formats_of_a_model_have_the_same(folder: Path) -> None:
    """As far as their order of weights is proven, and they hold the same arrays."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for path, _ in truths(folder):
        name, _, ending = path.name.replace("_w.h5", ".weights.h5").partition(".")
        name = name.removesuffix("_sharded").removesuffix("_dir")
        one = of_file(path)
        if one.order == "get_weights" and OTHER_ARRAYS.get(name) != ending:
            found[name].add(one.sha256)
    assert {name: len(different) for name, different in found.items() if len(different) > 1} == {}
