"""How quantisation and LoRA change which arrays a layer has, and their order in a file.

Source: the variable serialisation of Keras 3.2 to 3.15 and its development version, by saving each mode.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.layers import WeightKind

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKED_TRANSPOSED = ("gptq", "awq")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a layer's dtype policy says."""

    mode: str | None = None
    """int8, int4, float8, gptq, awq, ternary; None where nothing is quantised."""
    name: str | None = None
    """The whole policy in Keras's words: ``mixed_bfloat16``, ``int8_from_float32``."""
    block: int | None = None
    """Values that share a scale, where int4, gptq and awq work in blocks."""
    source: str | None = None
    """The policy that the layer had before it was quantised."""


def policy_of(config: Mapping[str, Any]) -> Policy:
    """The dtype policy in a layer's config, from every generation of it."""
    value = config.get("dtype")
    if isinstance(value, dict):
        inner = value.get("config")
        inner = inner if isinstance(inner, dict) else {}
        mode, source, name = (word if isinstance(word := inner.get(key), str) else None for key in ("mode", "source_name", "name"))
        return parsed(mode, name or (f"{mode}_from_{source}" if mode else None), source)
    if isinstance(value, str) and "_from_" in value:
        mode, source = value.split("_from_", 1)
        return parsed(mode, value, source)
    return Policy(name=value if isinstance(value, str) else None)


def parsed(mode: str | None, name: str | None, source: str | None) -> Policy:
    """A policy from its mode, which may carry a block size: ``int4/128``, ``gptq/4/128``."""
    if not mode:
        return Policy(name=name, source=source)
    word, *numbers = mode.split("/")
    block = int(numbers[-1]) if numbers and numbers[-1].lstrip("-").isdigit() else None
    return Policy(word, name, block if block is None or block > 0 else None, source)


def variants(class_name: str, kinds: tuple[WeightKind, ...], config: Mapping[str, Any]) -> list[tuple[WeightKind, ...]]:
    """The arrays that a layer may have stored, the likeliest first: as its config says, then as known bugs leave it.

    ``kinds`` are those of the unquantised layer in stored order.
    """
    policy = policy_of(config)
    if policy.mode and class_name in ("Dense", "EinsumDense", "TernaryDense"):
        return dense_variants(policy.mode, kinds, zero="zero_point" if class_name == "EinsumDense" else "kernel_zero")
    if policy.mode in ("int8", "int4") and class_name in ("Embedding", "ReversibleEmbedding"):
        return embedding_variants(kinds, reverse=class_name == "ReversibleEmbedding")
    return [kinds]


def dense_variants(mode: str, kinds: tuple[WeightKind, ...], zero: str) -> list[tuple[WeightKind, ...]]:
    """What a quantised Dense or EinsumDense stores."""
    kernel, *rest = kinds
    bias = tuple(kind for kind in rest if kind.name == "bias")
    fixed = replace(kernel, trainable=False, free_rank=True)
    scale, zeros, groups = array("kernel_scale"), array(zero), array("g_idx")
    if mode == "float8":
        names = ("inputs_scale", "inputs_amax_history", "kernel_scale", "kernel_amax_history")
        grads = ("outputs_grad_scale", "outputs_grad_amax_history")
        return [(kernel, *bias, *(replace(array(name), trainable=True) for name in (*names, *grads)))]
    if mode in PACKED_TRANSPOSED:
        scales = (array("awq_scales"),) if mode == "awq" else ()
        # Keras 3.14.0 to 3.15.1 forgets the zero points of these modes when it saves .keras files.
        return [(*bias, fixed, scale, zeros, *scales, groups), (*bias, fixed, scale, *scales, groups)]
    whole = (fixed, *bias, scale)
    return [whole, (*whole, array("kernel_zero"), groups)]


def embedding_variants(kinds: tuple[WeightKind, ...], *, reverse: bool) -> list[tuple[WeightKind, ...]]:
    """What a quantised Embedding or ReversibleEmbedding stores."""
    table = replace(kinds[0], trainable=False)
    scale, zeros, groups = array("embeddings_scale"), array("embeddings_zero"), array("g_idx")
    plain, grouped = (table, scale), (table, scale, zeros, groups)
    if not reverse or len(kinds) == 1:
        return [plain, grouped]
    back = (replace(kinds[1], trainable=False), array("reverse_embeddings_scale"))
    return [(*plain, *back), (*grouped, *back, array("reverse_embeddings_zero"))]


def array(name: str) -> WeightKind:
    """A quantisation array of any rank, which training does not change."""
    return WeightKind(name, ("value",), trainable=False, free_rank=True)


LORA: Mapping[str, tuple[str, ...]] = {
    "kernel": ("lora_kernel_a", "lora_kernel_b"),
    "embeddings": ("lora_embeddings_a", "lora_embeddings_b"),
}


def lora_kinds(kinds: tuple[WeightKind, ...], config: Mapping[str, Any]) -> tuple[WeightKind, ...]:
    """The two factors that LoRA adds to a layer; ``.keras`` files hold only the kernel with them merged in."""
    if not config.get("lora_rank"):
        return ()
    for kind in kinds:
        if kind.name in LORA:
            return tuple(WeightKind(name, ("input", "rank"), free_rank=True) for name in LORA[kind.name])
    return ()
