"""Types of what JSON, and a config or a report made of it, can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any value as ``json`` reads it."""
JsonObject: TypeAlias = Mapping[str, Json]
"""An object of JSON, which nobody changes."""
