"""What several test modules share, and the options that leave out what takes long, or nothing."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest

from tests.places import SAMPLES, TESTS
from tests.tools import SkippedWithout

if TYPE_CHECKING:
    from pathlib import Path

LEFT_OUT = "the real Keras is not asked with --fast"
LONG_FOLDERS = (TESTS / "fuzz", TESTS / "hostile")
"""Hundreds of files are made to do harm, broken or made to grow, and read by every command."""
LONG_FIRST = tuple(
    f"tests/{path}" for path in ("hostile/", "verify/", "test_platforms.py", "fuzz/", "knowledge/test_layers.py")
)
"""Where tests take so long that a process which came to them last would leave the other one without work."""
MADE_ONCE = ("tests/checking/rules/test_rules.py", "tests/checking/rules/test_shapes.py")
"""Tests of models that Keras makes anew in each process."""
OF_THE_TERMINAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PAGER", "LESS")
"""What a terminal, or a CI job, says of pages; a test that needs one of them sets it."""


class WithoutKeras:
    """Skips a test that imports Keras or TensorFlow."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Find nothing, and skip what looks for one of them."""
        if name in {"keras", "tensorflow", "tf_keras"}:
            pytest.skip(LEFT_OUT, allow_module_level=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption("--fast", action="store_true", help="leave out what asks the real Keras, and what is marked long")
    parser.addoption("--thorough", action="store_true", help="give each hostile and each growing file to every command")


def pytest_configure(config: pytest.Config) -> None:
    """Take from the environment what changes pages, keep Keras from being imported, and skip what lacks a tool."""
    with suppress(ImportError):
        import readline  # noqa: F401 - which gives COLUMNS and LINES to all that is started after, but not to os.environ
    for name in OF_THE_TERMINAL:
        os.environ.pop(name, None)
        os.unsetenv(name)
    if config.getoption("--fast"):
        sys.meta_path.insert(0, WithoutKeras)
    sys.meta_path.append(SkippedWithout)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out whole folders where that is asked for; none of them is of a room."""
    return True if config.getoption("--fast") and collection_path in LONG_FOLDERS else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes long where that is asked for."""
    if config.getoption("--fast"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.hookimpl(optionalhook=True)  # xdist is not there where the tests of one room are run by hand
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - xdist has no types
    """Give a process whole files of tests, the longest first, but of the hostile cases, which are most, a quarter.

    Files that need the same models go together.
    """
    from xdist.scheduler.loadfile import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # as above
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            case = test.partition("[")[2]
            file = MADE_ONCE[0] if file in MADE_ONCE else file
            return f"{file} {crc32(case.encode()) % 4}" if file.endswith("/test_hostile.py") else file

        def _assign_work_unit(self, node: Any) -> None:  # noqa: ANN401 - xdist has no types
            first = next((unit for unit in self.workqueue if unit.startswith(LONG_FIRST)), None)
            if first is not None:
                self.workqueue.move_to_end(first, last=False)
            super()._assign_work_unit(node)

    return LongestFirst(config, log)


@pytest.fixture(scope="session")
def sample_models() -> Path:
    """The folder of sample models."""
    return SAMPLES


@pytest.fixture(scope="session")
def keras() -> Any:  # noqa: ANN401 - Keras has no types
    """The installed Keras, which warns of itself when it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras

        keras.layers.Dense(1).build((1, 1))
    return keras


@pytest.fixture(scope="session")
def keras_environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of a process that asks the real Keras; without it the test is skipped."""
    if request.config.getoption("--fast"):
        pytest.skip(LEFT_OUT)
    return {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}


def pytest_collection_finish() -> None:
    """Keep Python from looking through all tests for rubbish each time that it looks for some."""
    gc.collect()
    gc.freeze()
