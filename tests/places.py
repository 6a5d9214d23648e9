"""Where things lie that tests read."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
DATA = TESTS / "data"
"""Files that real libraries saved, a part of the project."""
ROOT = TESTS.parent
SAMPLES = ROOT / "sample_models"
SHARED = ROOT.parent / "shared"
"""Files that are too large, or not ours to distribute; they lie beside the repository or nowhere."""
