"""Stored contents and knowledge become a ``Model``: the only place where the two meet.

``skeleton`` makes nodes from the config; ``claiming`` gives each node its arrays, by ``tree`` from a tree of groups and
by ``rows`` from the lists of a legacy file; ``order`` and ``legacy_order`` put them in the order of ``get_weights()``;
``wiring`` connects the layers; ``labelling`` says what each array is. Every array of the file ends in ``Model.layers``
or in ``Model.extras``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.assembly.claiming.absent import drop_places, with_places_kept
from kerasinspect.assembly.claiming.displaced import by_place, exchanged
from kerasinspect.assembly.claiming.rows import claim_rows
from kerasinspect.assembly.claiming.sharing import Copies, Sharing, stored_again
from kerasinspect.assembly.claiming.tree import claim_tree
from kerasinspect.assembly.graph import Wiring
from kerasinspect.assembly.labelling.extras import extras_of, with_slots
from kerasinspect.assembly.labelling.layers import layer_of
from kerasinspect.assembly.labelling.positions import (
    WeightCount,
    common_positions,
    count_weights,
    may_be_keras_2,
    number_weights,
    remarks_on,
    unsettled,
)
from kerasinspect.assembly.labelling.vocabularies import Vocabularies
from kerasinspect.assembly.labelling.weights import Labelling, weight_of
from kerasinspect.assembly.legacy_order import LegacyOrder
from kerasinspect.assembly.order import age_of, own_places, places_in_order
from kerasinspect.assembly.paths import check_connections, layer_paths, shared_paths
from kerasinspect.assembly.skeleton import count_layers, root_of, undescribed
from kerasinspect.assembly.wiring import connect
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, over_limit
from kerasinspect.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.labelling.positions import Numbering
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.assembly.order import Age, Placement
    from kerasinspect.containers.stored import Group
    from kerasinspect.formats.contents import Contents
    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.limits import Limits
    from kerasinspect.model import Extra, Layer, Weight
    from kerasinspect.remarks import Remark


def assemble(contents: Contents, limits: Limits = DEFAULT) -> Model:
    """The model that a file's contents mean; raises RefusedFile where it has too many layers, or paths too long."""
    count = count_layers(contents.config)
    if count > limits.layers:
        raise over_limit("layers", count, limits.layers, f"The config of {contents.location}")
    root = root_of(contents.config)
    model, every_place, remarks, counts, tables = _claimed(root, contents, limits)
    contents = replace(contents, assets={**contents.assets, **tables}) if tables else contents
    numbering = _numbering_of(model, every_place, counts, contents)
    places = drop_places(model, every_place)
    labelling = _labelling_of(model, contents, numbering, counts, limits)
    layers = tuple(layer_of(labelling, child, Wiring()) for child in model.children)
    own = tuple(weight_of(labelling, model, claim, "", Wiring()) for _, claim, _ in own_places(model, known=True))
    weights = tuple(labelling.weights[claim] for _, claim, _ in places)
    copies = {path: labelling.weights[claim].path for path, claim in stored_again(model) if claim in labelling.weights}
    extras = [*_extras_of(contents, model, weights, layers, copies)]
    return Model(
        name=(model.name or None) if root else None,
        class_name=(model.class_name or None) if root else None,
        location=contents.location,
        format=contents.format,
        layers=layers,
        weights=weights,
        extras=tuple(extras),
        own_weights=own,
        keras_version=contents.keras_version,
        backend=contents.backend,
        saved_at=contents.saved_at,
        config=contents.config,
        training_config=contents.training_config,
        remarks=(*contents.remarks, *remarks, *remarks_on(numbering)),
        damage=tuple(labelling.damage),
    )


def _extras_of(
    contents: Contents, model: Node, weights: Sequence[Weight], layers: Sequence[Layer], copies: Mapping[str, str]
) -> Iterator[Extra]:
    """Every array that is no weight; of ``copies``, by their paths, the weights that they are once more."""
    if contents.objects is not None:
        from kerasinspect.assembly.labelling.tracked_extras import tracked_extras  # noqa: PLC0415 - few models are such

        return tracked_extras(contents.objects, weights)
    extras = extras_of(contents, {weight.stored_path for weight in weights}, model.walk(), copies)
    return with_slots(extras, contents, weights, layers)


class _Claimed(NamedTuple):
    """A whole model whose nodes have claimed their arrays."""

    model: Node
    places: list[Placement]
    """Every array in the order of ``get_weights()``; placeholders for those that a legacy file lacks among them."""
    remarks: Sequence[Remark]
    counts: WeightCount
    tables: Mapping[str, Callable[[], bytes]] = {}
    """Vocabularies beside the arrays of a checkpoint."""


def _claimed(root: Node | None, contents: Contents, limits: Limits) -> _Claimed:
    """The model of a config, or of groups and lists alone, with every array that a layer can claim."""
    if contents.objects is not None:
        return _claimed_objects(root, contents.objects, limits)
    return _claimed_rows(root, contents) if contents.tree is None else _claimed_tree(root, contents, contents.tree)


def _claimed_objects(root: Node | None, graph: ObjectGraph, limits: Limits) -> _Claimed:
    """The model with the variables of a checkpoint of TensorFlow."""
    from kerasinspect.assembly.claiming.tracked import claim_objects  # noqa: PLC0415 - few models are such

    model, listed, tables = claim_objects(root, graph, limits)
    age: Age = "keras 3" if graph.has_paths or graph.is_of_keras_3() else "keras 2"
    if listed is not None:
        return _Claimed(model, listed, (), WeightCount(), tables)
    uncounted = {node for node in model.walk() if not node.count_known}
    return _Claimed(model, places_in_order(model, age), (), WeightCount(uncounted=uncounted), tables)


def _claimed_tree(root: Node | None, contents: Contents, tree: Group) -> _Claimed:
    """The model with the arrays of a tree of groups."""
    model = claim_tree(root, tree, version_of(contents.keras_version))
    places = exchanged(places_in_order(model, _age_of_contents(contents)))
    return _Claimed(model, places, (), count_weights(model, places, contents))


def _claimed_rows(root: Node | None, contents: Contents) -> _Claimed:
    """The model with the arrays that a legacy file lists."""
    age = _age_of_contents(contents)
    listed = replace(contents, layers=with_places_kept(contents.layers))
    model, remarks, in_file = claim_rows(root, listed)
    sharing = Copies(model, listed).join() if age != "file" else Sharing()
    rows = [*(row for layer in listed.layers for row in layer.rows), *contents.own]
    stored = by_place(model, {row.array.path: place for place, row in enumerate(rows)})
    order = LegacyOrder(age, version_of(contents.keras_version), stored, sharing.doubtful, in_file)
    places = exchanged(order.of(model))
    counts = WeightCount(unsettled=unsettled(places, sharing.doubtful))
    return _Claimed(model, places, (*remarks, *sharing.remarks), counts)


def _labelling_of(
    model: Node, contents: Contents, numbering: Numbering, counts: WeightCount, limits: Limits
) -> Labelling:
    """What labels depend on; raises RefusedFile where paths become too long together."""
    paths, graph = layer_paths(model, limits), connect(model)
    check_connections(graph, paths, limits)
    damage = [*contents.damage, *undescribed(model)]
    return Labelling(
        graph=graph,
        keras_version=version_of(contents.keras_version),
        indices=numbering.indices,
        kept_aside=numbering.kept_aside,
        counts=counts,
        built=any(node.claims for node in model.walk()),
        whole=not damage and not contents.container.broken_lists,
        vocabularies=Vocabularies(contents.assets, damage),
        paths=paths,
        shared=shared_paths(model, paths),
        damage=damage,
    )


def _numbering_of(model: Node, places: Sequence[Placement], counts: WeightCount, contents: Contents) -> Numbering:
    """The positions of all arrays; where either Keras may have written a tree, those on which both agree."""
    numbering = number_weights(model, places, counts, is_keras_2=_age_of_contents(contents) == "keras 2")
    if not may_be_keras_2(contents):
        return numbering
    sorted_as_2 = number_weights(model, places_in_order(model, "keras 2"), counts, is_keras_2=True)
    return common_positions(numbering, sorted_as_2)


def _age_of_contents(contents: Contents) -> Age:
    """Which order of ``get_weights()`` the Keras that wrote a file has."""
    return age_of(contents.keras_version, is_tree=contents.tree is not None)
