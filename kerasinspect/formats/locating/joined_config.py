"""A config that the user keeps beside weights: what ``model.to_json()`` wrote, or the ``config.json`` of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.containers.sources import read_user_file
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import DamagedFile, RequestError
from kerasinspect.formats.recognising import ZIP_MAGIC
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits

_NAME_ONE = "Name a file that model.to_json() wrote, or the config.json of a .keras file."
_TAKE_IT_OUT = "Take its config.json out, with python -m zipfile -e model.keras folder, and name that."


def with_joined_config(contents: Contents, path: str, limits: Limits) -> Contents:
    """Contents with the config in a file of its own.

    Raises RequestError where that holds none or where they have one already, RefusedFile beyond the limits.
    """
    if contents.config is not None:
        message = f"{contents.location} has its own config: --config is for files that hold weights alone."
        raise RequestError(message, "Leave --config out.")
    data = read_user_file(path, limits.json_bytes, f"the config in {path}")
    if len(data) > limits.json_bytes:
        raise over_limit("json_bytes", len(data), limits.json_bytes, path)
    if data.startswith(ZIP_MAGIC):
        raise RequestError(f"{path} is a ZIP archive, not a config.", _TAKE_IT_OUT)
    try:
        config = parse_json(data, path, limits, with_long_lists=True).value
    except DamagedFile as error:
        raise RequestError(error.message, _NAME_ONE) from error
    if not isinstance(config, dict) or not isinstance(config.get("class_name"), str):
        raise RequestError(f"{path} describes no Keras model: it names no class.", _NAME_ONE)
    if not isinstance(config.get("config"), (dict, list)):
        raise RequestError(f"{path} describes no Keras model: it has no config.", _NAME_ONE)
    return replace(contents, config=config)
