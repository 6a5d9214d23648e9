"""Recurrent layers, their cells, and what wraps them: LSTM, GRU, convolutional LSTMs, Bidirectional."""

from __future__ import annotations

from functools import partial
from operator import not_

from kerasinspect.knowledge.axes import by_order
from kerasinspect.knowledge.fan_rules import dense, gated
from kerasinspect.knowledge.kinds import ANY, Explanation, Flag, LayerSpec, Layout, Sublayer, Taking, WeightSpec
from kerasinspect.knowledge.layers.weights import (
    BIAS,
    CONV_AXES,
    CONV_BIAS,
    CONV_KERNEL,
    KERNEL,
    UNORDERED_KERNEL,
    USE_BIAS,
    WRAPPED,
)
from kerasinspect.knowledge.shapes import sequences, wrappers
from kerasinspect.late.dataclasses import replace

_LSTM_GATES = ("i", "f", "c", "o")
"""Input, forget, candidate, output: the blocks of the last axis, in Keras's order."""
_GRU_GATES = ("z", "r", "h")
"""Update, reset, candidate."""
_RESET_AFTER, _RESET_BEFORE = Flag("reset_after", default=False), Flag("reset_after", not_)

_LSTM = "Reads a sequence step by step and keeps a memory per unit; gates decide what to forget, to store and to show."
_GRU = "Reads a sequence step by step and keeps a state per unit; two gates decide how much of it to renew."
_SIMPLE = "Reads a sequence step by step; each unit sees the input and all outputs of the step before."
_PICTURES = "An LSTM over images: its gates are convolutions."

_RECURRENT_KERNEL = WeightSpec(
    "recurrent_kernel",
    ("recurrent unit", "unit"),
    fans=dense,
    initial="orthogonal",
    initial_keys=("recurrent_initializer", "inner_init"),
)


def _cell(class_name: str, name: str) -> tuple[Sublayer, ...]:
    """The cell of a recurrent layer: same config, its own name."""
    return (Sublayer(("cell",), name, class_name, taking=Taking.STEP),)


def _separate(order: str, kernel: WeightSpec, recurrent_kernel: WeightSpec, bias: WeightSpec) -> tuple[WeightSpec, ...]:
    """The weights of a recurrent layer of Keras 1, which keeps kernel, recurrent kernel and bias of each gate apart."""
    forget = replace(bias, name="bias_f", initial="ones", initial_keys=("forget_bias_init",))
    return tuple(
        forget if each.name == bias.name and gate == "f" else replace(each, name=f"{each.name}_{gate}")
        for gate in order
        for each in (kernel, recurrent_kernel, bias)
    )


def _blocks(gates: tuple[str, ...], *specs: WeightSpec) -> tuple[WeightSpec, ...]:
    """Weights whose last axis holds these gates side by side; a kernel connects its inputs to each of them."""
    rule = partial(gated, len(gates))
    return tuple(replace(spec, gates=gates, fans=rule if spec.fans else None) for spec in specs)


def _both(bias: WeightSpec, gates: tuple[str, ...]) -> WeightSpec:
    """The bias of a CuDNN layer: one for each gate's inputs, then one for its state."""
    return replace(bias, flags=(), gates=(*(f"input {gate}" for gate in gates), *gates))


_SEPARATE_BIAS = replace(BIAS, flags=())
_LSTM_WEIGHTS = _blocks(
    _LSTM_GATES,
    replace(
        KERNEL,
        sentence=(
            "How strongly each input (row) counts in each unit's input gate, forget gate, candidate and output gate: "
            "four blocks of columns."
        ),
    ),
    replace(
        _RECURRENT_KERNEL,
        sentence=(
            "How strongly each unit's output of the step before (row) counts in the four gates of each unit: "
            "four blocks of columns."
        ),
    ),
    replace(
        BIAS,
        sentence="One number per gate and unit, added to its sum.",
    ),
)
_GRU_KERNELS = _blocks(
    _GRU_GATES,
    replace(
        KERNEL,
        sentence=(
            "How strongly each input (row) counts in each unit's update gate, reset gate and candidate: "
            "three blocks of columns."
        ),
    ),
    replace(
        _RECURRENT_KERNEL,
        sentence=(
            "How strongly each unit's output of the step before (row) counts in the update gate, reset gate and "
            "candidate of each unit: three blocks of columns."
        ),
    ),
)
_GRU_BIAS = replace(
    BIAS,
    gates=_GRU_GATES,
    sentence=(
        "One number per gate and unit; where it has two rows, the first is added to what comes from the inputs and the "
        "second to what comes from the step before."
    ),
)
_SIMPLE_KERNEL = replace(
    KERNEL,
    sentence="Each number says how strongly one input (row) counts in one unit (column), at every step.",
)
_PICTURE_WEIGHTS = _blocks(
    _LSTM_GATES,
    replace(
        CONV_KERNEL,
        lora_fans=None,
        sentence="Patterns laid over the picture of this step, for the four gates of each filter.",
    ),
    replace(
        _RECURRENT_KERNEL,
        axes=(ANY, "recurrent filter", "filter"),
        sentence="Patterns laid over the output of the step before, for the four gates of each filter.",
    ),
    replace(
        CONV_BIAS,
        sentence="One number per gate and filter, added at every place.",
    ),
)

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "LSTM",
        _LSTM,
        sublayers=_cell("LSTMCell", "lstm_cell"),
        separate_gates=_separate("icfo", KERNEL, _RECURRENT_KERNEL, _SEPARATE_BIAS),
        shape=sequences.lstm,
        explanation=Explanation.STEPS,
        reads_states=True,
    ),
    LayerSpec(
        "GRU",
        _GRU,
        sublayers=_cell("GRUCell", "gru_cell"),
        separate_gates=_separate("zrh", KERNEL, _RECURRENT_KERNEL, _SEPARATE_BIAS),
        shape=sequences.gru,
        explanation=Explanation.STEPS,
        reads_states=True,
    ),
    LayerSpec(
        "SimpleRNN",
        _SIMPLE,
        sublayers=_cell("SimpleRNNCell", "simple_rnn_cell"),
        shape=sequences.gru,
        explanation=Explanation.STEPS,
        reads_states=True,
    ),
    LayerSpec("LSTMCell", _LSTM, _LSTM_WEIGHTS, explanation=Explanation.STEPS, states=2, is_cell=True),
    LayerSpec(
        "PeepholeLSTMCell",
        _LSTM,
        (
            *_LSTM_WEIGHTS,
            *(WeightSpec(f"{gate}_gate_peephole_weights", ("unit",)) for gate in ("input", "forget", "output")),
        ),
        explanation=Explanation.STEPS,
        is_cell=True,
    ),
    LayerSpec(
        "GRUCell",
        _GRU,
        # One of two biases: two rows (for inputs and for the state) where the reset comes after, else one.
        (
            *_GRU_KERNELS,
            replace(
                _GRU_BIAS,
                axes=("row", "unit"),
                flags=(USE_BIAS, _RESET_AFTER),
                rows=("for inputs", "for the state"),
            ),
            replace(_GRU_BIAS, flags=(USE_BIAS, _RESET_BEFORE)),
        ),
        explanation=Explanation.STEPS,
        states=1,
        is_cell=True,
    ),
    LayerSpec(
        "SimpleRNNCell",
        _SIMPLE,
        (_SIMPLE_KERNEL, _RECURRENT_KERNEL, BIAS),
        explanation=Explanation.STEPS,
        states=1,
        is_cell=True,
    ),
    LayerSpec(
        "StackedRNNCells",
        "Several recurrent cells, each of which reads what the one before says.",
        sublayers=(Sublayer(("cells",), config_key="cells", listed=True, taking=Taking.WHOLE),),
        is_cell=True,
        is_told_by_sublayers=True,
    ),
    LayerSpec(
        "RNN",
        "Reads a sequence step by step with the cell inside it.",
        sublayers=(Sublayer(("cell",), config_key="cell", taking=Taking.STEP),),
        inner_shape=wrappers.with_cell,
        reads_states=True,
    ),
    LayerSpec(
        "CuDNNLSTM",
        _LSTM,
        (*_LSTM_WEIGHTS[:2], _both(_LSTM_WEIGHTS[2], _LSTM_GATES)),
        shape=sequences.lstm,
        explanation=Explanation.STEPS,
    ),
    LayerSpec(
        "CuDNNGRU",
        _GRU,
        (*_GRU_KERNELS, _both(_GRU_BIAS, _GRU_GATES)),
        shape=sequences.gru,
        explanation=Explanation.STEPS,
    ),
    LayerSpec(
        "ConvLSTM1D",
        _PICTURES,
        sublayers=_cell("ConvLSTMCell", "conv_lstm_cell"),
        also=("ConvLSTM3D",),
        shape=sequences.convolutional,
        reads_pictures=True,
        reads_states=True,
    ),
    LayerSpec(
        "ConvLSTM2D",
        _PICTURES,
        sublayers=_cell("ConvLSTMCell", "conv_lstm_cell"),
        separate_gates=_separate(
            "icfo",
            replace(UNORDERED_KERNEL, axes_of=partial(by_order, CONV_AXES)),
            replace(
                UNORDERED_KERNEL,
                name="recurrent_kernel",
                axes_of=partial(by_order, (ANY, "recurrent filter", "filter")),
                initial=_RECURRENT_KERNEL.initial,
                initial_keys=_RECURRENT_KERNEL.initial_keys,
            ),
            replace(_SEPARATE_BIAS, axes=("filter",)),
        ),
        shape=sequences.convolutional,
        is_flipped_by_theano=True,
        reads_pictures=True,
        reads_states=True,
    ),
    LayerSpec("ConvLSTMCell", _PICTURES, _PICTURE_WEIGHTS, is_cell=True, is_flipped_by_theano=True),
    LayerSpec(
        "ConvLSTM1DCell",
        _PICTURES,
        _PICTURE_WEIGHTS,
        also=("ConvLSTM2DCell", "ConvLSTM3DCell"),
        is_cell=True,
    ),
    LayerSpec(
        "Bidirectional",
        "Reads the sequence twice, forwards and backwards, with weights of its own for each direction.",
        sublayers=(
            Sublayer(("forward_layer",), "forward_{}", config_key="layer", taking=Taking.WHOLE),
            Sublayer(
                ("backward_layer",),
                "backward_{}",
                config_key="backward_layer",
                older_config_key="layer",
                taking=Taking.WHOLE,
            ),
        ),
        inner_shape=wrappers.bidirectional,
        layout=Layout.BOTH_WAYS,
        is_told_by_sublayers=True,
        reads_states=True,
    ),
    LayerSpec(
        "TimeDistributed",
        "Applies the layer inside it to every step alike, with the same weights.",
        sublayers=(replace(WRAPPED, taking=Taking.STEP),),
        inner_shape=wrappers.time_distributed,
        is_stepwise=True,
    ),
)
