"""What cannot be exported is refused before anything is written, and nothing half-written is ever left."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis import weights_checksum
from kerasinspect.axes import Axis
from kerasinspect.commands.cli import run
from kerasinspect.errors import DamagedFile, NothingMatches, RequestError
from kerasinspect.exporting import export, writing
from kerasinspect.exporting.forms import FORM_NAMES, form_of
from kerasinspect.exporting.safetensors import write_safetensors
from kerasinspect.formats import keras_archive
from kerasinspect.opening import open_model
from tests.makers.handmade import dense, model, numbers, weight
from tests.makers.special_files import forbidden
from tests.output.test_writing import FULL
from tests.places import SAMPLES

if TYPE_CHECKING:
    from kerasinspect.exporting.results import FormName
    from kerasinspect.model import Model

NETWORK, LEGACY = SAMPLES / "question_network.keras", SAMPLES / "question_network.h5"
FORMS: list[FormName] = [name for name in FORM_NAMES if name != "safetensors"]
"""Those that need no other library."""
MARK = "weights from elsewhere"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def owned(*names: str) -> Model:
    """A model with weights of these names."""
    return model([], own=[weight(name, "Odd", "state", numbers(2, 3), ["row", "column"]) for name in names])


def files(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("-o", "weights.npy"), "A file .npy holds one array, and 8 are selected."),
        (("-o", "weights.xlsx"), "The ending of weights.xlsx does not say what to write"),
        (("-o", "weights"), "The ending of weights does not say what to write"),
        (("-o", "weights.npz", "--layer", "dense_9"), "dense_9"),
        (("-o", "missing/weights.npz"), "Cannot write to missing/weights.npz: No such file or directory."),
        ((), "export needs a file to write"),
    ],
    ids=["several", "unknown", "no ending", "no layer", "no folder", "no output"],
)
def test_a_wrong_request(asked: tuple[str, ...], words: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and no file."""
    assert run(["export", str(NETWORK), *asked]) == 2
    assert words in capsys.readouterr().err
    assert files(folder) == []


@pytest.mark.parametrize("name", ["../state", "/state", "a\0b", "C:/state", "x" * 70_000, "half \ud800"], ids=ascii)
def test_a_name_that_no_member_can_have(name: str, folder: Path) -> None:
    """Numpy would read it, but whoever unpacks the archive would write elsewhere; as a key it harms nobody."""
    with pytest.raises(RequestError, match="cannot be the name of a member") as refused:
        export(owned("plain", name), "weights.npz")
    assert len(str(refused.value)) < 400
    assert files(folder) == []
    export(owned("plain", name), "weights.json")
    export(owned(name), "weights.csv")
    assert "\0" not in (folder / "weights.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["CON", "=1+1", "a b", "ä", "__metadata__"])
def test_a_name_that_is_only_odd(name: str) -> None:
    """Is kept as it is."""
    export(owned("plain", name), "weights.npz")
    with np.load("weights.npz") as arrays:
        assert arrays.files == ["plain/state", f"{name}/state"]


@pytest.mark.parametrize("names", [("a", "a"), ("a/b", "a\\b")])
def test_two_names_that_become_one(names: tuple[str, str], folder: Path) -> None:
    """Neither is chosen."""
    with pytest.raises(RequestError, match="Two arrays would have the name"):
        export(owned(*names), "weights.npz")
    assert files(folder) == []


def test_no_name_is_a_formula(folder: Path) -> None:
    """A spreadsheet shows names of layers and axes as they are, and numbers below zero as numbers."""
    values = np.array([[-1.0, 2.0]], "float32")
    export(model([], own=[weight("x", "Odd", "state", values, ["=HYPERLINK()", "@evil"])]), "state.csv")
    rows = (folder / "state.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["'=HYPERLINK(),'@evil 0,'@evil 1", "'=HYPERLINK() 0,-1.0,2.0"]


@pytest.mark.parametrize("form", FORMS)
def test_damaged_values_leave_nothing(form: str, folder: Path) -> None:
    """An array that ends early is found while it is written."""
    broken = model([dense("dense", 2, 3, 0)], own=[weight("x", "Odd", "state", numbers(40), ["row"], broken=True)])
    selected: dict[str, Any] = {"weights": ["state"]} if form == "npy" else {}
    with pytest.raises(DamagedFile, match="end after"):
        export(broken, f"weights.{form}", **selected)
    assert files(folder) == []


def test_what_is_whole_of_a_damaged_model(folder: Path) -> None:
    """Can be taken out by name; the rest is not left out in silence."""
    hurt = model([dense("dense", 2, 3, 0)], damage=("layers/dense_1 cannot be read.",))
    with pytest.raises(DamagedFile, match="layers/dense_1 cannot be read"):
        export(hurt, "weights.npz")
    assert files(folder) == []
    assert len(export(hurt, "weights.npz", layers=["dense"])) == 2


@pytest.mark.parametrize("is_small", [True, False], ids=["small", "large"])
def test_a_wrong_checksum_leaves_nothing(
    is_small: bool,  # noqa: FBT001
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A bit that flipped in the values of an archive is found when it is opened, or where it is large by its export."""
    for module in () if is_small else (weights_checksum, keras_archive):
        monkeypatch.setattr(module, "VERIFIED_AT_ONCE", 0)
    with open_model(NETWORK) as network:
        kernel = network.weights[0].array[...].tobytes()
    data = bytearray(NETWORK.read_bytes())
    data[data.index(kernel)] ^= 1
    (folder / "flipped.keras").write_bytes(data)
    assert run(["export", "flipped.keras", "-o", "weights.npz"]) == 3
    assert "have the CRC" in capsys.readouterr().err
    assert files(folder) == ["flipped.keras"]


def test_no_numbers(folder: Path) -> None:
    """Texts are named, with their dtype."""
    texts = weight("x", "Odd", "state", np.array(["a"], object), ["row"])
    with pytest.raises(RequestError, match="x/state holds no numbers that can be exported: its dtype is object"):
        export(model([], own=[texts]), "weights.npz")
    with pytest.raises(RequestError, match="has no weights to export"):
        export(model([]), "weights.npz")
    with pytest.raises(NothingMatches):
        export(owned("a"), "weights.npz", layers=["b"])
    assert files(folder) == []


@pytest.mark.parametrize("form", FORMS)
def test_an_earlier_export_is_replaced_and_no_model_is(form: str, folder: Path) -> None:
    """What may be a model stays, whatever is said; another text only gives way to --force."""
    line = ["export", str(NETWORK), "--layer", "dense", "--weight", "kernel", "-o", f"weights.{form}"]
    assert run(line) == 0
    assert run([*line, *(["--force"] if form == "csv" else [])]) == 0
    (folder / f"weights.{form}").write_bytes(LEGACY.read_bytes())
    assert run([*line, "--force"]) == 2
    (folder / f"weights.{form}").write_text(MARK, encoding="utf-8")
    assert run(line) == 2
    assert (folder / f"weights.{form}").read_text(encoding="utf-8") == MARK


def test_arrays_of_others_are_not_replaced(folder: Path) -> None:
    """Archives and arrays that numpy wrote may be somebody's weights."""
    np.savez(folder / "weights.npz", kernel=numbers(8, 5))
    np.save(folder / "kernel.npy", numbers(8, 5))
    for name in files(folder):
        before = (folder / name).read_bytes()
        assert run(["export", str(NETWORK), "--index", "0", "-o", name, "--force"]) == 2
        assert (folder / name).read_bytes() == before


def test_a_model_is_not_written_over(folder: Path) -> None:
    """Not even the one that is read."""
    (folder / "model.keras").write_bytes(NETWORK.read_bytes())
    assert run(["export", "model.keras", "--format", "npz", "-o", "model.keras", "--force"]) == 2
    assert (folder / "model.keras").read_bytes() == NETWORK.read_bytes()


def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    """The error is the system's."""
    (folder / "locked").mkdir()
    with forbidden(folder / "locked", 0o500), pytest.raises(RequestError, match="Cannot write to"):
        export(str(NETWORK), "locked/weights.npz")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
@pytest.mark.parametrize("is_small", [True, False], ids=["small", "large"])
def test_a_model_is_read_on_after_an_export_that_failed(is_small: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """It belongs to whoever opened it, and no thread reads on."""
    for module in () if is_small else (weights_checksum, keras_archive):
        monkeypatch.setattr(module, "VERIFIED_AT_ONCE", 0)
    before = threading.active_count()
    with open_model(NETWORK) as network:
        with pytest.raises(RequestError, match="No space left on device"):
            export(network, "/dev/full", form="npz")
        assert network["dense/kernel"][...].shape == (8, 5)
        assert len(export(network, "weights.npz")) == 8
        for thread in threading.enumerate()[before:]:
            thread.join(10)
        assert threading.active_count() == before


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
@pytest.mark.parametrize("form", [name for name in FORMS if name != "npy"])
def test_a_full_disk_leaves_nothing_half_written(form: str, folder: Path) -> None:
    """And says so."""
    line = [sys.executable, "-c", FULL, "export", str(NETWORK), "-o", f"weights.{form}"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, files(folder)) == (2, [])
    assert done.stderr.startswith(f"kerasinspect: Cannot write to weights.{form}: File too large.")


def test_a_missing_library(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that installs it is said, before any value is read."""
    monkeypatch.setitem(sys.modules, "safetensors", None)
    assert run(["export", str(NETWORK), "-o", "weights.safetensors"]) == 2
    assert "pip install 'kerasinspect[safetensors]'" in capsys.readouterr().err
    assert files(folder) == []


def test_one_of_several_models_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, rather than the others."""
    (folder / "bad.keras").write_bytes(b"no model")
    assert run(["export", str(NETWORK), "bad.keras", "-o", "weights.npz"]) == 3
    assert "bad.keras" in capsys.readouterr().err
    assert files(folder) == ["bad.keras"]


def test_a_file_of_other_arrays_than_were_meant_takes_no_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library reads of a whole file is compared with what was to be written."""
    pytest.importorskip("safetensors")
    form = form_of("safetensors")._replace(write=lambda arrays, stream: write_safetensors(arrays[:1], stream))
    monkeypatch.setattr(writing, "form_of", lambda _: form)
    with pytest.raises(RuntimeError, match="reads other arrays"):
        export(str(NETWORK), "weights.safetensors")
    assert files(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipe")
@pytest.mark.parametrize("form", [name for name in FORMS if name != "npy"])
def test_what_is_no_file_is_written_to_as_it_comes(form: FormName, folder: Path) -> None:
    """A device, which says that it is always at its beginning, and a pipe, which goes nowhere back."""
    export(str(NETWORK), os.devnull, form=form)
    line = [sys.executable, "-m", "kerasinspect", "export", str(NETWORK), "-o", "/dev/stdout", "--format", form]
    piped = subprocess.run(line, capture_output=True, check=True).stdout
    export(str(NETWORK), f"weights.{form}")
    if form == "npz":
        with np.load(io.BytesIO(piped)) as arrays, np.load("weights.npz") as whole:
            assert all(np.array_equal(arrays[name], whole[name]) for name in whole.files)
    else:
        assert piped == (folder / f"weights.{form}").read_bytes()


def test_a_long_name_does_not_fill_the_disk(folder: Path) -> None:
    """It would stand on every line, or in every label: a file of kilobytes would become one of gigabytes."""
    name = "x" * 60_000
    with pytest.raises(RequestError, match=r"too long to stand on each line of a file \.csv"):
        export(owned("plain", name), "weights.csv")
    axes = [Axis("input", 200, source=name), Axis("unit", 3, source=name)]
    export(model([], own=[weight("x", "Odd", "state", numbers(200, 3), axes)]), "state.csv")
    assert (folder / "state.csv").stat().st_size < 60_000
