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

FUNCTIONS_BESIDE_KERAS = re.compile(
    r"\w*(?:gelu|gelu_approximate|relu|silu|swish|sigmoid|softmax|tanh|initializer|loss|metric)"
)
"""Functions of packages beside Keras that configs of their models name; the others work on files and settings."""
CLASSES_OF_FILES = re.compile(r"\w*(?:Loader|Saver|Builder|Downloader|Cache|LLM)")
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


def plain_class(value: Mapping[str, Any]) -> str:
    """The class that an object names, without package and module: ``Custom>Lambda`` is Lambda."""
    name = value.get("class_name")
    return plain_name(name) if isinstance(name, str) else ""


def plain_name(name: str) -> str:
    """A name without package and module: ``Custom>Lambda`` and ``keras.layers.Lambda`` are Lambda."""
    return name.rpartition(">")[2].rpartition(".")[2].strip()
