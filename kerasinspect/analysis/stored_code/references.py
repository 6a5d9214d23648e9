"""What names in a config refer to: Keras itself, Python, packages beside it, functions that do more than compute."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.loader_names.lookups import operation_classes
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject

_KERAS_PACKAGES = frozenset({"keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tf_keras"})
CORE_PACKAGES = frozenset({"keras", "keras_core", "tf_keras"})
_KERAS_IN_TENSORFLOW = ("tensorflow.keras.", "tensorflow.python.keras.")
"""Where TensorFlow holds Keras."""

UNLISTED_CLASSES = frozenset(
    {
        *("TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer", "TFDConcat", "TFDIdentity", "FeatureSpace"),
        *("DenseFeatures", "SequenceFeatures", "LinearModel", "WideDeepModel", "CategoryCrossing", "Network", "Layer"),
        *("CustomScaleLayer", "SharpnessAwareMinimization"),
    }
)
"""Classes of Keras whose arrays no table lists, by names that stand alone in files which do not say the module."""

UNSAFE_CLASSES = {
    "TorchModuleWrapper": "unpickles a PyTorch module",
    "TFSMLayer": "runs the graph of a SavedModel from a path",
    "JaxLayer": "runs a stored JAX function",
    "FlaxLayer": "runs a stored Flax module",
}
"""Classes of Keras that run what is not in the config, and what they do."""

REGISTERED_BY_KERAS = frozenset(
    {
        *("CustomScaleLayer", "SharpnessAwareMinimization", "SGD", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad"),
        *("Adadelta", "Adafactor", "RMSprop", "Ftrl", "Lion"),
    }
)
"""Classes that tf.keras since 2.11 registers without a package, so that legacy files have them as ``Custom>Adam``."""

_STANDARD_LIBRARY = sys.stdlib_module_names | {
    "asynchat",
    "asyncore",
    "cgi",
    "crypt",
    "distutils",
    "imp",
    "pipes",
    "smtpd",
}
"""Python's own modules, also those that the newest Python no longer has."""

_SITE_PACKAGES = frozenset(
    """
    _cffi_backend _distutils_hack _pytest _tree _yaml absl aiohttp anyio array_record astunparse attr attrs
    boto3 botocore certifi cffi charset_normalizer clang click cloudpickle cryptography cv2 dask dill django
    docstring_parser etils fabric filelock flask flatbuffers flax fsspec functorch gast google
    google_auth_oauthlib grpc h11 h5py httpx huggingface_hub idna immutabledict IPython isympy jax jaxlib jinja2
    joblib kagglehub kagglesdk markdown markdown_it markupsafe matplotlib mdurl ml_dtypes mock mpmath namex
    narwhals networkx nltk numba numpy oauthlib onnx opt_einsum optree packaging pandas paramiko parse pasta
    pexpect PIL pip pkg_resources plumbum promise psutil pyarrow pyasn1 pycparser pygments pyparsing pytest ray
    regex requests requests_oauthlib rich scipy sentencepiece setuptools sh six skimage sklearn sqlalchemy sympy
    tensorboard tensorboard_data_server tensorflow tensorflow_datasets tensorflow_estimator tensorflow_hub
    tensorflow_io_gcs_filesystem tensorflow_metadata termcolor threadpoolctl tokenizers toml torch torchgen
    torchvision tornado tqdm transformers tree triton truststore typeguard typing_extensions urllib3 werkzeug
    wheel wrapt yaml zipp
    """.split()  # noqa: SIM905 - names wrap better than a list of them
)
"""Packages that lie beside Keras on many machines and are no one's model code."""

FUNCTIONS_BESIDE_KERAS = late_pattern(
    r"\w*(?:gelu|gelu_approximate|relu|silu|swish|sigmoid|softmax|tanh|initializer|loss|metric)"
)
"""Functions of packages beside Keras that configs of their models name; the others work on files and settings."""
CLASSES_OF_FILES = late_pattern(r"\w*(?:Loader|Saver|Builder|Downloader|Cache|LLM)")
"""Classes of these packages that read and write presets."""

WRAPPERS = frozenset(
    {"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "InstanceProperty", "TensorFlowOpLayer"}
)
"""Layers of tf.keras that hold the name of a function, a class, an attribute or an operation of TensorFlow."""

TYPE_SPECIFICATIONS = frozenset(
    {
        *("TensorSpec", "RaggedTensorSpec", "SparseTensorSpec", "IndexedSlicesSpec", "TensorArraySpec", "OptionalSpec"),
        *("NoneTensorSpec", "VariableSpec", "DTensorSpec", "StructuredTensorSpec", "RowPartitionSpec"),
    }
)
"""Classes of TensorFlow that describe a tensor, and do nothing else."""

HARMLESS_BUILTINS = frozenset({"abs", "max", "min", "pow", "round", "sum"})
"""Functions of Python that share their name with one that a user might register."""


def is_operation(class_name: str, config: JsonObject) -> bool:
    """Whether a layer without a module is an operation of Keras, which no config calls trainable or not."""
    return class_name in operation_classes() and "trainable" not in config


def is_keras(module: str) -> bool:
    """Whether a module is Keras's own, or one of the packages that Keras trusts."""
    return module.split(".", 1)[0] in _KERAS_PACKAGES or f"{module}.".startswith(_KERAS_IN_TENSORFLOW)


def is_core(module: str) -> bool:
    """Whether a module belongs to Keras itself, rather than to a package beside it."""
    return module.split(".", 1)[0] in CORE_PACKAGES or f"{module}.".startswith(_KERAS_IN_TENSORFLOW)


def is_foreign(module: str) -> bool:
    """Whether a module is Python's own or a common package's, and so cannot hold a model's own classes."""
    root = module.strip().lstrip(".").split(".", 1)[0]
    return not is_keras(module) and (root in _STANDARD_LIBRARY or root in _SITE_PACKAGES)


def plain_class(value: JsonObject) -> str:
    """The class that an object names, without package and module: ``Custom>Lambda`` is Lambda."""
    name = value.get("class_name")
    return plain_name(name) if isinstance(name, str) else ""


def plain_name(name: str) -> str:
    """A name without package and module: ``Custom>Lambda`` and ``keras.layers.Lambda`` are Lambda."""
    return name.rpartition(">")[2].rpartition(".")[2].strip()
