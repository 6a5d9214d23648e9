"""What names in a config refer to: Keras itself, Python, packages beside it, functions that do more than compute."""

from __future__ import annotations

import re
import sys

KERAS_PACKAGES = frozenset({"keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tf_keras"})
CORE_PACKAGES = frozenset({"keras", "keras_core", "tf_keras"})
KERAS_IN_TENSORFLOW = ("tensorflow.keras.", "tensorflow.python.keras.")
"""Where TensorFlow holds Keras."""

STANDARD_LIBRARY = sys.stdlib_module_names | {
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

SITE_PACKAGES = frozenset(
    {
        "IPython",
        "_pytest",
        "wheel",
        "triton",
        "tqdm",
        "tornado",
        "termcolor",
        "sqlalchemy",
        "nltk",
        "markdown",
        "jinja2",
        "huggingface_hub",
        "gast",
        "charset_normalizer",
        "certifi",
        "astunparse",
        "PIL",
        "absl",
        "boto3",
        "botocore",
        "cffi",
        "click",
        "cloudpickle",
        "cv2",
        "dask",
        "dill",
        "django",
        "flask",
        "flax",
        "fsspec",
        "google",
        "grpc",
        "h5py",
        "jax",
        "jaxlib",
        "joblib",
        "matplotlib",
        "numba",
        "ml_dtypes",
        "namex",
        "numpy",
        "onnx",
        "opt_einsum",
        "optree",
        "packaging",
        "pandas",
        "paramiko",
        "pexpect",
        "pip",
        "pkg_resources",
        "psutil",
        "pyarrow",
        "pygments",
        "pytest",
        "ray",
        "requests",
        "rich",
        "scipy",
        "setuptools",
        "six",
        "skimage",
        "sklearn",
        "sympy",
        "tensorboard",
        "tensorflow",
        "tensorflow_datasets",
        "tensorflow_hub",
        "torch",
        "torchvision",
        "transformers",
        "urllib3",
        "werkzeug",
        "wrapt",
        "yaml",
    }
)
"""Packages that lie beside Keras on many machines and are no one's model code."""

NON_MODELING_NAMES = frozenset(
    {
        "BackupAndRestore",
        "CSVLogger",
        "ModelCheckpoint",
        "RemoteMonitor",
        "TensorBoard",
        "audio_dataset_from_directory",
        "clear_session",
        "deserialize_keras_object",
        "enable_unsafe_deserialization",
        "extract_archive",
        "func_dump",
        "func_load",
        "get_custom_objects",
        "get_file",
        "get_global_attribute",
        "image_dataset_from_directory",
        "load_data",
        "load_json",
        "load_img",
        "load_model",
        "load_model_from_hdf5",
        "load_weights",
        "load_weights_only",
        "model_from_json",
        "model_from_yaml",
        "plot_model",
        "register_keras_serializable",
        "rmtree",
        "save_img",
        "save_model",
        "save_weights",
        "serialize_keras_object",
        "set_backend",
        "set_floatx",
        "set_global_attribute",
        "text_dataset_from_directory",
        "timeseries_dataset_from_array",
    }
)
"""Functions of Keras that read, write, fetch or unlock, and that no model computes with."""

UTILITY_MODULES = frozenset(
    {"applications", "callbacks", "config", "datasets", "distribution", "export", "saving", "utils"}
)
"""Parts of Keras whose functions work on files, settings and processes ..."""
UTILITIES_THAT_COMPUTE = frozenset({"normalize", "to_categorical"})
"""... but for these."""

TENSORFLOW_LAYERS = frozenset({"TFOpLambda", "SlicingOpLambda", "ClassMethod", "InstanceMethod", "TensorFlowOpLayer"})
"""Layers of tf.keras that hold the name of a function, a class or an operation of TensorFlow."""

TENSORFLOW_NAMES = re.compile(
    r"(?:^|\.)(?:gfile|raw_ops|train|saved_model|saver|summary|profiler|distribute|lite|sysconfig|app|flags|test"
    r"|autograph|mlir|py_function|py_func|numpy_function|[Pp]rint|read_file|write_file|matching_files|write_graph"
    r"|WholeFileReader|TFRecord\w*|TextFileInitializer|load_library|load_op_library|load_file_system_library"
    r"|get_file|load_model|load_weights|load_img|enable_unsafe_deserialization|enable_dump_debug_info"
    r"|experimental_connect_to_\w+|data\.(?!ops\b)\w+)(?:\.|$)"
)
"""Names under which they reach files, processes, the network and Python; the rest of TensorFlow's names compute."""

TENSORFLOW_OPERATIONS = re.compile(
    r"\b(?:ReadFile|WriteFile|MatchingFiles|WholeFileReader\w*|(?:Eager)?PyFunc\w*|SaveV2|RestoreV2|SaveSlices|Restore"
    r"|MergeV2Checkpoints|LoadLibrary|Print(?:V2)?|PrintV2|DebugIdentity\w*|RemoteCall)\b"
)
"""The same as operations of a graph."""


def is_keras(module: str) -> bool:
    """Whether a module is Keras's own, or one of the packages that Keras trusts."""
    return module.split(".", 1)[0] in KERAS_PACKAGES or f"{module}.".startswith(KERAS_IN_TENSORFLOW)


def is_core(module: str) -> bool:
    """Whether a module belongs to Keras itself, rather than to a package beside it."""
    return module.split(".", 1)[0] in CORE_PACKAGES or f"{module}.".startswith(KERAS_IN_TENSORFLOW)


def is_foreign(module: str) -> bool:
    """Whether a module is Python's own or a common package's, and so cannot hold a model's own classes."""
    root = module.strip().lstrip(".").split(".", 1)[0]
    return not is_keras(module) and (root in STANDARD_LIBRARY or root in SITE_PACKAGES)
