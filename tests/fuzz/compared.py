"""Breaks bytes of model files and compares every array that is read with that of the whole file, by path and name.

``python -m tests.fuzz.compared --count 10000 [FILE OR FOLDER ...]`` prints, for each container, how many mutants ended
as refused or damaged, as whole, and as silently other: exit status 0 and an array with other values, another shape,
dtype or name. A command that reads all values is meant: it verifies an archive's checksum. In an archive no array may
be silently other, and it leaves with 1 where one is. An HDF5 file by itself has no checksum, so that a change of values
is another number; what else is silently other there is counted by what it changed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.errors import InspectError
from kerasinspect.reading import open_model
from tests.fuzz.arrays import Answer, Seen, listed
from tests.fuzz.mutators import BLIND, near_mark
from tests.fuzz.seeds import SAMPLES, found_seeds
from tests.hostile.nameless import nameless

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHER = "silently other"


def answer_for(path: Path) -> Answer | None:
    """Every array of a model; None where a command that reads them all would end in 3."""
    try:
        with open_model(path) as model:
            if model.damage:
                return None
            arrays = dict(listed(model))
            if model.checksum is not None:
                model.checksum.verify()
            return Answer(arrays, model.remarks)
    except InspectError:
        return None


def ending(whole: Answer, broken: Answer | None) -> str:
    """How a mutant ended; what is silently other by what of the arrays is."""
    if broken is None:
        return "refused or damaged"
    if broken.arrays.keys() != whole.arrays.keys():
        return f"{OTHER}: names"
    for key, seen in broken.arrays.items():
        if seen != whole.arrays[key]:
            return f"{OTHER}: {difference(seen, whole.arrays[key])}"
    return "as the whole file"


def difference(seen: Seen, right: Seen) -> str:
    """In what an array differs first."""
    if seen.shape != right.shape:
        return "shape"
    return "dtype" if seen.dtype != right.dtype else "place" if seen.place != right.place else "values"


def compare(seeds: Iterable[Path], count: int, seed: int) -> Counter[tuple[str, str]]:
    """How ``count`` mutants ended, by the ending of the file's name and in words; ``seed`` chooses them."""
    chooser = random.Random(seed)  # noqa: S311 - the same mutants every time
    originals = [(path.suffix, path.read_bytes(), answer) for path in seeds if (answer := answer_for(path))]
    endings: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        suffix, data, whole = chooser.choice(originals)
        mutant = chooser.choice((*BLIND, near_mark, near_mark, near_mark))(chooser, data)
        with nameless(mutant) as path:
            endings[suffix, ending(whole, answer_for(path))] += mutant != data
    return endings


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Break model files and compare every array that is read all the same.")
    parser.add_argument("seeds", nargs="*", type=Path, default=[SAMPLES])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    endings = compare(found_seeds(chosen.seeds), chosen.count, chosen.seed)
    for (suffix, words), number in sorted(endings.items()):
        sys.stdout.write(f"{number:9,} {suffix:8} {words}\n")
    raise SystemExit(any(suffix == ".keras" and words.startswith(OTHER) for suffix, words in endings))


if __name__ == "__main__":
    main()
