"""Breaks one file of a model in several files and sees that every mutant ends in an answer or in a sentence.

``python -m tests.fuzz.folders --count 10000 --seed 1 [KIND ...]`` runs what ``tests.fuzz.fuzz`` runs, under the same
limits, on checkpoints, SavedModel folders, steps of Orbax, presets and shards that the makers make, and that TensorFlow
wrote. Where a checksum would only hide what is behind it, it is made anew. A model in several files has to lie in a
folder: the mutants lie in one of their own, which only this user may enter, each in the place of the one before it.
Each mutant is asked one of the lines in turn, whose options are parsed once: two thirds of the time would go into the
others, and into click.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.commands.program.group import cli
from kerasinspect.containers.ocdbt.pieces import MANIFEST, NODE
from kerasinspect.containers.tensor_bundle.crc32c import crc32c
from tests.makers import bundles
from tests.makers.hostile.orbax_cases import shards, write_preset
from tests.makers.mutators import BLIND, HDF5_MARKS, in_json, near_mark
from tests.makers.plain_models import archive_tree, hdf5
from tests.makers.saved_models import LAYER, MODEL, STORED, TENSORS, keras_metadata, write_saved_model
from tests.makers.stores import write_orbax
from tests.places import DATA

assert sys.platform != "win32", "it needs alarms"

from tests.fuzz.fuzz import CHECK, COMMANDS, FORMATS, MEMORY, PROGRESS, SECONDS, Tally, ring, tried  # noqa: E402 - it is empty there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import click

    from tests.makers.mutators import Mutator

_FOOTER = 4
"""Bytes of the checksum at the end of a piece of a store."""


class Whole(NamedTuple):
    """A model in several files before it is broken."""

    files: Mapping[str, bytes]
    named: str
    """What a command is given of it, in its folder."""


class Kind(NamedTuple):
    """A container, and which of its files are broken."""

    make: Callable[[Path], str]
    """Makes a model in a folder, and gives what a command is given of it there."""
    broken: tuple[str, ...]
    """Ends of the names of files."""


def checkpoint(folder: Path) -> str:
    """A checkpoint of one layer."""
    return bundles.write_bundle(folder, "c", TENSORS, STORED).name


def kept_checkpoint(folder: Path) -> str:
    """A checkpoint that TensorFlow wrote."""
    for ending in ("index", "data-00000-of-00001"):
        data = (DATA / "checkpoints" / "tf.keras-2.15" / f"nested_ckpt.{ending}").read_bytes()
        (folder / f"c.{ending}").write_bytes(data)
    return "c.index"


def saved(folder: Path) -> str:
    """A SavedModel folder."""
    write_saved_model(folder / "model")
    return "model"


def orbax(folder: Path) -> str:
    """A step of Orbax."""
    write_orbax(folder / "1")
    return "1"


def preset(folder: Path) -> str:
    """A preset in shards."""
    path = folder / "preset"
    path.mkdir()
    write_preset(path)
    (path / "model.weights.h5").unlink()
    return f"preset/{sharded(path)}".removesuffix("/model.weights.json")


def sharded(folder: Path) -> str:
    """Weights in shards, and the index that names them."""
    (folder / "model_00000.weights.h5").write_bytes(hdf5(archive_tree))
    (folder / "model.weights.json").write_text(json.dumps(shards("model_00000.weights.h5")), "utf-8")
    return "model.weights.json"


KINDS = {
    "index": Kind(checkpoint, (".index",)),
    "index of TensorFlow": Kind(kept_checkpoint, (".index",)),
    "data": Kind(checkpoint, (".data-00000-of-00001",)),
    "graph of TensorFlow": Kind(kept_checkpoint, (".data-00000-of-00001",)),
    "saved_model.pb": Kind(saved, ("saved_model.pb",)),
    "keras_metadata.pb": Kind(saved, ("keras_metadata.pb",)),
    "manifest": Kind(orbax, ("manifest.ocdbt",)),
    "nodes": Kind(orbax, ("d/values",)),
    "JSON of Orbax": Kind(orbax, ("_METADATA", "_strings.json")),
    "preset": Kind(preset, (".json",)),
    "shards": Kind(sharded, (".json", ".h5")),
}
"""What is broken, by what it is called on the command line."""


def with_checksum(mutator: Mutator) -> Mutator:
    """A change inside a piece of a store, whose length and checksum are made anew."""

    def change(random: random.Random, data: bytes) -> bytes:
        """The bytes with one piece changed, the last one there is."""
        at = max(data.rfind(MANIFEST), data.rfind(NODE))
        if at < 0:
            return mutator(random, data)
        head, body = data[: at + len(NODE)], data[at + len(NODE) + 8 : -_FOOTER]
        body = mutator(random, body)
        size = len(NODE) + 8 + len(body) + _FOOTER
        piece = data[at : at + len(NODE)] + size.to_bytes(8, "little") + body
        return head[:at] + piece + crc32c(piece).to_bytes(4, "little")

    return change


def in_metadata(random: random.Random, _data: bytes) -> bytes:
    """What Keras wrote of a model and its layer in messages that are whole, where their JSON changed."""
    documents = [in_json(random, json.dumps(one).encode()) for one in (MODEL, LAYER)]
    return keras_metadata(dict(enumerate(documents)))


def mutators_of(name: str, data: bytes) -> list[Mutator]:
    """The ways to break a file."""
    found = [*BLIND]
    if name.endswith(("_METADATA", ".json")):
        found += [in_json] * 6
    if name.endswith("keras_metadata.pb"):
        found += [in_metadata] * 6
    if HDF5_MARKS.search(data):
        found += [near_mark] * 6
    if MANIFEST in data or NODE in data:
        found += [with_checksum(mutator) for mutator in BLIND] * 3
    return found


def whole_of(kind: Kind) -> Whole:
    """A model of a kind, as its files."""
    with tempfile.TemporaryDirectory() as room:
        named = kind.make(Path(room))
        files = {str(path.relative_to(room)): path.read_bytes() for path in Path(room).rglob("*") if path.is_file()}
    return Whole(files, named)


def parse_once(command: click.Command) -> None:
    """Let a command keep what it made of each line, so that the same line costs no more than its work."""
    parse, kept = command.make_context, dict[tuple[str, ...], "click.Context"]()

    def make_context(name: str | None, words: list[str], parent: click.Context | None = None) -> click.Context:
        """The context of a line, which a run after another enters anew."""
        key = tuple(words)
        if key not in kept:
            kept[key] = parse(name, words, parent)
        kept[key].parent, kept[key].obj = parent, parent and parent.obj
        return kept[key]

    command.make_context = make_context  # type: ignore[method-assign, assignment]


LINES = [(*command, *form) for form in FORMATS for command in (*COMMANDS, CHECK)]
"""What is asked of the mutants, one line each in turn."""


def fuzz(names: list[str], count: int, seed: int, keep: Path | None = None, seconds: int = SECONDS) -> Tally:
    """Run a command on each of ``count`` mutants of each kind; ``seed`` chooses, ``keep`` gets a list of what fails."""
    chooser = random.Random(seed)  # noqa: S311 - the same mutants every time
    tally = Tally()
    for line in LINES:
        parse_once(cli.commands[line[0]])
    for name in names:
        kind = KINDS[name]
        whole = whole_of(kind)
        with tempfile.TemporaryDirectory() as room:
            for path, data in whole.files.items():
                Path(room, path).parent.mkdir(parents=True, exist_ok=True)
                Path(room, path).write_bytes(data)
            broken = [path for path in whole.files if path.endswith(kind.broken)]
            for number in range(count):
                path = chooser.choice(broken)
                data = whole.files[path]
                for _ in range(chooser.choice((1, 1, 1, 2, 3))):
                    data = chooser.choice(mutators_of(path, data))(chooser, data)
                Path(room, path).write_bytes(data)
                failures = [*tried(LINES[number % len(LINES)], Path(room, whole.named), tally, seconds)]
                Path(room, path).write_bytes(whole.files[path])
                if failures and keep:
                    with (keep / "failures.txt").open("a", encoding="utf-8") as file:
                        file.write(f"{name} {path} {seed} {number} {failures} {data.hex()}\n")
                if (number + 1) % PROGRESS == 0:
                    sys.stderr.write(f"{name}: {number + 1:,} mutants\n{tally.words()}\n")
    return tally


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Break models in several files and see that kerasinspect survives.")
    parser.add_argument("kinds", nargs="*", default=[*KINDS], help=", ".join(KINDS))
    parser.add_argument("--count", type=int, default=1_000, help="mutants of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="after which a run is stopped")
    parser.add_argument("--keep", type=Path, help="a folder for a list of the mutants that fail")
    chosen = parser.parse_args()
    if unknown := [*{*chosen.kinds} - KINDS.keys()]:
        parser.error(f"no kind is called {unknown[0]}")
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, ring)
    tally = fuzz(chosen.kinds, chosen.count, chosen.seed, chosen.keep, chosen.seconds)
    sys.stdout.write(f"{tally.words()}\n")
    raise SystemExit(bool(tally.failures))


if __name__ == "__main__":
    main()
