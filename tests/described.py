"""Holds documents against the JSON Schemas in the package, and against nothing but what these describe."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import kerasinspect

SCHEMAS = Path(kerasinspect.__file__).parent / "schemas"


def assert_described(document: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """The document, or the line of JSON Lines, is as the schema that it names says, and has no other key."""
    name = document["schema"].removeprefix("kerasinspect.").removesuffix("/1")
    validator = _validator(name.removesuffix(".line"), is_line=name.endswith(".line"))
    errors = sorted(validator.iter_errors(document), key=str)
    assert not errors, "; ".join(f"{error.json_path}: {error.message}" for error in errors[:3])


@cache
def _validator(name: str, *, is_line: bool) -> Draft202012Validator:
    """A validator that allows only the keys that the schema describes; the schema itself lets later ones pass."""
    schema = json.loads((SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    closed = _closed(schema)
    return Draft202012Validator({"$ref": "#/$defs/line", "$defs": closed["$defs"]} if is_line else closed)


def _closed(schema: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The schema with every object that has fields allowed no others."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in schema and "type" in schema else inner
