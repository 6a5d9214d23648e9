"""Legacy HDF5: whole models and weights alone, as every Keras from 0.x to today writes them to ``.h5``.

The order of truth is that of the attributes ``layer_names`` and ``_weight_names``; groups are sorted by name.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import DamagedFile, NotAModel
from kerasinspect.formats.contents import Container, Contents, LayerRows, Lost, Row
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import over_limit
from kerasinspect.names import cut
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.containers.sources import Source
    from kerasinspect.containers.stored import Attribute, Group, StoredArray, Tree
    from kerasinspect.json_values import JsonObject
    from kerasinspect.limits import Limits

_OWN_GROUP = "top_level_model_weights"
_GRAPH_GROUP = "graph"
_OPTIMIZER_GROUP = "optimizer_weights"
_TRAINING_CONFIG = "training_config"
_LONGEST = 120
"""Characters of a name in a remark."""


@dataclass(frozen=True, slots=True)
class _LegacyNotes:
    """Remarks on a legacy file, and facts about its lists, gathered while they are read."""

    limits: Limits
    where: str
    remarks: list[Remark] = field(default_factory=list)
    repeated_keys: list[tuple[str, str]] = field(default_factory=list)
    listed_names: list[tuple[str, str]] = field(default_factory=list)
    broken_lists: list[Remark] = field(default_factory=list)

    def note_listed(self, path: str, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
        """Note the names that a group's attributes list, and give each with whether it is there for the first time.

        Raises RefusedFile where all groups list too many.
        """
        total, allowed = len(self.listed_names) + len(names), self.limits.listed_names
        if total > allowed:
            raise over_limit("listed_names", total, allowed, self.where)
        self.listed_names.extend((path, name) for name in names)
        met: set[str] = set()
        for name in names:
            yield name, name not in met
            met.add(name)

    def broken(self, remark: Remark) -> None:
        """Note that a layer's lists and its contents disagree."""
        self.broken_lists.append(remark)
        self.remarks.append(remark)


def is_legacy(root: Group) -> bool:
    """Whether an HDF5 file is one that ``model.save`` or ``save_weights`` of an older Keras wrote."""
    attributes = root.attributes
    return (
        "model_weights" in root.groups
        or "model_config" in attributes
        or root.texts("layer_names") is not None
        or "nb_layers" in attributes
        or _is_graph(root)
    )


def read_legacy(source: Source, tree: Tree, limits: Limits) -> Contents:
    """The contents of a legacy file; raises NotAModel or DamagedFile where it has none."""
    root = tree.root
    whole = "model_weights" in root.groups or "model_config" in root.attributes
    weights = root.groups.get("model_weights") if whole else root
    notes = _LegacyNotes(limits, source.label)
    config = _json_attribute(source, root, "model_config", limits, notes)
    if weights is None and config is None:
        raise NotAModel(f"{source.label} holds neither weights nor a config.", "Save the model again.")
    layers = tuple(_layer_rows(weights, notes)) if weights else ()
    own = (
        _rows_of(weights.groups[_OWN_GROUP], _OWN_GROUP, notes).rows if weights and _OWN_GROUP in weights.groups else ()
    )
    states = root.groups.get(_OPTIMIZER_GROUP)
    optimizer = _rows_of(states, _OPTIMIZER_GROUP, notes).rows if states else ()
    taken = {row.array.path for rows in (*(layer.rows for layer in layers), own, optimizer) for row in rows}
    holder = weights or root
    training_config = _json_attribute(source, root, _TRAINING_CONFIG, limits, notes)
    return Contents(
        location=source.path,
        format="legacy-hdf5" if whole else "legacy-hdf5-weights",
        layers=layers,
        own=own,
        optimizer=optimizer,
        others=tuple(array for array in root.all_arrays() if array.path not in taken),
        config=config,
        training_config=training_config,
        keras_version=root.text("keras_version") or holder.text("keras_version"),
        backend=root.text("backend") or holder.text("backend"),
        remarks=(*notes.remarks, *tree_remarks(tree)),
        damage=tree.damage,
        container=Container(
            source.size,
            None,
            (tree,),
            tuple(notes.repeated_keys),
            tuple(notes.listed_names),
            tuple(notes.broken_lists),
        ),
    )


def _is_graph(root: Group) -> bool:
    """Whether a file holds the weights of a Graph model of Keras 0.x, all of them in one group."""
    return _GRAPH_GROUP in root.groups and "nb_params" in root.groups[_GRAPH_GROUP].attributes


def tree_remarks(tree: Tree) -> Iterator[Remark]:
    """A remark on every further name of an object, and on every array that was not written.

    What is not followed or damaged is said as damage.
    """
    for group in tree.root.walk():
        for name, link in group.links.items():
            if link.kind == "same":
                yield Remark("further-name", f"{group.path.rstrip('/')}/{name}", (link,))
    yield from tree.unwritten


def _json_attribute(source: Source, root: Group, name: str, limits: Limits, notes: _LegacyNotes) -> JsonObject | None:
    """An attribute that holds a JSON object; None where there is none. Raises DamagedFile where it holds another thing.

    A model that was never compiled may have ``null`` for its training.
    """
    where = f"{name} in {source.label}"
    text = root.text(name)
    if text is None:
        if name in root.attributes:
            raise DamagedFile(f"{where} is not text.", "Save the model again.")
        return None
    parsed = parse_json(text.encode("utf-8", "surrogateescape"), where, limits, with_long_lists=True)
    notes.repeated_keys.extend((name, key) for key in parsed.duplicate_keys)
    notes.remarks.extend(Remark("repeated-key", name, (key,)) for key in parsed.duplicate_keys)
    if isinstance(parsed.value, dict):
        return parsed.value
    if parsed.value is None and name == _TRAINING_CONFIG:
        return None
    raise DamagedFile(f"{where} is not a JSON object.", "Save the model again.")


def _layer_rows(weights: Group, notes: _LegacyNotes) -> Iterable[LayerRows]:
    """Every layer that the attributes name, in their order."""
    names = weights.texts("layer_names")
    if names is None and _is_graph(weights):
        names = [_GRAPH_GROUP]
    if names is None:
        names = _counted_names("layer", weights.attributes.get("nb_layers"), len(weights.groups))
    for name, is_first in notes.note_listed(weights.path, names):
        group = _find_group(weights, name) if is_first else None
        if group is not None:
            yield _rows_of(group, name, notes)
            continue
        if not is_first:
            notes.broken(Remark("layer-listed-twice", cut(name, _LONGEST)))
        elif not _is_kept_out(weights, name):
            notes.broken(Remark("layer-without-group", cut(name, _LONGEST)))
        yield LayerRows(name, (), has_group=False)


def _counted_names(word: str, count: Attribute, most: int) -> list[str]:
    """Names as the oldest Keras gave them, by a count that is believed no further than there are objects."""
    return [f"{word}_{number}" for number in range(min(count, most))] if isinstance(count, int) else []


def _find_group(parent: Group, name: str) -> Group | None:
    """The group of a layer, whose name may have slashes that nest it, or backslashes where Windows wrote it."""
    return parent.groups.get(name) or parent.at(name) or parent.at(name.replace("\\", "/"))


def _rows_of(group: Group, layer: str, notes: _LegacyNotes) -> LayerRows:
    """The arrays that a group's attributes name, in their order, and which of the names lead to none."""
    rows: list[Row] = []
    lost: list[Lost] = []
    repeated: list[str] = []
    for place, (name, is_first) in enumerate(notes.note_listed(group.path, _weight_names(group))):
        array = _find_array(group, name) if is_first else None
        if array is None:
            lost.append(Lost(place, name))
        else:
            rows.append(Row(name, array))
        repeated += () if is_first else (name,)
    twice = {*repeated}
    absent = [one.name for one in lost if one.name not in twice and not _is_kept_out(group, one.name)]
    if repeated:
        notes.broken(Remark("weights-listed-twice", layer, (_readable_names(repeated),)))
    if absent:
        notes.broken(Remark("lost-weights", layer, (_readable_names(absent),)))
    return LayerRows(layer, tuple(rows), tuple(lost))


def _weight_names(group: Group) -> Sequence[str]:
    """The names of weights that a group's attributes list."""
    names = group.texts("weight_names")
    if names is None:
        names = group.texts("param_names")
    if names is None:
        names = _counted_names("param", group.attributes.get("nb_params"), len(group.arrays))
    return names


def _readable_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names as a remark holds them, each once and no longer than can be read."""
    return tuple(cut(name, _LONGEST) for name in dict.fromkeys(names))


def _is_kept_out(group: Group, name: str) -> bool:
    """Whether something lies under a name that is not followed or cannot be read, which is said elsewhere."""
    folder, _, last = name.replace("\\", "/").rpartition("/")
    holder = group.at(folder) if folder else group
    return name in group.links or (holder is not None and last in holder.links)


def _find_array(group: Group, name: str) -> StoredArray | None:
    """The array of a weight, looked up link by link: a name never leads out of its group."""
    for path in (name, name.replace("\\", "/")):
        if path in group.arrays:
            return group.arrays[path]
        folder, _, last = path.rpartition("/")
        holder = group.at(folder) if folder else group
        if holder and last in holder.arrays:
            return holder.arrays[last]
    return None
