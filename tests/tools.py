"""What tests use besides pytest and the extras, and what becomes of a test where that is not installed: it is skipped.

``make test`` installs everything. A wheel is tried in environments that have next to nothing, and there each test runs
whose imports can be had.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

TOOLS = {
    "h5py": "h5py",
    "hypothesis": "hypothesis",
    "jsonschema": "jsonschema",
    "scipy": "scipy",
    "xmlschema": "xmlschema",
    "yaml": "pyyaml",
}
"""Modules that no extra has and the package never imports, and what installs each."""


class SkippedWithout:
    """Comes last among what finds modules, and skips a test that needs a tool which none of the others has found."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Find nothing, and skip what looks for a tool."""
        if name in TOOLS:
            pytest.skip(f"{name} is not installed", allow_module_level=True)


def zstandard() -> Any:  # noqa: ANN401 - one of two modules of the same functions
    """The module that compresses as Orbax does, of the extra before Python 3.14; skips the test without it."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    return pytest.importorskip(name, reason="the extra orbax is not installed")
