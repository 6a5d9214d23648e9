"""Measures what ``load_model`` of Keras releases does with whole models, and whether ``compat`` said so.

``python -m tests.keras_releases.measuring MODELS FOLDER --python PYTHON... --releases VERSION...``: MODELS has a
folder of files for each Keras that saved them, FOLDER one for each release, as ``python -m tests.keras_releases`` made.
Each release is imported by the first PYTHON that can. What is on record is not measured again without ``--again``.
Without releases nothing is loaded, and the record is held against the prediction of now.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasinspect import open_model
from kerasinspect.analysis.compat.judging import compatibility
from kerasinspect.errors import InspectError
from tests.places import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RECORD = DATA / "compat" / "load_model.json"
ENDS = ("config", "hangs", "crashes", "ok", "weights", "other")
"""Where a load ends: in the config, never, with the process, with a model, in the weights, or elsewhere."""
COUNTED = ("right", "wrong", "not told", "hangs", "not opened")
"""What comes of a prediction; a release that hangs, or that opens no folders, says nothing of the config."""
SECONDS = 8
"""Of a processor for one load, which takes half a second where it ends."""
_LOADER = Path(__file__).with_name("loading.py")
_FIRST_WITH_FOLDERS = (3, 4)


def main() -> int:
    """Measure, write the record, and print what came of the predictions; status 1 where one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("models", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", nargs="+", default=[sys.executable])
    parser.add_argument("--releases", nargs="*", default=[])
    parser.add_argument("--backend", default="tensorflow", help="of Keras; others start sooner, and lack text layers")
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    ends = ends_by_file(json.loads(RECORD.read_text(encoding="utf-8")))
    whole = [path for path in sorted(asked.models.glob("*/*")) if is_whole_model(path)]
    for release in asked.releases:
        missing = [path for path in whole if asked.again or release not in ends.get(key_of(path), {})]
        for path, end, said in loads(asked.folder / release, asked.python, missing, asked.backend):
            ends.setdefault(key_of(path), {})[release] = end
            sys.stdout.write(f"{release} {key_of(path)}: {end} {said[:160]}\n")
            sys.stdout.flush()
            write(ends, {})
    counts = predictions(ends, asked.models)
    write(ends, counts)
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")
    return int(any(one["wrong"] for one in counts.values()))


def is_whole_model(path: Path) -> bool:
    """Whether we can read it and it holds a config."""
    try:
        with open_model(path) as model:
            return model.config is not None
    except InspectError:
        return False


def key_of(path: Path) -> str:
    """A file in the record: the folder of who saved it, and its name."""
    return f"{path.parent.name}/{path.name}"


def loads(
    release: Path, pythons: Sequence[str], paths: Sequence[Path], backend: str
) -> Iterator[tuple[Path, str, str]]:
    """Where each load ended, and what Keras said; raises SystemExit where no interpreter imports the release."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": backend,
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
    }
    lines = "".join(f"{path.resolve()}\n" for path in paths)
    said = ""
    for python in pythons:
        line = [python, "-B", str(_LOADER), str(release), str(SECONDS)]
        with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as errors:
            given.write(lines)
            given.seek(0)
            with subprocess.Popen(
                line, stdin=given, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
            ) as process:
                answers = map(json.loads, process.stdout or ())
                if next(answers, None) is not None:
                    yield from ((path, one["end"], one["said"]) for path, one in zip(paths, answers, strict=True))
                    return
            errors.seek(0)
            said = errors.read()[-2000:]
    raise SystemExit(f"{release} cannot be imported by any of these interpreters: {said}")


def ends_by_file(record: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The end of each load on record, by file and release."""
    ends: dict[str, dict[str, str]] = {}
    for end, files in record["ends"].items():
        for file, releases in files.items():
            ends.setdefault(file, {}).update(dict.fromkeys(releases.split(), end))
    return ends


def write(ends: Mapping[str, Mapping[str, str]], counts: Mapping[str, Mapping[str, int]]) -> None:
    """Write the record: the files of each end with the releases that ended there, and what came of predictions."""
    releases = sorted({release for one in ends.values() for release in one}, key=number_of)
    rows: dict[str, dict[str, str]] = {}
    for end in ENDS:
        for file in sorted(ends):
            if there := [release for release in releases if ends[file].get(release) == end]:
                rows.setdefault(end, {})[file] = " ".join(there)
    record = {"ends": rows, "predictions": counts, "releases": releases}
    RECORD.write_text(json.dumps(record, indent=0) + "\n", encoding="utf-8")


def number_of(version: str) -> list[int]:
    """A version as numbers, to sort by."""
    return [int(part) for part in version.split(".")]


def predictions(ends: Mapping[str, Mapping[str, str]], models: Path) -> dict[str, dict[str, int]]:
    """For each release how many predictions came true, how many not, and how many could not be held against a load."""
    counts: dict[str, Counter[str]] = {}
    for file, releases in ends.items():
        with open_model(models / file) as opened:
            answers = {one.version: one for one in compatibility(opened).answers}
        for release, end in releases.items():
            came = outcome(file, release, end, answers[release].verdict)
            counts.setdefault(release, Counter())[came] += 1
            if came == "wrong":
                sys.stdout.write(f"wrong: {file} {release} {end} {answers[release].verdict}\n")
    return {release: {name: counts[release][name] for name in COUNTED} for release in sorted(counts, key=number_of)}


def outcome(file: str, release: str, end: str, verdict: str) -> str:
    """What came of one prediction."""
    if end in {"hangs", "crashes"}:
        return "hangs"
    if is_folder(file) and tuple(number_of(release)) < _FIRST_WITH_FOLDERS:
        return "not opened"
    if verdict == "not told":
        return "not told"
    return "right" if (verdict != "accepts") == (end == "config") else "wrong"


def is_folder(file: str) -> bool:
    """Whether it is an unpacked archive, which Keras opens from 3.4 on."""
    return file.endswith("_dir")


def by_saver(files: Iterable[str]) -> Counter[str]:
    """How many files each Keras saved."""
    return Counter(file.partition("/")[0] for file in files)


if __name__ == "__main__":
    sys.exit(main())
