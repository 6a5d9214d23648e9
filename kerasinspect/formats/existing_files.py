"""What a file is that lies where an output is to be written: ours, another text, or what may be somebody's model.

Whether a file may be a model is told from its content. What cannot be told may be one: weights are numbers, and raw
numbers look like nothing at all. So only text, pictures, documents and archives without anything like weights are
known to be none.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from kerasinspect.containers.sources import open_source
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.containers.zip.archive import open_archive
from kerasinspect.errors import UnreadableFile
from kerasinspect.formats.diagnosis import HDF5_PARTS, HDF5_SIGNATURE, TEXT_COPIES
from kerasinspect.formats.foreign_files import DATA_OF_CHECKPOINT, KINDS
from kerasinspect.json_values import DIGEST, json_sha256
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT

if TYPE_CHECKING:
    import os

    from kerasinspect.containers.sources import Source
    from kerasinspect.json_values import Json

_HEAD, _TAIL = 4096, 1024
"""Bytes at a file's ends that are looked at."""

_LONGEST_CHARACTER = 4
"""Bytes of one UTF-8 character, of which some may lie outside of what is looked at."""


@dataclass(frozen=True, slots=True)
class _Existing:
    """What a file is to whoever would replace it."""

    kind: Literal["own", "other", "model"]
    """Nothing or an earlier output of ours, something else, or what is or may be a model or a part of one."""
    noun: str = ""
    """What it is, with its article."""


_OWN = _Existing("own")

_FORMAT = r"`?(keras-archive|keras-weights(-sharded)?|legacy-hdf5(-weights)?|saved-model|tf-checkpoint)`?"
"""The name of a format as a page has it."""
_NEXT = r"( · |\n *)"
"""What parts two facts, where a narrow page may break."""
_DOCUMENTS = "list|show|summary|stats|training|diff|series|check|rules|verify|models|export"
"""Names of the schemas of documents and of their lines."""
_OWN_TEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf'\s*\{{\s*"schema": "kerasinspect\.({_DOCUMENTS})(\.line)?/1"',
        r'\s*\{\s*"\$schema": "[^"]*sarif[^"]*"[\s\S]{,200}"driver": \{\s*"name": "kerasinspect"',
        r'<\?xml [^>]*>\s*<testsuites name="kerasinspect"',
        rf"(## )?model .*\n( .*\n)*\n?{_FORMAT}{_NEXT}(`?saved`? by )?`?Keras ",
        rf"model .*(\n .*)*{_NEXT}{_FORMAT}{_NEXT}(saved by Keras \d|Keras version not stored)",
        rf"passed .*(\n .*)*{_NEXT}{_FORMAT}( · |\n)",
        rf"(## )?old (and new|.*\n(.*\n){{,8}}?(## )?new) (.*\n){{,8}}?.*{_FORMAT}{_NEXT}",
        rf"(## )?model .*(\n .*)*{_NEXT}cannot be read\n",
        rf"(## )?series{_NEXT}[\d,]+ files{_NEXT}[\d,]+ layers?({_NEXT}|\n)",
        r"## `?kerasinspect`? check\n",
        r"weight,shape,dtype,minimum,maximum,",
        r"location,(index,layer|path,class_name),",
        r"location,layer,class_name,change,distance,",
        r"old_location,new_location,old,new,",
        r"model,severity,code,name,where,message,",
        r"code,name,severity,family,",
        r"\| code \| name \| severity \| default \| what it finds \|\n",
        r"(not shown: (.*\n){1,5})?code +(name +)?severity.*\nKI\d{3} ",
        r"rule KI\d{3} · ",
    )
)
"""Beginnings of what the commands write."""

_LOCK_SCHEMA = "kerasinspect.lock/1"
"""That of a lock file, which is ours until somebody edits it."""

_OWN_END = re.compile(r"(^|\n|· )([\d,]+ of )?[\d,]+ arrays?\s+read\s+in\s+[\d,]+\s+files?\n$")
"""How a report of ``check`` for people ends."""

_GOLDEN_MEMBER = "kerasinspect.npy"
"""The member that says of an archive of arrays that ``verify`` recorded it."""

EXPORTED_ARCHIVE = b"kerasinspect.export/1"
"""The comment of an archive of arrays that ``export`` wrote."""

WRITER = "written_by", "kerasinspect"
"""The first entry of the metadata in a ``.safetensors`` that ``export`` wrote."""

BLANKS = 200
"""Blanks behind the header of an array that ``export`` wrote: numpy never has so many."""

_EXPORTED = tuple(
    re.compile(pattern.encode(), re.DOTALL)
    for pattern in (
        rf'.{{8}}\{{"__metadata__": \{{"{WRITER[0]}": "{WRITER[1]}"[,}}]',
        rf".NUMPY.{{4}}\{{[^\n]*\}} {{{BLANKS},}}\n",
    )
)
"""How files begin that ``export`` wrote."""

_HARMLESS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
)
"""Beginnings of binary files that hold no weights."""

_WEIGHTS_IN_ARCHIVES = re.compile(
    r"(.*/)?([^/]*\.(keras|h5|hdf5|h5f|npy|npz|pkl|pickle|joblib|pb|pbtxt|pt|pth|bin|ckpt|index|data-\d+-of-\d+"
    r"|safetensors|onnx|tflite|gguf|ggml|msgpack|mlmodel|params|zip|tar|gz)"
    r"|config\.json|metadata\.json|model\.json|[^/]*\.weights\.json|_METADATA|_CHECKPOINT_METADATA|checkpoint"
    r"|\.z(array|group|attrs)|zarr\.json|manifest\.ocdbt)",
    re.IGNORECASE,
)
"""Names of members that are a model's."""

_MODEL_DOCUMENTS = tuple(
    map(
        frozenset,
        (
            ("class_name", "config"),
            ("weight_map",),
            ("modelTopology",),
            ("weightsManifest",),
            ("keras_version",),
            ("model_type",),
            ("architectures",),
            ("item_handlers",),
            ("tree_metadata",),
            ("array_metadatas",),
            ("zarr_format",),
        ),
    )
)
"""Keys of JSON documents that are a part of a model: of Keras, TensorFlow.js, Hugging Face, Orbax and Zarr."""

_MODEL_TEXTS = (
    (re.compile(r"version https://git-lfs\.github\.com/spec/"), "a Git LFS pointer, which stands for a large file"),
    (re.compile(r"(backend|class_name):"), "the architecture of a Keras model as YAML"),
    (re.compile(r"model_checkpoint_path:"), "the list of a TensorFlow checkpoint"),
    (re.compile(r"saved_model_schema_version:|meta_graphs \{|node \{"), "a graph of TensorFlow as text"),
)
"""Beginnings of texts that are a part of a model."""


def existing_file(path: str | os.PathLike[str]) -> _Existing:
    """What a regular file is; one that cannot be read may be a model."""
    try:
        with closing(open_source(path)) as source:
            return _content(source)
    except UnreadableFile:
        return _Existing("model", "a file that cannot be read")


def _content(source: Source) -> _Existing:
    """What a file is by its content."""
    if not source.size:
        return _OWN
    head = source.read_at(0, min(_HEAD, source.size))
    tail = source.read_at(max(0, source.size - _TAIL), min(_TAIL, source.size))
    is_archive = b"PK\x05\x06" in tail or head.startswith(b"PK")
    if any(pattern.match(head) for pattern in _EXPORTED) or (is_archive and tail.endswith(EXPORTED_ARCHIVE)):
        return _OWN
    if is_archive:
        return _archive(source)
    if (text := _as_text(head, tail)) is not None and not DATA_OF_CHECKPOINT.search(source.path):
        return _text(source, text, tail.decode("utf-8", "ignore"))
    for signature, noun in _HARMLESS:
        if head.startswith(signature):
            return _Existing("other", noun)
    return _Existing("model", _binary(head))


def _archive(source: Source) -> _Existing:
    """What a ZIP archive is: what is recorded by ``verify`` is ours, what cannot be listed may be a model."""
    try:
        names = open_archive(source).members.keys()
    except UnreadableFile:
        return _Existing("model", "an archive that cannot be listed")
    if _GOLDEN_MEMBER in names:
        return _OWN
    if any(map(_WEIGHTS_IN_ARCHIVES.fullmatch, names)):
        return _Existing("model", "an archive of a model or of arrays")
    return _Existing("other", "an archive")


def _as_text(head: bytes, tail: bytes) -> str | None:
    """The beginning of a file that is text at both ends; None for any other."""
    texts = [data.decode("utf-8", "ignore") for data in (head, tail)]
    for data, text in zip((head, tail), texts, strict=True):
        if len(text.encode()) < len(data) - _LONGEST_CHARACTER:
            return None
        if any(character < " " and not character.isspace() for character in text):
            return None
    return texts[0]


def _text(source: Source, head: str, tail: str) -> _Existing:
    """What a text is."""
    if any(pattern.match(head) for pattern in _OWN_TEXTS) or _OWN_END.search(tail):
        return _OWN
    for pattern, noun in _MODEL_TEXTS:
        if pattern.match(head):
            return _Existing("model", noun)
    if head.lstrip("\ufeff \t\r\n").startswith("{"):
        return _document(source)
    return _Existing("other", "a text")


def _document(source: Source) -> _Existing:
    """What a JSON document is; one that is too large to be read may be a model."""
    if source.size > DEFAULT.json_bytes:
        return _Existing("model", "a JSON document too large to be looked at")
    try:
        values = parse_json(source.read_at(0, source.size), source.label).value
    except UnreadableFile:
        return _Existing("other", "a text")
    if values.get("schema") == _LOCK_SCHEMA:
        return _lock(values)
    if any(wanted <= values.keys() for wanted in _MODEL_DOCUMENTS):
        return _Existing("model", "a JSON document that is part of a model")
    return _Existing("other", "a JSON document")


def _lock(document: dict[str, Json]) -> _Existing:
    """What a lock file is: ours while it has the digest that we wrote; what was changed in it is somebody's work."""
    digest = document.pop(DIGEST, None)
    if digest is None:
        return _Existing("other", "a lock file, perhaps with changes")
    return _OWN if digest == json_sha256(document) else _Existing("other", "a lock file with changes")


def _binary(head: bytes) -> str:
    """What to call a file that may be a model."""
    if HDF5_SIGNATURE in head or head.startswith(TEXT_COPIES) or any(part in head for part in HDF5_PARTS):
        return "an HDF5 file"
    known = next((kind.noun for kind in KINDS if head.startswith(kind.signature, kind.offset)), None)
    return known or "binary data, which may be a model"
