"""Files that other people saved and published: nothing in them is lost, and what is no model is said to be none.

The files are not ours to distribute; they are read where they lie beside the repository.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

import h5py
import pytest

from kerasinspect.errors import NotAModel
from kerasinspect.opening import open_model
from tests.places import SHARED

if TYPE_CHECKING:
    from pathlib import Path

CORPUS = SHARED / "data" / "corpus"
INDEX = CORPUS / "index.json"
FILES: list[dict[str, Any]] = json.loads(INDEX.read_text(encoding="utf-8"))["files"] if INDEX.exists() else []
FOREIGN = "not a keras file"
beside = pytest.mark.skipif(not FILES, reason="the published files are not beside the repository")


def stored_arrays(path: Path) -> Counter[tuple[str, tuple[int, ...]]]:
    """Path and shape of every dataset in a file, by a walk that knows nothing of Keras."""
    source: Any = path
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            source = io.BytesIO(archive.read("model.weights.h5"))
    found: Counter[tuple[str, tuple[int, ...]]] = Counter()

    def take(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            found[f"/{name}", tuple(item.shape or ())] += 1

    with h5py.File(source) as file:
        file.visititems(take)
    return found


@beside
@pytest.mark.parametrize("name", [file["file"] for file in FILES if file["kind"] != FOREIGN])
def test_no_array_of_a_published_file_is_lost(name: str) -> None:
    """Weights and extras together are exactly the datasets of the file."""
    with open_model(str(CORPUS / name)) as model:
        ours = Counter((one.stored_path, one.shape) for one in model.weights)
        ours += Counter((one.stored_path, tuple(one.array.shape)) for one in model.extras)
    assert ours == stored_arrays(CORPUS / name)


@beside
@pytest.mark.parametrize("name", [file["file"] for file in FILES if file["kind"] == FOREIGN])
def test_a_published_file_of_something_else_is_no_model(name: str) -> None:
    """Pointers, web pages and tables are refused in a sentence that says what they are."""
    with pytest.raises(NotAModel):
        open_model(str(CORPUS / name))
