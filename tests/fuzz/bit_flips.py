"""Flips single bits in the structure of HDF5 models and looks for arrays that are silently other than they were.

``python -m tests.fuzz.bit_flips --count 2000 [FILE ...]`` flips so many bits of each file, one at a time, none of them
in the values of an array, and reads every array. Where the answer would be exit status 0 and any array has other
values, another shape, dtype or name, or is gone, h5py is asked for the same arrays, in a child that is watched. It
prints how the flips ended by kind and leaves with 1 where h5py refuses what was silently read.

What a flip does to other readers is not known, so the changed bytes lie in a file without a name, and nothing says
which flip it was.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np

from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.sources import open_source
from kerasinspect.containers.stored import Contiguous
from kerasinspect.errors import InspectError
from kerasinspect.limits import DEFAULT
from kerasinspect.opening import open_model
from tests.fuzz.arrays import Answer, Seen, listed
from tests.places import SAMPLES

assert sys.platform != "win32", "it needs forks"

MEMORY, COMPUTING, WAITING = 2 << 30, 5, 20
"""Bytes, seconds of computing and seconds in all after which a child is ended."""
PAUSE = 0.002
REFUSED, ABSENT = "refused", "absent"


def answer_for(path: str) -> Answer | None:
    """Every array of a model; None where the answer would be that it cannot be read, or not all of it."""
    try:
        with open_model(path) as model:
            if model.damage:
                return None
            return Answer(dict(listed(model)), tuple(map(str, model.remarks)))
    except InspectError:
        return None


def structure(path: Path) -> list[int]:
    """The places of all bytes of a file that are not values of an array."""
    free = np.ones(path.stat().st_size, bool)
    for array in read_hdf5(open_source(path), DEFAULT).root.all_arrays():
        if isinstance(array.storage, Contiguous):
            free[array.storage.offset : array.storage.offset + array.storage.nbytes] = False
    return np.flatnonzero(free).tolist()


def flipped(path: Path, count: int, seed: int, tally: Counter[str]) -> None:
    """Flip ``count`` bits of a file one at a time, and tally how each ended."""
    data, before = path.read_bytes(), answer_for(str(path))
    assert before is not None, path
    places = structure(path)
    chooser = random.Random(f"{seed} {path.name}")  # noqa: S311 - the same flips every time
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        name = f"/dev/fd/{file.fileno()}"
        for number in chooser.sample(range(8 * len(places)), min(count, 8 * len(places))):
            place = places[number // 8]
            os.pwrite(file.fileno(), bytes([data[place] ^ 1 << number % 8]), place)
            tally[ending(name, before, answer_for(name))] += 1
            os.pwrite(file.fileno(), data[place : place + 1], place)


def ending(name: str, whole: Answer, broken: Answer | None) -> str:
    """How one flip ended, in words."""
    if broken is None:
        return "exit 3"
    before, after = whole.arrays, broken.arrays
    if after == before:
        return "every array as before"
    kinds, answers = set(), set()
    asked = sorted({one.place for found in (before, after) for one in found.values() if one.place})
    theirs = with_h5py(name, asked)
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new:
            kinds.add(difference(old, new))
            answers.add(opinion(old, new, theirs))
    answer = next(words for words in OPINIONS if words in answers)
    manner = "silently wrong" if broken.remarks == whole.remarks else "wrong, with a remark"
    return f"{manner}: {', '.join(sorted(kinds))}; h5py: {answer}"


def difference(old: Seen | None, new: Seen | None) -> str:
    """What is other of an array."""
    if old is None or new is None:
        return "names"
    parts = {"shape": old.shape != new.shape, "dtype": old.dtype != new.dtype, "values": old.digest != new.digest}
    return next((part for part, differs in parts.items() if differs), "place")


OPINIONS = ("refuses it", "reads something else", "reads what was there before", "gives no answer", "reads the same")


def opinion(old: Seen | None, new: Seen | None, theirs: dict[str, str] | None) -> str:
    """What h5py says of an array that was read silently, or is silently gone."""
    if theirs is None:
        return "gives no answer"
    asked = new or old
    assert asked is not None
    answer = theirs.get(asked.place, REFUSED)
    if answer == REFUSED:
        return "refuses it"
    if answer == (new.digest if new else ABSENT):
        return "reads the same"
    return "reads what was there before" if old is not None and answer == old.digest else "reads something else"


def with_h5py(name: str, places: list[str]) -> dict[str, str] | None:
    """A digest of each array, or that h5py refuses it; None where the child that read did not live to say so."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        be_child(name, places, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        deadline = time.monotonic() + WAITING
        while not (ended := os.waitpid(child, os.WNOHANG)[0]) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        if not ended:
            os.kill(child, 9)
            os.waitpid(child, 0)
        with suppress(ValueError):
            answers: dict[str, str] = json.loads(pipe.read())
            return answers
    return None


def be_child(name: str, places: list[str], writer: int) -> None:
    """Read the arrays under limits, say what they are, and leave."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = dict.fromkeys(places, REFUSED)
    with suppress(Exception), h5py.File(io.BytesIO(Path(name).read_bytes())) as file:
        for place in places:
            with suppress(Exception):
                answers[place] = digest_of(file[place][()]) if is_listed(file, place) else ABSENT
    os.write(writer, json.dumps(answers).encode())
    os._exit(0)


def is_listed(file: h5py.File, place: str) -> bool:
    """Whether the groups on the way to an array name what follows; raises what h5py does where one cannot be read."""
    group: h5py.Group | h5py.Dataset = file
    for part in place.strip("/").split("/"):
        if not isinstance(group, h5py.Group) or part not in list(group):
            return False
        group = group[part]
    return True


def digest_of(values: np.ndarray) -> str:
    """A digest of values as bytes, little-endian."""
    array = np.asarray(values)
    return hashlib.sha256(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Flip bits in HDF5 models and look for arrays silently changed.")
    parser.add_argument("files", nargs="*", type=Path, default=sorted(SAMPLES.glob("*.h5")))
    parser.add_argument("--count", type=int, default=2_000, help="flips of each file")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    tally: Counter[str] = Counter()
    for path in chosen.files:
        flipped(path, chosen.count, chosen.seed, tally)
        sys.stderr.write(f"{path.parent.name}/{path.name}: {tally.total():,} flips so far\n")
    for words, count in sorted(tally.items()):
        sys.stdout.write(f"{count:9,} {words}\n")
    raise SystemExit(any("h5py: refuses" in words for words in tally))


if __name__ == "__main__":
    main()
