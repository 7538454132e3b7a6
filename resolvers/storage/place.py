"""Where on this machine documents are received, and kept unless a bucket keeps them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from settings import settings


def root() -> Path:
    """The folder of every document: the one that the settings name, else files/ in the data folder."""
    url = urlsplit(settings.storage_url)
    return Path(unquote(url.path)) if url.scheme == "file" else settings.data_dir / "files"


def temporary() -> Path:
    """The folder of what is being received, on the disk of the documents: a rename cannot cross disks."""
    return root() / "tmp"


def is_older(file: Path, than: datetime) -> bool:
    """Was it written before that instant? One that was kept, forgotten or deleted while we looked was not."""
    try:
        return file.stat().st_mtime < than.timestamp()
    except FileNotFoundError:
        return False
