"""Changes to archives that Keras made: to their config, their weights and their members, and nothing else."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import h5py

from tests.makers.raw_zip import Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Callable


def parts_of(archive: bytes) -> list[Part]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return [Part(name.encode(), opened.read(name)) for name in opened.namelist()]


def edited(archive: bytes, edit: Callable[[list[Part]], list[Part]]) -> bytes:
    """An archive with its members changed."""
    return raw_zip(edit(parts_of(archive)))


def on_member(name: str, change: Callable[[Part], Part]) -> Callable[[list[Part]], list[Part]]:
    """An edit of one member."""
    return lambda parts: [change(part) if part.name == name.encode() else part for part in parts]


def on_json(name: str, change: Callable[[Any], object]) -> Callable[[list[Part]], list[Part]]:
    """An edit of a JSON member in place."""

    def rewrite(part: Part) -> Part:
        document = json.loads(part.data)
        change(document)
        return replace(part, data=json.dumps(document).encode())

    return on_member(name, rewrite)


def on_config(change: Callable[[Any], object]) -> Callable[[list[Part]], list[Part]]:
    """An edit of the config in place."""
    return on_json("config.json", change)


def on_layer(number: int, **values: Any) -> Callable[[list[Part]], list[Part]]:  # noqa: ANN401 - any JSON
    """An edit of the config of one layer, counted from the input."""
    return on_config(lambda config: config["config"]["layers"][number]["config"].update(values))


def on_weights(change: Callable[[h5py.File], object]) -> Callable[[list[Part]], list[Part]]:
    """An edit of the weights file."""

    def rewrite(part: Part) -> Part:
        buffer = io.BytesIO(part.data)
        with h5py.File(buffer, "r+") as file:
            change(file)
        return replace(part, data=buffer.getvalue())

    return on_member("model.weights.h5", rewrite)


def adding(name: str, data: bytes = b"any bytes", **options: Any) -> Callable[[list[Part]], list[Part]]:  # noqa: ANN401
    """An edit that adds a member."""
    return lambda parts: [*parts, Part(name.encode(), data, **options)]


def unchanged(parts: list[Part]) -> list[Part]:
    """The edit that changes nothing."""
    return parts
