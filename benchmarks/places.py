"""Where the benchmark finds the checkout, and where it writes."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_models"
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
WORK = ROOT / "build" / "benchmarks"
"""Models, builds and peers: some GB that the next run finds again; nothing of it is committed."""
