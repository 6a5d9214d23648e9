"""Inputs and golden files come from anybody: whatever is in them, a sentence says why it is not taken."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.errors import RequestError
from kerasinspect.limits import Limits
from kerasinspect.verify.golden import FACTS, SCHEMA, Tolerances, measured, read_golden, require_inputs
from kerasinspect.verify.npz import open_arrays
from tests.makers.plain_models import keras_archive
from tests.makers.special_files import make_pipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NUMBERS = np.arange(6, dtype="float32").reshape(2, 3)


def saved(**arrays: Any) -> bytes:  # noqa: ANN401 - arrays of any kind
    """What numpy saves."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def deflated(**arrays: Any) -> bytes:  # noqa: ANN401 - arrays of any kind
    """The same in fewer bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def one_array() -> bytes:
    """What ``numpy.save`` writes."""
    buffer = io.BytesIO()
    np.save(buffer, NUMBERS)
    return buffer.getvalue()


def damaged() -> bytes:
    """An array of which one byte is another one."""
    data = bytearray(saved(a=NUMBERS))
    data[data.index(NUMBERS.tobytes())] ^= 1
    return bytes(data)


def encrypted() -> bytes:
    """An array that says it is encrypted, in both of its headers."""
    data = bytearray(saved(a=NUMBERS))
    for signature, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        struct.pack_into("<H", data, data.index(signature) + at, 1)
    return bytes(data)


def by_hand(member: bytes, name: str = "a.npy") -> bytes:
    """An archive of one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, member)
    return buffer.getvalue()


def with_header(text: str) -> bytes:
    """An archive of one array with this header and eight bytes."""
    header = text.encode() + b"\n"
    return by_hand(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8))


PICKLED = np.array([None, {}], dtype=object)
RECORDS = np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])

NOT_TAKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "cannot be read as an npz file"),
    "text": (lambda: b"not numpy's", "cannot be read as an npz file"),
    "one array": (one_array, "one array without a name"),
    "cut": (lambda: saved(a=NUMBERS)[:-30], "cannot be read as an npz file"),
    "damaged": (damaged, "cannot be read as an npz file"),
    "encrypted": (encrypted, "it is encrypted"),
    "no arrays": (saved, "not an archive of arrays"),
    "other members": (lambda: by_hand(b"hello", "a.txt"), "not an archive of arrays"),
    "no header": (lambda: by_hand(b"hello"), "not a NumPy array"),
    "Python objects": (lambda: saved(a=PICKLED), "neither numbers nor text"),
    "records": (lambda: saved(a=RECORDS), "neither numbers nor text"),
    "dates": (lambda: saved(a=np.array(["2020-01-01"], dtype="M8[D]")), "neither numbers nor text"),
    "raw bytes": (lambda: saved(a=np.zeros(2, dtype="V2")), "neither numbers nor text"),
    "no values": (lambda: saved(a=np.zeros((0, 8))), "no values in its array a"),
    "too few values": (
        lambda: with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (9000000000000,), }"),
        "another number of values",
    ),
    "axes without end": (
        lambda: with_header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'1, ' * 300}), }}"),
        "another number of values",
    ),
    "an expression": (lambda: with_header("{'descr': '<f' + '4', 'fortran_order': False, 'shape': (2,), }"), "neither"),
    "deep": (lambda: with_header("(" * 900), "neither"),
}


@pytest.mark.parametrize(("make", "said"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_is_not_taken(
    tmp_path: Path, make: Callable[[], bytes], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither as inputs nor as a golden file, and before any Keras is started."""
    path, model = tmp_path / "file.npz", tmp_path / "model.keras"
    path.write_bytes(make())
    model.write_bytes(keras_archive())
    assert run(["verify", str(model), "--input", str(path)]) == 2
    assert said in capsys.readouterr().err
    assert run(["verify", str(model), "--golden", str(path)]) == 2


def test_what_is_no_file_is_not_taken(tmp_path: Path) -> None:
    """Nothing waits for a pipe, and a link that leads to itself ends."""
    (tmp_path / "loop.npz").symlink_to("loop.npz")
    make_pipe(tmp_path / "pipe.npz")
    for name in ("loop.npz", "pipe.npz", "missing.npz", "."):
        with pytest.raises(RequestError):
            require_inputs(str(tmp_path / name))


def test_what_is_taken_is_what_numpy_reads(tmp_path: Path) -> None:
    """Numbers and texts of every size, in both orders, also deflated."""
    arrays = {
        "numbers": NUMBERS,
        "columns": np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)),
        "one": np.array(7, dtype="uint8"),
        "flags": np.array([True, False]),
        "halves": np.ones(3, dtype="float16"),
        "complex": np.array([1j], dtype="complex64"),
        "words": np.array([["a", "öß"]]),
        "encoded": np.array([b"abc"]),
    }
    for save in (saved, deflated):
        (tmp_path / "file.npz").write_bytes(save(**arrays))
        with open_arrays(str(tmp_path / "file.npz")) as stored:
            assert sorted(stored.names) == sorted(arrays)
            for name, array in arrays.items():
                assert stored[name].dtype == array.dtype
                assert np.array_equal(stored[name], array)


def test_a_small_file_does_not_become_large(tmp_path: Path) -> None:
    """What it would become is limited before it is unpacked."""
    path = tmp_path / "file.npz"
    path.write_bytes(deflated(a=np.zeros(100_000)))
    with pytest.raises(RequestError, match="archive_ratio"):
        require_inputs(str(path), Limits(inflated_free=1_000))
    require_inputs(str(path))


GOLDEN = {"random/input/0": NUMBERS, "random/output/0": NUMBERS}


def golden(cases: Any, **more: Any) -> bytes:  # noqa: ANN401 - any JSON
    """A golden file with these cases."""
    facts = {"schema": SCHEMA, "cases": cases, "weights": "0", "keras": "3", **more}
    return saved(**GOLDEN, **{FACTS: np.array(json.dumps(facts))})


NOTHING_TO_COMPARE = {
    "no cases": golden([]),
    "cases that are none": golden({"random": 1}),
    "cases without end": golden([["random", 10**9, 10**9]]),
    "more digits than a number has": golden([["random", 1, 10**4000]]),
    "less than nothing": golden([["random", 1, -1]]),
    "no outputs": golden([["random", 1, 0]]),
    "no inputs": golden([["random", 0, 1]]),
    "the same twice": golden([["random", 1, 1], ["random", 1, 1]]),
    "another case": golden([["zeros", 1, 1]]),
    "half a case": golden([["random", 1]]),
    "fractions": golden([["random", 1.5, 1]]),
    "another schema": golden([["random", 1, 1]], schema="kerasinspect.golden/9"),
    "no weights": golden([["random", 1, 1]], weights=None),
    "no values": saved(
        **{"r/input/0": NUMBERS, "r/output/0": NUMBERS[:0]},
        **{FACTS: np.array(json.dumps({"schema": SCHEMA, "cases": [["r", 1, 1]], "weights": "0"}))},
    ),
    "facts that are a list": saved(**GOLDEN, **{FACTS: np.array("[]")}),
    "facts that are deep": saved(**GOLDEN, **{FACTS: np.array("[" * 50_000)}),
    "facts that are a number": saved(**GOLDEN, **{FACTS: np.array(3)}),
    "facts that are several": saved(**GOLDEN, **{FACTS: np.array(["{}", "{}"])}),
    "no facts": saved(**GOLDEN),
}


@pytest.mark.parametrize("data", NOTHING_TO_COMPARE.values(), ids=NOTHING_TO_COMPARE)
def test_a_golden_file_always_compares_something(tmp_path: Path, data: bytes) -> None:
    """One that would be kept to whatever the model computes is none."""
    path = tmp_path / "golden.npz"
    path.write_bytes(data)
    with pytest.raises(RequestError, match=r"is not a golden file|no outputs to compare"):
        read_golden(str(path))


def test_a_golden_file_is_read(tmp_path: Path) -> None:
    """As those above, but right."""
    path = tmp_path / "golden.npz"
    path.write_bytes(golden([["random", 1, 1]]))
    assert read_golden(str(path)).cases == (("random", 1, 1),)


def test_text_and_numbers_are_no_tracebacks() -> None:
    """Values of another kind are all outside, and text is compared as it is encoded."""
    words, numbers = np.array(["ö", "b"]), np.array([1.0, 2.0])
    assert measured("a", "b", words, numbers, Tolerances()).outside == 2
    assert measured("a", "b", numbers, words, Tolerances()).outside == 2
    assert measured("a", "b", words, np.array(["ö".encode(), b"c"]), Tolerances()).outside == 1
