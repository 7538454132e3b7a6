"""One file of the corpus, and the small honest files that the others are made of."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

SCRIPT = b"<script>document.title = 'executed'</script>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = \'executed\'">' + SCRIPT + b"</svg>"
PAGE = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"

OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
WORD = f"{OPEN_XML}wordprocessingml.document"
SHEET = f"{OPEN_XML}spreadsheetml.sheet"
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)


@dataclass(frozen=True)
class Case:
    """A file as it is sent: the code that refuses it, None when it is accepted, and the name that it is kept under."""

    title: str
    file_name: str
    content: bytes
    code: str | None
    declared: str = "application/octet-stream"
    kept: str | None = None

    @property
    def kept_name(self) -> str:
        return self.kept or self.file_name


def pdf(*, pages: int = 1, password: str | None = None, script: str | None = None) -> bytes:
    """A PDF of blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if script is not None:
        action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="proprietaire", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def picture(kind: str, size: tuple[int, int] = (8, 8), **options: object) -> bytes:
    """A plain picture, in the format that Pillow calls so."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(buffer, kind, **options)
    return buffer.getvalue()


def archive(members: Mapping[str, bytes], *, packed: int = ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A ZIP of these members; the first is not packed, as OpenDocument wants it."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as opened:
        for rank, (name, content) in enumerate(members.items()):
            opened.writestr(name, content, packed if rank else ZIP_STORED, compresslevel=1)
        opened.comment = comment
    return buffer.getvalue()


def content_types(part: str, kind: str) -> bytes:
    return (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{kind}.main+xml"/></Types>'
    ).encode()


def open_xml(part: str = "word/document.xml", kind: str = WORD) -> dict[str, bytes]:
    """The members of the smallest DOCX, or XLSX."""
    return {
        "[Content_Types].xml": content_types(part, kind),
        "_rels/.rels": RELATIONS,
        part: b'<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body/></w:document>',
    }


def open_document(kind: str = "text") -> dict[str, bytes]:
    """The members of the smallest ODT, or ODS."""
    return {
        "mimetype": f"{OPEN_DOCUMENT}{kind}".encode(),
        "content.xml": b'<?xml version="1.0"?><office:document-content xmlns:office="urn:office"/>',
        "META-INF/manifest.xml": b'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:manifest"/>',
    }
