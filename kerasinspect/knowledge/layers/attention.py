"""Attention layers: with projections to heads, and those that compare query and key as they are."""

from __future__ import annotations

from functools import partial
from operator import eq

from kerasinspect.knowledge.kinds import Flag, LayerSpec, Sizing, Sublayer, Taking, WeightSpec
from kerasinspect.knowledge.layers.weights import BIAS, KERNEL
from kerasinspect.knowledge.shapes import features
from kerasinspect.knowledge.shapes.rule import same
from kerasinspect.late.dataclasses import replace

_INTO, _OUT = "abc,cde->abde", "abcd,cde->abe"


def _projection(part: str, *, private: bool) -> Sublayer:
    """One projection of an attention layer, an EinsumDense whose axes the attention layer knows."""
    is_last = part == "attention_output"
    attribute = "output" if is_last else part
    attributes = (f"_{attribute}_dense", f"{attribute}_dense")
    axes = ("head", "input", "unit") if is_last else ("input", "head", "unit")
    return Sublayer(
        attributes if private else attributes[::-1],
        part,
        "EinsumDense",
        weights=(
            replace(KERNEL, axes=axes, free_rank=True),
            replace(BIAS, axes=axes[2:] if is_last else axes[1:], free_rank=True),
        ),
        flags=(Flag("use_gate", default=False),) if part == "gate" else (),
        equation=_OUT if is_last else _INTO,
        taking=Taking.UNKNOWN if is_last else Taking.FEATURES,
    )


def _projections(*, private: bool) -> tuple[Sublayer, ...]:
    """The projections of a multi-head attention layer, in the order of ``get_weights()``."""
    return (
        _projection("query", private=private),
        _projection("key", private=private),
        _projection("gate", private=True),
        _projection("value", private=private),
        _projection("attention_output", private=private),
    )


_GROUPED = LayerSpec(
    "GroupedQueryAttention",
    "Multi-head attention in which several query heads share one head of keys and values.",
    sublayers=_projections(private=True),
    shape=same,
    is_projecting=True,
)

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "MultiHeadAttention",
        "Each step looks at all others and takes from each as much as its query fits their keys; several heads do so "
        "in parallel.",
        sublayers=_projections(private=False),
        shape=features.multi_head_attention,
        is_projecting=True,
        is_told_by_sublayers=True,
    ),
    replace(_GROUPED, class_name="GroupQueryAttention", python_name="GroupedQueryAttention"),
    _GROUPED,
    LayerSpec(
        "Attention",
        "Takes from each step of the value as much as the query fits its key.",
        (
            WeightSpec(
                "scale",
                flags=(Flag("use_scale", default=False),),
                initial="ones",
                sentence="One learned number that the attention scores are multiplied by.",
            ),
            WeightSpec(
                "concat_score_weight",
                flags=(Flag("score_mode", partial(eq, "concat"), default=False),),
                initial="ones",
            ),
        ),
        shape=features.attention,
        sizing=Sizing.SCORES,
    ),
    LayerSpec(
        "AdditiveAttention",
        "Takes from each step of the value as much as a small network finds its key to fit the query.",
        (
            WeightSpec(
                "scale",
                ("unit",),
                flags=(Flag("use_scale"),),
                initial="glorot_uniform",
                sentence="One learned number per feature that weighs it in the attention score.",
            ),
        ),
        shape=features.attention,
        sizing=Sizing.SCORES,
    ),
)
