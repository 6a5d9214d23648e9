"""Plain sentences: what each kind of weight is, what each class of layer does with it, and why it has its shape.

They are for a reader who has trained a model and wonders what the arrays in it are. One idea a sentence, no formulas.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.knowledge.fans import gate_free

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.model import Shape

GATE_WORDS: Mapping[str, str] = {
    "i": "input",
    "f": "forget",
    "c": "candidate",
    "o": "output",
    "z": "update",
    "r": "reset",
    "h": "candidate",
}
"""What the letters of the gates stand for: i, f, c, o of an LSTM; z, r, h of a GRU."""


def weight_sentence(weight_name: str, layer_class: str) -> str | None:
    """Say in one sentence what a weight is; None for a name that Keras does not use."""
    name, gated = gate_free(weight_name)
    family = _family(layer_class)
    sentence = _WEIGHTS_BY_FAMILY.get((family, name)) or _WEIGHTS.get(name)
    if gated and name in _GATED:
        return f"The part of the {_GATED[name]} that belongs to the {GATE_WORDS[weight_name[-1]]} gate alone."
    return sentence


def layer_sentence(class_name: str) -> str | None:
    """Say in one sentence what a layer does; None for a class that is not Keras's own."""
    return _LAYERS.get(class_name) or _LAYERS.get(_family(class_name))


def axis_sentence(class_name: str, input_shape: Shape | tuple[Shape, ...] | None, shape: tuple[int, ...]) -> str | None:
    """Say which axis of its input a layer works on, and so why its main weight has this shape.

    ``shape`` is that of the kernel, the embeddings or gamma. None where the class has no such rule, or where the
    two shapes contradict each other.
    """
    known = _one_shape(input_shape)
    family = _family(class_name)
    if family in {"Dense", "TimeDistributedDense"} and known and known[-1] not in {None, *shape[:1]}:
        return None
    explain, rank = _AXES.get(family, (None, 0))
    if explain is None or len(shape) < rank:
        return None
    source = f"its input ({_sizes(known)})" if known else "its input"
    rest = "; the other axes are only repeated over" if known and known[2:] else ""
    return f"{class_name} {explain(source, shape)}{rest if family == 'Dense' else ''}."


def _one_shape(input_shape: Shape | tuple[Shape, ...] | None) -> Shape | None:
    """Give the input's shape where there is just one input and its shape is known."""
    sizes = [size for size in input_shape or () if not isinstance(size, tuple)]
    return tuple(sizes) if input_shape and len(sizes) == len(input_shape) else None


def _dense_axis(source: str, shape: tuple[int, ...]) -> str:
    inputs, units = shape[:2]
    ends = f"{_count(inputs, 'input')} by {_count(units, 'unit')}"
    return f"works on the last axis of {source}, so the kernel is {_sizes(shape)}: {ends}"


def _lookup_axis(source: str, shape: tuple[int, ...]) -> str:
    ends = f"{_count(shape[0], 'row')} of {_count(shape[1], 'number')}"
    return f"replaces each whole number in {source} by a row of the embeddings, which are {_sizes(shape)}: {ends}"


def _recurrent_axis(gates: int, source: str, shape: tuple[int, ...]) -> str:
    units = _count(shape[1] // gates, "unit")
    ends = f"{_count(shape[0], 'input')} by {f'{gates} gates of {units}' if gates > 1 else units}"
    steps = "one step after another"
    return (
        f"works on the last axis of {source}, {steps}, so the kernel is {_sizes(shape)}: {ends}, the same at each step"
    )


def _channel_axis(source: str, shape: tuple[int, ...]) -> str:
    return f"keeps one number per channel of {source}: {_sizes(shape)}"


def _window_axis(first: str, second: str, source: str, shape: tuple[int, ...]) -> str:
    *window, rows, columns = shape
    span = _count(window[0], "step") if len(window) == 1 else _sizes(tuple(window))
    ends = f"the window by {_count(rows, first)} by {_count(columns, second)}"
    return f"moves a window of {span} over {source}, so the kernel is {_sizes(shape)}: {ends}, the same at every place"


def _family(class_name: str) -> str:
    """Give the name that alike classes share: Conv for Conv2D and Convolution1D, LSTM for LSTMCell."""
    stem = class_name.removesuffix("Cell")
    stem = re.sub(r"[123]D(?=Transpose$|$)", "", stem) if stem not in _LAYERS else stem
    return _FAMILIES.get(stem, stem)


def _sizes(shape: Shape) -> str:
    """Give a shape in words: ``batch × 4 × 2``."""
    return " × ".join(
        str(size) if size is not None else "any" if position else "batch" for position, size in enumerate(shape)
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_FAMILIES: Mapping[str, str] = {
    "Convolution": "Conv",
    "AtrousConvolution": "Conv",
    "AtrousConv": "Conv",
    "Deconvolution": "Deconv",
    "ConvolutionTranspose": "ConvTranspose",
    "SeparableConvolution": "SeparableConv",
    "CuDNNLSTM": "LSTM",
    "PeepholeLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "ConvRecurrent": "ConvLSTM",
    "ReversibleEmbedding": "Embedding",
    "SyncBatchNormalization": "BatchNormalization",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "FeatureNormalization": "Normalization",
    "GroupedQueryAttention": "GroupQueryAttention",
    "IndexLookup": "StringLookup",
    "AvgPool": "AveragePooling",
    "AveragePool": "AveragePooling",
    "MaxPool": "MaxPooling",
    "GlobalAvgPool": "GlobalAveragePooling",
    "GlobalMaxPool": "GlobalMaxPooling",
    "Model": "Functional",
    "Graph": "Functional",
    "InstanceMethod": "TFOpLambda",
    "InstanceProperty": "TFOpLambda",
    "ClassMethod": "TFOpLambda",
    "SlicingOpLambda": "TFOpLambda",
    "TensorFlowOpLayer": "TFOpLambda",
    "TFDConcat": "Concatenate",
}

_AXES: Mapping[str, tuple[Callable[[str, tuple[int, ...]], str], int]] = {
    "Dense": (_dense_axis, 2),
    "TimeDistributedDense": (_dense_axis, 2),
    "Embedding": (_lookup_axis, 2),
    "SimpleRNN": (partial(_recurrent_axis, 1), 2),
    "LSTM": (partial(_recurrent_axis, 4), 2),
    "GRU": (partial(_recurrent_axis, 3), 2),
    "Conv": (partial(_window_axis, "channel", "filter"), 3),
    "ConvTranspose": (partial(_window_axis, "filter", "channel"), 3),
    "DepthwiseConv": (partial(_window_axis, "channel", "pattern"), 3),
    **dict.fromkeys(
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization"), (_channel_axis, 1)
    ),
}
"""Family to what it does along its axes, and the least rank that its main weight has."""

_GATED: Mapping[str, str] = {"kernel": "kernel", "recurrent_kernel": "recurrent kernel", "bias": "bias"}

_CONV_KERNEL = (
    "Each filter is a small pattern of numbers that is laid over every place of the input, and its output there is "
    "high where the input looks like the pattern."
)
_WEIGHTS: Mapping[str, str] = {
    "kernel": (
        "Each number says how strongly one input (row) counts in the sum of one unit (column); training adjusts it, "
        "starting from small random numbers."
    ),
    "recurrent_kernel": (
        "Each number says how strongly one unit's own output at the step before (row) counts in a unit (column) now."
    ),
    "bias": (
        "One number per unit, added to the unit's sum of weighted inputs before the activation; "
        "it starts at 0 and training moves it."
    ),
    "gamma": "One number per channel that the normalised values are multiplied by; it starts at 1.",
    "betas": "One number per feature that scales its input inside the curve; training moves it.",
    "beta": "One number per channel that is added to the normalised values; it starts at 0.",
    "moving_mean": (
        "The average of each channel, collected over the training batches and used in its place when predicting; "
        "counted, not trained."
    ),
    "moving_variance": (
        "The variance of each channel, collected over the training batches and used in its place when predicting; "
        "counted, not trained."
    ),
    "moving_stddev": "The standard deviation of each channel, collected over the training batches.",
    "renorm_mean": "The average of each channel that batch renormalisation corrects a batch towards.",
    "renorm_stddev": "The standard deviation of each channel that batch renormalisation corrects a batch towards.",
    "embeddings": "Row n is the list of numbers that stands for the whole number n (a word, a category) from then on.",
    "reverse_embeddings": "The table that turns a list of numbers back into one score per word.",
    "depthwise_kernel": "Small patterns that each look at one channel of the input alone.",
    "pointwise_kernel": "How strongly each channel of the first step counts in each filter, at one place at a time.",
    "alpha": "The slope for negative inputs: 0 cuts them off, 1 lets them pass unchanged.",
    "scale": "One learnt number that the values are multiplied by.",
    "concat_score_weight": "One learnt number that the attention scores are multiplied by.",
    "mean": "The average of each feature in the data that the layer was adapted to; it is subtracted.",
    "variance": "The variance of each feature in the data that the layer was adapted to; its root divides.",
    "count": "How many values the average and the variance were taken from.",
    "vector_u": "A running guess at the direction that the kernel stretches most; counted, not trained.",
    "input_gate_peephole_weights": "How strongly each unit's state opens its own input gate.",
    "forget_gate_peephole_weights": "How strongly each unit's state opens its own forget gate.",
    "output_gate_peephole_weights": "How strongly each unit's state opens its own output gate.",
    "unscaled_kernel": "Random directions onto which each input is projected, which training does not change.",
    "summary": "The bins that the layer was adapted to, in the first row, and how much each weighs, in the second.",
    "idf_weights": "How rare each token was in the texts that the layer was adapted to: rare ones count more.",
    "kernel_scale": "What the stored whole numbers of the kernel must be scaled by to give the values they stand for.",
    "kernel_zero": "The stored whole number that stands for 0 in each group of the kernel.",
    "zero_point": "The stored whole number that stands for 0 in each group of the kernel.",
    "embeddings_scale": "What the stored whole numbers of each row must be scaled by to give their values.",
    "embeddings_zero": "The stored whole number that stands for 0 in each group of a row.",
    "reverse_embeddings_scale": "What the stored whole numbers of the reverse table must be scaled by.",
    "reverse_embeddings_zero": "The stored whole number that stands for 0 in each group of the reverse table.",
    "g_idx": "Which group of scales each input row belongs to.",
    "awq_scales": "What each input was scaled by before the kernel was rounded, to protect the inputs that matter.",
    "inputs_scale": "What the inputs are scaled by to fit into 8 bits.",
    "outputs_grad_scale": "What the gradients are scaled by to fit into 8 bits while training.",
    "inputs_amax_history": "The largest input of each recent step, from which its scale is chosen.",
    "kernel_amax_history": "The largest kernel value of each recent step, from which its scale is chosen.",
    "outputs_grad_amax_history": "The largest gradient of each recent step, from which its scale is chosen.",
    "lora_kernel_a": "The first half of a small correction to the frozen kernel: inputs to a few directions.",
    "lora_kernel_b": "The second half of a small correction to the frozen kernel: a few directions to units.",
    "lora_embeddings_a": "The first half of a small correction to the frozen embeddings.",
    "lora_embeddings_b": "The second half of a small correction to the frozen embeddings.",
    "real_kernel": "Fixed cosine waves that the signal is compared with; not learnt.",
    "imag_kernel": "Fixed sine waves that the signal is compared with; not learnt.",
    "W_carry": "How strongly each input counts in deciding how much of the input is passed on unchanged.",
    "b_carry": "One number per unit that is added when deciding how much of the input is passed on unchanged.",
    "t_left": "Where the left bend of the curve lies.",
    "a_left": "The slope left of the left bend.",
    "t_right": "Where the right bend of the curve lies, counted from the left one.",
    "a_right": "The slope right of the right bend.",
}
"""Weight name to its sentence, where the class makes no difference."""

_WEIGHTS_BY_FAMILY: Mapping[tuple[str, str], str] = {
    ("Conv", "kernel"): _CONV_KERNEL,
    ("Deconv", "kernel"): _CONV_KERNEL,
    ("Conv", "bias"): "One number per filter, added to its output at every place; it starts at 0.",
    ("ConvTranspose", "kernel"): "Each filter is a small pattern that every input value paints onto a larger output.",
    ("ConvTranspose", "bias"): "One number per filter, added to its output at every place; it starts at 0.",
    ("DepthwiseConv", "kernel"): "Small patterns that each look at one channel of the input alone.",
    ("DepthwiseConv", "bias"): "One number per output channel, added at every place; it starts at 0.",
    ("SeparableConv", "bias"): "One number per filter, added to its output at every place; it starts at 0.",
    ("LocallyConnected", "kernel"): "Patterns as in a convolution, but every place of the input has its own.",
    ("LocallyConnected", "bias"): "One number per place and filter, added to the output; it starts at 0.",
    ("EinsumDense", "kernel"): "Each number says how strongly an input counts in an output.",
    ("EinsumDense", "bias"): "Numbers that are added to the outputs; they start at 0.",
    (
        "SimpleRNN",
        "kernel",
    ): "Each number says how strongly one input (row) counts in one unit (column), at every step.",
    ("LSTM", "kernel"): (
        "How strongly each input (row) counts in each unit's input gate, forget gate, candidate and output gate: "
        "four blocks of columns."
    ),
    ("LSTM", "recurrent_kernel"): (
        "How strongly each unit's output of the step before (row) counts in the four gates of each unit: "
        "four blocks of columns."
    ),
    ("LSTM", "bias"): (
        "One number per gate and unit, added to its sum; it starts at 0, for the forget gate at 1 so that the unit "
        "remembers at first."
    ),
    ("GRU", "kernel"): (
        "How strongly each input (row) counts in each unit's update gate, reset gate and candidate: "
        "three blocks of columns."
    ),
    ("GRU", "recurrent_kernel"): (
        "How strongly each unit's output of the step before (row) counts in the update gate, reset gate and candidate "
        "of each unit: three blocks of columns."
    ),
    ("GRU", "bias"): (
        "One number per gate and unit; where it has two rows, the first is added to what comes from the inputs and the "
        "second to what comes from the step before."
    ),
    ("ConvLSTM", "kernel"): "Patterns laid over the picture of this step, for the four gates of each filter.",
    (
        "ConvLSTM",
        "recurrent_kernel",
    ): "Patterns laid over the output of the step before, for the four gates of each filter.",
    ("ConvLSTM", "bias"): (
        "One number per gate and filter, added at every place; it starts at 0, for the forget gate at 1."
    ),
    ("MaxoutDense", "kernel"): "Several kernels side by side; a unit's output is the largest of the sums they give.",
    ("MaxoutDense", "bias"): "One number per kernel and unit, added to the sum.",
    (
        "RMSNormalization",
        "scale",
    ): "One number per channel that the normalised values are multiplied by; it starts at 1.",
    ("Attention", "scale"): "One learnt number that the attention scores are multiplied by; it starts at 1.",
    ("AdditiveAttention", "scale"): "One learnt number per feature that weighs it in the attention score.",
    ("SpectralNormalization", "kernel"): "The kernel of the wrapped layer, kept a second time.",
}
"""Where the class makes a difference: its family and the weight's name."""

_NOISE = "while training; when predicting it changes nothing."
_RANDOM_IMAGE = f"Changes pictures at random {_NOISE}"
_LAYERS: Mapping[str, str] = {
    "Dense": (
        "Every unit multiplies each input by its own weight, adds them up, adds its bias, and passes the sum through "
        "the activation."
    ),
    "TimeDistributedDense": "Does at each step what a Dense layer does, with the same weights.",
    "TernaryDense": "A Dense layer whose weights are only -1, 0 and 1, times a scale.",
    "EinsumDense": "A Dense layer that can work on several axes at once, as its equation says.",
    "Embedding": "Looks up one row of numbers for each whole number that comes in.",
    "Conv": "Moves small patterns, its filters, over the input and says how well each fits at every place.",
    "ConvTranspose": "Paints a small pattern for every input value, which makes the output larger than the input.",
    "Deconv": "Paints a small pattern for every input value, which makes the output larger than the input.",
    "DepthwiseConv": "Moves patterns over each channel on its own, without mixing the channels.",
    "SeparableConv": "First moves patterns over each channel on its own, then mixes the channels at each place.",
    "LocallyConnected": "Looks at small windows like a convolution, but with other weights at every place.",
    "BatchNormalization": (
        "Shifts and scales each channel to average 0 and spread 1, then by gamma and beta to what training found best."
    ),
    "LayerNormalization": "Shifts and scales each example to average 0 and spread 1, then by gamma and beta.",
    "GroupNormalization": "Shifts and scales each group of channels of an example, then by gamma and beta.",
    "InstanceNormalization": "Shifts and scales each channel of an example on its own, then by gamma and beta.",
    "RMSNormalization": "Divides the values of each example by their root mean square, then multiplies by its scale.",
    "UnitNormalization": "Scales the values of each example to length 1.",
    "SpectralNormalization": "Keeps the kernel of the layer inside it from growing, by its largest stretch.",
    "LRN": "Damps each value by the size of its neighbours in the other channels.",
    "PReLU": "Lets positive values pass and multiplies negative ones by a slope that it learns.",
    "ParametricSoftplus": "A soft bend at 0 whose height and sharpness it learns.",
    "SReLU": "A curve of three straight pieces whose bends and slopes it learns.",
    "MaxoutDense": "Several Dense layers side by side, of which each unit takes the largest result.",
    "Highway": "Mixes a Dense layer's result with the unchanged input, in a proportion that it learns.",
    "LSTM": (
        "Reads a sequence step by step and keeps a memory per unit; gates decide what to forget, to store and to show."
    ),
    "GRU": "Reads a sequence step by step and keeps a state per unit; two gates decide how much of it to renew.",
    "SimpleRNN": "Reads a sequence step by step; each unit sees the input and all outputs of the step before.",
    "ConvLSTM": "An LSTM over pictures: its gates are convolutions.",
    "RNN": "Reads a sequence step by step with the cell inside it.",
    "StackedRNNCells": "Several recurrent cells, each of which reads what the one before says.",
    "Bidirectional": "Reads the sequence twice, forwards and backwards, with weights of its own for each direction.",
    "TimeDistributed": "Applies the layer inside it to every step alike, with the same weights.",
    "Wrapper": "Holds another layer.",
    "MultiHeadAttention": (
        "Each step looks at all others and takes from each as much as its query fits their keys; several heads do so "
        "in parallel."
    ),
    "GroupQueryAttention": "Multi-head attention in which several query heads share one head of keys and values.",
    "Attention": "Takes from each step of the value as much as the query fits its key.",
    "AdditiveAttention": "Takes from each step of the value as much as a small network finds its key to fit the query.",
    "Normalization": "Subtracts the average of each feature and divides by its spread, as the data had them at first.",
    "StringLookup": "Replaces each text by its number in a vocabulary.",
    "IntegerLookup": "Replaces each whole number by its place in a vocabulary.",
    "TextVectorization": "Splits texts into words and replaces each by its number in a vocabulary.",
    "RandomFourierFeatures": "Turns its input into waves of random directions, which approximate a kernel function.",
    "Discretization": "Replaces each number by the bin that it falls into.",
    "Hashing": "Replaces each value by a bin number computed from it, without a vocabulary.",
    "HashedCrossing": "Replaces each pair of values by a bin number computed from both.",
    "CategoryEncoding": "Turns category numbers into rows of zeros and ones, or of counts.",
    "STFTSpectrogram": "Turns a signal into the strength of each frequency over time.",
    "MelSpectrogram": "Turns a signal into the strength of each frequency band over time, as an ear hears them.",
    "DenseFeatures": "Puts columns of a table side by side as numbers.",
    "FeatureSpace": "Prepares the columns of a table, each in its own way.",
    "Functional": "A model inside the model, with layers of its own.",
    "Sequential": "A chain of layers, each of which reads what the one before says.",
    "Merge": "Puts several inputs together: by sum, product, concatenation or otherwise, as its mode says.",
    "InputLayer": "Says what shape comes in; it computes nothing.",
    "Activation": "Applies a fixed function to every value.",
    "ReLU": "Lets positive values pass and turns negative ones into 0.",
    "LeakyReLU": "Lets positive values pass and shrinks negative ones.",
    "ThresholdedReLU": "Lets values above a threshold pass and turns the others into 0.",
    "ThresholdedLinear": "Lets values far from 0 pass and turns the others into 0.",
    "ELU": "Lets positive values pass and bends negative ones towards a limit.",
    "Softmax": "Turns scores into shares that add up to 1.",
    "Identity": "Passes its input on unchanged.",
    "ActivityRegularization": "Adds a cost for large values to the loss; it changes nothing else.",
    "AddLoss": "Adds a cost to the loss; it changes nothing else.",
    "AddMetric": "Records a metric; it changes nothing else.",
    "Dropout": f"Sets a random part of the values to 0 {_NOISE}",
    "SpatialDropout": f"Sets random whole channels to 0 {_NOISE}",
    "AlphaDropout": f"Replaces a random part of the values, keeping average and spread, {_NOISE}",
    "GaussianDropout": f"Multiplies the values by random numbers around 1 {_NOISE}",
    "GaussianNoise": f"Adds random numbers {_NOISE}",
    "Add": "Adds its inputs, value by value.",
    "Subtract": "Subtracts its second input from its first, value by value.",
    "Multiply": "Multiplies its inputs, value by value.",
    "Average": "Takes the average of its inputs, value by value.",
    "Maximum": "Takes the larger of its inputs, value by value.",
    "Minimum": "Takes the smaller of its inputs, value by value.",
    "Concatenate": "Puts its inputs side by side along one axis.",
    "Dot": "Multiplies its two inputs and sums along an axis of each.",
    "MaxPooling": "Keeps the largest value of each window, which makes the output smaller.",
    "AveragePooling": "Keeps the average of each window, which makes the output smaller.",
    "GlobalMaxPooling": "Keeps the largest value of each channel over all places.",
    "GlobalAveragePooling": "Keeps the average of each channel over all places.",
    "AdaptiveMaxPooling": "Keeps the largest value of each window, with windows that give the wanted output size.",
    "AdaptiveAveragePooling": "Keeps the average of each window, with windows that give the wanted output size.",
    "Flatten": "Lays the values of each example out in one row.",
    "Reshape": "Lays the same values out in another shape.",
    "Permute": "Swaps axes.",
    "RepeatVector": "Repeats its input as many times as it is told, as steps of a sequence.",
    "UpSampling": "Repeats values, or fills in between them, which makes the output larger.",
    "ZeroPadding": "Adds zeros around its input.",
    "Cropping": "Cuts away the edges of its input.",
    "Masking": "Marks steps that hold only a fill value, so that later layers skip them.",
    "Lambda": "Runs a function that its author wrote; the file holds compiled code, not its source.",
    "TorchModuleWrapper": "Runs a PyTorch module; only its own code knows what its arrays do.",
    "JaxLayer": "Runs a JAX function; only its own code knows what its arrays do.",
    "FlaxLayer": "Runs a Flax module; only its own code knows what its arrays do.",
    "TFSMLayer": "Runs a TensorFlow SavedModel that lies elsewhere.",
    "TFOpLambda": "One operation, such as an addition or a slice, that the author wrote as plain code.",
    "Rescaling": "Multiplies by a fixed number and adds another.",
    "Resizing": "Brings pictures to one size.",
    "CenterCrop": "Cuts the middle out of pictures.",
    "Grayscale": "Turns coloured pictures into grey ones.",
    "MaxNumBoundingBoxes": "Brings the number of boxes per picture to one number.",
    "Pipeline": "Applies its preprocessing layers one after another.",
    **dict.fromkeys(
        (
            *(
                "AutoContrast",
                "Equalization",
                "ContrastLimitedAdaptiveHistogramEqualization",
                "Solarization",
                "AugMix",
                "CutMix",
                "MixUp",
                "RandAugment",
            ),
            *("RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomCrop"),
            *("RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale"),
            *("RandomHeight", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization"),
            *("RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation"),
            *("RandomWidth", "RandomZoom"),
        ),
        _RANDOM_IMAGE,
    ),
}
"""Class or family to what it does."""
