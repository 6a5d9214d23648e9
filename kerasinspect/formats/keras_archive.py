"""``.keras`` archives of Keras 3 (and of Keras 2 since 2.12), and what their JSON documents say."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.containers.hdf5.superblock import superblock_position
from kerasinspect.containers.hdf5.walk import read_hdf5
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.containers.zip.archive import open_archive
from kerasinspect.containers.zip.members import STORED, ambiguous
from kerasinspect.errors import DamagedFile
from kerasinspect.formats.contents import Contents
from kerasinspect.formats.weights_file import read_weights_tree
from kerasinspect.late.dataclasses import replace
from kerasinspect.model.checksum import VERIFIED_AT_ONCE
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.zip.archive import Archive
    from kerasinspect.json_values import JsonObject
    from kerasinspect.limits import Limits

CONFIG, METADATA, WEIGHTS, NPZ = "config.json", "metadata.json", "model.weights.h5", "model.weights.npz"
ASSETS = "assets/"


def read_archive(source: Source, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a ``.keras`` archive; None where the archive holds no Keras model."""
    archive = files.enter_context(closing(open_archive(source, limits)))
    if not archive.members.keys() & {CONFIG, WEIGHTS, NPZ}:
        return None
    _check_single(archive)
    contents = _weights_of(archive, limits, files) or Contents(source.path, "keras-archive")
    container = replace(contents.container, nbytes=source.size, archive=archive)
    described = _described_by(archive, replace(contents, container=container), limits)
    missing = [name for name in (CONFIG, WEIGHTS) if name not in archive.members and NPZ not in archive.members]
    return replace(
        described,
        location=source.path,
        format="keras-archive",
        assets=_assets_of(archive, limits),
        remarks=(*archive.remarks, *described.remarks),
        damage=(*described.damage, *(f"{source.label} has no {name}." for name in missing)),
    )


def _check_single(archive: Archive) -> None:
    """Raise RefusedFile for an archive that is an HDF5 file too, other than its weights: some readers open that."""
    position = superblock_position(archive.file)
    weights = archive.members.get(WEIGHTS)
    if position is not None and (weights is None or position != weights.offset):
        raise ambiguous(archive.file, f"an HDF5 file begins in it at byte {position:,}")


def _described_by(archive: Archive, contents: Contents, limits: Limits) -> Contents:
    """Contents with what the JSON members of their archive say."""
    if CONFIG not in archive.members:
        return contents
    config = _json_member(archive, CONFIG, limits)
    metadata = _json_member(archive, METADATA, limits) if METADATA in archive.members else Described({})
    return with_config(contents, config, metadata)


def _json_member(archive: Archive, name: str, limits: Limits) -> Described:
    """A member that holds a JSON object; raises DamagedFile where it holds something else."""
    member = archive.readable(name)
    deflated_nbytes = None if member.method == STORED else member.compressed_size
    return json_object(name, archive.file.path, lambda: archive.read(name, limits.json_bytes), limits, deflated_nbytes)


def _assets_of(archive: Archive, limits: Limits) -> Mapping[str, Callable[[], bytes]]:
    """The files that layers keep beside their weights, each read when asked for."""
    return {
        name: partial(archive.read, name, limits.asset_bytes, "asset_bytes")
        for name in archive.members
        if name.startswith(ASSETS) and not name.endswith("/")
    }


def _weights_of(archive: Archive, limits: Limits, files: ExitStack) -> Contents | None:
    """The weights in an archive; None where it has none, which is what Keras writes of a model without any."""
    if WEIGHTS in archive.members:
        source = archive.source(WEIGHTS)
        contents = read_weights_tree(source, read_hdf5(source, limits), limits)
        return verified_at_once(replace(contents, checksum=archive.checksum(WEIGHTS)))
    if NPZ in archive.members:
        from kerasinspect.formats.npz_weights import read_npz  # noqa: PLC0415 - Keras writes it only where it is asked to

        contents = read_npz(archive.source(NPZ), limits, files)
        return verified_at_once(replace(contents, checksum=archive.checksum(NPZ).then(contents.checksum)))
    return None


def verified_at_once(contents: Contents) -> Contents:
    """Contents whose checksum is verified now where they are small, and later, if at all, where they are not."""
    checksum = contents.checksum
    if checksum is None or checksum.nbytes > VERIFIED_AT_ONCE:
        return contents
    try:
        checksum.verify()
    except DamagedFile as error:
        return replace(contents, damage=(*contents.damage, error.message))
    return contents


class Described(NamedTuple):
    """A JSON object, and the keys that it or an object in it has twice."""

    value: JsonObject
    repeated_keys: tuple[tuple[str, str], ...] = ()


def json_object(
    name: str, holder: str, load: Callable[[], bytes], limits: Limits, deflated_nbytes: int | None = None
) -> Described:
    """A member or file that holds a JSON object; raises DamagedFile where it holds something else."""
    where = f"{name} in {holder}"
    parsed = parse_json(load(), where, limits, deflated_nbytes, with_long_lists=True)
    if not isinstance(parsed.value, dict):
        raise DamagedFile(f"{where} is not a JSON object.", "Save the model again.")
    return Described(parsed.value, tuple((name, key) for key in parsed.duplicate_keys))


def with_config(contents: Contents, config: Described, metadata: Described) -> Contents:
    """Contents with what the archive's JSON members say."""
    compiled = config.value.get("compile_config")
    repeated = (*config.repeated_keys, *metadata.repeated_keys)
    remarks = (Remark("repeated-key", name, (key,)) for name, key in repeated)
    is_model = isinstance(config.value.get("class_name"), str)
    damage = () if is_model else (f"{CONFIG} in {contents.location} describes no model: it names no class.",)
    return replace(
        contents,
        config=config.value,
        training_config=compiled if isinstance(compiled, dict) and compiled else None,
        keras_version=_text(metadata.value.get("keras_version")) or contents.keras_version,
        saved_at=_date_of(_text(metadata.value.get("date_saved"))) or contents.saved_at,
        remarks=(*contents.remarks, *remarks),
        damage=(*contents.damage, *damage),
        container=replace(contents.container, repeated_keys=repeated),
    )


def _text(value: object) -> str | None:
    """A value where it is a text."""
    return value if isinstance(value, str) else None


def _date_of(written: str | None) -> str | None:
    """Keras's ``2026-11-22@03:08:44`` as ISO 8601."""
    return written.replace("@", "T", 1) if written else None
