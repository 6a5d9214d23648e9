"""Types of what JSON, and a config or a report made of it, can hold; and the digest of such a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any value as ``json`` reads it."""
JsonObject: TypeAlias = Mapping[str, Json]
"""An object of JSON, which nobody changes."""

DIGEST = "digest"
"""The key under which a document has the digest of all its other keys, so that changes by hand can be told."""


def json_sha256(value: object) -> str:
    """The SHA-256 of a value of JSON, the same however it is laid out and whatever the order of its keys."""
    import json  # noqa: PLC0415 - most of those who need the types need no digest
    from hashlib import sha256  # noqa: PLC0415 - as above

    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
