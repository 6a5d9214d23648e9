"""What names in a config refer to: Keras itself, Python, packages beside it, functions that do more than compute."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

KERAS_PACKAGES = frozenset({"keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tf_keras"})
CORE_PACKAGES = frozenset({"keras", "keras_core", "tf_keras"})
KERAS_IN_TENSORFLOW = ("tensorflow.keras.", "tensorflow.python.keras.")
"""Where TensorFlow holds Keras."""

UNLISTED_CLASSES = frozenset(
    {
        *("TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer", "TFDConcat", "TFDIdentity", "FeatureSpace"),
        *("DenseFeatures", "SequenceFeatures", "LinearModel", "WideDeepModel", "CategoryCrossing", "Network", "Layer"),
        *("CustomScaleLayer", "SharpnessAwareMinimization"),
    }
)
"""Classes of Keras whose arrays no table lists, by names that stand alone in files which do not say the module."""

OPERATIONS = frozenset(
    """
    Abs Absolute AdaptiveAveragePool AdaptiveMaxPool Add AffineTransform All AllClose Amax Amin Angle Any Append
    Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array
    ArraySplit AssociativeScan Average AveragePool BatchNorm BinaryCrossentropy Bincount BitwiseAnd BitwiseInvert
    BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo CDist CTCDecode CTCLoss Cast
    CategoricalCrossentropy Cbrt Ceil Celu Cholesky CholeskyInverse Clip ColumnStack Concatenate Cond Conj
    Conjugate Conv ConvTranspose ConvertToTensor Copy Copysign Corrcoef Correlate Cos Cosh CountNonzero Cov
    CropImages Cross Cumprod Cumsum Deg2rad DepthToSpace DepthwiseConv Det Diag Diagflat Diagonal Diff Digitize
    Divide DivideNoNan Dot DotProductAttention Dsplit Dstack Eig Eigh Einsum ElasticTransform Elu Empty EmptyLike
    Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 ExtractPatches ExtractSequences Eye FFT FFT2 Fabs Flip Fliplr
    Flipud FloatPower Floor FloorDivide Fmax Fmin Fmod Fold ForiLoop Full FullLike Function Gammainc GaussianBlur
    Gcd Gelu Geomspace GetItem Glu Greater GreaterEqual HSVToRGB HardShrink HardSigmoid HardSilu HardTanh
    Heaviside Histogram Hsplit Hstack Hypot I0 IFFT2 IRFFT ISTFT Identity Imag InTopK Inner Inv IsIn Isclose
    Isfinite Isinf Isnan Isneginf Isposinf Isreal JVP Kron LayerNorm Lcm Ldexp LeakyRelu LeftShift Less LessEqual
    Lgamma Linspace Log Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp Logaddexp2 Logdet LogicalAnd LogicalNot
    LogicalOr LogicalXor Logspace Logsumexp Lstsq LuFactor Map MapCoordinates Matmul MatrixPower MatrixRank Max
    MaxPool Maximum Mean Median Meshgrid Min Minimum Mod Moments Moveaxis MultiHot Multiply NanToNum Nanargmax
    Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum
    Nanvar Ndim Negative Nextafter Nonzero Norm Normalize NotEqual OneHot Ones OnesLike Outer PSNR Pad PadImages
    Percentile PerspectiveTransform Pinv Polar Power Prod Ptp Qr Quantile RFFT RGBToGrayscale RGBToHSV RMSNorm
    Rad2deg Ravel Real Rearrange Reciprocal ReconstructPatches Relu Relu6 Repeat Reshape Resize RightShift Roll
    Rot90 Round Rsqrt SSIM STFT SVD SaturateCast ScaleAndTranslate Scan Scatter ScatterUpdate SearchSorted
    SegmentMax SegmentMin SegmentProd SegmentReduction SegmentSum Select Selu SeparableConv Sigmoid Sign Signbit
    Silu Sin Sinc Sinh Size Slice SliceUpdate Slogdet SobelEdges SoftShrink Softmax Softplus Softsign Solve
    SolveTriangular Sort SpaceToDepth SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Split Sqrt
    Square Squareplus Squeeze Stack Std StopGradient Subtract Sum Swapaxes Switch Take TakeAlongAxis Tan Tanh
    TanhShrink Tensordot Threshold Tile TopK Trace Transpose Trapezoid Tri Tril Triu TrueDivide Trunc Unfold
    Unique UnravelIndex Unstack Vander Var Vdot VectorizedMap View ViewAsComplex ViewAsReal Vsplit Vstack Where
    WhileLoop Zeros ZerosLike
    """.split()  # noqa: SIM905 - names wrap better than a list of them
)
"""Operations of Keras 3, which a functional model lists among its layers, in legacy files by these names alone.

Source: the subclasses of ``Operation`` in keras/src/ops of Keras 3.5, 3.15 and 3.16.
"""

REGISTERED_BY_KERAS = frozenset(
    {
        *("CustomScaleLayer", "SharpnessAwareMinimization", "SGD", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad"),
        *("Adadelta", "Adafactor", "RMSprop", "Ftrl", "Lion"),
    }
)
"""Classes that tf.keras since 2.11 registers without a package, so that legacy files have them as ``Custom>Adam``."""

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


def is_operation(class_name: str, config: Mapping[str, Any]) -> bool:
    """Whether a layer without a module is an operation of Keras, which no config calls trainable or not."""
    return class_name in OPERATIONS and "trainable" not in config


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
