"""Rules about the file as a container: what it carries besides the model, and whether its bytes are whole."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.config_places import long_lists
from kerasinspect.checking.rule import Hit
from kerasinspect.checking.rules.places import hit_in_config, hits_on_arrays
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.model import Layer, Model

_USUAL_MEMBERS = frozenset({"config.json", "metadata.json", "model.weights.h5", "model.weights.npz"})
_VARIABLE = late_pattern(r"/vars/\d+$")
"""The end of the paths under which Keras 3 keeps the variables of layers."""
_USUAL_FOLDER = "assets/"
"""Vocabularies and the like, which some layers store beside the weights."""


def optimizer_state(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """The file holds a large optimizer state.

    It is only needed to go on training, and with Adam it makes an export three times as large as the model. From
    which size on is the threshold `megabytes`; any smaller state is named beside the file.

    To ship the model without it, load it with `load_model(path, compile=False)` and save that.
    """
    state = [extra.array.nbytes for extra in evidence.model.extras if extra.kind == "optimizer"]
    weights = evidence.model.nbytes
    if sum(state) > thresholds["megabytes"] * 1e6:
        yield Hit(
            evidence.name,
            f"{len(state)} arrays of optimizer state take {sum(state):,} bytes beside {weights:,} of weights.",
        )


def legacy_format(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model is saved as legacy HDF5.

    Keras keeps this format only for old files: it stores no checksums, loses custom objects, and loads Lambda code
    with fewer guards. Off by default: the format of every file is named beside it.

    Load the model and save it as `.keras`.
    """
    if evidence.model.format == "legacy-hdf5":
        version = evidence.model.keras_version
        yield Hit(evidence.name, f"It is legacy HDF5{f', written by Keras {version}' if version else ''}.")


def newer_keras(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """The file was saved by a Keras that is newer than the newest one that this release knows.

    Layers may have got arrays or options whose meaning is not known yet, so that names and findings can be wrong.

    Look for a newer release of kerasinspect.
    """
    version = evidence.model.keras_version or ""
    number = re.match(r"(\d{1,9})\.(\d{1,9})", version)
    newest = int(thresholds["major"]), int(thresholds["minor"])
    if number and (int(number[1]), int(number[2])) > newest:
        yield Hit(evidence.name, f"It was saved by Keras {version}; the newest one known is {newest[0]}.{newest[1]}.")


def wrong_checksum(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The bytes of an archive's member, or of a checkpoint's tensor, do not have the checksum that the file names.

    Bytes were changed after the model was saved: by a bad disk, a broken transfer or an edit. Legacy HDF5 files
    have no checksums, so nothing can be said about them.

    Get the file again from where it was made.
    """
    for member in evidence.container.wrong_checksums:
        yield Hit(member.name, f"Its {member.nbytes:,} bytes do not have the CRC-32 that the archive names.")
    for name in evidence.container.wrong_tensors or ():
        yield Hit(name, "Its bytes do not have the CRC-32C that the index names.")


def repeated_member(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An archive holds several members of one name, or bytes that belong to no member.

    Programs differ in which of them they read, so that what was inspected need not be what is loaded.

    Save the model again with Keras.
    """
    for name, times in Counter(member.name for member in evidence.container.members).items():
        if times > 1:
            yield Hit(name, f"The archive has {times} members of this name; Keras reads the last one.")
    if evidence.container.unused_nbytes:
        yield Hit(evidence.name, f"{evidence.container.unused_nbytes:,} bytes of the archive belong to no member.")


def unknown_member(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An archive holds a member that Keras never writes.

    Keras ignores it, so it only makes the file larger, or carries something past a review.

    Save the model again with Keras, and keep other files beside it.
    """
    for member in evidence.container.members:
        if member.name not in _USUAL_MEMBERS and not member.name.startswith(_USUAL_FOLDER):
            yield Hit(member.name, f"Keras writes no member of this name; it holds {member.nbytes:,} bytes.")


def unreadable_member(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A member of an archive cannot be read: encrypted, compressed in a way that Keras never uses, or damaged.

    What it holds was not inspected, and programs may differ in what they make of it.

    Save the model again with Keras.
    """
    for member in evidence.container.members:
        if member.problem:
            yield Hit(member.name, f"Its bytes were not read: {member.problem.removesuffix('.')}.")


def compressed_weights(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The weights are compressed, or stored in pieces, which Keras itself never does.

    Weights hardly get smaller by it, but can no longer be read from their place in the file: every program has to
    inflate all of them first.

    Save the model again with Keras.
    """
    for member in evidence.container.members:
        if member.compressed and member.name.startswith("model.weights."):
            share = member.stored_nbytes / max(1, member.nbytes)
            yield Hit(member.name, f"It is compressed, to {share:.0%} of its {member.nbytes:,} bytes.")
    words = "It is stored in chunks rather than in one run."
    yield from hits_on_arrays(evidence, [(path, words) for path in evidence.container.compressed])


def unwritten_array(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An array was declared and never written, or only some of its chunks were.

    A loader takes the fill value for what is missing, zero or whatever its writer chose, and says nothing of it.
    Keras writes every array whole; one that is not was made by a program that was stopped or has a fault.

    Save the model again with Keras.
    """
    unwritten = [(remark.place, f"It {remark.words}.") for remark in evidence.container.unwritten]
    yield from hits_on_arrays(evidence, unwritten)


def bytes_outside(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """An HDF5 file has other bytes before its beginning or behind its end.

    Such a file can be a model for one program and an archive, a script or another model for the next, so that what
    was inspected need not be what is loaded. Keras writes nothing there.

    Save the model again with Keras.
    """
    if evidence.container.outside_nbytes:
        words = f"{evidence.container.outside_nbytes:,} bytes of the file lie before or behind the HDF5 file in it."
        yield Hit(evidence.name, words)


def shared_object(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """Two names in an HDF5 file lead to the same group or array.

    Programs that walk through the file by names read it twice, or never come to an end. Keras writes every group
    and array under one name; only a variable that two layers use may have one in each of them.

    Save the model again with Keras.
    """
    model = evidence.model
    paths = (*(weight.stored_path for weight in model.weights), *(extra.stored_path for extra in model.extras))
    variables = {*filter(_VARIABLE.search, paths)}
    for place in evidence.container.shared:
        is_variable = _VARIABLE.search(place.path) and place.link.target in variables
        if not is_variable:
            yield Hit(place.path, f"It {place.link.words}.")


def too_large(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """The file is larger than it was agreed to be.

    A budget catches an export that grew by accident: optimizer state, a second copy, float64. Off by
    default, since only you know the budget: set `megabytes`.

    Make the export smaller, or agree on a larger one with the threshold `megabytes`.
    """
    nbytes = evidence.container.nbytes
    if nbytes > thresholds["megabytes"] * 1e6:
        yield Hit(evidence.name, f"It has {nbytes:,} bytes, where {thresholds['megabytes']:,g} MB are agreed.")


def broken_list(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A legacy HDF5 file lists arrays or layers that it does not hold, or one name twice.

    The writing stopped half way, as it does in Keras where two weights have one name, or the file was edited. Keras
    fails to load it, or goes on with the wrong numbers.

    Give every weight a name of its own, and save the model again.
    """
    for remark in evidence.container.broken_lists:
        yield Hit(remark.place, remark.words)


def other_place(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file has arrays or layers, by their names, in other places than those that Keras loads them from.

    Keras goes by place, whatever they are called: by the order of the lists in legacy HDF5, by the numbers of
    groups elsewhere. So a moving mean may become a gamma, or one layer's kernel another's, without an error. The
    file was edited, or written by another program.

    Save the model again with Keras.
    """
    displaced: dict[str, list[str]] = {}
    for weight in evidence.model.weights:
        if weight.loaded_as is not None:
            displaced.setdefault(weight.layer, []).append(f"{weight.name} as {weight.loaded_as}")
    for layer, names in displaced.items():
        yield Hit(layer, f"Keras loads {', '.join(names)}: the file has each in the place of the other.")
    for one in evidence.model.walk():
        held = [weight for inner in one.walk() for weight in inner.weights] if one.looked_up_at else []
        if held and not any(weight.loaded_as for weight in held):
            place = held[0].stored_path
            yield Hit(one.path, f"Keras looks for its arrays in {one.looked_up_at}, and the file has them at {place}.")
    for path, other in _exchanged_names(evidence.model):
        words = f"its group has the arrays of {other}, and the group of {other} has those of this layer"
        yield Hit(path, f"By the names of the arrays, {words}; Keras goes by the groups.")


def _exchanged_names(model: Model) -> Iterator[tuple[str, str]]:
    """Two layers of a legacy file, each with a group whose arrays all have the name of the other in theirs."""
    if not model.is_legacy:
        return
    bearing = (layer for layer in model.layers if any(inner.weights for inner in layer.walk()))
    names = {layer.path: _names_in_group(layer) for layer in bearing}
    strangers = {path: said & names.keys() for path, said in names.items() if path not in said}
    for path, others in strangers.items():
        for other in sorted(others):
            if path < other and path in strangers.get(other, ()):
                yield path, other


def _names_in_group(layer: Layer) -> frozenset[str]:
    """The names of layers and models that stand before those of all arrays in a layer's group of a legacy file."""
    group = f"/{layer.stored_as or layer.path}/"
    parts = [weight.stored_path.partition(group)[2].split("/")[:-1] for one in layer.walk() for weight in one.weights]
    return frozenset(parts[0]).intersection(*parts[1:])


def other_name(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The file has the arrays of a layer under another name than its config.

    Keras loads them all the same, since it goes by place; a program that looks layers up by name does not. Either
    the layer was renamed, or the weights are those of another model.

    Compare the file with the model that you mean, and save that one again.
    """
    for layer in evidence.model.walk():
        if layer.stored_as is not None and any(inner.weights for inner in layer.walk()):
            yield Hit(layer.path, f"The file has its arrays under the name {layer.stored_as}.")


def bulky_config(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """The config holds a list of very many numbers.

    Every program that opens the file parses it as text before it gets to a layer, and no `get_weights()` gives it.
    It was passed as an argument by mistake, or belongs among the weights. From how many on is the threshold
    `numbers`.

    Give the layer its numbers with `set_weights` or `add_weight`.
    """
    for place, names, count in long_lists(evidence.model, thresholds["numbers"]):
        yield hit_in_config(evidence, str(place), names, f"The config has a list of {count:,} numbers here.")
