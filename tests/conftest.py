"""What several test modules share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def sample_models() -> Path:
    """The folder of sample models."""
    return Path(__file__).parent.parent / "sample_models"
