"""Layers of other libraries, where they are installed: tfmot, TensorFlow Addons, QKeras, larq, PyTorch."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import WIDTH, Made, between, called, dense, keras, layers, numbers

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = (6, 6, 2)


def library(name: str) -> Any:
    """A library that may not be here; importing it must not change which Keras TensorFlow gives."""
    if keras.__name__ == "tf_keras":
        os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    return importlib.import_module(name)


def images(*middle: Any) -> Made:
    """A model of images."""
    return between(*middle, shape=IMAGE, flat=True)


def plain() -> Made:
    """A network of a convolution, a BatchNormalization and Dense layers, made without a custom layer."""
    start = keras.Input(IMAGE)
    now = layers.BatchNormalization(name="norm")(layers.Conv2D(3, 2, name="conv")(start))
    now = dense("hidden")(layers.Flatten(name="flat")(layers.Activation("relu", name="relu")(now)))
    return keras.Model(start, layers.Dense(2, name="last")(now), name="net"), images()[1]


def pruned() -> Made:
    """Every layer in a wrapper that prunes."""
    model, batch = plain()
    sparsity = library("tensorflow_model_optimization").sparsity.keras
    return sparsity.prune_low_magnitude(model), batch


def clustered() -> Made:
    """Every layer in a wrapper that clusters."""
    model, batch = plain()
    clustering = library("tensorflow_model_optimization").clustering.keras
    start = clustering.CentroidInitialization.LINEAR
    return clustering.cluster_weights(model, number_of_clusters=4, cluster_centroids_init=start), batch


def quantization_aware() -> Made:
    """Every layer in a wrapper that learns to be quantized."""
    model, batch = plain()
    return library("tensorflow_model_optimization").quantization.keras.quantize_model(model), batch


def addons(name: str) -> Any:
    """A class of TensorFlow Addons."""
    return getattr(library("tensorflow_addons").layers, name)


def torch_module(*, statistics: bool) -> Made:
    """A PyTorch module between two Dense layers, with or without buffers."""
    torch = library("torch")
    middle = [torch.nn.BatchNorm1d(4)] if statistics else []
    module = torch.nn.Sequential(torch.nn.Linear(WIDTH, 4), *middle, torch.nn.ReLU(), torch.nn.Linear(4, WIDTH))
    inside = [dense("first"), layers.TorchModuleWrapper(module, name="torch"), dense("last")]
    return called(keras.Sequential(inside, name="net"), numbers(WIDTH))


def qkeras() -> Made:
    """QKeras's convolution, Dense, BatchNormalization and activation."""
    kit = library("qkeras")
    bits = kit.quantized_bits(4, 0, 1)
    convolution = kit.QConv2D(3, 2, kernel_quantizer=bits, bias_quantizer=bits, name="conv")
    return images(
        convolution,
        kit.QBatchNormalization(name="norm"),
        kit.QActivation("quantized_relu(4)", name="act"),
        layers.Flatten(name="flatten"),
        kit.QDense(5, kernel_quantizer=bits, bias_quantizer=bits, name="q"),
    )


def larq() -> Made:
    """Larq's binary convolution and Dense."""
    kit = library("larq").layers
    options = {"kernel_quantizer": "ste_sign", "kernel_constraint": "weight_clip", "use_bias": False}
    return images(
        kit.QuantConv2D(3, 2, name="conv", **options),
        layers.BatchNormalization(name="norm", scale=False),
        layers.Flatten(name="flatten"),
        kit.QuantDense(5, input_quantizer="ste_sign", name="q", **options),
    )


THIRD_PARTY: dict[str, Callable[[], Made]] = {
    "tfmot_pruned": pruned,
    "tfmot_clustered": clustered,
    "tfmot_quantised": quantization_aware,
    "addons_weight_normalization": lambda: between(addons("WeightNormalization")(dense("inner"))),
    "addons_spectral_normalization": lambda: images(addons("SpectralNormalization")(layers.Conv2D(3, 2, name="inner"))),
    "qkeras": qkeras,
    "larq": larq,
    "torch_linear": lambda: torch_module(statistics=False),
    "torch_buffers": lambda: torch_module(statistics=True),
}
