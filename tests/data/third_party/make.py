# mypy: ignore-errors
"""Makes small models of other people's layers with what the live model says of every weight.

``python make.py tfmot FOLDER`` and ``python make.py tf FOLDER``, which must not share a process, need TensorFlow 2.15 with tensorflow-model-optimization 0.8.0, tensorflow-addons 0.23.0,
QKeras 0.9.0, larq 0.13.3, keras-tcn 3.5.7 and tf2crf 0.1.33; ``python make.py keras FOLDER`` Keras 3.15.1 with
keras-rs 0.4.0 and HGQ2 0.2.0. Each model is saved as ``.h5``, ``.keras`` and ``.weights.h5``; ``FOLDER/expected.json`` says for every
variable: the classes of the layers that own it, its name, whether it is trained, its digest.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np


def pruned(keras, L):
    import tensorflow_model_optimization as tfmot

    S = tfmot.sparsity.keras
    model = keras.Sequential(
        [
            L.Dense(5, activation="relu", name="fc", input_shape=(6,)),
            L.BatchNormalization(name="bn"),
            L.Dense(3, name="out"),
        ],
        name="net",
    )
    return S.prune_low_magnitude(model, pruning_schedule=S.ConstantSparsity(0.5, 0, frequency=1))


def pruned_conv(keras, L):
    import tensorflow_model_optimization as tfmot

    S = tfmot.sparsity.keras
    model = keras.Sequential(
        [L.Conv2D(3, 3, name="conv", input_shape=(6, 6, 2)), L.Flatten(name="flat"), L.Dense(2, name="out")], name="net"
    )
    return S.prune_low_magnitude(model, pruning_schedule=S.ConstantSparsity(0.5, 0, frequency=1))


def pruned_lstm(keras, L):
    import tensorflow_model_optimization as tfmot

    S = tfmot.sparsity.keras
    i = keras.Input((5, 4))
    z = S.prune_low_magnitude(L.LSTM(3, name="lstm"), pruning_schedule=S.ConstantSparsity(0.5, 0, frequency=1))(i)
    return keras.Model(i, L.Dense(2, name="out")(z), name="net")


def clustered(keras, L):
    import tensorflow_model_optimization as tfmot

    C = tfmot.clustering.keras
    model = keras.Sequential(
        [L.Dense(5, activation="relu", name="fc", input_shape=(6,)), L.Dense(3, name="out")], name="net"
    )
    return C.cluster_weights(model, number_of_clusters=4, cluster_centroids_init=C.CentroidInitialization.LINEAR)


def clustered_conv(keras, L):
    import tensorflow_model_optimization as tfmot

    C = tfmot.clustering.keras
    model = keras.Sequential(
        [L.Conv2D(3, 3, name="conv", input_shape=(6, 6, 2)), L.Flatten(name="flat"), L.Dense(2, name="out")], name="net"
    )
    return C.cluster_weights(model, number_of_clusters=3, cluster_centroids_init=C.CentroidInitialization.LINEAR)


def quantized(keras, L):
    import tensorflow_model_optimization as tfmot

    model = keras.Sequential(
        [
            L.Conv2D(3, 3, name="conv", input_shape=(6, 6, 2)),
            L.BatchNormalization(name="bn"),
            L.ReLU(name="relu"),
            L.Flatten(name="flat"),
            L.Dense(4, activation="relu", name="fc"),
            L.Dense(2, name="out"),
        ],
        name="net",
    )
    return tfmot.quantization.keras.quantize_model(model)


def qkeras(keras, L):
    from qkeras import QActivation, QBatchNormalization, QConv2D, QDense, QDepthwiseConv2D, quantized_bits

    q = quantized_bits(4, 0, alpha=1)
    i = keras.Input((6, 6, 2), name="img")
    z = QConv2D(3, 3, kernel_quantizer=q, bias_quantizer=quantized_bits(4), name="qconv")(i)
    z = QBatchNormalization(name="qbn")(z)
    z = QActivation("quantized_relu(4)", name="qact")(z)
    z = QDepthwiseConv2D(3, depthwise_quantizer=q, bias_quantizer=quantized_bits(4), name="qdepth")(z)
    return keras.Model(
        i,
        QDense(3, kernel_quantizer=q, bias_quantizer=quantized_bits(4), name="qd")(L.Flatten(name="flat")(z)),
        name="net",
    )


def qkeras_more(keras, L):
    from qkeras import QGRU, QLSTM, QConv1D, QDense, QSimpleRNN, quantized_bits

    q = dict(
        kernel_quantizer=quantized_bits(4, 0, alpha=1),
        recurrent_quantizer=quantized_bits(4, 0, alpha=1),
        bias_quantizer=quantized_bits(4),
        state_quantizer=quantized_bits(4),
    )
    i = keras.Input((7, 4), name="steps")
    z = QConv1D(5, 2, kernel_quantizer=q["kernel_quantizer"], bias_quantizer=q["bias_quantizer"], name="qc1")(i)
    z = QLSTM(3, return_sequences=True, name="ql", **q)(z)
    z = QGRU(3, return_sequences=True, name="qg", **q)(z)
    z = QSimpleRNN(2, name="qr", **q)(z)
    return keras.Model(i, QDense(2, kernel_quantizer=q["kernel_quantizer"], use_bias=False, name="qd")(z), name="net")


def qkeras_folded(keras, L):
    from qkeras import QConv2DBatchnorm, QDense, quantized_bits

    q = quantized_bits(4, 0, alpha=1)
    i = keras.Input((6, 6, 2), name="img")
    z = QConv2DBatchnorm(3, 3, kernel_quantizer=q, bias_quantizer=quantized_bits(4), name="qcb")(i)
    return keras.Model(
        i,
        QDense(2, kernel_quantizer=q, bias_quantizer=quantized_bits(4), name="qd")(L.Flatten(name="flat")(z)),
        name="net",
    )


def larq(keras, L):
    import larq as lq

    k = dict(input_quantizer="ste_sign", kernel_quantizer="ste_sign", kernel_constraint="weight_clip", use_bias=False)
    i = keras.Input((8, 8, 2), name="img")
    z = lq.layers.QuantConv2D(3, 3, kernel_quantizer="ste_sign", kernel_constraint="weight_clip", name="lc")(i)
    z = L.BatchNormalization(scale=False, name="bn")(z)
    z = lq.layers.QuantDepthwiseConv2D(3, depthwise_quantizer="ste_sign", name="ld")(z)
    z = lq.layers.QuantSeparableConv2D(4, 2, depthwise_quantizer="ste_sign", pointwise_quantizer="ste_sign", name="ls")(
        z
    )
    z = lq.layers.QuantDense(5, name="qd", **k)(L.Flatten(name="flat")(z))
    return keras.Model(i, L.Dense(2, name="out")(z), name="net")


def addons_wrappers(keras, L):
    import tensorflow_addons as tfa

    i = keras.Input((6,), name="x")
    z = tfa.layers.WeightNormalization(L.Dense(5, name="a"), data_init=False, name="wn")(i)
    z = tfa.layers.SpectralNormalization(L.Dense(4, name="b"), name="sn")(z)
    return keras.Model(i, L.Dense(3, name="c")(z), name="net")


def addons_dense(keras, L):
    import tensorflow_addons as tfa

    i = keras.Input((8,), name="x")
    z = tfa.layers.NoisyDense(6, name="noisy")(i)
    z = tfa.layers.Maxout(3, name="max")(z)
    z = tfa.layers.PolynomialCrossing(name="cross")([z, z])
    z = tfa.layers.TLU(name="tlu")(z)
    return keras.Model(i, L.Dense(2, name="out")(z), name="net")


def addons_norms(keras, L):
    import tensorflow_addons as tfa

    i = keras.Input((6, 6, 4), name="img")
    z = tfa.layers.GroupNormalization(2, name="gn")(i)
    z = tfa.layers.InstanceNormalization(name="in")(z)
    z = tfa.layers.FilterResponseNormalization(name="frn")(z)
    return keras.Model(i, L.Dense(2, name="out")(L.Flatten(name="flat")(z)), name="net")


def addons_sequence(keras, L):
    import tensorflow_addons as tfa

    i = keras.Input((5, 4), name="steps")
    z = tfa.layers.MultiHeadAttention(head_size=3, num_heads=2, name="mha")([i, i])
    z = L.RNN(tfa.rnn.LayerNormLSTMCell(3, name="lncell"), return_sequences=True, name="ln")(z)
    z = L.RNN(tfa.rnn.PeepholeLSTMCell(3, name="pcell"), return_sequences=True, name="peep")(z)
    z = L.RNN(tfa.rnn.NASCell(2, name="ncell"), return_sequences=True, name="nas")(z)
    z = tfa.layers.ESN(3, name="esn")(z)
    return keras.Model(i, L.Dense(2, name="out")(z), name="net")


def tcn(keras, L):
    from tcn import TCN

    i = keras.Input((8, 3), name="steps")
    z = TCN(nb_filters=4, kernel_size=2, dilations=(1, 2), name="tcn")(i)
    return keras.Model(i, L.Dense(2, name="out")(z), name="net")


def addons_crf(keras, L):
    import tensorflow_addons as tfa

    i = keras.Input((5, 4), name="steps")
    decoded, *_ = tfa.layers.CRF(3, name="crf")(i)
    return keras.Model(i, decoded, name="net")


def tf2crf(keras, L):
    from tf2crf import CRF

    i = keras.Input((5, 4), name="steps")
    return keras.Model(i, CRF(units=3, name="crf")(i), name="net")


def keras_rs(keras, L):
    import keras_rs

    i = keras.Input((6,), name="x")
    z = keras_rs.layers.FeatureCross(projection_dim=3, name="cross")(i)
    z = keras_rs.layers.FeatureCross(name="whole")(i, z)
    d = keras_rs.layers.DotInteraction(name="dot")([z, i])
    j = keras.Input((), dtype="int32", name="id")
    e = keras_rs.layers.EmbedReduce(9, 4, name="er")(L.Reshape((1,))(j))
    return keras.Model([i, j], L.Dense(2, name="out")(L.Concatenate()([z, d, e])), name="net")


def hgq2(keras, L):
    from hgq.layers import QBatchNormalization, QConv2D, QDense

    i = keras.Input((6, 6, 2))
    z = QBatchNormalization(name="qb")(QConv2D(3, 3, name="qc")(i))
    return keras.Model(i, QDense(2, name="qd")(L.Flatten()(z)), name="net")


TFMOT = [pruned, pruned_conv, pruned_lstm, clustered, clustered_conv, quantized, qkeras, qkeras_more, qkeras_folded]
TF = [larq, addons_wrappers, addons_dense, addons_norms, addons_sequence, addons_crf, tcn, tf2crf]
KERAS = [keras_rs, hgq2]


def owners(layer, path=()):
    """Every variable of a layer at any depth, with the layers around it from the outside in."""
    own = (
        [*layer._trainable_weights, *layer._non_trainable_weights]
        if not hasattr(layer, "_layers")
        else [*layer._trainable_variables, *layer._non_trainable_variables]
    )
    for variable in own:
        yield variable, path
    inside = layer._flatten_layers(recursive=False, include_self=False)
    for inner in inside:
        yield from owners(inner, (*path, inner))


def values_of(variable):
    return np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable.value)


def make(build, keras, folder):
    model = build(keras, keras.layers)
    rng = np.random.default_rng(11)
    for variable in model.weights:
        if "float" in str(variable.dtype) and variable.shape:
            variable.assign(rng.normal(size=tuple(variable.shape)).astype("float32"))
    trained = {id(one) for one in model.trainable_weights}
    every = {}
    for variable, path in owners(model):
        every.setdefault(id(variable), []).append((variable, path))
    facts = []
    for index, variable in enumerate(model.weights):
        values = values_of(variable)
        facts.append(
            {
                "index": index,
                "name": variable.name,
                "shape": [*values.shape],
                "dtype": str(values.dtype),
                "trainable": id(variable) in trained,
                "sha256": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest(),
                "owners": [type(path[-1]).__name__ for _, path in every.get(id(variable), []) if path],
            }
        )
    stem = build.__name__
    said = {}
    for ending in ("h5", "keras", "weights.h5"):
        try:
            path = str(folder / f"{stem}.{ending}")
            model.save_weights(path) if ending == "weights.h5" else model.save(path)
        except Exception as error:
            said[ending] = f"{type(error).__name__}: {str(error)[:120]}"
    return {"weights": facts, "not_saved": said}


if __name__ == "__main__":
    which, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if which != "keras":
        if which == "tfmot":
            import tensorflow_model_optimization  # noqa: F401 - before tf.keras: it decides which Keras that is
        import tensorflow as tf

        keras = tf.keras
    else:
        import keras
    place = folder / "expected.json"
    truth = json.loads(place.read_text()) if place.exists() else {}
    for build in {"tfmot": TFMOT, "tf": TF, "keras": KERAS}[which]:
        if len(sys.argv) > 3 and build.__name__ not in sys.argv[3:]:
            continue
        try:
            keras.backend.clear_session()
            truth[build.__name__] = make(build, keras, folder)
            print("made", build.__name__, truth[build.__name__]["not_saved"], flush=True)
        except Exception as error:
            print(build.__name__, type(error).__name__, str(error)[:300], flush=True)
        place.write_text(json.dumps(truth, indent=1))
