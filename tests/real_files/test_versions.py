"""Files of many Keras versions, held against what those versions said of them when they wrote them.

``tests/data/versions`` has a few files of every layout; each ``expected.json`` holds what ``get_weights()`` gave, less
what the file leaves out. ``or_after_reload`` is the other order where loading changes it, and ``unknowable`` names
what the file cannot tell. The whole collection is read too where it lies beside the repository.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from kerasinspect.opening import open_model
from tests.places import DATA, SHARED
from tests.tools import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kerasinspect.model import Weight

    Truth = dict[str, Any]

HERE = DATA / "versions"
CHECKPOINTS = DATA / "checkpoints"
"""The same for checkpoints and SavedModels of TensorFlow, and for what Keras 3 exports and Orbax stores."""
BESIDE = SHARED / "data" / "versions"
BESIDE_CHECKPOINTS = SHARED / "data" / "checkpoints"
"""Every file of every version that was ever run; too large to be part of the project."""
OLD_WORDS = {
    "W": "kernel",
    "U": "recurrent_kernel",
    "b": "bias",
    "running_mean": "moving_mean",
    "running_std": "moving_variance",
    "alphas": "alpha",
}


class Case(NamedTuple):
    """One file of one version."""

    folder: Path
    name: str

    def __str__(self) -> str:
        """Version and file."""
        return f"{self.folder.name}/{self.name}"


@cache
def truths_of(folder: Path) -> dict[str, Truth]:
    """What a version said of each of its files."""
    files: dict[str, Truth] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["files"]
    return files


def cases(root: Path) -> list[Case]:
    """Every file below a folder."""
    folders = sorted(path.parent for path in root.glob("*/expected.json"))
    return [Case(folder, name) for folder in folders for name in truths_of(folder)]


def todays_word(name: str, layer: str, class_name: str) -> str:
    """Keras's current word for a weight, whatever the version called it."""
    word = re.sub(r":\d+$", "", name.rsplit("/", maxsplit=1)[-1])
    for part in layer.split("/"):
        word = word.removeprefix(f"{part}_")
    if class_name == "Embedding" and word == "W":
        return "embeddings"
    if class_name.startswith("DepthwiseConv"):
        word = word.removeprefix("depthwise_")
    letter = re.fullmatch(r"(?:.*_)?([WUb])(_[ifcozrh])?", word)
    return OLD_WORDS[letter[1]] + (letter[2] or "") if letter else OLD_WORDS.get(word, word)


def same_name(weight: Weight, truth: Truth) -> bool:
    """Whether a weight is called what Keras calls it, where the version said that."""
    if truth["name"] is None:
        return True
    layer, class_name = truth["layer"] or "", truth["layer_class"] or ""
    return todays_word(weight.name, weight.layer, class_name) == todays_word(truth["name"], layer, class_name)


def without_cells(path: str | None) -> list[str]:
    """The layers of a path, less recurrent cells, which older versions did not list."""
    return [part for part in (path or "").split("/") if part and not re.search(r"_cell(_\d+)?$|^cell$", part)]


def same_layer(weight: Weight, truth: Truth) -> bool:
    """Whether a weight sits on the right layer; the layer inside a wrapper, or around a shared one, may be left out."""
    ours, theirs = without_cells(weight.layer), without_cells(truth["layer"])
    shared = min(len(ours), len(theirs))
    return not theirs or (shared > 0 and (ours[:shared] == theirs[:shared] or ours[-1] == theirs[-1]))


def digest(weight: Weight) -> str:
    """The SHA-256 of a weight's bytes."""
    total = sha256()
    for piece in weight.array.blocks():
        total.update(piece)
    return total.hexdigest()


def in_any_order(weights: list[Weight], truth: list[Truth]) -> list[Weight]:
    """Our weights in the order of the true ones: of those with the same bytes, the best fit first."""
    left = [(weight, digest(weight)) for weight in weights]
    found = []
    for one in truth:
        fitting = [pair for pair in left if pair[1] == one["sha256"]]
        if fitting:
            best = max(fitting, key=lambda pair: (same_layer(pair[0], one), same_name(pair[0], one)))
            left.remove(best)
            found.append(best[0])
    return found


def wrong(weights: Iterable[Weight], truth: list[Truth], unknowable: frozenset[str]) -> list[str]:
    """What is wrong with the weights of a file, in words: bytes, order, names, layers."""
    if unknowable & {"order", "bytes"}:
        ours = [*weights]
        if "bytes" not in unknowable and len(ours) != len(truth):
            return [f"{len(ours)} arrays instead of {len(truth)}"]
        ours = in_any_order(ours, truth)
    else:
        ours = sorted((one for one in weights if one.index is not None), key=lambda one: one.index or 0)
    if len(ours) != len(truth):
        return [f"{len(ours)} of {len(truth)} arrays"]
    problems = []
    for place, (weight, one) in enumerate(zip(ours, truth, strict=True)):
        said = {
            "order": (digest(weight), list(weight.shape), weight.dtype) == (one["sha256"], one["shape"], one["dtype"]),
            "names": same_name(weight, one),
            "layers": same_layer(weight, one),
        }
        problems += [
            f"{what} of {place}: {weight.path} is {one['layer']}/{one['name']}"
            for what, is_right in said.items()
            if not is_right and (what == "order" or what not in unknowable)
        ]
    return problems


def wrong_with(case: Case) -> list[str]:
    """What is wrong with what is read from a file, by the nearest of its right orders."""
    entry = truths_of(case.folder)[case.name]
    unknowable = frozenset(entry.get("unknowable", ()))
    with open_model(str(case.folder / case.name)) as model:
        orders = [entry["weights"], *filter(None, [entry.get("or_after_reload")])]
        return min((wrong(model.weights, truth, unknowable) for truth in orders), key=len)


@pytest.mark.parametrize("case", [*cases(HERE), *cases(CHECKPOINTS)], ids=str)
def test_every_array_is_what_its_keras_said(case: Case) -> None:
    """Bytes, order, names and layers of a file are those that the Keras version had that saved it."""
    if "orbax" in case.name:
        zstandard()
    assert wrong_with(case) == []


@pytest.mark.skipif(not BESIDE.is_dir(), reason="the files of all versions are not beside the repository")
@pytest.mark.parametrize(
    "folder",
    sorted([*BESIDE.glob("*/"), *BESIDE_CHECKPOINTS.glob("*/")]),
    ids=lambda folder: f"{folder.parent.name}-{folder.name}",
)
def test_every_file_of_every_version_is_read_right(folder: Path) -> None:
    """The same holds for the whole collection."""
    problems = {str(case): wrong_with(case)[:3] for case in cases(folder.parent) if case.folder == folder}
    assert {name: said for name, said in problems.items() if said} == {}


def test_what_cannot_be_told_has_no_index() -> None:
    """A file that does not keep the order of a custom layer's weights gives them no position rather than a guess."""
    with open_model(str(HERE / "keras-3.5.0" / "fn_custom.keras")) as model:
        inside = [one for one in model.weights if one.layer.startswith("block/")]
        assert inside
        assert {one.index for one in inside} == {None}
        assert any("get_weights()" in str(remark) for remark in model.remarks)
