"""Files that other programs wrote, told by their first bytes, each with what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import NotAModel, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.containers.sources import Source
    from kerasinspect.limits import Limits

DATA_OF_CHECKPOINT = re.compile(r"\.data-\d{5}-of-\d{5}$")
"""What the names of a TensorFlow checkpoint's files end in that hold raw numbers."""
_MODEL_ENDINGS = (".keras", ".h5", ".hdf5", ".weights.json")
_SHOWN_NAMES = 5
_SHOWN_LENGTH = 60
_LATEST_ONNX = 20
"""Larger than any version of ONNX's format so far (13)."""
_SMALLEST_MESSAGE = 16
_LONGEST_CHARACTER = 3
"""Bytes of one UTF-8 character that may be cut off at the end of the head."""

CONVERT = "Load it where it was made and save it with model.save('model.keras')."
_NAME_FOLDER = "Name the folder that it lies in, with its variables."
_DOWNLOAD_AGAIN = "Download it again, from the address of the file itself."
NAME_A_MODEL = "Name a file that Keras's model.save or save_weights wrote."
NOT_OPENED = "Loading it can run any code, so it is not opened. Save the model with model.save('model.keras')."
UNPACK = "Unpack it and name the model inside."


class _Kind(NamedTuple):
    """Bytes at a place that tell what a file is."""

    offset: int
    signature: bytes
    noun: str
    remedy: str


KINDS = (
    _Kind(0, b"\x1f\x8b", "a gzip file", "Unpack it with gunzip, or tar -xzf, and name the model inside."),
    _Kind(0, b"BZh", "a bzip2 file", UNPACK),
    _Kind(0, b"\xfd7zXZ\0", "an xz file", UNPACK),
    _Kind(0, b"\x28\xb5\x2f\xfd", "a Zstandard file", UNPACK),
    _Kind(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    _Kind(0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    _Kind(257, b"ustar", "a tar archive", "Unpack it with tar -xf and name the model inside."),
    _Kind(8, b'{"', "a safetensors file", "It holds arrays without a Keras model: name the file that Keras saved."),
    _Kind(4, b"TFL3", "a TensorFlow Lite model", "Name the Keras model that it was converted from."),
    _Kind(0, b"GGUF", "a GGUF model", NAME_A_MODEL),
    _Kind(0, b"\x93NUMPY", "a single NumPy array (.npy)", NAME_A_MODEL),
    _Kind(0, b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch checkpoint", NOT_OPENED),
    *(_Kind(0, bytes((0x80, version)), "a Python pickle", NOT_OPENED) for version in (2, 3, 4, 5)),
    _Kind(0, b"%PDF", "a PDF document", NAME_A_MODEL),
    _Kind(0, b"\x89PNG", "a PNG picture", NAME_A_MODEL),
    _Kind(0, b"\xff\xd8\xff", "a JPEG picture", NAME_A_MODEL),
    _Kind(0, b"\x7fELF", "a program", NAME_A_MODEL),
)
"""The first row that fits counts."""


class _Json(NamedTuple):
    """Keys of a JSON document that tell what it is."""

    keys: frozenset[str]
    noun: str
    remedy: str


_JSON_DOCUMENTS = (
    _Json(frozenset({"class_name", "config"}), "the architecture of a Keras model without its weights", NAME_A_MODEL),
    _Json(frozenset({"weight_map", "metadata"}), "a list of shards, of which none can be read", NAME_A_MODEL),
    _Json(frozenset({"modelTopology"}), "a TensorFlow.js model", "Convert it back with tensorflowjs_converter."),
    _Json(
        frozenset({"keras_version", "date_saved"}), "the metadata of a Keras archive", "Name the archive or its folder."
    ),
    _Json(frozenset({"model_type"}), "the config of a Hugging Face model", NAME_A_MODEL),
)
"""The first row whose keys are all there counts."""


def foreign_file(source: Source, head: bytes, tail: bytes, limits: Limits) -> UnreadableFile:
    """What a file is, from its first and last bytes."""
    return (
        _pointer(source, head)
        or _kind_of(source, head)
        or _protocol_buffer(source, head)
        or _checkpoint(source, head)
        or _page(source, head)
        or _json_document(source, head, limits)
        or _plain_text(source, head)
        or _unknown(source, head, tail)
    )


def _pointer(source: Source, head: bytes) -> NotAModel | None:
    """A small text that stands for a large file in a Git repository."""
    if not head.startswith(b"version https://git-lfs.github.com/spec/"):
        return None
    size = re.search(rb"^size (\d{1,18})\r?$", head, re.MULTILINE)
    stands_for = f"for a file of {int(size[1]):,} bytes" if size else "for the real file"
    message = f"{source.label} is a Git LFS pointer: {source.size:,} bytes that stand {stands_for}."
    return NotAModel(message, "Run git lfs pull in its repository, or download the file itself.")


def _kind_of(source: Source, head: bytes) -> NotAModel | None:
    """A file of a kind that has a signature."""
    for kind in KINDS:
        if head.startswith(kind.signature, kind.offset):
            return NotAModel(f"{source.label} is {kind.noun}, not a Keras model.", kind.remedy)
    return None


def _protocol_buffer(source: Source, head: bytes) -> NotAModel | None:
    """The graph of a TensorFlow SavedModel, or an ONNX model: both begin with a small number in field 1."""
    if head[:1] != b"\x08" or len(head) < _SMALLEST_MESSAGE:
        return None
    # SavedModel's version 1 is followed by the graph (field 2), whose length takes more than one byte.
    if head.startswith(b"\x08\x01\x12") and head[3] & 0x80:
        return NotAModel(f"{source.label} is the graph of a TensorFlow SavedModel, which is a folder.", _NAME_FOLDER)
    # ONNX's version is followed by the producer's name (field 2), which is short, or the graph (field 7).
    if head[2:3] in {b"\x12", b"\x3a"} and 1 <= head[1] <= _LATEST_ONNX:
        return NotAModel(
            f"{source.label} is an ONNX model, not a Keras model.", "Name the model it was converted from."
        )
    return None


def _checkpoint(source: Source, head: bytes) -> NotAModel | None:
    """A file of a TensorFlow checkpoint that is not its index: raw numbers, or the list of a folder's checkpoints."""
    if DATA_OF_CHECKPOINT.search(source.path):
        message = f"{source.label} is the data of a TensorFlow checkpoint, and its index is not beside it."
        return NotAModel(message, "Copy the whole checkpoint: its .index and all of its .data files.")
    if head.startswith(b"model_checkpoint_path:"):
        message = f"{source.label} is the list of a folder's TensorFlow checkpoints."
        return NotAModel(message, "Name the folder, of which the newest is read, or the prefix of one of them.")
    return None


def _page(source: Source, head: bytes) -> NotAModel | None:
    """A web page or an error document that was saved in place of a file."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        return NotAModel(f"{source.label} is a web page (HTML): a download that failed.", _DOWNLOAD_AGAIN)
    if start.startswith((b"<?xml", b"<error>")):
        code = re.search(rb"<code>(\w{1,40})</code>", head, re.IGNORECASE)
        which = f" with the error {code[1].decode()}" if code else ""
        return NotAModel(f"{source.label} is an XML document{which}, not a model.", _DOWNLOAD_AGAIN)
    return None


def _json_document(source: Source, head: bytes, limits: Limits) -> UnreadableFile | None:
    """A JSON document, by its keys; where it cannot be read as JSON, why."""
    if not head.decode("utf-8-sig", "replace").lstrip().startswith("{"):
        return None
    if source.size > limits.json_bytes:
        return NotAModel(f"{source.label} begins as JSON and has {source.size:,} bytes.", NAME_A_MODEL)
    try:
        value: Any = parse_json(source.read_at(0, source.size), source.label, limits).value
    except UnreadableFile as error:
        return error
    keys = value.keys()
    for document in _JSON_DOCUMENTS:
        if document.keys <= keys:
            return NotAModel(f"{source.label} is {document.noun}.", document.remedy)
    return NotAModel(
        f"{source.label} is a JSON document with {listed(keys) or 'no keys'}, not a Keras model.", NAME_A_MODEL
    )


def _plain_text(source: Source, head: bytes) -> NotAModel | None:
    """Text of any other kind, with its beginning."""
    text = head.decode("utf-8", "ignore")
    begin = text.strip()[:_SHOWN_LENGTH].partition("\n")[0].rstrip()
    if len(text.encode()) < len(head) - _LONGEST_CHARACTER or any(char < " " and not char.isspace() for char in text):
        return None
    if begin.startswith(("backend:", "class_name:")):
        message = f"{source.label} is the architecture of a Keras model as YAML, without its weights."
        return NotAModel(message, NAME_A_MODEL)
    if text.count("\n") <= 1 and begin.endswith(_MODEL_ENDINGS):
        message = f"{source.label} is the text of a link to {begin}, as Git writes it where links are switched off."
        return NotAModel(message, "Name that file, which lies beside it in the repository.")
    return NotAModel(f"{source.label} is a text file: it begins with {begin!r}.", NAME_A_MODEL)


def _unknown(source: Source, head: bytes, tail: bytes) -> NotAModel:
    """A file that nothing here recognises."""
    if not any(head) and not any(tail):
        message = f"{source.label} begins and ends with zeros: it was reserved and never written."
        return NotAModel(message, _DOWNLOAD_AGAIN)
    message = f"{source.label} is not a known kind of file: it begins with {shown_bytes(head[:8])}."
    return NotAModel(message, NAME_A_MODEL)


def shown_bytes(data: bytes) -> str:
    """Bytes as hexadecimal pairs."""
    return data.hex(" ")


def listed(names: Iterable[str]) -> str:
    """A few names, and how many more there are."""
    every = list(names)
    shown = ", ".join(map(shortened, every[:_SHOWN_NAMES]))
    return shown if len(every) <= _SHOWN_NAMES else f"{shown} and {len(every) - _SHOWN_NAMES:,} more"


def shortened(name: str) -> str:
    """A name that is short enough for a message."""
    return name if len(name) <= _SHOWN_LENGTH else f"{name[:_SHOWN_LENGTH]}..."
