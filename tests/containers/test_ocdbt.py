"""Stores of Orbax that the makers make: names that no key is, and zeros; and what cannot be read without Zstandard."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.containers.ocdbt import zstd
from kerasinspect.errors import MissingExtra, RefusedFile, RequestError
from tests.makers.stores import WEIGHTS, ZSTD, At, compressed, described, write_orbax

if TYPE_CHECKING:
    from pathlib import Path


def test_a_path_that_no_text_can_hold_is_a_variable_that_is_not_there(tmp_path: Path) -> None:
    """JSON can name half of a surrogate pair, which no key of a store is."""
    write_orbax(tmp_path / "1", paths=["trainable_variables.a\ud800"])
    with open_model(tmp_path / "1") as model:
        assert len(model.damage) == 1


def test_zeros_are_read_however_small_they_became_and_bounded_by_all_that_is_stored(tmp_path: Path) -> None:
    """An optimizer that has not run yet holds nothing else; a folder of zeros alone is what a bomb looks like."""
    rows, columns = 17_000, 1_000
    zeros = compressed(bytes(4 * rows * columns))
    noise = np.random.default_rng(0).random((200, 100), np.float32).tobytes()
    values: dict[str, bytes | At] = {
        f"{WEIGHTS[0]}/zarr.json": described((rows, columns), codecs=ZSTD),
        f"{WEIGHTS[0]}/c/0/0": At(0, len(zeros)),
        f"{WEIGHTS[1]}/zarr.json": described((200, 100)),
        f"{WEIGHTS[1]}/c/0/0": At(len(zeros), len(noise)),
    }
    write_orbax(tmp_path / "1", values, zeros + noise)
    with open_model(tmp_path / "1") as model:
        (kernel,) = (weight for weight in model.weights if weight.name == "kernel")
        assert len(zeros) * 30_000 < kernel.array.nbytes
        assert not any(np.frombuffer(block, np.uint8).any() for block in kernel.array.blocks())
        assert model.damage == ()
    alone = dict([*values.items()][:2])
    write_orbax(tmp_path / "2", alone, zeros, paths=WEIGHTS[:1])
    with pytest.raises(RefusedFile, match="inflated_ratio"), open_model(tmp_path / "2"):
        pass


@pytest.mark.parametrize(
    ("version", "package", "remedy"),
    [((3, 13), "backports", "pip install 'kerasinspect[orbax]'"), ((3, 14), "compression", "built with Zstandard")],
    ids=["an extra", "of Python"],
)
def test_without_zstandard_the_remedy_is_that_of_this_python(
    version: tuple[int, int], package: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that installs it, and none where it is a part of Python that was left out."""
    monkeypatch.setattr(zstd, "sys", SimpleNamespace(version_info=version))
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match="Zstandard, whose library cannot be imported") as caught:
        zstd.decompressed(b"", 1)
    assert remedy in caught.value.remedy
    assert RequestError.exit_status == MissingExtra.exit_status
