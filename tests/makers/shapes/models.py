"""Small models with one layer of each kind whose weights have sizes that config and inputs decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import KERAS_3, keras, layers

if TYPE_CHECKING:
    from collections.abc import Callable


def chain(shape: tuple[int, ...], *parts: Any, dtype: str | None = None) -> Any:
    """A Sequential model."""
    return keras.Sequential([keras.Input(shape, dtype=dtype), *parts])


def graph(start: Any, *parts: Any) -> Any:
    """A Functional model that calls layers one after the other."""
    now = start
    for part in parts:
        now = part(now)
    return keras.Model(start, now)


def perceptron() -> Any:
    """Dense layers and normalisations."""
    return chain(
        (6,),
        layers.Dense(5, name="first"),
        layers.BatchNormalization(name="batch"),
        layers.Dense(4, use_bias=False, name="second"),
        layers.LayerNormalization(name="layer"),
        layers.PReLU(name="prelu"),
        layers.Dropout(0.1, name="dropout"),
        layers.Dense(3, name="last"),
    )


def twins() -> Any:
    """Several layers of one shape."""
    parts = [layers.Dense(4, name=name) for name in ("north", "east", "south", "west")]
    norms = [layers.BatchNormalization(name=name) for name in ("early", "late")]
    return graph(keras.Input((4,)), parts[0], norms[0], parts[1], parts[2], norms[1], parts[3])


def pictures() -> Any:
    """Convolutions in two dimensions."""
    return graph(
        keras.Input((12, 12, 6)),
        layers.Conv2D(4, (3, 2), groups=2, name="grouped"),
        layers.BatchNormalization(name="batch"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise"),
        layers.SeparableConv2D(3, 2, depth_multiplier=2, name="separable"),
        layers.PReLU(shared_axes=[1, 2], name="prelu"),
        layers.Conv2DTranspose(5, 3, name="transposed"),
        layers.MaxPooling2D(),
        layers.Conv2D(2, 1, use_bias=False, padding="same", strides=2, name="plain"),
        layers.Flatten(),
        layers.Dense(3, name="last"),
    )


def steps() -> Any:
    """Convolutions in one dimension and in three."""
    start = keras.Input((16, 3))
    now = start
    for part in (
        layers.Conv1D(4, 3, padding="causal", dilation_rate=2, name="causal"),
        layers.SeparableConv1D(5, 3, name="separable"),
        layers.DepthwiseConv1D(2, name="depthwise"),
        layers.Conv1DTranspose(4, 2, strides=2, name="transposed"),
        layers.GlobalAveragePooling1D(),
    ):
        now = part(now)
    cube = keras.Input((6, 6, 6, 2))
    other = layers.Conv3DTranspose(2, 2, name="transposed3")(layers.Conv3D(3, 2, name="cube")(cube))
    joined = layers.Concatenate()([now, layers.GlobalMaxPooling3D()(other)])
    return keras.Model([start, cube], layers.Dense(2, name="last")(joined))


def words() -> Any:
    """An Embedding and recurrent layers."""
    return chain(
        (7,),
        layers.Embedding(20, 5, name="words"),
        layers.LSTM(4, return_sequences=True, name="lstm"),
        layers.GRU(3, return_sequences=True, name="gru"),
        layers.GRU(6, return_sequences=True, reset_after=False, name="older"),
        layers.SimpleRNN(2, use_bias=False, name="simple"),
        layers.Dense(2, name="last"),
        dtype="int32",
    )


def directions() -> Any:
    """Recurrent layers in both directions, in stacks and over pictures."""
    return graph(
        keras.Input((5, 3)),
        layers.Bidirectional(layers.LSTM(4, return_sequences=True), name="both"),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum", name="summed"),
        layers.RNN([layers.LSTMCell(4), layers.GRUCell(2)], return_sequences=True, name="stack"),
        layers.RNN(layers.SimpleRNNCell(3), return_sequences=True, name="cell"),
        layers.TimeDistributed(layers.Dense(6), name="each"),
        layers.Bidirectional(
            layers.LSTM(2, name="forth"), backward_layer=layers.LSTM(2, go_backwards=True, name="back"), name="own"
        ),
    )


def films() -> Any:
    """Pictures in steps."""
    return graph(
        keras.Input((4, 8, 8, 3)),
        layers.TimeDistributed(layers.Conv2D(4, 3), name="each"),
        layers.ConvLSTM2D(2, 3, return_sequences=True, name="film"),
        layers.TimeDistributed(layers.BatchNormalization(), name="norms"),
        layers.ConvLSTM2D(3, 2, name="last"),
    )


def attentive() -> Any:
    """Attention layers of each kind."""
    queries, values = keras.Input((5, 6)), keras.Input((7, 4))
    now = layers.MultiHeadAttention(2, 3, name="self")(queries, queries)
    now = layers.LayerNormalization(name="norm")(layers.Add()([now, queries]))
    now = layers.MultiHeadAttention(3, 2, value_dim=5, name="cross")(now, values)
    if KERAS_3:
        now = layers.GroupQueryAttention(3, 4, 2, name="grouped")(now, now)
    now = layers.MultiHeadAttention(2, 2, use_bias=False, output_shape=8, name="wide")(now, now)
    return keras.Model([queries, values], layers.Dense(2, name="last")(now))


def scaled() -> Any:
    """Attention layers without projections."""
    start = keras.Input((5, 6))
    now = layers.Attention(use_scale=True, score_mode="concat", name="scaled")([start, start])
    now = layers.AdditiveAttention(name="additive")([now, now])
    return keras.Model(start, now)


def equations() -> Any:
    """Dense layers with an equation."""
    einsum = layers.EinsumDense
    return graph(
        keras.Input((5, 6)),
        einsum("abc,cd->abd", output_shape=(5, 4), bias_axes="d", name="plain"),
        einsum("abc,cde->abde", output_shape=(5, 2, 3), bias_axes="de", name="heads"),
        einsum("abcd,cde->abe", output_shape=(5, 7), name="joined"),
        einsum("...x,xy->...y", output_shape=4, bias_axes="y", name="dotted"),
        einsum("abc,bcd->abd", output_shape=(5, 3), bias_axes="bd", name="places"),
    )


def norms() -> Any:
    """Normalisations over each kind of axes."""
    newer = [layers.RMSNormalization(name="rms")] if hasattr(layers, "RMSNormalization") else []
    return graph(
        keras.Input((6, 6, 4)),
        layers.BatchNormalization(axis=1, name="rows"),
        layers.BatchNormalization(scale=False, name="unscaled"),
        layers.LayerNormalization(axis=[1, 2, 3], name="all"),
        layers.LayerNormalization(axis=[2, 3], center=False, name="two"),
        layers.GroupNormalization(2, name="groups"),
        layers.GroupNormalization(3, axis=1, scale=False, name="first"),
        *newer,
        layers.PReLU(name="prelu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(2, name="last"),
    )


def inside() -> Any:
    """Models in a model."""
    inner = graph(keras.Input((6,)), layers.Dense(5, name="hidden"), layers.BatchNormalization(name="norm"))
    head = keras.Sequential([keras.Input((5,)), layers.Dense(4, name="top"), layers.Dense(4, name="end")], name="head")
    start = keras.Input((6,))
    return keras.Model(start, layers.Dense(2, name="last")(head(inner(layers.Dense(6, name="first")(start)))))


def branches() -> Any:
    """Several inputs and outputs, and a layer that is used twice."""
    left, right, words_in = keras.Input((4,)), keras.Input((4,)), keras.Input((3,), dtype="int32")
    shared = layers.Dense(5, name="shared")
    looked = layers.Flatten()(layers.Embedding(9, 2, name="words")(words_in))
    joined = layers.Concatenate()([shared(left), shared(right), looked])
    joined = layers.Reshape((4, 4))(joined)
    joined = layers.Conv1D(3, 2, name="steps")(layers.ZeroPadding1D(1)(joined))
    flat = layers.Flatten()(joined)
    return keras.Model([left, right, words_in], [layers.Dense(2, name="one")(flat), layers.Dense(3, name="two")(flat)])


def wrapped() -> Any:
    """Layers that hold another layer's kernel, and a normalisation that learns from data."""
    return chain(
        (8, 8, 3),
        layers.SpectralNormalization(layers.Conv2D(4, 3), name="conv"),
        layers.Flatten(),
        layers.SpectralNormalization(layers.Dense(5), name="dense"),
        layers.Normalization(name="learned"),
        layers.Dense(2, name="last"),
    )


def operations() -> Any:
    """Layers behind operations, whose shapes no layer tells."""
    start = keras.Input((4, 6))
    now = layers.Dense(8, name="first")(start)
    now = now[:, 1:, ::2] * 2.0
    now = layers.Dense(5, name="second")(now)
    now = layers.Dense(3, name="third")(layers.Lambda(lambda x: x + 1, output_shape=(3, 5), name="own")(now))
    return keras.Model(start, now)


def lazy() -> Any:
    """A Sequential model that was built later."""
    model = keras.Sequential([layers.Dense(4, name="first"), layers.Dense(4, name="second"), layers.Dense(2)])
    model.build((None, 4))
    return model


def translator() -> Any:
    """A decoder that begins with the states of an encoder."""
    heard, spoken = keras.Input((5, 3)), keras.Input((4, 2))
    _, *states = layers.LSTM(4, return_state=True, name="encoder")(heard)
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True, return_state=True), name="states")(heard)
    now, *_ = layers.LSTM(4, return_sequences=True, return_state=True, name="decoder")(spoken, initial_state=states)
    looked = layers.Attention(name="looked")([layers.Dense(6, name="bridge")(now), both[0]])
    return keras.Model([heard, spoken], layers.Dense(2, name="last")(layers.Concatenate()([now, looked])))


def deep() -> Any:
    """Wrappers around models, around wrappers and around cells."""
    block = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, name="low"), layers.BatchNormalization(name="norm")], name="block"
    )
    return graph(
        keras.Input((3, 5, 6)),
        layers.TimeDistributed(layers.TimeDistributed(block), name="twice"),
        layers.TimeDistributed(layers.Bidirectional(layers.LSTM(3, return_sequences=True)), name="both"),
        layers.Reshape((15, 6)),
        layers.Bidirectional(layers.RNN([layers.GRUCell(2), layers.LSTMCell(3)], return_sequences=True), name="cells"),
        layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True), merge_mode="ave", name="mean"),
        layers.Permute((2, 1)),
        layers.Dense(3, name="last"),
    )


def tower() -> Any:
    """Models in models in a model, one of which is used twice."""
    low = graph(keras.Input((4,)), layers.Dense(4, name="hidden"), layers.LayerNormalization(name="norm"))
    middle = keras.Sequential([keras.Input((4,)), low, layers.Dense(3, name="hidden")])
    left, right = keras.Input((4,)), keras.Input((4,))
    joined = layers.Subtract()([middle(left), middle(right)])
    return keras.Model([left, right], layers.Dense(1, name="last")(joined))


def firsts() -> Any:
    """Layers whose channels come first; they are built, and never run."""
    first = {"data_format": "channels_first"}
    return graph(
        keras.Input((4, 9, 8)),
        layers.BatchNormalization(axis=1, name="batch"),
        layers.Conv2D(6, (2, 3), name="conv", **first),
        layers.DepthwiseConv2D(2, name="depthwise", **first),
        layers.SeparableConv2D(5, 2, name="separable", **first),
        layers.MaxPooling2D(2, **first),
        layers.GlobalAveragePooling2D(**first),
        layers.Dense(2, name="last"),
    )


def pixels() -> Any:
    """Attention over pictures, and layers on the last axis of more than three."""
    return graph(
        keras.Input((3, 4, 6)),
        layers.LayerNormalization(name="norm"),
        Once(layers.MultiHeadAttention(2, 3, attention_axes=(1, 2), name="seen")),
        layers.Dense(5, name="wide"),
        layers.EinsumDense("ab...,bc->ac...", output_shape=7, bias_axes="c", name="rows"),
        layers.Conv2D(3, 1, name="conv"),
        layers.Flatten(),
        layers.Dense(2, name="last"),
    )


class Once:
    """A layer that is asked for its own input."""

    def __init__(self, layer: Any) -> None:
        """Keep the layer."""
        self.layer = layer

    def __call__(self, now: Any) -> Any:
        """Call it."""
        return self.layer(now, now)


def tables() -> Any:
    """Layers that learn from data, or look up."""
    numbers, words_in = keras.Input((3,)), keras.Input((2,), dtype="int32")
    newer = (
        [layers.ReversibleEmbedding(8, 4, tie_weights=False, name="both")]
        if hasattr(layers, "ReversibleEmbedding")
        else []
    )
    now = layers.Normalization(axis=-1, name="each")(numbers)
    now = layers.Normalization(axis=None, name="whole")(now)
    for embed in (layers.Embedding(8, 4, name="words"), *newer):
        now = layers.Concatenate()([now, layers.Flatten()(embed(words_in))])
    return keras.Model([numbers, words_in], layers.Dense(2, name="last")(now))


def films_of_each() -> Any:
    """Convolutional recurrent layers in one and in three dimensions, in both directions."""
    line, cube = keras.Input((3, 8, 2)), keras.Input((2, 4, 4, 4, 2))
    now = layers.Bidirectional(layers.ConvLSTM1D(3, 2, return_sequences=True), name="both")(line)
    now = layers.Flatten()(layers.ConvLSTM1D(2, 3, use_bias=False, name="line")(now))
    other = layers.Flatten()(layers.ConvLSTM3D(2, 2, name="cube")(cube))
    return keras.Model([line, cube], layers.Dense(2, name="last")(layers.Concatenate()([now, other])))


def half() -> Any:
    """Layers that compute in half precision, some of them frozen."""
    frozen = layers.Dense(4, name="frozen", dtype="mixed_float16")
    frozen.trainable = False
    norm = layers.BatchNormalization(name="norm", trainable=False)
    return graph(keras.Input((4,)), frozen, norm, layers.Dense(4, name="free", dtype="float16"), layers.Dense(4))


def local() -> Any:
    """Layers that only Keras 2 has."""
    return graph(
        keras.Input((6, 6, 2)),
        layers.LocallyConnected2D(3, 2, name="local"),
        layers.BatchNormalization(renorm=True, name="renorm"),
        layers.Reshape((25, 3)),
        layers.LocallyConnected1D(2, 3, implementation=2, name="line"),
        layers.Flatten(),
        layers.Dense(2, name="last"),
    )


MODELS: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (
        *(perceptron, twins, pictures, steps, words, directions, films, attentive, scaled, equations, norms, inside),
        *(branches, wrapped, operations, lazy, translator, deep, tower, firsts, pixels, tables, films_of_each),
        *(half, local),
    )
}
