"""Loads models with the real Keras, and writes down what came of it: ``python worker.py REQUEST.json``.

The one module of kerasinspect that imports Keras. It runs in a process of its own, in the interpreter that the user
names, and needs nothing there but Keras or tf_keras on TensorFlow, and numpy. So it is one file that imports nothing
of kerasinspect, and it is written for Python 3.9.

Everything goes into the working directory, which the parent made for it: ``results.jsonl`` gets a line about the
process, then a line for each model as soon as that is done; ``outputs_N.npz`` the inputs and outputs of model N.
"""

from __future__ import annotations

import ctypes
import hashlib
import inspect
import json
import os
import re
import sys
import time
import warnings
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType
    from typing import Protocol, TextIO

    class KerasVariable(Protocol):
        """A variable of any Keras."""

        name: str

        def numpy(self) -> Array:
            """Its value."""

    class KerasLayer(Protocol):
        """A layer of any Keras."""

        name: str
        weights: Iterable[KerasVariable]

        def _flatten_layers(self, *, include_self: bool, recursive: bool) -> Iterable[KerasLayer]: ...

        def get_vocabulary(self) -> Sequence[object]:
            """The words that a lookup knows; other layers have no such method."""

    class KerasModel(KerasLayer, Protocol):
        """A model of any Keras."""

        inputs: object
        input: object

        def __call__(self, inputs: object, *, training: bool) -> object:
            """The outputs, in nested lists and dicts."""

        def load_weights(self, path: str) -> object:
            """Give its weights the values in a file."""

        def get_build_config(self) -> Mapping[str, object] | None:
            """What it was built with, as far as it stores that."""

    class KerasLibrary(Protocol):
        """Keras or tf_keras."""

        Model: type
        models: ModuleType


class LateModule:
    """A module that is imported when it is first used: numpy's threads would keep a process in its network."""

    def __init__(self, name: str) -> None:
        """Take its name."""
        self.name = name

    def __getattr__(self, attribute: str) -> object:
        """What the module has under this name."""
        return getattr(__import__(self.name), attribute)


np: Any = LateModule("numpy")
resource: Any = LateModule("resource")
"""What Windows lacks."""

Facts = dict[str, Any]
"""What the request says, or what is told, as an object of JSON."""
Array = Any
"""An array of numpy: the version in the other environment need not know how to say that."""
Cases = list[tuple[str, list[Array]]]
"""Each case's name and inputs."""

NEW_USERS, NEW_NETWORK, DEATH_SIGNAL, KILL = 0x10000000, 0x40000000, 1, 9
"""Linux's CLONE_NEWUSER, CLONE_NEWNET, PR_SET_PDEATHSIG and SIGKILL."""

TRUSTED_PACKAGES = ("keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tf_keras", "tensorflow")
"""Whose modules a loader may import because a file names them."""

OPEN_SIZES = (8, 32, 128)
"""Sizes that are tried, one after the other, for axes that the input spec leaves open."""

BATCH, SEED, MOST_TEXT = 2, 0, 4000
CASES = ("zeros", "ones", "random")
NOT_IN_NUMPY = ("bfloat16", "float8_e4m3fn", "float8_e5m2")

WORDS = ("the", "of", "kerasinspect")
"""Words for text inputs, beside those of the model's own vocabulary."""

RANGES = {"Embedding": "input_dim", "ReversibleEmbedding": "input_dim", "CategoryEncoding": "num_tokens"}
"""Classes that take whole numbers below the value of this attribute."""

Denied = (MemoryError,)
"""What is never told of a model: the process itself has come to its end."""


class Misfit(Exception):
    """The inputs that were given do not fit the model."""


def main() -> None:
    """Load, describe and run each model of the request."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    # Python puts the folder of this file first: its neighbours must not stand in for other modules.
    here = Path(__file__).resolve().parent
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != here]
    warnings.simplefilter("ignore")
    process = confine(request)
    started = time.perf_counter()
    libraries, process["missing"] = find_libraries()
    process["libraries"], process["python"] = libraries, sys.version.partition(" ")[0]
    process["import_seconds"], process["import_bytes"] = time.perf_counter() - started, peak_bytes()
    custom, process["custom_error"] = import_custom(request) if libraries else ({}, None)
    with Path("results.jsonl").open("w", encoding="utf-8") as results:
        tell(process, results)
        if not libraries or process["custom_error"]:
            return
        for number, task in enumerate(request["models"]):
            loaded, result = load_first(libraries, task, custom, unsafe=request["unsafe"])
            if loaded is not None:
                result["weights"] = weight_facts(*loaded)
                result["forward"] = forward(*loaded, task, f"outputs_{number}.npz")
            result["peak_bytes"] = peak_bytes()
            del loaded
            tell(result, results)


def tell(line: Facts, stream: TextIO) -> None:
    """Write one line, at once: the next model may be the last."""
    stream.write(json.dumps(line) + "\n")
    stream.flush()


def said(error: Exception) -> str:
    """The message of an exception, without the codes that colour it, cut in the middle where it is long."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error) or type(error).__name__)
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT // 2]} ... {text[-MOST_TEXT // 2 :]}"


def peak_bytes() -> int | None:
    """The most memory that this process has had at once; None where the system does not tell."""
    try:
        peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    except ImportError:
        return None
    return peak if sys.platform == "darwin" else peak * 1024


# Bounds


def confine(request: Facts) -> Facts:
    """Bound memory, leave the network, and end with the parent; tell how far that was possible."""
    if os.name != "posix":
        return {"network": "this system has no unshare", "memory_limit": None}
    system = ctypes.CDLL(None, use_errno=True)
    if hasattr(system, "prctl"):
        system.prctl(DEATH_SIGNAL, KILL, 0, 0, 0)
        if os.getppid() != request["parent"]:
            raise SystemExit("The parent is gone.")
    network = leave_network(system)
    limit = request["memory_limit"]
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Counts what a process asks for, not what it maps: TensorFlow maps far more than it uses.
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    except (OSError, OverflowError, ValueError):
        limit = None
    return {"network": network, "memory_limit": limit if sys.platform == "linux" else None}


def leave_network(system: ctypes.CDLL) -> str:
    """Move into an empty network; give ``none``, or why that is not possible."""
    if sys.platform == "win32" or not hasattr(system, "unshare"):
        return "this system has no unshare"
    user, group = os.getuid(), os.getgid()
    if system.unshare(NEW_NETWORK) == 0:
        return "none"
    if system.unshare(NEW_USERS | NEW_NETWORK) != 0:
        return os.strerror(ctypes.get_errno())
    # Files can only be made by a user who has a name inside, too.
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        Path("/proc/self", name).write_text(text, encoding="ascii")
    return "none"


# Imports


def find_libraries() -> tuple[list[Facts], dict[str, str]]:
    """Facts about Keras and tf_keras, as far as they are installed, and why one is missing.

    Only the first is imported: tf_keras takes seconds, and few files need it.
    """
    found: list[Facts] = []
    missing = {}
    for name in ("keras", "tf_keras"):
        try:
            facts = {"module": name, "version": metadata.version(name)}
            facts["tensorflow"] = __import__("tensorflow").__version__
            if not found:
                __import__(name)
        except metadata.PackageNotFoundError:
            missing[name] = "not installed"
        except ImportError as error:
            # A library that finds no room is not missing.
            if "memory" in str(error) or "failed to map" in str(error):
                raise MemoryError(said(error)) from error
            missing[name] = said(error)
        else:
            found.append(facts)
    return found, missing


def import_custom(request: Facts) -> tuple[Facts, Facts | None]:
    """The user's own classes and functions by name, from the modules that the user named; or what went wrong."""
    objects: Facts = {}
    if request["custom_objects"]:
        sys.path[:0] = request["search_path"]
    for name in request["custom_objects"]:
        try:
            __import__(name)
        except Denied:
            raise
        except Exception as error:  # noqa: BLE001 - the user's own module raises anything
            return {}, {"module": name, "message": said(error)}
        for key, value in vars(sys.modules[name]).items():
            home = getattr(value, "__module__", None) or ""
            if (inspect.isclass(value) or inspect.isfunction(value)) and home.partition(".")[0] not in TRUSTED_PACKAGES:
                objects[key] = value
    return objects, None


def forbid_imports(name: str) -> None:
    """Let a loader import no module because a file names it, as Keras before 3.9 does."""
    for path in (f"{name}.src.saving.serialization_lib", f"{name}.saving.serialization_lib"):
        library: Any = sys.modules.get(path)
        if hasattr(library, "importlib") and not isinstance(library.importlib, TrustedImports):
            library.importlib = TrustedImports(library.importlib)


class TrustedImports:
    """Stands in for ``importlib`` where a loader uses it."""

    def __init__(self, real: ModuleType) -> None:
        """Take the real one."""
        self.real = real

    def __getattr__(self, name: str) -> object:
        """All but ``import_module``, unchanged."""
        return getattr(self.real, name)

    def import_module(self, name: str, package: str | None = None) -> object:
        """The module, where it is Keras's own."""
        if name.partition(".")[0] not in TRUSTED_PACKAGES:
            raise TypeError(f"The file names the module {name!r}, which is not imported without --unsafe.")
        return self.real.import_module(name, package)


# Loading


def load_first(
    libraries: list[Facts], task: Facts, custom: Facts, *, unsafe: bool
) -> tuple[tuple[KerasLibrary, KerasModel] | None, Facts]:
    """The first library that loads the file, with the model; and the facts about it and about those that refused."""
    result: Facts = {"refusals": [], "library": None}
    for facts in libraries if task["legacy"] else libraries[:1]:
        started = time.perf_counter()
        try:
            library: KerasLibrary = __import__(facts["module"])
            if not unsafe:
                forbid_imports(facts["module"])
            model = (built if task["config"] else load)(library, task, custom, unsafe=unsafe)
        except Denied:
            raise
        except Exception as error:  # noqa: BLE001 - a loader raises anything
            result["refusals"].append({**facts, "kind": type(error).__name__, "message": said(error)})
        else:
            result["library"], result["load_seconds"] = facts, time.perf_counter() - started
            return (library, model), result
    return None, result


def load(library: KerasLibrary, task: Facts, custom: Facts, *, unsafe: bool) -> KerasModel:
    """The model as the library's own loader gives it."""
    loader = getattr(getattr(library, "saving", None), "load_model", library.models.load_model)
    options = {"safe_mode": not unsafe} if "safe_mode" in inspect.signature(loader).parameters else {}
    model: KerasModel = loader(task["path"], compile=False, custom_objects=custom, **options)
    return model


def built(library: KerasLibrary, task: Facts, custom: Facts, *, unsafe: bool) -> KerasModel:
    """The model that the library builds from an architecture and loads the weights into."""
    allow = getattr(getattr(library, "config", None), "enable_unsafe_deserialization", None)
    if unsafe and allow is not None:
        allow()
    text = Path(task["config"]).read_text(encoding="utf-8")
    model: KerasModel = library.models.model_from_json(text, custom_objects=custom)
    model.load_weights(task["path"])
    return model


# Weights


def weight_facts(library: KerasLibrary, model: KerasModel) -> list[Facts]:
    """Every weight of ``get_weights()``, in order, by the path of the innermost layer that owns it.

    Then, without an index, the weights that lookup layers keep for themselves.
    """
    homes: dict[int, str] = {}  # by identity: the variables of TensorFlow cannot be hashed
    for variable, path in owners(library, model, ""):
        homes.setdefault(id(variable), path)
    # What tf_keras keeps of a vocabulary is no array.
    variables = [variable for variable in weights_of(model) if hasattr(variable, "numpy")]
    rows = [
        {"index": index, "layer": homes.get(id(variable), ""), "name": last_name(variable), **array_facts(variable)}
        for index, variable in enumerate(variables)
    ]
    for layer, path in layers_with_paths(library, model, ""):
        kept: KerasVariable | None = getattr(layer, "idf_weights", None)
        if kept is not None and hasattr(kept, "numpy"):
            rows.append({"index": None, "layer": path, "name": "idf_weights", **array_facts(kept)})
    return rows


def array_facts(variable: KerasVariable) -> Facts:
    """Shape, dtype and hash of a variable's value."""
    value = np.asarray(variable.numpy(), order="C")
    digest = hashlib.sha256(value.tobytes()).hexdigest()
    return {"shape": list(value.shape), "dtype": str(value.dtype), "sha256": digest}


def last_name(variable: KerasVariable) -> str:
    """The name without the layer's before it and the number that TensorFlow puts behind it."""
    return str(variable.name).rpartition("/")[2].partition(":")[0]


def owners(library: KerasLibrary, layer: KerasLayer, path: str) -> Iterator[tuple[KerasVariable, str]]:
    """Every variable with the path of the layer that owns it, innermost layers first."""
    for sublayer in sublayers(library, layer):
        yield from owners(library, sublayer, f"{path}/{sublayer.name}".lstrip("/"))
    for variable in weights_of(layer):
        yield variable, path


def weights_of(layer: KerasLayer) -> list[KerasVariable]:
    """Its weights; none where it is not built, which Keras 2 raises about."""
    try:
        return list(layer.weights)
    except ValueError:
        return []


def layers_with_paths(library: KerasLibrary, layer: KerasLayer, path: str) -> Iterator[tuple[KerasLayer, str]]:
    """The layer, then every layer below it, each with its path."""
    yield layer, path
    for sublayer in sublayers(library, layer):
        yield from layers_with_paths(library, sublayer, f"{path}/{sublayer.name}".lstrip("/"))


def sublayers(library: KerasLibrary, layer: KerasLayer) -> Sequence[KerasLayer]:
    """The layers right below one; Keras gives those of anything but a model no public name."""
    listed = getattr(layer, "layers", None) if isinstance(layer, library.Model) else None
    if listed is None:
        listed = layer._flatten_layers(include_self=False, recursive=False)  # noqa: SLF001
    return list(listed)


# Forward passes


def forward(library: KerasLibrary, model: KerasModel, task: Facts, path: str) -> Facts:
    """Run the model on what the task names, or on inputs made from its input spec; store inputs and outputs."""
    spec = input_spec(model)
    told: Facts = {"inputs": spec, "cases": [], "error": None, "misfit": None}
    arrays: dict[str, Array] = {}
    try:
        if task["inputs"]:
            cases = stored_cases(task["inputs"], spec, task["input_names"])
        elif spec:
            cases = made_cases(model, spec, [layer for layer, _ in layers_with_paths(library, model, "")])
        else:
            told["error"] = "it has no input spec: it is not built, or a subclass that does not store one"
            return told
        for name, inputs in cases:
            outputs = run_twice(model, name, inputs, told["cases"])
            arrays.update({f"{name}/input/{at}": array for at, array in enumerate(inputs)})
            arrays.update({f"{name}/output/{at}": array for at, array in enumerate(outputs)})
    except Misfit as error:
        told["misfit"] = said(error)
    except Denied:
        raise
    except Exception as error:  # noqa: BLE001 - the model's own computation raises anything
        told["error"] = said(error)
    np.savez(path, **arrays)
    return told


def run_twice(model: KerasModel, name: str, inputs: list[Array], told: list[Facts]) -> list[Array]:
    """The outputs of one case; the facts about it go to ``told``."""
    started = time.perf_counter()
    names, outputs = run(model, inputs)
    seconds = time.perf_counter() - started
    again = run(model, inputs)[1]
    same = [np.array_equal(one, other, equal_nan=one.dtype.kind in "fc") for one, other in zip(outputs, again)]  # noqa: B905
    rows = []
    for label, array in zip(names, outputs):  # noqa: B905 - Python 3.9 has no strict
        finite = np.isfinite(array).sum() if array.dtype.kind in "fc" else array.size
        rows.append(
            {
                "name": label or "output",
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "not_finite": int(array.size - finite),
            }
        )
    told.append({"name": name, "outputs": rows, "same_again": bool(all(same)), "seconds": seconds})
    return outputs


def run(model: KerasModel, inputs: list[Array]) -> tuple[list[str], list[Array]]:
    """Names and values of the outputs; values as numpy has them, bfloat16 as float32."""
    tensors = [sys.modules["tensorflow"].convert_to_tensor(array) for array in inputs]
    names, outputs = flat(model(packed(input_structure(model, tensors), iter(tensors)), training=False))
    arrays = []
    for output in outputs:
        array = np.asarray(output.to_tensor() if hasattr(output, "to_tensor") else output)
        if array.dtype.kind not in "biufcSU":
            array = array.astype("S" if array.dtype == object else "float32")
        arrays.append(array)
    return names, arrays


def input_structure(model: KerasModel, tensors: list[Array]) -> object:
    """How the model wants its inputs nested; some versions raise where it is a Sequential or a subclass."""
    try:
        if model.inputs:
            return model.input
    except (AttributeError, ValueError):
        pass
    return tensors if len(tensors) > 1 else tensors[0]


def packed(structure: object, tensors: Iterator[Array]) -> object:
    """The tensors in the same nested lists and dicts as ``structure``."""
    if isinstance(structure, dict):
        inside = {key: packed(structure[key], tensors) for key in sorted(structure)}
        return {key: inside[key] for key in structure}
    if isinstance(structure, (list, tuple)):
        return [packed(inner, tensors) for inner in structure]
    return next(tensors)


def flat(structure: object, name: str = "") -> tuple[list[str], list[Array]]:
    """Names and leaves of nested lists and dicts, in the order in which Keras lists them."""
    if isinstance(structure, dict):
        pairs = [(str(key), structure[key]) for key in sorted(structure)]
    elif isinstance(structure, (list, tuple)):
        pairs = [(str(at), inner) for at, inner in enumerate(structure)]
    else:
        return [name], [structure]
    names, leaves = [], []
    for key, inner in pairs:
        inner_names, inner_leaves = flat(inner, f"{name}/{key}" if name else key)
        names += inner_names
        leaves += inner_leaves
    return names, leaves


# Inputs


def input_spec(model: KerasModel) -> list[Facts] | None:
    """Name, shape and dtype of every input, in the order of a flat list; None where the model does not say."""
    try:
        tensors = flat(model.inputs)[1] if model.inputs else []
    except (AttributeError, ValueError):
        tensors = []
    if tensors:
        names = getattr(model, "input_names", None) or [tensor.name for tensor in tensors]
        return [
            {
                "name": str(name),
                "shape": list(tensor.shape),
                "dtype": str(getattr(tensor.dtype, "name", tensor.dtype)),
            }
            for name, tensor in zip(names, tensors)  # noqa: B905 - Python 3.9 has no strict
        ]
    try:
        shape = (model.get_build_config() or {}).get("input_shape")
    except Exception:  # noqa: BLE001 - a subclass makes it do anything
        return None
    if isinstance(shape, (list, tuple)) and shape and all(size is None or isinstance(size, int) for size in shape):
        return [{"name": "input", "shape": list(shape), "dtype": "float32"}]
    return None


def stored_cases(path: str, spec: list[Facts] | None, names: list[tuple[str, int]] | None) -> Cases:
    """The cases of a file: those that were recorded under ``names``, or one of the user's own inputs."""
    with np.load(path, allow_pickle=False) as stored:
        if names is None:
            cases = [("input", in_model_order({name: stored[name] for name in stored.files}, spec))]
        else:
            cases = [(name, [stored[f"{name}/input/{at}"] for at in range(count)]) for name, count in names]
    for _, inputs in cases:
        require_fit(inputs, spec)
    return cases


def in_model_order(arrays: Mapping[str, Array], spec: list[Facts] | None) -> list[Array]:
    """The user's inputs in the model's order: by their names, or as they come where the names are others."""
    names = [item["name"] for item in spec or []]
    return [arrays[name] for name in names] if set(arrays) == set(names) else list(arrays.values())


def require_fit(inputs: list[Array], spec: list[Facts] | None) -> None:
    """Raise Misfit where inputs are not as many, or not such, as the model takes."""
    if spec is None:
        return
    if len(inputs) != len(spec):
        names = ", ".join(item["name"] for item in spec)
        raise Misfit(f"it holds {len(inputs)} inputs, and the model takes {len(spec)}: {names}")
    for item, array in zip(spec, inputs):  # noqa: B905 - Python 3.9 has no strict
        sizes = zip(item["shape"][1:], array.shape[1:])  # noqa: B905 - Python 3.9 has no strict
        fits = len(item["shape"]) == array.ndim and all(size in (None, given) for size, given in sizes)
        if not fits or dtype_kind(item["dtype"]) != dtype_kind(str(array.dtype)):
            raise Misfit(
                f"the model's input {item['name']} takes {item['dtype']} of shape {shape_text(item['shape'])},"
                f" and the file has {array.dtype} of shape {shape_text(array.shape)}"
            )


def dtype_kind(dtype: str) -> str:
    """Text or numbers: Keras casts numbers to what an input takes."""
    return "text" if dtype == "string" or re.fullmatch(r"[<>|=]?[SU]\d*", dtype) else "numbers"


def shape_text(shape: Sequence[int | None]) -> str:
    """A shape in a sentence."""
    return "(" + ", ".join(str(size) for size in shape) + ")"


def made_cases(model: KerasModel, spec: list[Facts], layers: list[KerasLayer]) -> Cases:
    """Zeros, ones and seeded random inputs: of the first sizes and kind of numbers that the model takes.

    Where it takes none of them, the first, so that the model's complaint about those is the one that is told.
    """
    limit = min((size for layer in layers for size in (bound(layer),) if size), default=None)
    words = vocabulary(layers)
    whole = limit is not None and all("float" in item["dtype"] for item in spec)
    is_open = any(size is None for item in spec for size in item["shape"][1:])
    first: Cases | None = None
    for numbers in (whole, not whole):
        for size in OPEN_SIZES if is_open else OPEN_SIZES[:1]:
            maker = Maker(size, limit, numbers, words)
            cases = [(name, [maker.make(item, name) for item in spec]) for name in CASES]
            first = first or cases
            if takes(model, cases):
                return cases
    return first or []


def takes(model: KerasModel, cases: Cases) -> bool:
    """Whether the model computes with all of these inputs."""
    try:
        for _, inputs in cases:
            run(model, inputs)
    except Denied:
        raise
    except Exception:  # noqa: BLE001 - the model's own computation raises anything
        return False
    return True


def bound(layer: KerasLayer) -> int | None:
    """How many different whole numbers a layer takes, where it says so."""
    size = getattr(layer, RANGES.get(type(layer).__name__, ""), None)
    return size if isinstance(size, int) and size > 0 else None


def vocabulary(layers: list[KerasLayer]) -> list[str]:
    """A few words that the model knows, and some that it need not know."""
    words = list(WORDS)
    for layer in layers:
        try:
            words += [str(word) for word in layer.get_vocabulary()[:20]]
        except Exception:  # noqa: BLE001, S112 - most layers have none, and an empty lookup raises
            continue
    return words


class Maker:
    """Makes inputs of one size and kind."""

    def __init__(self, size: int, limit: int | None, whole: bool, words: list[str]) -> None:  # noqa: FBT001
        """Take the size of open axes, where whole numbers end, whether floats are whole too, and words."""
        self.size, self.limit, self.whole, self.words = size, limit, whole, words

    def make(self, item: Facts, case: str) -> Array:
        """One input for one case."""
        shape = [self.size if given is None else given for given in item["shape"]]
        if item["shape"][:1] == [None]:
            shape[0] = BATCH
        dtype = item["dtype"]
        random = np.random.default_rng([SEED, *map(ord, item["name"][:100])])
        if dtype == "string":
            return random.choice({"zeros": [""], "ones": self.words[:1], "random": self.words}[case], shape)
        whole = self.whole or "int" in dtype or dtype == "bool"
        top = 2 if dtype == "bool" else self.limit or (256 if dtype == "uint8" else 10)
        if case == "random":
            values = random.integers(0, top, shape) if whole else random.standard_normal(shape)
        else:
            values = np.full(shape, 0 if case == "zeros" or (whole and top == 1) else 1)
        # Inputs of a dtype that numpy lacks are made as float32, and Keras rounds them.
        return values.astype("float32" if dtype in NOT_IN_NUMPY else dtype)


if __name__ == "__main__":
    main()
