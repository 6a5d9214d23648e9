"""Breaks model files and compares every array that is read with that of the whole file, by path, name and place.

``python -m tests.fuzz.compared --count 10000 [FILE OR FOLDER ...]`` prints, for each way of breaking, how many mutants
ended as refused or damaged, as whole, and as silently other: exit status 0 and an array with other values, another
shape or dtype, at another place in the file, or under another name. A command that reads all values is meant: it
verifies checksums. It leaves with 1 where a way made anything silently other that it cannot explain (``ALLOWED``).
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasinspect.errors import InspectError
from kerasinspect.formats.keras_archive import CONFIG, NPZ, WEIGHTS
from kerasinspect.opening import open_model
from tests.fuzz.arrays import Answer, Seen, listed
from tests.makers.mutators import BLIND, HDF5_MARKS, in_json, near_mark
from tests.makers.nameless import nameless
from tests.makers.seeds import found_seeds
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.makers.mutators import Mutator

OTHER = "silently other"


def anywhere(random: random.Random, data: bytes) -> bytes:
    """A change of bytes, blindly or near one of HDF5's structures."""
    marked = (near_mark,) * 3 if HDF5_MARKS.search(data) else ()
    mutator: Mutator = random.choice((*BLIND, *marked))
    return mutator(random, data)


def inside(member: str, mutator: Mutator) -> Mutator:
    """A change inside one member of an archive, whose own sizes and checksums are made anew."""

    def change(random: random.Random, data: bytes) -> bytes:
        """The archive with that member changed."""
        members = members_of(data)
        members[member] = mutator(random, members[member])
        return archive_of(members)

    return change


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an archive that nobody has changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(members: dict[str, bytes]) -> bytes:
    """An archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_arrays_of_numpy(path: Path, save: Callable[..., None] = np.savez) -> bytes:
    """An archive with plain arrays of numpy instead of HDF5."""
    stream = io.BytesIO()
    with open_model(path) as model:
        save(stream, **{one.stored_path.strip("/"): np.asarray(one.array) for one in model.weights})
    members = members_of(path.read_bytes())
    del members[WEIGHTS]
    return archive_of(members | {NPZ: stream.getvalue()})


class Way(NamedTuple):
    """A way to break a file."""

    words: str
    suffix: str
    """The ending of the files that it is for."""
    mutator: Mutator
    whole: Callable[[Path], bytes] = Path.read_bytes
    """What is broken."""


WAYS = (
    Way("bytes of .h5", ".h5", anywhere),
    Way("bytes of .keras", ".keras", anywhere),
    Way("HDF5 in .keras", ".keras", inside(WEIGHTS, anywhere)),
    Way("config in .keras", ".keras", inside(CONFIG, in_json)),
    Way("arrays of numpy", ".keras", inside(NPZ, anywhere), with_arrays_of_numpy),
)
HDF5_ALONE = frozenset({"names", "places", "values"})
"""What a change of bytes may be that no checksum covers: another name, another number."""
ALLOWED = {
    "bytes of .h5": HDF5_ALONE,
    "bytes of .keras": frozenset[str](),
    "HDF5 in .keras": HDF5_ALONE,
    "config in .keras": frozenset({"names"}),
    "arrays of numpy": frozenset[str](),
}
"""What may be silently other by each way."""


def answer_for(path: Path) -> Answer | None:
    """Every array of a model; None where a command that reads them all would end in 3."""
    try:
        with open_model(path) as model:
            if model.damage:
                return None
            arrays = dict(listed(model))
            if model.checksum is not None:
                model.checksum.verify()
            return Answer(arrays, tuple(map(str, model.remarks)))
    except InspectError:
        return None


def ending(whole: Answer, broken: Answer | None) -> str:
    """How a mutant ended; what is silently other by what of the arrays is."""
    if broken is None:
        return "refused or damaged"
    before, after = by_place(whole), by_place(broken)
    kinds = {difference(seen, after[place]) for place, seen in before.items() if place in after} - {""}
    kinds |= {"places"} if before.keys() != after.keys() else set()
    if not kinds and broken.arrays != whole.arrays:
        kinds = {"names"}
    return f"{OTHER}: {', '.join(sorted(kinds))}" if kinds else "as the whole file"


def by_place(answer: Answer) -> dict[str, Seen]:
    """Every array by where it lies in the file, whatever it is taken for."""
    return {seen.place: seen for seen in answer.arrays.values()}


def difference(seen: Seen, right: Seen) -> str:
    """In what an array differs first; empty where it is the same."""
    if seen.shape != right.shape:
        return "shapes"
    return "dtypes" if seen.dtype != right.dtype else "values" if seen.digest != right.digest else ""


class Original(NamedTuple):
    """A file that is broken in one way."""

    way: Way
    data: bytes
    answer: Answer


def originals(seeds: Iterable[Path]) -> Iterator[Original]:
    """The files, each for every way that fits it; those without arrays are left out."""
    for path in seeds:
        for way in WAYS:
            if path.suffix == way.suffix:
                data = way.whole(path)
                with nameless(data) as whole:
                    answer = answer_for(whole)
                if answer is not None and answer.arrays:
                    yield Original(way, data, answer)


def compare(seeds: Iterable[Path], count: int, seed: int) -> Counter[tuple[str, str]]:
    """How ``count`` mutants ended, by the way they were made and in words; ``seed`` chooses them."""
    chooser = random.Random(seed)  # noqa: S311 - the same mutants every time
    breakable = [*originals(seeds)]
    endings: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        way, data, whole = chooser.choice(breakable)
        mutant = way.mutator(chooser, data)
        with nameless(mutant) as path:
            endings[way.words, ending(whole, answer_for(path))] += mutant != data
    return endings


def unexplained(endings: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The ways and words of what must not be silently other."""
    silently = ((way, words) for way, words in endings if words.startswith(OTHER))
    return [
        (way, words) for way, words in silently if not ALLOWED[way] >= {*words.removeprefix(f"{OTHER}: ").split(", ")}
    ]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Break model files and compare every array that is read all the same.")
    parser.add_argument("seeds", nargs="*", type=Path, default=[SAMPLES])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    endings = compare(found_seeds(chosen.seeds), chosen.count, chosen.seed)
    for (way, words), number in sorted(endings.items()):
        sys.stdout.write(f"{number:9,} {way:16} {words}\n")
    raise SystemExit(bool(unexplained(+endings)))


if __name__ == "__main__":
    main()
