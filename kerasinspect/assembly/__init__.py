"""Stored contents and knowledge become a ``Model``: the only place where the two meet.

``nodes`` makes a skeleton from the config; ``tree`` or ``rows`` gives each node its arrays; ``order`` puts them in the
order of ``get_weights()``; ``graph`` connects the layers; ``labels`` says what each array is. Every array of the file
ends in ``Model.layers`` or in ``Model.extras``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.absent import drop_places, with_places_kept
from kerasinspect.assembly.claiming.displaced import by_place, exchanged
from kerasinspect.assembly.claiming.rows import claim_rows
from kerasinspect.assembly.claiming.sharing import Copies, Sharing
from kerasinspect.assembly.claiming.tree import claim_tree
from kerasinspect.assembly.labelling.extras import extras_of, with_slots
from kerasinspect.assembly.labelling.labels import Labelling, layer_of, weight_of
from kerasinspect.assembly.labelling.positions import (
    WeightCount,
    common_positions,
    count_weights,
    may_be_keras_2,
    number_weights,
    remarks_on,
    unsettled,
)
from kerasinspect.assembly.legacy_order import LegacyOrder
from kerasinspect.assembly.order import age_of, own_places, places_in_order
from kerasinspect.assembly.paths import check_connections, layer_paths, shared_paths
from kerasinspect.assembly.skeleton import count_layers, root_of, undescribed
from kerasinspect.assembly.wiring import Wiring, connect
from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.limits import DEFAULT, over_limit
from kerasinspect.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.assembly.labelling.positions import Numbering
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.assembly.order import Age, Placement
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits
    from kerasinspect.remarks import Remark


def assemble(contents: Contents, limits: Limits = DEFAULT) -> Model:
    """The model that a file's contents mean; raises RefusedFile where it has too many layers, or paths too long."""
    count = count_layers(contents.config)
    if count > limits.layers:
        raise over_limit("layers", count, limits.layers, f"The config of {contents.location}")
    root = root_of(contents.config)
    model, every_place, remarks, counts = claimed(root, contents)
    numbering = numbering_of(model, every_place, counts, contents)
    places = drop_places(model, every_place)
    damage = (*contents.damage, *(undescribed(root) if root else ()))
    paths, graph = layer_paths(model, limits), connect(model)
    check_connections(graph, paths, limits)
    labelling = Labelling(
        graph,
        version_of(contents.keras_version),
        numbering.indices,
        counts,
        any(node.claims for node in model.walk()),
        not damage,
        contents.assets,
        paths,
        shared_paths(model, paths),
    )
    layers = tuple(layer_of(labelling, child, Wiring()) for child in model.children)
    own_weights = tuple(
        weight_of(labelling, model, claim, "", Wiring()) for _, claim, _ in own_places(model, known=True)
    )
    weights = tuple(labelling.weights[claim] for _, claim, _ in places)
    extras = extras_of(contents, {weight.stored_path for weight in weights}, model.walk())
    return Model(
        name=(model.name or None) if root else None,
        class_name=(model.class_name or None) if root else None,
        location=contents.location,
        format=contents.format,
        layers=layers,
        weights=weights,
        extras=tuple(with_slots(extras, contents, weights, layers)),
        own_weights=own_weights,
        keras_version=contents.keras_version,
        backend=contents.backend,
        saved_at=contents.saved_at,
        config=contents.config,
        training_config=contents.training_config,
        remarks=(*contents.remarks, *remarks, *remarks_on(numbering)),
        damage=(*damage, *labelling.damage),
    )


def claimed(root: Node | None, contents: Contents) -> tuple[Node, list[Placement], list[Remark], WeightCount]:
    """The whole model with its arrays, those in the order of ``get_weights()``, what is odd, and what is counted."""
    age = age_of_contents(contents)
    if contents.tree is not None:
        model = claim_tree(root, contents.tree, version_of(contents.keras_version))
        places = exchanged(places_in_order(model, age))
        return model, places, [], count_weights(model, places, contents)
    listed = replace(contents, layers=with_places_kept(contents.layers))
    model, remarks, in_file = claim_rows(root, listed)
    sharing = Copies(model, listed).join() if age != "file" else Sharing()
    rows = [*(row for layer in listed.layers for row in layer.rows), *contents.own]
    stored = by_place(model, {row.array.path: place for place, row in enumerate(rows)})
    order = LegacyOrder(age, version_of(contents.keras_version), stored, sharing.doubtful, in_file)
    places = exchanged(order.of(model))
    return model, places, [*remarks, *sharing.remarks], WeightCount(unsettled=unsettled(places, sharing.doubtful))


def numbering_of(model: Node, places: Sequence[Placement], counts: WeightCount, contents: Contents) -> Numbering:
    """The positions of all arrays; where either Keras may have written a tree, those on which both agree."""
    numbering = number_weights(model, places, counts, is_keras_2=age_of_contents(contents) == "keras 2")
    if not may_be_keras_2(contents):
        return numbering
    return common_positions(
        numbering, number_weights(model, places_in_order(model, "keras 2"), counts, is_keras_2=True)
    )


def age_of_contents(contents: Contents) -> Age:
    """Which order of ``get_weights()`` the Keras that wrote a file has."""
    return age_of(contents.keras_version, is_tree=contents.tree is not None)
