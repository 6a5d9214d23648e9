"""Ranges of bytes over HTTP and from S3, each with what its answer says of the whole file.

fsspec's own ways take whatever body a server sends for the range that was asked for, and drop what its answer says of
place and version. Here no more of a body is read than was asked for, and an answer for another place is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from kerasinspect.errors import FailedRead

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Files: TypeAlias = "Any"
"""What fsspec gives for a service; its libraries say nothing of types."""
_CONTENT_RANGE = re.compile(r"\s*bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)\s*", re.ASCII | re.IGNORECASE)
_WHOLE, _PART, _NOT_SATISFIABLE = 200, 206, 416
"""Statuses of HTTP."""
_KEEPS_NOT = "The server does not keep to HTTP; download the file and name that."


class WholeOnly(FailedRead):
    """The server gives the whole file and no ranges of it: once some were read, that is the end."""

    def __init__(self, shown: str) -> None:
        """Take the address as it is shown."""
        super().__init__(f"{shown} cannot be fetched: its server gives no ranges of it.", _KEEPS_NOT)


class NoFileAnswer(Exception):
    """The server answers with a status that is neither an error nor comes with a file."""

    def __init__(self, status: int) -> None:
        """Take the status of HTTP."""
        super().__init__(status)
        self.status = status


class Version(NamedTuple):
    """What an answer says of the whole file: its bytes, None where it does not say; its ETag and date, or nothing."""

    size: int | None = None
    etag: str = ""
    modified: str = ""

    def is_other(self, than: Version) -> bool:
        """Whether two answers are of two files, as far as both say something."""
        if None not in (self.size, than.size) and self.size != than.size:
            return True
        if self.etag and than.etag:
            return self.etag != than.etag
        return bool(self.modified and than.modified) and self.modified != than.modified


class Piece(NamedTuple):
    """Bytes from where they were asked for, fewer where the server gives fewer, and what is said of the whole file."""

    data: bytes
    version: Version


def http_piece(files: Files, address: str, start: int, end: int, shown: str) -> Piece:
    """Bytes ``start`` up to ``end`` over the session of fsspec, which knows credentials and follows redirections.

    Raises WholeOnly for an answer that is no range, NoFileAnswer, FailedRead for one of another range or a longer one,
    and what aiohttp raises.
    """
    from fsspec.asyn import sync  # noqa: PLC0415 - an extra

    piece: Piece = sync(files.loop, _http_piece, files, address, start, end, shown)
    return piece


async def _http_piece(files: Files, address: str, start: int, end: int, shown: str) -> Piece:
    options = dict(files.kwargs)
    headers = {**options.pop("headers", {}), "Range": f"bytes={start}-{end - 1}"}
    session = await files.set_session()
    async with session.get(files.encode_url(address), headers=headers, **options) as answer:
        told = answer.headers
        etag, modified = told.get("ETag", ""), told.get("Last-Modified", "")
        first, last, size = _places(told.get("Content-Range", ""))
        if answer.status == _NOT_SATISFIABLE and (start > 0 or size == 0):
            return Piece(b"", Version(size, etag, modified))
        answer.raise_for_status()
        if answer.status not in (_WHOLE, _PART):
            raise NoFileAnswer(answer.status)
        if told.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise WholeOnly(shown)
        if answer.status == _PART and first is not None and last is not None:
            _require_asked(first, last, start, end, shown)
            data = await _body(answer.content.read, last + 1 - start, shown)
            return Piece(data, Version(size, etag, modified))
        nbytes = told.get("Content-Length", "0")
        if answer.status == _PART or start > 0 or not nbytes.isdecimal() or int(nbytes) > end - start:
            raise WholeOnly(shown)
        data = await _start_of(answer.content.read, end - start + 1)
        if len(data) > end - start:
            raise WholeOnly(shown)
        return Piece(data, Version(len(data), etag, modified))


def is_s3(files: Files) -> bool:
    """Whether a service is S3, which s3fs lets be asked in its own words."""
    return hasattr(files, "call_s3")


def s3_piece(files: Files, path: str, start: int, end: int, shown: str) -> Piece:
    """Bytes ``start`` up to ``end`` of an object; raises FailedRead as ``http_piece``, and what s3fs raises."""
    from fsspec.asyn import sync  # noqa: PLC0415 - an extra

    piece: Piece = sync(files.loop, _s3_piece, files, path, start, end, shown)
    return piece


async def _s3_piece(files: Files, path: str, start: int, end: int, shown: str) -> Piece:
    bucket, key, version = files.split_path(path)
    asked = {"Bucket": bucket, "Key": key, "Range": f"bytes={start}-{end - 1}"}
    answer = await files._call_s3("get_object", **asked, **({"VersionId": version} if version else {}))  # noqa: SLF001
    body = answer["Body"]
    try:
        first, last, size = _places(answer.get("ContentRange") or "")
        if first is None or last is None:  # all of an object, by a store that takes no ranges of small ones
            first, last, size = 0, answer["ContentLength"] - 1, answer["ContentLength"]
        _require_asked(first, last, start, end, shown)
        data = await _body(body.read, last + 1 - start, shown)
        return Piece(data, Version(size, answer.get("ETag") or "", str(answer.get("LastModified") or "")))
    finally:
        body.close()


def _places(text: str) -> tuple[int | None, int | None, int | None]:
    """The first and the last place and the size that a Content-Range tells, None for each that it does not."""
    found = _CONTENT_RANGE.fullmatch(text)
    first, last, size = (None if one is None else int(one) for one in (found.groups() if found else (None,) * 3))
    return first, last, size


def _require_asked(first: int, last: int, start: int, end: int, shown: str) -> None:
    """Raise FailedRead for the answer to another question; one that ends sooner is a part of one."""
    if first != start or last >= end or last < first - 1:
        message = f"{shown} gave bytes {first:,} to {last:,} where {start:,} to {end - 1:,} were asked for."
        raise FailedRead(message, _KEEPS_NOT)


async def _body(read: Callable[[int], Awaitable[bytes]], count: int, shown: str) -> bytes:
    """A body of a known length; raises FailedRead for a longer one, of which one byte more is read."""
    data = await _start_of(read, count + 1)
    if len(data) > count:
        raise FailedRead(f"{shown} gave more than the {count:,} bytes that it announced.", _KEEPS_NOT)
    if len(data) < count:
        raise ConnectionResetError
    return data


async def _start_of(read: Callable[[int], Awaitable[bytes]], most: int) -> bytes:
    """A body up to a number of bytes."""
    data = bytearray()
    while len(data) < most and (piece := await read(most - len(data))):
        data += piece
    return bytes(data)
