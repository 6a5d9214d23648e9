"""How quantisation and LoRA change which arrays a layer has, and their order in a file.

Source: the variable serialisation of Keras 3.2 to 3.15 and its development version, by saving each mode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.layers import WeightKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Kinds = tuple[WeightKind, ...]

DENSE = ("Dense", "EinsumDense", "TernaryDense")
EMBEDDINGS = ("Embedding", "ReversibleEmbedding")
CALIBRATED = ("gptq", "awq")
"""Modes that store the kernel transposed, as unsigned integers around a zero point."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a layer's dtype policy says."""

    mode: str | None = None
    """int8, int4, float8, gptq, awq, ternary; None where nothing is quantised."""
    name: str | None = None
    """The whole policy in Keras's words: ``mixed_bfloat16``, ``int8_from_float32``."""
    block: int | None = None
    """Values that share a scale, where int4, gptq and awq work in blocks."""
    bits: int = 4
    """Bits of a value in gptq."""
    pairs_last: bool = False
    """Two int4 values share a byte along the last axis, since Keras 3.14; before, along the first."""
    source: str | None = None
    """The policy that the layer had before it was quantised."""


def policy_of(config: Mapping[str, Any]) -> Policy:
    """The dtype policy in a layer's config, from every generation of it."""
    value = config.get("dtype")
    if isinstance(value, dict):
        inner = value.get("config")
        inner = inner if isinstance(inner, dict) else {}
        mode, source, name = (
            text if isinstance(text := inner.get(key), str) else None for key in ("mode", "source_name", "name")
        )
        return parsed(mode, name or (f"{mode}_from_{source}" if mode else None), source)
    if isinstance(value, str) and "_from_" in value:
        mode, source = value.split("_from_", 1)
        return parsed(mode, value, source)
    return Policy(name=value if isinstance(value, str) else None)


def parsed(mode: str | None, name: str | None, source: str | None) -> Policy:
    """A policy from its mode, which may carry bits and a block size: ``int4/128``, ``gptq/4/128``."""
    if not mode:
        return Policy(name=name, source=source)
    word, *parts = mode.split("/")
    numbers = [int(part) for part in parts if part.removeprefix("-").isdecimal() and len(part) < len(str(2**31))]
    block = numbers[-1] if numbers and numbers[-1] > 0 else None
    bits = numbers[0] if word in CALIBRATED and numbers else 4
    return Policy(word, name, block, bits, pairs_last=word == "int4" and bool(parts), source=source)


def variants(class_name: str, kinds: Kinds, config: Mapping[str, Any]) -> list[Kinds]:
    """The arrays that a layer may have stored, the likeliest first: as its config says, then as known bugs leave it.

    ``kinds`` are those of the unquantised layer in stored order.
    """
    policy = policy_of(config)
    if policy.mode and kinds and class_name in DENSE:
        return [*dense_variants(policy, kinds, is_einsum=class_name == "EinsumDense")]
    if policy.mode in ("int8", "int4") and kinds and class_name in EMBEDDINGS:
        return [*embedding_variants(policy.mode, kinds)]
    if class_name == "LayerNormalization" and config:
        # Keras 3.0 to 3.3 does not save rms_scaling, which leaves gamma alone.
        return [kinds, kinds[:1]]
    return [kinds]


def untold_variants(class_name: str, kinds: Kinds) -> Iterator[Kinds]:
    """The arrays of a layer whose config does not say how it is quantised, in any of the ways that there are.

    So it is without a config, and for the projections of an attention layer, whose policy Keras does not save.
    """
    if kinds and class_name in DENSE:
        policies = (Policy("float8"), Policy("int8"), Policy("int4", pairs_last=True), Policy("int4"))
        for policy in (*policies, *map(Policy, CALIBRATED)):
            yield from dense_variants(policy, kinds, is_einsum=class_name == "EinsumDense")
    elif kinds and class_name in EMBEDDINGS:
        yield from embedding_variants("int8", kinds)
        yield from embedding_variants("int4", kinds)


def dense_variants(policy: Policy, kinds: Kinds, *, is_einsum: bool) -> Iterator[Kinds]:
    """What a quantised Dense or EinsumDense stores."""
    kernel, *rest = kinds
    bias = tuple(kind for kind in rest if kind.name == "bias")
    if policy.mode == "float8":
        yield (kernel, *bias, *FLOAT8)
    elif policy.mode in CALIBRATED:
        axes = ("unit pair" if policy.bits == 4 else "unit", "input")  # noqa: PLR2004 - two values of 4 bits a byte
        packed = fixed("kernel", *axes, dtypes=("uint8",))
        scale, groups = fixed("kernel_scale", "unit", "group"), fixed("g_idx", "input")
        zero = fixed("zero_point" if is_einsum else "kernel_zero", "unit", "group", dtypes=("uint8",))
        after = (fixed("awq_scales", "input"), groups) if policy.mode == "awq" else (groups,)
        yield (*bias, packed, scale, zero, *after)
        # Keras 3.14.0 to 3.15.1 forgets the zero points of these modes when it saves .keras files.
        yield (*bias, packed, scale, replace(after[0], gap=1), *after[1:])
    elif policy.mode == "ternary":
        yield (fixed("kernel", "five inputs", "unit", dtypes=("uint8",)), *bias, fixed("kernel_scale"))
    elif policy.mode == "int4":
        yield from int4_variants(policy, kernel, bias, is_einsum=is_einsum)
    else:
        scale = replace(fixed("kernel_scale", "unit"), free_rank=is_einsum)
        yield (replace(kernel, trainable=False, dtypes=("int8",)), *bias, scale)


def int4_variants(policy: Policy, kernel: WeightKind, bias: Kinds, *, is_einsum: bool) -> Iterator[Kinds]:
    """What a Dense or EinsumDense of int4 stores: with a scale for each unit, or one for each block of its inputs."""
    if policy.pairs_last:
        packed = fixed("kernel", "input", "unit pair", dtypes=("int8",))
    else:
        first = kernel.axes.index("input") if "input" in kernel.axes else len(kernel.axes)
        axes = tuple("input pair" if axis == first else name for axis, name in enumerate(kernel.axes))
        packed = replace(kernel, axes=axes, trainable=False, dtypes=("int8",))
    scale = replace(fixed("kernel_scale", "unit"), free_rank=is_einsum and not policy.pairs_last)
    yield (packed, *bias, scale)
    grouped = fixed("kernel_scale", "group", "unit")
    zero = fixed("kernel_zero", "group", "unit", dtypes=("int8",))
    yield (packed, *bias, grouped, zero, fixed("g_idx", "input"))


def embedding_variants(mode: str, kinds: Kinds) -> Iterator[Kinds]:
    """What a quantised Embedding or ReversibleEmbedding stores."""
    table, *rest = kinds
    back = tuple(kind for kind in rest if kind.name == "reverse_embeddings")
    if mode == "int4":
        table = replace(table, axes=("index", "unit pair"))
        back = tuple(replace(kind, axes=("unit pair", "index")) for kind in back)
    table = replace(table, trainable=False, dtypes=("int8",))
    back = tuple(replace(kind, trainable=False, dtypes=("int8",)) for kind in back)
    scale = fixed("embeddings_scale", "index")
    yield (table, scale, *(one for kind in back for one in (kind, fixed("reverse_embeddings_scale", "index"))))
    if mode == "int4":
        grouped, zero = fixed("embeddings_scale", "index", "group"), fixed("embeddings_zero", "index", "group")
        behind = (
            fixed("reverse_embeddings_scale", "group", "index"),
            fixed("reverse_embeddings_zero", "group", "index"),
        )
        front = (table, grouped, replace(zero, dtypes=("int8",)), fixed("g_idx", "unit"))
        yield (*front, *(one for kind in back for one in (kind, *behind)))


def fixed(name: str, *axes: str, dtypes: tuple[str, ...] = ()) -> WeightKind:
    """A quantisation array, which training does not change."""
    return WeightKind(name, axes, trainable=False, dtypes=dtypes)


FLOAT8 = tuple(
    kind
    for what in ("inputs", "kernel", "outputs_grad")
    for kind in (WeightKind(f"{what}_scale"), WeightKind(f"{what}_amax_history", ("step",)))
)
"""Scales and the largest values of late, which Keras overwrites by way of gradients: they count as trainable."""

LORA: Mapping[str, str] = {"kernel": "lora_kernel", "embeddings": "lora_embeddings"}
"""The weights that LoRA adapts, and what its two factors are called before ``_a`` and ``_b``."""


def lora_kinds(kinds: Kinds, config: Mapping[str, Any]) -> Kinds:
    """The two factors that LoRA adds to a layer; ``.keras`` files hold only the kernel with them merged in."""
    if not config.get("lora_rank"):
        return ()
    for kind in kinds:
        if kind.name in LORA and kind.axes:
            name = LORA[kind.name]
            first = replace(kind, name=f"{name}_a", axes=(*kind.axes[:-1], "rank"), trainable=True, dtypes=())
            return (first, replace(first, name=f"{name}_b", axes=("rank", kind.axes[-1]), free_rank=False))
    return ()
