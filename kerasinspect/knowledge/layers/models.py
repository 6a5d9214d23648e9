"""Models as layers, inputs, operations that stand among layers, and modules of other libraries."""

from __future__ import annotations

from kerasinspect.knowledge.kinds import LayerSpec
from kerasinspect.knowledge.layers.weights import WRAPPED
from kerasinspect.knowledge.shapes import wrappers
from kerasinspect.knowledge.shapes.rule import same

OPERATION = LayerSpec(
    "TFOpLambda",
    "One operation, such as an addition or a slice, that the author wrote as plain code.",
    also=("ClassMethod", "InstanceMethod", "InstanceProperty", "SlicingOpLambda", "TensorFlowOpLayer"),
)
"""The row of every operation that stands among layers, those of Keras 3 included."""

ROWS: tuple[LayerSpec, ...] = (
    LayerSpec(
        "Functional", "A model inside the model, with layers of its own.", also=("Model", "Graph"), is_model=True
    ),
    LayerSpec(
        "Sequential",
        "A chain of layers, each of which reads what the one before says.",
        inner_shape=wrappers.chain,
        is_model=True,
        is_chain=True,
    ),
    LayerSpec("InputLayer", "Says what shape comes in; it computes nothing.", shape=same, is_input=True),
    LayerSpec("Wrapper", "Holds another layer.", sublayers=(WRAPPED,)),
    LayerSpec("Lambda", "Runs a function that its author wrote; the file holds compiled code, not its source."),
    OPERATION,
    LayerSpec(
        "TorchModuleWrapper", "Runs a PyTorch module; only its own code knows what its arrays do.", wraps_code=True
    ),
    LayerSpec("JaxLayer", "Runs a JAX function; only its own code knows what its arrays do.", wraps_code=True),
    LayerSpec("FlaxLayer", "Runs a Flax module; only its own code knows what its arrays do.", wraps_code=True),
    LayerSpec("TFSMLayer", "Runs a TensorFlow SavedModel that lies elsewhere.", wraps_code=True),
)

SENTENCES = {
    "DenseFeatures": "Puts columns of a table side by side as numbers.",
    "FeatureSpace": "Prepares the columns of a table, each in its own way.",
}
"""Classes whose weights no row can list, since the columns of a table decide on them, and what they do."""
