"""Holds a document of ``show --format json --hash`` against the true ``get_weights()`` of the model in the file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

UNKNOWN_CLASSES = (None, "", "?", "unknown", "unknown class")


@dataclass(frozen=True, slots=True)
class Compared:
    """What is right, left open and wrong in one document."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """A sentence for each thing that is wrong."""

    def fault(self, kind: str, sentence: str) -> None:
        """Note one thing that is wrong."""
        self.counts[kind] += 1
        self.wrong.append(f"{kind}: {sentence}")


def last_word(name: str, layer: str) -> str:
    """The name of a weight without its layer and its number: ``kernel`` of ``dense/kernel:0``."""
    word = name.rpartition("/")[2].partition(":")[0]
    for part in layer.split("/"):
        word = word.removeprefix(f"{part}_")
    return word


def bare(path: str) -> list[str]:
    """The parts of a layer's path without recurrent cells, which older versions of Keras did not list."""
    return [part for part in path.split("/") if part and not re.search(r"(^|_)cell(_\d+)?$", part)]


def same_layer(said: str, true: str) -> bool:
    """Whether two paths are of one layer: one starts with the other, or both end alike."""
    one, other = bare(said), bare(true)
    shorter = min(len(one), len(other))
    return not other or (shorter > 0 and (one[:shorter] == other[:shorter] or one[-1] == other[-1]))


def owned_alike(weight: Json, row: Json) -> bool:
    """Whether a weight that is shown sits on one of the layers that own the true one."""
    return any(same_layer(weight["layer"], owner["layer"]) for owner in row["owners"])


def compare(document: Json, truth: Json) -> Compared:
    """Compare with the order of the live model and of the loaded one, and give the better answer."""
    orders = [truth["weights"]] + ([truth["loaded"]] if truth.get("loaded") else [])
    answers = [_compared(document, rows, truth) for rows in orders]
    best = min(answers, key=lambda answer: answer.counts["position wrong"])
    if best is not answers[0]:
        best.counts["order after loading"] += 1
    return best


def _compared(document: Json, rows: list[Json], truth: Json) -> Compared:
    """Compare with one order of ``get_weights()``."""
    compared = Compared()
    stored_names = document["model"]["format"] == "keras-weights"
    by_hash: dict[str, list[Json]] = {}
    for row in rows:
        by_hash.setdefault(row["sha256"], []).append(row)
    for weight in document["weights"]:
        true = by_hash.get(weight["sha256"], [])
        _compare_position(weight, rows, [] if stored_names else true, compared)
        if true:
            _compare_name(weight, true, compared)
            _compare_owner(weight, true, truth["layers"], compared)
    for layer in layers_of(document):
        _compare_class(layer["path"], layer["class_name"], truth["layers"].get(layer["path"], []), compared)
    _compare_presence(document, rows, truth["weights"], compared)
    return compared


def layers_of(layer: Json) -> Iterator[Json]:
    """All layers below a layer or a document."""
    for sublayer in layer["layers"]:
        yield sublayer
        yield from layers_of(sublayer)


def _compare_position(weight: Json, rows: list[Json], alike: list[Json], compared: Compared) -> None:
    """Compare the position; of equal arrays on several layers it must be the one on its layer.

    ``alike`` is empty for a file of weights alone, which may name a layer after the place where it is stored.
    """
    index = weight["index"]
    if index is None:
        compared.counts["position null"] += 1
        return
    row = rows[index] if index < len(rows) else None
    right = row is not None and row["sha256"] == weight["sha256"] and row["shape"] == weight["shape"]
    elsewhere = row is not None and not owned_alike(weight, row) and any(owned_alike(weight, one) for one in alike)
    if right and not elsewhere:
        compared.counts["position right"] += 1
        return
    true = [number for number, one in enumerate(rows) if one["sha256"] == weight["sha256"]]
    compared.fault("position wrong", f"{weight['layer']}/{weight['name']} said {index}, is {true}")


def _compare_name(weight: Json, alike: list[Json], compared: Compared) -> None:
    """Compare the name with those of the true arrays that have the same bytes."""
    if not weight["named"]:
        compared.counts["name unknown"] += 1
        return
    said = last_word(weight["name"], weight["layer"])
    true = {last_word(row["name"], path) for row in alike for path in _paths(row)}
    if said in true:
        compared.counts["name right"] += 1
    else:
        compared.fault("name wrong", f"{weight['layer']}/{weight['name']} is {sorted(true)}")


def _paths(row: Json) -> list[str]:
    """The layers whose names may stand in the name of a weight."""
    return [owner["layer"] for owner in row["owners"]] or [""]


def _compare_owner(weight: Json, alike: list[Json], layers: dict[str, list[str]], compared: Compared) -> None:
    """Compare the class that a weight is said to belong to: its owner's, or that of the layer which is named."""
    of_owners = [name for row in alike for owner in row["owners"] for name in owner["classes"]]
    _compare_class(weight["layer"], weight["layer_class"], [*of_owners, *layers.get(weight["layer"], [])], compared)


def _compare_class(path: str, said: str | None, true: list[str], compared: Compared) -> None:
    """Compare a class, which may be one that the true class is a kind of."""
    if said in UNKNOWN_CLASSES:
        compared.counts["class unknown"] += 1
    elif said in true or not true:
        compared.counts["class right"] += 1
    else:
        compared.fault("class wrong", f"{path} said {said}, is {sorted(set(true))}")


def _compare_presence(document: Json, rows: list[Json], saved: list[Json], compared: Compared) -> None:
    """Compare how often each array that was saved is there, and how often it has a position."""
    shown = Counter(weight["sha256"] for weight in document["weights"])
    placed = Counter(weight["sha256"] for weight in document["weights"] if weight["index"] is not None)
    true = Counter(row["sha256"] for row in rows)
    in_file = Counter(row["sha256"] for row in saved if row["stored"])
    names = {row["sha256"]: row["name"] for row in saved}
    for array, times in (in_file - shown).items():
        compared.fault("missing", f"{names[array]}, {times} times")
    for array, times in (placed - true).items():
        compared.fault("doubled", f"{names.get(array, 'an array of no weight')}, {times} times too often")
    positions = Counter(weight["index"] for weight in document["weights"] if weight["index"] is not None)
    for index, times in positions.items():
        if times > 1:
            compared.fault("doubled", f"position {index} is said {times} times")
