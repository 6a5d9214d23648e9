"""What is in a folder of another machine, a page of names at a time: a bucket may hold millions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from kerasinspect.containers.remote.addresses import shown_address
from kerasinspect.containers.remote.failures import failure
from kerasinspect.containers.remote.ranges import is_s3
from kerasinspect.containers.remote.transport import file_system, known_scheme
from kerasinspect.errors import InspectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kerasinspect.containers.remote.ranges import Files

_Listed = TypeVar("_Listed")


class Entry(NamedTuple):
    """A name in a folder."""

    name: str
    is_folder: bool
    nbytes: int = 0
    tag: str = ""
    """A text that changes with the content of a file, where its machine has one."""


def entries_at(address: str) -> Iterator[Entry]:
    """The names in a folder; none where there is no such folder. Raises NotAModel or FailedRead."""
    files, path = file_system(address, known_scheme(address), shown_address(address))
    return _said(address, _names(files, _place(files, path, address)))


def files_below(address: str) -> Iterator[str]:
    """The paths of the files in a folder and in those below it, from there: each with its folders and slashes.

    Raises NotAModel where it cannot be listed.
    """
    files, path = file_system(address, known_scheme(address), shown_address(address))
    return _said(address, _paths(files, _place(files, path, address)))


def _place(files: Files, path: str, address: str) -> str:
    """The path of a folder; from an address of S3, of which s3fs takes away each slash at its end, only the last."""
    return address.partition("://")[2].removesuffix("/") if is_s3(files) else path.rstrip("/")


def _said(address: str, listed: Iterator[_Listed]) -> Iterator[_Listed]:
    """What is listed; whatever fails as one of our errors, which names the folder."""
    try:
        yield from listed
    except InspectError:
        raise
    except Exception as error:
        raise failure(shown_address(address), error) from error


def _names(files: Files, path: str) -> Iterator[Entry]:
    """The names in a folder."""
    if is_s3(files):
        for page in _pages(files, path, "/"):
            for shared in page.get("CommonPrefixes", ()):
                if not shared["Prefix"].endswith("//"):  # a folder without a name, which none can be asked for by
                    yield Entry(_last(shared["Prefix"]), is_folder=True)
            for one in page.get("Contents", ()):
                if not one["Key"].endswith("/"):
                    yield Entry(_last(one["Key"]), is_folder=False, nbytes=one["Size"], tag=str(one.get("ETag", "")))
        return
    files.invalidate_cache()
    try:
        found: Iterable[Mapping[str, Any]] = files.ls(path, detail=True)
    except FileNotFoundError:
        return
    for facts in found:
        is_folder = facts.get("type") == "directory"
        tags = (facts.get(key) for key in ("ETag", "etag", "LastModified", "last_modified", "mtime"))
        if facts["name"].strip("/") != path.strip("/"):  # what stands for the folder itself, or a file of this path
            yield Entry(_last(facts["name"]), is_folder, facts.get("size") or 0, str(next(filter(None, tags), "")))


def _paths(files: Files, path: str) -> Iterator[str]:
    """The paths of all files below a folder, from there."""
    if is_s3(files):
        before = len(_prefix_of(path)[1])
        for page in _pages(files, path, ""):
            yield from (one["Key"][before:] for one in page.get("Contents", ()) if not one["Key"].endswith("/"))
        return
    for folder, _, names in files.walk(path, on_error="raise"):
        inside = folder.strip("/").removeprefix(path.strip("/")).strip("/")
        for name in sorted(filter(None, names)):
            yield f"{inside}/{name}" if inside else name


def _pages(files: Files, path: str, delimiter: str) -> Iterator[Mapping[str, Any]]:
    """The pages of a listing of S3, each asked for once the one before is done with."""
    bucket, prefix = _prefix_of(path)
    following: dict[str, str] = {}
    while True:
        page = files.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, Delimiter=delimiter, **following)
        yield page
        if not page.get("IsTruncated"):
            return
        following = {"ContinuationToken": page["NextContinuationToken"]}


def _prefix_of(path: str) -> tuple[str, str]:
    """The bucket of a path, and what the keys of a folder there begin with."""
    bucket, _, key = path.partition("/")
    return bucket, f"{key}/" if key else ""


def _last(path: str) -> str:
    """The last name in a path."""
    return path.rstrip("/").rpartition("/")[2]
