"""The types of supporting documents, with what each accepts: the guide's, or those of the deployment's own file."""

import sys
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from models.document_formats import EXTENSIONS, extension_of, labels
from models.dossiers import RequestKind
from settings import settings

GUIDE = Path(__file__).with_suffix(".yaml")
Listed = TypeVar("Listed")


def _some(listed: tuple[Listed, ...]) -> tuple[Listed, ...]:
    if not listed:
        raise ValueError("lists nothing")
    return listed


def _known(extension: str) -> str:
    if extension not in EXTENSIONS:
        raise ValueError(f"{extension} cannot be checked; known: {', '.join(EXTENSIONS)}")
    return extension


def _within_the_limit(count: int | None) -> int | None:
    if count is not None and count > settings.max_upload_bytes:
        raise ValueError(f"more than SOLDE_MAX_UPLOAD_BYTES, {settings.max_upload_bytes}")
    return count


class DocumentType(BaseModel):
    """One type of document; `addable` says whether a supplier may add one to a modification, of which requests."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]
    label: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    addable: bool = True
    request_kinds: Annotated[
        tuple[Annotated[RequestKind, Field(strict=False)], ...], Field(strict=False), AfterValidator(_some)
    ] = tuple(RequestKind)
    extensions: Annotated[
        tuple[Annotated[str, AfterValidator(_known)], ...], Field(strict=False), AfterValidator(_some)
    ]
    largest: Annotated[int | None, Field(ge=1024, alias="max_bytes"), AfterValidator(_within_the_limit)] = None

    @classmethod
    def gone(cls, code: str) -> "DocumentType":
        """The type of a document that was received when it existed: nothing more comes in under it."""
        return cls.model_construct(code=code, label=code, addable=False, extensions=())

    @property
    def max_bytes(self) -> int:
        """Size of the largest file accepted, in bytes."""
        return min(self.largest or settings.max_upload_bytes, settings.max_upload_bytes)

    @property
    def formats(self) -> str:
        """The accepted formats as users name them: « PDF, JPEG »."""
        return ", ".join(labels(self.extensions))

    def is_addable_to(self, request: RequestKind) -> bool:
        """May a supplier add one to a modification of such a request?"""
        return self.addable and request in self.request_kinds

    def accepts(self, file_name: str) -> bool:
        """Does the name end as a file of this type does?"""
        return extension_of(file_name) in self.extensions


def _each_once(types: tuple[DocumentType, ...]) -> tuple[DocumentType, ...]:
    codes = [each.code for each in types]
    if repeated := sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"{', '.join(repeated)} more than once")
    return types


_LIST = TypeAdapter(
    Annotated[tuple[DocumentType, ...], Field(strict=False), AfterValidator(_some), AfterValidator(_each_once)]
)


def read_document_types(path: Path) -> tuple[DocumentType, ...]:
    """The types that a YAML file lists, or ValueError with one line for each fault."""
    try:
        return _LIST.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ValueError("\n".join(f"{path}: {_sentence(each)}" for each in error.errors())) from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())}") from error


def _sentence(fault: ErrorDetails) -> str:
    """« type 2, code: Field required », counted as people count."""
    words = fault["msg"].removeprefix("Value error, ").replace("valid tuple", "list")
    if not fault["loc"]:
        return words
    first, *rest = fault["loc"]
    return ", ".join([f"type {int(first) + 1}", *map(str, rest)]) + f": {words}"


def _loaded() -> tuple[DocumentType, ...]:
    """The types of this deployment, or the end of the process: as for any other wrong setting."""
    try:
        return read_document_types(settings.document_types or GUIDE)
    except ValueError as error:
        sys.stderr.write("".join(f"SOLDE_DOCUMENT_TYPES: {line}\n" for line in str(error).splitlines()))
        sys.exit(78)  # EX_CONFIG


DOCUMENT_TYPES = _loaded()
_BY_CODE = {document_type.code: document_type for document_type in DOCUMENT_TYPES}


def document_type(code: str) -> DocumentType | None:
    """The type of that code, None when there is none."""
    return _BY_CODE.get(code)
