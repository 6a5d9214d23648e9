"""Models made by Keras, once for all tests of rules."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def keras_models(tmp_path_factory: pytest.TempPathFactory, keras_environment: dict[str, str]) -> Path:
    """The folder of the models that ``keras_models`` makes."""
    folder = tmp_path_factory.mktemp("keras_models")
    command = [sys.executable, "-m", "tests.makers.keras_models", str(folder)]
    made = subprocess.run(command, cwd=ROOT, env=keras_environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return folder
