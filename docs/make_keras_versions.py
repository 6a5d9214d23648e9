"""Makes keras-versions.md: which files each Keras can load, found out by ``verify``.

``python -m docs.make_keras_versions FOLDER PYTHON...``: the folder has one folder of models for each Keras that saved
them, and each PYTHON is the interpreter of an environment with one Keras.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from docs.make_compat_results import with_section
from kerasinspect.errors import InspectError
from kerasinspect.verify import Bounds, Options, verify_all
from kerasinspect.verify.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.verify.results import Verification

PAGE = Path(__file__).with_name("keras-versions.md")
SECONDS = 20.0
"""For one model; a Keras that is in a loop is not waited for."""

HEAD = """\
# Which files each Keras can load

Made by `python -m docs.make_keras_versions FOLDER PYTHON...` from {count} whole models that {savers} versions of Keras
saved. Each was loaded by `kerasinspect verify` in an environment of its own, as it is called, without custom classes.
Files with code in them (a `Lambda`) were not loaded: {code}.

A cell says how many of the files load, with every array unchanged. Where tf_keras is named too, it is tried for files
that Keras 3 did not save and does not load.
"""


REASONS = """\
How many files each Keras does not load, or loads and cannot run, by reason; where tf_keras was tried as well, what
that one says."""


def main(folder: str, pythons: Sequence[str]) -> None:
    """Verify every whole model of the folder with each interpreter, and write the page."""
    paths = [str(path) for path in sorted(Path(folder).glob("*/*")) if is_whole_model(path)]
    columns: dict[str, list[Verification]] = {}
    for python in pythons:
        answers = verify_all(paths, Options(python=python, bounds=Bounds(seconds=SECONDS)))
        columns[loader(answers)] = answers
    PAGE.write_text(with_section("\n".join(page(columns)) + "\n"), encoding="utf-8")


def is_whole_model(path: Path) -> bool:
    """Whether we can read it and it holds a config."""
    try:
        read(str(path))
    except InspectError:
        return False
    return True


def loader(answers: Iterable[Verification]) -> str:
    """What an environment has: ``keras 3.15.1 + tf_keras 2.21.0``."""
    process = next(answer.process for answer in answers if answer.process is not None)
    return " + ".join(f"{library.module} {library.version}" for library in process.libraries)


def page(columns: Mapping[str, Sequence[Verification]]) -> Iterator[str]:
    """The lines of the page."""
    some = next(iter(columns.values()))
    groups = sorted({group(answer) for answer in some}, key=order)
    savers = len({saver for saver, _ in groups})
    code = sum(answer.outcome == "not-loaded" for answer in some)
    yield HEAD.format(count=len(some), savers=savers, code=code)
    yield from table(
        ("saved by", "as", "files", *columns),
        [
            (*one, str(len(loadable(some, one))), *(cell(loadable(answers, one)) for answers in columns.values()))
            for one in groups
        ],
    )
    yield f"\n## Why the others do not load\n\n{REASONS}\n"
    reasons = {name: Counter(reason(answer) for answer in answers) for name, answers in columns.items()}
    every = sorted({said for counts in reasons.values() for said in counts if said})
    yield from table(
        ("reason", *columns), [(said, *(str(reasons[name][said] or "") for name in columns)) for said in every]
    )


def order(one: tuple[str, str]) -> tuple[list[int], str, str]:
    """Savers by version, then by name."""
    saver, name = one
    return [int(part) for part in saver.rpartition("-")[2].split(".")], saver, name


def group(answer: Verification) -> tuple[str, str]:
    """Who saved a file, and how it is called."""
    path = Path(answer.location)
    names = {"keras-archive": "archive", "legacy-hdf5": "HDF5"}
    return path.parent.name, f"{names[answer.model_format]} {path.suffix or 'folder'}"


def loadable(answers: Iterable[Verification], one: tuple[str, str]) -> list[Verification]:
    """The files of a group, but for those with code in them."""
    return [answer for answer in answers if group(answer) == one and answer.outcome != "not-loaded"]


def cell(answers: Sequence[Verification]) -> str:
    """How many load with the same arrays."""
    loaded = sum(answer.weights is not None and answer.weights.same_arrays for answer in answers)
    by_tf_keras = sum(answer.library is not None and answer.library.module == "tf_keras" for answer in answers)
    said = f"{loaded} of {len(answers)}" if loaded < len(answers) else "all"
    return f"{said} ({by_tf_keras} by tf_keras)" if by_tf_keras else said


def reason(answer: Verification) -> str:
    """Why a file does not load, or does not compute, where that is so."""
    if answer.outcome == "killed":
        return answer.ending or ""
    if answer.outcome == "fails":
        return "It loads, and its forward pass raises."
    if answer.outcome == "differs":
        return "It loads with other arrays than the file has."
    return answer.refusals[-1].reason if answer.outcome == "refused" else ""


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown."""
    for row in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
