"""Makes ``knowledge/releases/table.json``: what every release of Keras 3 accepts in a config.

``python -m tests.keras_releases FOLDER PYTHON...``: the folder has one folder for each release, in which ``pip install
--no-deps --target FOLDER/VERSION keras==VERSION`` has put it. Each release is read by the first PYTHON that can import
it: old ones need NumPy 1 and dm-tree, new ones a new TensorFlow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import kerasinspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_Reading: TypeAlias = "dict[str, Any]"

_TABLE = Path(kerasinspect.__file__).parent / "knowledge" / "releases" / "table.json"
_READER = Path(__file__).with_name("reading.py")
_PARTS = frozenset(
    {
        *("layers", "models", "initializers", "regularizers", "constraints", "optimizers", "losses", "metrics"),
        *("activations", "dtype_policies", "quantizers", "random"),
    }
)
"""Modules whose names stand in configs; the rest of Keras is no part of a model."""


def main(folder: str, pythons: Sequence[str]) -> None:
    """Read every release and write the table."""
    releases = sorted((one for one in Path(folder).iterdir()), key=lambda one: [*map(int, one.name.split("."))])
    readings = [_read(release, pythons) for release in releases]
    _TABLE.write_text(json.dumps(packed(readings), separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")


def _read(release: Path, pythons: Sequence[str]) -> _Reading:
    """What one release says of itself, asked with the first interpreter that can import it."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
    for python in pythons:
        line = [python, "-B", str(_READER), str(release)]
        done = subprocess.run(line, capture_output=True, check=False, env=environment)
        if done.returncode == 0:
            reading: _Reading = json.loads(done.stdout)
            return reading
    raise SystemExit(f"{release} cannot be imported by any of these interpreters.")


def packed(readings: Sequence[_Reading]) -> _Reading:
    """The readings in one table: bit N of a number says that it is so in release N."""
    homes = {home for reading in readings for home in reading["classes"]}
    return {
        "releases": [reading["version"] for reading in readings],
        "names": _names(readings),
        "classes": {home: _keys(home, readings) for home in sorted(homes)},
        "forms": _bits_of(readings, lambda reading: reading["forms"]),
        "words": {
            kind: _bits_of(readings, lambda reading, kind=kind: reading["words"][kind])  # type: ignore[misc]
            for kind in readings[0]["words"]
        },
    }


def _bits_of(readings: Sequence[_Reading], listed: Callable[[_Reading], Iterable[str]]) -> dict[str, int]:
    """In which readings each of the things is listed."""
    bits: dict[str, int] = {}
    for number, reading in enumerate(readings):
        for one in listed(reading):
            bits[one] = bits.get(one, 0) | 1 << number
    return bits


def _names(readings: Sequence[_Reading]) -> dict[str, dict[str, int]]:
    """Where each public name leads to: to which definition, in which releases."""
    names: dict[str, dict[str, int]] = {}
    for number, reading in enumerate(readings):
        for name, home in reading["names"].items():
            if name.count(".") == 1 or name.split(".")[1] in _PARTS:
                homes = names.setdefault(name, {})
                homes[home] = homes.get(home, 0) | 1 << number
    return names


def _keys(home: str, readings: Sequence[_Reading]) -> _Reading:
    """In which releases a class is, the keys that it takes in all of them, and those that it takes in some."""
    there = _bits_of(readings, lambda reading: [home] if home in reading["classes"] else [])[home]
    bits = _bits_of(readings, lambda reading: reading["classes"].get(home, ()))
    always = sorted(key for key, where in bits.items() if where == there)
    return {"in": there, "keys": " ".join(always), "some": {k: v for k, v in bits.items() if v != there}}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
