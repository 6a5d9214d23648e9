"""Buckets of S3, of which moto's server plays the part on the loopback address."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from glob import escape
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BUCKET = "models"
_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")


@contextmanager
def object_store() -> Iterator[Any]:
    """A client of a store with an empty bucket; what runs meanwhile finds it and its credentials.

    All servers of a process have the same buckets, which the last one leaves behind.
    """
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    before = {name: os.environ.get(name) for name in _NAMES}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # which prints every request
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(dict(zip(_NAMES, ("key", "secret", "us-east-1", f"http://{host}:{port}"), strict=True)))
    with urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")):
        s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    try:
        yield client
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@contextmanager
def bucket_of(folder: Path, models: Iterable[Path]) -> Iterator[str]:
    """The address of a folder in a bucket that has some models of it, with all files that they may be made of."""
    with object_store() as client:
        for path in sorted({path for model in models for path in _files_of(model) if path.is_file()}):
            client.upload_file(str(path), BUCKET, f"data/{path.relative_to(folder).as_posix()}")
        yield f"s3://{BUCKET}/data"


def _files_of(model: Path) -> Iterable[Path]:
    """What is below a folder; of a file or a prefix, what lies beside it and begins alike."""
    return model.rglob("*") if model.is_dir() else model.parent.glob(f"{escape(model.name.split('.')[0])}*")
