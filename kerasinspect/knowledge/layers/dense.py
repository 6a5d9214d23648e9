"""Dense layers, those that multiply all inputs in other ways, and embeddings."""

from __future__ import annotations

from math import pi
from operator import not_

from kerasinspect.knowledge.axes import einsum_bias_axes, einsum_kernel_axes
from kerasinspect.knowledge.fan_rules import convolution, dense, einsum, lookup
from kerasinspect.knowledge.kinds import UNKNOWN, Explanation, Flag, LayerSpec, Sizing, WeightSpec
from kerasinspect.knowledge.layers.weights import BIAS, KERNEL, USE_BIAS
from kerasinspect.knowledge.shapes import features
from kerasinspect.knowledge.shapes.rule import same
from kerasinspect.late.dataclasses import replace

_ADAPTED_KERNEL = replace(KERNEL, lora_fans=dense)
_EMBEDDINGS = WeightSpec(
    "embeddings",
    ("index", "unit"),
    fans=lookup,
    lora_fans=lookup,
    initial="random_uniform",
    initial_keys=("embeddings_initializer", "init"),
)

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "Dense",
        "Every unit multiplies each input by its own weight, adds them up, adds its bias if it has one, and passes the "
        "sum through the activation.",
        (_ADAPTED_KERNEL, BIAS),
        shape=features.dense,
        explanation=Explanation.LAST_AXIS,
        quantized="kernel",
        has_activation=True,
        has_own_units=True,
        names_its_arrays=True,
    ),
    LayerSpec(
        "TimeDistributedDense",
        "Does at each step what a Dense layer does, with the same weights.",
        (KERNEL, BIAS),
        shape=features.dense,
        explanation=Explanation.LAST_AXIS,
        is_gone=True,
    ),
    LayerSpec(
        "TernaryDense",
        "A Dense layer whose weights are only -1, 0 and 1, times a scale.",
        (_ADAPTED_KERNEL, BIAS),
        shape=features.dense,
        quantized="kernel",
    ),
    LayerSpec(
        "EinsumDense",
        "A Dense layer that can work on several axes at once, as its equation says.",
        (
            replace(
                KERNEL,
                axes=(UNKNOWN,),
                free_rank=True,
                axes_of=einsum_kernel_axes,
                fans=einsum,
                lora_fans=convolution,
                sentence="Each number says how strongly an input counts in an output.",
            ),
            replace(
                BIAS,
                flags=(Flag("bias_axes"),),
                free_rank=True,
                axes_of=einsum_bias_axes,
                sentence="Numbers that are added to the outputs.",
            ),
        ),
        shape=features.einsum_dense,
        sizing=Sizing.EQUATION,
        quantized="kernel",
        has_activation=True,
        names_its_arrays=True,
    ),
    LayerSpec(
        "MaxoutDense",
        "Several Dense layers side by side, of which each unit takes the largest result.",
        (
            replace(
                KERNEL,
                axes=("feature", "input", "unit"),
                sentence="Several kernels side by side; a unit's output is the largest of the sums they give.",
            ),
            replace(BIAS, axes=("feature", "unit"), sentence="One number per kernel and unit, added to the sum."),
        ),
        shape=features.dense,
        is_gone=True,
    ),
    LayerSpec(
        "Highway",
        "Mixes a Dense layer's result with the unchanged input, in a proportion that it learns.",
        (
            KERNEL,
            replace(KERNEL, name="W_carry", initial_keys=("init",)),
            BIAS,
            WeightSpec("b_carry", ("unit",), flags=(USE_BIAS,), initial="ones"),
        ),
        shape=same,
        is_gone=True,
    ),
    LayerSpec(
        "RandomFourierFeatures",
        "Turns its input into waves of random directions, which approximate a kernel function.",
        (
            WeightSpec("kernel_scale", ("value",)),
            WeightSpec("unscaled_kernel", ("input", "unit"), trainable=False, fans=dense),
            WeightSpec(
                "bias",
                ("unit",),
                trainable=False,
                initial={"class_name": "RandomUniform", "config": {"minval": 0.0, "maxval": 2 * pi}},
                sentence="One number per unit, by which its wave is shifted; it is drawn at random and not trained.",
            ),
        ),
        shape=features.dense,
    ),
    LayerSpec(
        "Embedding",
        "Looks up one row of the embeddings for each integer index that comes in.",
        (_EMBEDDINGS,),
        shape=features.embedding,
        explanation=Explanation.INDICES,
        quantized="embeddings",
        names_its_arrays=True,
    ),
    LayerSpec(
        "ReversibleEmbedding",
        "Looks up one row of the embeddings for each integer index that comes in.",
        (
            _EMBEDDINGS,
            replace(
                _EMBEDDINGS,
                name="reverse_embeddings",
                axes=("unit", "index"),
                flags=(Flag("tie_weights", not_, default=False),),
                fans=dense,
                lora_fans=None,
                initial_keys=("embeddings_initializer",),
            ),
        ),
        shape=features.embedding,
        explanation=Explanation.INDICES,
        quantized="embeddings",
    ),
)
