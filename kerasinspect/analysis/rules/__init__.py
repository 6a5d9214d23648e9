"""THE table of rules: one row for each thing that can be wrong with a saved model, in the order of their codes.

Error stands for what should stop a release: the model computes nothing of use, is not what it says, or is unsafe to
load. Warning is what is probably a mistake, and note what is worth knowing.
"""

from __future__ import annotations

from kerasinspect.analysis.findings import Rule
from kerasinspect.analysis.rules import container, contract, objective, safety, structure, training, values

RULES: tuple[Rule, ...] = (
    Rule("KI101", "not-a-number", "error", "weight", values.not_a_number, ("values",)),
    Rule("KI102", "infinity", "error", "weight", values.infinity, ("values",)),
    Rule("KI103", "zero-kernel", "warning", "weight", values.zero_kernel, ("values",)),
    Rule("KI104", "constant-kernel", "warning", "weight", values.constant_kernel, ("values",)),
    Rule("KI105", "dead-units", "warning", "weight", values.dead_units, ("values",), {"share": 0.0}),
    Rule("KI106", "identical-units", "warning", "weight", values.identical_units, ("values",), {"inputs": 4}),
    Rule(
        "KI107", "exploding-magnitude", "warning", "weight", values.exploding_magnitude, ("values",), {"largest": 1e4}
    ),
    Rule("KI108", "many-subnormals", "note", "weight", values.many_subnormals, ("values",), {"share": 0.01}),
    Rule("KI109", "negative-variance", "error", "weight", values.negative_variance, ("values",)),
    Rule("KI110", "float16-overflow", "warning", "weight", values.float16_overflow, ("values",), default=False),
    Rule(
        "KI111",
        "float16-vanishing",
        "warning",
        "weight",
        values.float16_vanishing,
        ("values",),
        {"share": 0.01},
        default=False,
    ),
    Rule("KI112", "bfloat16-overflow", "warning", "weight", values.bfloat16_overflow, ("values",), default=False),
    Rule(
        "KI113",
        "bfloat16-vanishing",
        "warning",
        "weight",
        values.bfloat16_vanishing,
        ("values",),
        {"share": 0.01},
        default=False,
    ),
    Rule("KI114", "saturated-int8", "warning", "weight", values.saturated_int8, ("values",), {"share": 0.8}),
    Rule("KI201", "missing-arrays", "error", "layer", structure.missing_arrays, ("config",)),
    Rule("KI202", "unclaimed-array", "warning", "file", structure.unclaimed_arrays, ("config", "values")),
    Rule("KI203", "wrong-shape", "error", "weight", structure.wrong_shapes, ("config",)),
    Rule("KI204", "unbuilt-layer", "error", "layer", structure.unbuilt_layers, ("config",)),
    Rule("KI205", "repeated-layer-name", "error", "layer", structure.repeated_names, ("config",)),
    Rule("KI206", "disconnected-layer", "warning", "layer", structure.disconnected_layers, ("config",)),
    Rule("KI207", "double-precision", "warning", "model", structure.double_precision, ("values",)),
    Rule("KI208", "mixed-precision", "note", "model", structure.mixed_precision, ("values",)),
    Rule("KI209", "output-against-loss", "warning", "layer", objective.output_against_loss, ("config",)),
    Rule("KI301", "untrained-model", "error", "model", training.untrained_model, ("config", "values"), {"share": 0.5}),
    Rule("KI302", "untrained-layer", "warning", "layer", training.untrained_layer, ("config", "values")),
    Rule(
        "KI303", "statistics-never-updated", "warning", "layer", training.statistics_never_updated, ("config", "values")
    ),
    Rule("KI304", "optimizer-never-stepped", "warning", "model", training.optimizer_never_stepped, ("optimizer",)),
    Rule("KI305", "never-updated-layer", "warning", "layer", training.never_updated, ("optimizer",)),
    Rule("KI306", "frozen-model", "note", "model", training.frozen_model, ("config", "values")),
    Rule("KI401", "optimizer-state", "note", "model", container.optimizer_state),
    Rule("KI402", "legacy-format", "note", "model", container.legacy_format),
    Rule("KI403", "newer-keras", "warning", "model", container.newer_keras, (), {"major": 3, "minor": 15}),
    Rule("KI404", "wrong-checksum", "error", "file", container.wrong_checksum, ("archive",)),
    Rule("KI405", "repeated-member", "error", "file", container.repeated_member, ("archive",)),
    Rule("KI406", "unknown-member", "warning", "file", container.unknown_member, ("archive",)),
    Rule("KI407", "unreadable-member", "error", "file", container.unreadable_member, ("archive",)),
    Rule("KI408", "compressed-weights", "note", "file", container.compressed_weights),
    Rule("KI409", "too-large", "error", "file", container.too_large, (), {"megabytes": 100}, default=False),
    Rule("KI410", "bytes-outside", "error", "file", container.bytes_outside),
    Rule("KI411", "shared-object", "warning", "file", container.shared_object),
    Rule("KI412", "broken-list", "error", "layer", container.broken_list),
    Rule("KI413", "other-place", "error", "layer", container.other_place),
    Rule("KI501", "stored-code", "error", "file", safety.stored_code, ("config",)),
    Rule("KI502", "foreign-module", "error", "file", safety.foreign_module, ("config",)),
    Rule("KI503", "non-modeling-api", "error", "file", safety.non_modeling_api, ("config",)),
    Rule("KI504", "unsafe-layer", "error", "file", safety.unsafe_layer, ("config",)),
    Rule("KI505", "external-path", "error", "file", safety.external_path, ("config",)),
    Rule("KI506", "path-traversal", "error", "file", safety.path_traversal),
    Rule("KI507", "mismatched-name", "error", "file", safety.mismatched_name, ("config",)),
    Rule("KI508", "custom-class", "note", "file", safety.custom_class, ("config",)),
    Rule("KI509", "runnable-member", "error", "file", safety.runnable_member, ("archive",)),
    Rule("KI510", "link", "error", "file", safety.link),
    Rule("KI511", "external-storage", "error", "file", safety.external_storage),
    Rule("KI512", "deceptive-name", "error", "file", safety.deceptive_name),
    Rule("KI513", "pickled-weights", "error", "file", safety.pickled_weights),
    Rule("KI514", "oversized-array", "error", "file", safety.oversized_array),
    Rule("KI515", "repeated-key", "error", "file", safety.repeated_key),
    Rule("KI601", "missing-layer", "error", "layer", contract.missing_layer, ("lock",), default=False),
    Rule("KI602", "unexpected-layer", "error", "layer", contract.unexpected_layer, ("lock",), default=False),
    Rule("KI603", "other-class", "error", "layer", contract.other_class, ("lock",), default=False),
    Rule("KI604", "missing-weight", "error", "layer", contract.missing_weight, ("lock",), default=False),
    Rule("KI605", "unexpected-weight", "error", "weight", contract.unexpected_weight, ("lock",), default=False),
    Rule("KI606", "other-shape", "error", "weight", contract.other_shape, ("lock",), default=False),
    Rule("KI607", "other-dtype", "error", "weight", contract.other_dtype, ("lock",), default=False),
    Rule("KI608", "other-interface", "error", "layer", contract.other_interface, ("lock", "config"), default=False),
    Rule("KI609", "over-budget", "error", "model", contract.over_budget, ("lock",), default=False),
    Rule("KI610", "other-keras", "warning", "model", contract.other_keras, ("lock",), default=False),
    Rule("KI611", "other-values", "error", "weight", contract.other_values, ("lock",), default=False),
)
"""Every rule."""
