"""Files of one model in all forms of one Keras version: nothing moves from one to the next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from kerasinspect.comparing import series
from tests.places import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDERS = sorted((SHARED / "data" / "versions").glob("*"))
"""Those of every version that was ever run; the few files in the project are one of each model."""
MERGED = {"lora"}
"""Models of which one form stores other values: the factors of LoRA are merged into their kernel."""


def files_by_model(folder: Path) -> Mapping[str, list[Path]]:
    """The files of each model of which there are several."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        found[path.name.partition(".")[0].removesuffix("_dir")].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_moves_from_form_to_form(folder: Path) -> None:
    """No layer of any model, quantized or not, in whatever order the forms come."""
    for name, paths in files_by_model(folder).items():
        if name not in MERGED:
            for files in (paths, paths[::-1]):
                found = series(*files, natural=False)
                assert not [layer.path for layer in found if layer.moves], paths
