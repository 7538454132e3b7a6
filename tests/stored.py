"""The stored documents as somebody sees them who looks behind the portal: in its folder, or in its bucket."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import obstore

from resolvers.storage import root
from resolvers.storage.bucket import open_bucket
from settings import settings


def in_a_bucket() -> bool:
    return settings.storage_url.startswith("s3://")


def stored_keys() -> list[str]:
    """The keys of everything that is kept, and nothing of what is being received."""
    if in_a_bucket():
        return sorted(item["path"] for page in obstore.list(open_bucket().store) for item in page)
    files = (file.relative_to(root()).as_posix() for file in root().rglob("*") if file.is_file())
    return sorted(key for key in files if not key.startswith("tmp/"))


def temporary_files() -> list[str]:
    """The names of what is being received, or was left half-way."""
    return sorted(file.name for file in (root() / "tmp").glob("*"))


def stored(key: str) -> bytes:
    """The bytes of a document."""
    if in_a_bucket():
        return bytes(obstore.get(open_bucket().store, key).bytes())
    return (root() / key).read_bytes()


def put_there(key: str, content: bytes) -> None:
    """Write a document, or spoil it, behind the portal's back."""
    if in_a_bucket():
        obstore.put(open_bucket().store, key, content)
        return
    (root() / key).parent.mkdir(parents=True, exist_ok=True)
    (root() / key).write_bytes(content)


def lose(key: str) -> None:
    """Lose a document."""
    if in_a_bucket():
        obstore.delete(open_bucket().store, key)
    else:
        (root() / key).unlink()


def date_all(instant: datetime) -> None:
    """Everything was written at that instant."""
    for file in root().rglob("*"):
        os.utime(file, (instant.timestamp(), instant.timestamp()))
    if in_a_bucket():
        from moto.s3.models import s3_backends  # Takes a second.

        store = open_bucket().store
        bucket = s3_backends["123456789012"]["aws"].buckets[str(store.config["bucket"])]
        for key in stored_keys():
            bucket.keys[f"{store.prefix}/{key}"].last_modified = instant.astimezone(UTC)
