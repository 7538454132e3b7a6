"""What an import brings from the disk: its document as text, its files from a folder or an archive, none read yet."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile

import typer

from models.errors import Fault, Invalid
from models.text import tidy
from models.typography import french

BESIDE = "pieces"
PIECE = 64 * 1024
UNREADABLE = (OSError, EOFError, BadZipFile, RuntimeError, NotImplementedError, zlib.error)

Documents = Mapping[str, Callable[[], IO[bytes]]]


def beside(file: Path) -> Path | None:
    """The folder of the documents where none is named."""
    folder = file.parent / BESIDE
    return folder if folder.is_dir() else None


@contextmanager
def opened(source: Path | None) -> Iterator[Documents]:
    """The files of a folder or an archive by their own names, none read yet."""
    if source is None:
        yield {}
    elif source.is_dir():
        yield {tidy(path.name): _opener(path) for path in source.iterdir() if path.is_file()}
    else:
        try:
            archive = ZipFile(source)
        except BadZipFile:
            raise typer.BadParameter(f"« {source.name} » n’est ni un dossier ni une archive ZIP lisible.") from None
        with archive:
            yield {tidy(PurePosixPath(name).name): _member(archive, name) for name in archive.namelist()}


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _member(archive: ZipFile, name: str) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(name)


def text_of(content: bytes) -> str:
    """The text of a document; Invalid when it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(Fault("$", "NOT_UTF8", "Le document n’est pas un texte en UTF-8.")) from None


def unreadable(path: str, file_name: str) -> Fault:
    """What is said of a file that its folder or archive does not give."""
    return Fault(path, "UNREADABLE", french(f"« {file_name} » ne peut pas être lu."))
