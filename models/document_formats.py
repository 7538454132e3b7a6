"""The formats that a document may have: each is known by its extension, and its content can be checked."""

from dataclasses import dataclass

# What programs declare of a file when they know nothing of it; the last is what curl says of any body.
_UNDECLARED = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-www-form-urlencoded"})


@dataclass(frozen=True)
class DocumentFormat:
    """One format: as users name it, how its files end, what it is called on the Web, who checks it (models/probes)."""

    label: str
    extensions: tuple[str, ...]
    content_type: str
    probe: str
    also_declared: tuple[str, ...] = ()

    def may_be_declared(self, content_type: str) -> bool:
        """Is this what a program may say of such a file? One that says nothing of it may."""
        said = content_type.partition(";")[0].strip().lower()
        return said in _UNDECLARED or said in (self.content_type, *self.also_declared)


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
_ARCHIVES = ("application/zip", "application/x-zip-compressed")

FORMATS = (
    DocumentFormat("PDF", (".pdf",), "application/pdf", "pdf", ("application/x-pdf",)),
    DocumentFormat("PNG", (".png",), "image/png", "image", ("image/x-png",)),
    DocumentFormat("JPEG", (".jpg", ".jpeg"), "image/jpeg", "image", ("image/jpg", "image/pjpeg")),
    DocumentFormat("DOCX", (".docx",), f"{_OPEN_XML}wordprocessingml.document", "office", _ARCHIVES),
    DocumentFormat("XLSX", (".xlsx",), f"{_OPEN_XML}spreadsheetml.sheet", "office", _ARCHIVES),
    DocumentFormat("ODT", (".odt",), f"{_OPEN_DOCUMENT}text", "office", _ARCHIVES),
    DocumentFormat("ODS", (".ods",), f"{_OPEN_DOCUMENT}spreadsheet", "office", _ARCHIVES),
)
_BY_EXTENSION = {extension: each for each in FORMATS for extension in each.extensions}
EXTENSIONS = tuple(_BY_EXTENSION)


def extension_of(file_name: str) -> str:
    """« .pdf » of « Guide.PDF », nothing of a name without an extension."""
    stem, dot, extension = file_name.rpartition(".")
    return f".{extension.lower()}" if stem and dot else ""


def format_of(file_name: str) -> DocumentFormat | None:
    """The format that a name announces, None when it is none of ours."""
    return _BY_EXTENSION.get(extension_of(file_name))


def content_type_of(file_name: str) -> str:
    """What a file of that name is called on the Web."""
    known = format_of(file_name)
    return known.content_type if known else "application/octet-stream"


def labels(extensions: tuple[str, ...]) -> tuple[str, ...]:
    """The formats of these extensions as users name them, each once: « PDF », « JPEG »."""
    return tuple(dict.fromkeys(_BY_EXTENSION[extension].label for extension in extensions))
