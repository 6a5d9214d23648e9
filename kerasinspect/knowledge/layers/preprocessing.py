"""Layers that prepare data: vocabularies, bins, spectrograms, pictures."""

from __future__ import annotations

from functools import partial
from operator import eq, ne, not_

from kerasinspect.knowledge.fan_rules import convolution
from kerasinspect.knowledge.kinds import Flag, LayerSpec, Passing, Sublayer, WeightSpec
from kerasinspect.knowledge.shapes import features, images, wrappers
from kerasinspect.knowledge.shapes.rule import same
from kerasinspect.late.dataclasses import replace

_IDF_WEIGHTS = WeightSpec(
    "idf_weights",
    ("token",),
    trainable=False,
    flags=(Flag("output_mode", partial(eq, "tf_idf"), default=False),),
    counted=False,
)
_WAVE_AXES = ("step", "channel", "frequency")

# What comes out is what went in when the model predicts, which is when its weights are read; some mix channels before.
_RANDOM_PICTURES = LayerSpec(
    "RandomBrightness",
    "Changes images at random while training; when predicting it changes nothing.",
    also=(
        *("MixUp", "RandomColorDegeneration", "RandomColorJitter", "RandomGrayscale", "RandomHue", "RandomInvert"),
        *("RandomPosterization", "RandomSaturation", "Solarization"),
    ),
    shape=same,
    passing=Passing.EVERY_AXIS,
)
_MOVED_PICTURES = replace(
    _RANDOM_PICTURES,
    class_name="RandomFlip",
    also=(
        *("AugMix", "AutoContrast", "CutMix", "Equalization", "RandAugment", "RandomContrast"),
        *("RandomElasticTransform", "RandomErasing", "RandomGaussianBlur", "RandomPerspective", "RandomRotation"),
        *("RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom"),
    ),
    passing=Passing.CHANNELS,
)

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "StringLookup",
        "Replaces each string by its index in a vocabulary.",
        (_IDF_WEIGHTS,),
        also=("IndexLookup",),
        shape=features.lookup,
        has_vocabulary=True,
    ),
    LayerSpec(
        "IntegerLookup",
        "Replaces each integer by its index in a vocabulary.",
        (_IDF_WEIGHTS,),
        shape=features.lookup,
        has_vocabulary=True,
    ),
    LayerSpec(
        "TextVectorization",
        "Splits texts into words and replaces each by its index in a vocabulary.",
        (_IDF_WEIGHTS,),
        (Sublayer(("_lookup_layer",), "string_lookup", "StringLookup"),),
        shape=features.text_vectorization,
        has_vocabulary=True,
        special_tokens={"mask_token": "", "oov_token": "[UNK]", "num_oov_indices": 1},
    ),
    LayerSpec(
        "Discretization",
        "Replaces each number by the bin that it falls into.",
        # Keras 2 learns the bins of data into a weight, Keras 3 into the config.
        (
            WeightSpec(
                "summary", ("kind", "bin"), trainable=False, flags=(Flag("bin_boundaries", not_, default=False),)
            ),
        ),
        shape=features.discretization,
    ),
    LayerSpec(
        "Hashing",
        "Replaces each value by a bin number computed from it, without a vocabulary.",
        shape=features.hashing,
    ),
    LayerSpec(
        "HashedCrossing",
        "Replaces each pair of values by a bin number computed from both.",
        shape=features.hashed_crossing,
    ),
    LayerSpec(
        "CategoryEncoding",
        "Turns category numbers into rows of zeros and ones, or of counts.",
        shape=features.category_encoding,
        encodes_numbers=True,
    ),
    LayerSpec(
        "STFTSpectrogram",
        "Turns a signal into the strength of each frequency over time.",
        (
            WeightSpec("real_kernel", _WAVE_AXES, flags=(Flag("mode", partial(ne, "imag")),), fans=convolution),
            WeightSpec("imag_kernel", _WAVE_AXES, flags=(Flag("mode", partial(ne, "real")),), fans=convolution),
        ),
        shape=images.stft_spectrogram,
    ),
    LayerSpec(
        "MelSpectrogram",
        "Turns a signal into the strength of each frequency band over time, as an ear hears them.",
        shape=images.mel_spectrogram,
    ),
    LayerSpec(
        "Pipeline",
        "Applies its preprocessing layers one after another.",
        sublayers=(Sublayer(("layers",), config_key="layers", listed=True),),
        inner_shape=wrappers.chain,
    ),
    LayerSpec(
        "Rescaling",
        "Multiplies by a fixed number and adds another.",
        shape=same,
        passing=Passing.EVERY_AXIS,
    ),
    LayerSpec("Grayscale", "Turns color images into gray ones."),
    LayerSpec("MaxNumBoundingBoxes", "Brings the number of boxes per image to one number."),
    LayerSpec("Resizing", "Resizes images.", shape=images.fixed_size, passing=Passing.CHANNELS),
    LayerSpec("CenterCrop", "Crops images to their center.", shape=images.fixed_size, passing=Passing.CHANNELS),
    _RANDOM_PICTURES,
    _MOVED_PICTURES,
    LayerSpec(
        "ContrastLimitedAdaptiveHistogramEqualization",
        _RANDOM_PICTURES.sentence,
        shape=same,
        passing=Passing.CHANNELS,
    ),
    replace(_MOVED_PICTURES, class_name="RandomCrop", also=(), shape=images.fixed_size),
    replace(_MOVED_PICTURES, class_name="RandomHeight", also=(), shape=features.random_height),
    replace(_MOVED_PICTURES, class_name="RandomWidth", also=(), shape=features.random_width),
)
