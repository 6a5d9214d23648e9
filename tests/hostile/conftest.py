"""Each hostile case in its turn, and what watched programs do with it: found out when a test asks, and kept on disk."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import kerasinspect
from tests.hostile.outcomes import Ended, Harm, Outcome
from tests.hostile.outside import READERS
from tests.hostile.serving import asking
from tests.kept import Kept, clear, fingerprint
from tests.makers.hostile.all_cases import CASES, COMMANDS, EXPORTS, PICTURES, REPORTS, WARM, commands_of
from tests.makers.hostile.cases import Case, Surroundings
from tests.makers.hostile.file_cases import make_secrets
from tests.places import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.serving import Ask

MAKERS = (
    TESTS / "makers",
    *(TESTS / "hostile" / name for name in ("conftest.py", "outcomes.py", "outside.py", "serving.py", "watched.py")),
)
"""What makes the cases, and what runs programs on them."""


def outside_of(name: str) -> str:
    """The question of what other readers come to on the case of this name."""
    return f"{name}-outside"


@pytest.fixture(scope="module", params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """Each case in its turn."""
    return cast("Case", request.param)


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    """A folder for one case at a time, with something beside it that none may get at."""
    top = tmp_path_factory.mktemp("hostile").resolve()
    (top / "secret").mkdir()
    surroundings = Surroundings(top / "case", top / "secret/secret.bin", top / "secret/secret.h5", top / "marker")
    make_secrets(surroundings)
    return surroundings


@pytest.fixture(scope="module")
def made(case: Case, around: Surroundings) -> Iterator[Path]:
    """The file or folder of the case, gone before the next one has its turn."""
    around.folder.mkdir()
    yield case.make(around)
    shutil.rmtree(around.folder)


@pytest.fixture(scope="session")
def command_line(around: Surroundings) -> Iterator[Ask]:
    """Runs the command line in watched children of a process that has imported everything."""
    with asking("tests.hostile.watched") as ask:
        for name in WARM:
            folder = around.folder.with_name(f"warm-{name}")
            folder.mkdir()
            path = CASES[name].make(replace(around, folder=folder))
            for command in (*COMMANDS, *REPORTS, *EXPORTS, *PICTURES):
                ask([command, str(path), None])
        yield ask


@pytest.fixture(scope="session")
def other_readers() -> Iterator[Ask]:
    """Runs other readers in watched children."""
    with asking("tests.hostile.outside") as ask:
        yield ask


@pytest.fixture(scope="session")
def answers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which answers are kept: pytest's own, which ``--cache-clear`` empties."""
    cache = getattr(request.config, "cache", None)
    folder = cache.mkdir("hostile") if cache else tmp_path_factory.mktemp("answers")
    clear(folder, {*CASES, *map(outside_of, CASES)})
    return folder


@pytest.fixture(scope="session")
def kept(answers: Path) -> Kept:
    """What the command line did, as long as nothing of the package or of the cases is another."""
    return Kept(answers, fingerprint([Path(kerasinspect.__file__).parent, *MAKERS]))


@pytest.fixture(scope="session")
def kept_harms(answers: Path) -> Kept:
    """What other readers did, as long as nothing of the cases is another."""
    return Kept(answers, fingerprint(MAKERS))


@pytest.fixture(scope="module")
def ended(case: Case, kept: Kept, request: pytest.FixtureRequest) -> Ended:
    """How each command ended on the case."""
    commands = commands_of(case.name, every=request.config.getoption("--thorough"))

    def run_all() -> dict[str, object]:
        """Run all of them."""
        path, around, ask = (request.getfixturevalue(name) for name in ("made", "around", "command_line"))
        outcomes = [ask([command, str(path), str(around.folder)]) for command in commands]
        return {"outcomes": outcomes, "marked": around.marker.exists()}

    def lasts(answer: Any) -> bool:  # noqa: ANN401 - any JSON
        """Whether the machine had no part in it."""
        return all(Outcome(**found).is_calm for found in answer["outcomes"])

    answer = kept.answer(case.name, commands, run_all, lasts)
    outcomes = (Outcome(**found) for found in answer["outcomes"])
    return Ended(dict(zip(commands, outcomes, strict=True)), answer["marked"])


@pytest.fixture(scope="module")
def harms(case: Case, kept_harms: Kept, request: pytest.FixtureRequest) -> list[Harm]:
    """What other readers came to on every file of the case."""
    readers = sorted(READERS.keys() if os.environ.get("HOSTILE_TO_KERAS") else READERS.keys() - {"keras"})

    def run_all() -> list[object]:
        """Run all of them."""
        request.getfixturevalue("made")
        around, ask = (request.getfixturevalue(name) for name in ("around", "other_readers"))
        files = [file for file in sorted(around.folder.rglob("*")) if stat.S_ISREG(file.lstat().st_mode)]
        return [ask([reader, str(file)]) for file in files for reader in readers]

    answer = kept_harms.answer(
        outside_of(case.name), readers, run_all, lambda found: not any(one["signal"] for one in found)
    )
    return [Harm(**found) for found in answer]
