"""Which operations of TensorFlow's registry compute and nothing else, by what each declares of itself."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCE, VARIANT = 20, 21
"""Types of handles: of variables, tables and iterators, and of data sets."""

OUTSIDE = re.compile(
    r"(?:^|_)(?:file|files|filename|filenames|filepath|path|paths|dir|directory|prefix|prefixes|address|addresses|url"
    r"|urls|host|port|protocol|descriptor_source|library|checkpoint|checkpoints|basename|filespec|shared_name|container|handle"
    r"|reader|table|queue|session|region|call_name|config_proto|writer|logdir|mlir_module|executor_type)(?:_|$)"
)
"""Inputs and attributes that name what lies outside of the graph."""

OF_TENSORS = re.compile(r"(?:Empty)?Tensor(?:List|Map)|SparseMatrix|.*CSRSparse|RaggedTensor(?:To|From)Variant")
"""Operations on lists, maps and sparse matrices of tensors, whose variants are values and no data sets."""

SAMPLING = re.compile(
    r"(?:RandomUniform(?:Int)?|RandomStandardNormal|(?:Parameterized)?TruncatedNormal|RandomShuffle|RandomGamma"
    r"|RandomPoisson(?:V2)?|RandomCrop|Multinomial|SampleDistortedBoundingBox(?:V2)?|Empty|CheckNumerics(?:V2)?|Assert"
    r"|CudnnRNN(?:Backprop)?(?:V[23])?|GuaranteeConst|DeepCopy|(?:LogUniform|Uniform|LearnedUnigram|All"
    r"|ThreadUnsafeUnigram)CandidateSampler)"
)
"""Operations that declare a state, and whose state is a seed or a check."""

NOT_OF_A_MODEL = re.compile(
    r"_|.*Dataset|Experimental|Xla|.*T[Pp][Uu]|Debug|Print|Collective|Nccl|DTensor|RemoteCall|.*PyFunc|.*Summary|Load"
    r"|Save|Restore|Read|Write|Merge.+|.*Checkpoint|.*File|TensorArray|Stack|.*Sleep|Copy|Prelinearize|.*Dedup|Relayout"
    r"|Sdca|BoostedTrees|Abort|CustomAggregator|CheckPinned|GetDeadline|Timestamp"
)
"""Operations of other machines, debuggers, data sets and files; what moves values between devices or ends a process."""


def registered_operations() -> list[Any]:
    """Every operation that the installed TensorFlow has registered."""
    session = importlib.import_module("tensorflow.python.client.pywrap_tf_session")
    listed = importlib.import_module("tensorflow.core.framework.op_def_pb2").OpList()
    listed.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
    return sorted(listed.op, key=lambda operation: str(operation.name))


def allowed_operations() -> dict[str, str]:
    """The kind of every operation that is public and computes."""
    registry = importlib.import_module("tensorflow.python.util.tf_export")
    kinds = {str(operation.name): kind_of(operation) for operation in registered_operations()}
    public = {name for name in kinds if registry.get_symbol_from_name(f"raw_ops.{name}") is not None}
    return {name: kind for name, kind in kinds.items() if kind is not None and name in public}


def kind_of(operation: Any) -> str | None:  # noqa: ANN401 - a message of TensorFlow
    """Why an operation is allowed, as a key of ``ALLOWED_KINDS``; None where it is not."""
    name = operation.name
    if NOT_OF_A_MODEL.match(name) or _takes_functions(operation):
        return None
    if OF_TENSORS.match(name):
        return None if operation.is_stateful else "collects"
    if _handles(operation) or any(OUTSIDE.search(word) for word in _words(operation) if word != "top_paths"):
        return None
    if operation.is_stateful:
        return "samples" if SAMPLING.fullmatch(name) else None
    return "computes"


def _words(operation: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    """The names of everything that an operation is given."""
    yield from (given.name for given in operation.input_arg)
    yield from (given.name for given in operation.attr)


def _takes_functions(operation: Any) -> bool:  # noqa: ANN401 - as above
    """Whether it calls functions of a graph."""
    return any("func" in attribute.type for attribute in operation.attr)


def _handles(operation: Any) -> bool:  # noqa: ANN401 - as above
    """Whether it takes or gives what is no plain tensor: variables, tables, iterators, data sets."""
    values = [*operation.input_arg, *operation.output_arg]
    return any(value.is_ref or value.type in {RESOURCE, VARIANT} for value in values)
