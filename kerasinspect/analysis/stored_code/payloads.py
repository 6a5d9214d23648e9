"""Code that a config holds: where it stands, what it is, how large, and its hash.

Nothing is evaluated: base64 text is decoded to measure and hash it, piece by piece, and that is all that happens to
bytecode. An object that is reported by itself is no part of the code around it, so that each text is read once however
deep it lies.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.code_findings import CodeFinding
from kerasinspect.analysis.stored_code.config_places import SHOWN, ConfigPlace
from kerasinspect.analysis.stored_code.references import is_foreign, plain_class
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.stored_code.code_findings import CodeKind
    from kerasinspect.json_values import Json, JsonObject

_SOURCE = late_pattern(r"\s*(?:lambda\b|def\s|import\s|from\s|@)")
PIECE = 1 << 20
"""Characters that are decoded at once; a multiple of four, as base64 has it."""
_SHORTEST_CODE = 40
"""Characters of base64 that the shortest function takes."""
_LAMBDA_MODULES = ("module", "function_module", "output_shape_module", "mask_module")
"""Where the config of a Lambda of Keras 2 says in which module its function's names are looked up."""


def lambda_objects(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Functions of Keras 3: an object of class ``__lambda__``, whatever holds it."""
    if plain_class(value) == "__lambda__":
        inner = value.get("config")
        yield code_at(inner if inner is not None else {}, place)


def lambda_types(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Functions of Keras 1 and 2: a value beside a ``..._type`` that says lambda, and a Lambda's function in a list."""
    config = value.get("config")
    if isinstance(config, dict) and plain_class(value) == "Lambda" and config.get("function_type") != "lambda":
        function = config.get("function")
        source = isinstance(function, str) and (_SOURCE.match(function) is not None or _is_bytecode(function))
        if source or (isinstance(function, JSON_LISTS) and function and isinstance(function[0], str)):
            yield code_at(function, ConfigPlace(ConfigPlace(place, "config"), "function"))
    for name in _lambda_keys(value):
        yield code_at(value[name], ConfigPlace(place, name))


def lambda_modules(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Modules in which a Lambda of Keras 2 looks up names."""
    if "function" in value and not isinstance(value.get("class_name"), str):
        named = {str(value.get(key)) for key in _LAMBDA_MODULES}
        for module in sorted(filter(is_foreign, named)):
            yield CodeFinding("foreign-module", str(place), f"names of the module {cut(module, SHOWN)}")


def _lambda_keys(value: JsonObject) -> Iterator[str]:
    """The keys of an object that hold a lambda, as the key beside each says."""
    for key, said in value.items():
        if said == "lambda" and key.endswith("_type"):
            name = key.removesuffix("_type")
            if value.get(name) is not None:
                yield name


def code_at(stored: Json, place: ConfigPlace) -> CodeFinding:
    """The finding for stored code: whether it is bytecode or source, its size and its hash."""
    from hashlib import sha256  # noqa: PLC0415 - few models hold code

    text = _longest_text(stored)
    is_source = _SOURCE.match(text) is not None
    size, digest = 0, sha256()
    for piece in pieces_of(text, is_source=is_source):
        size += len(piece)
        digest.update(piece)
    word = "Python source" if is_source else "Python bytecode"
    kind: CodeKind = "lambda-source" if is_source else "lambda-bytecode"
    return CodeFinding(kind, str(place), f"{size:,} bytes of {word}", size, digest.hexdigest(), text)


def _longest_text(stored: Json) -> str:
    """The code among the parts of a stored function: its longest text, outside of objects that hold code themselves."""
    found, stack = "", [stored]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            found = max(found, value, key=len)
        elif isinstance(value, dict):
            stack.extend(inner for inner in value.values() if not _holds_code(inner))
        elif isinstance(value, JSON_LISTS):
            stack.extend(inner for inner in value if not _holds_code(inner))
    return found


def _holds_code(value: Json) -> bool:
    """Whether an object is reported as code by itself."""
    return isinstance(value, dict) and (
        plain_class(value) in {"Lambda", "__lambda__"} or next(_lambda_keys(value), None) is not None
    )


def pieces_of(text: str, *, is_source: bool) -> Iterator[bytes]:
    """The bytes that stored code stands for, in pieces: those of base64, or its own as Keras 1 wrote them."""
    plain = "" if is_source else "".join(text.split())
    if plain and _is_base64(plain):
        yield from (binascii.a2b_base64(plain[start : start + PIECE]) for start in range(0, len(plain), PIECE))
    else:
        encoding = "latin-1" if _fits_bytes(text) else "utf-8"
        for start in range(0, len(text), PIECE):
            yield text[start : start + PIECE].encode(encoding, "surrogatepass")


_ALPHABET = late_pattern(r"[A-Za-z0-9+/]*={0,2}")


def _is_base64(text: str) -> bool:
    """Whether text without blanks is base64 as a whole."""
    return len(text) % 4 == 0 and _ALPHABET.fullmatch(text) is not None


def _fits_bytes(text: str) -> bool:
    """Whether one byte for each character is possible."""
    try:
        for start in range(0, len(text), PIECE):
            text[start : start + PIECE].encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _is_bytecode(text: str) -> bool:
    """Whether a text stands for marshalled code, which begins with a c, perhaps marked."""
    if len(text) <= _SHORTEST_CODE or "_" in text:
        return False
    start = "".join(text[: 4 * _SHORTEST_CODE].split())[:_SHORTEST_CODE]
    try:
        first = binascii.a2b_base64(start, strict_mode=True)[:1]
    except (binascii.Error, ValueError):
        first = start[:1].encode("utf-8", "surrogatepass")
    return first in {b"c", b"\xe3"}
