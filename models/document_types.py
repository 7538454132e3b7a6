"""The types of supporting documents, with what each accepts."""

from dataclasses import dataclass

from settings import settings


@dataclass(frozen=True)
class DocumentType:
    """One type of document; `addable` says whether a supplier may add one to a modification."""

    code: str
    label: str
    addable: bool = True
    extensions: tuple[str, ...] = (".pdf",)

    @property
    def max_bytes(self) -> int:
        """Size of the largest file accepted, in bytes."""
        return settings.max_upload_bytes

    @property
    def formats(self) -> str:
        """The accepted formats as users name them: « PDF »."""
        return ", ".join(extension.removeprefix(".").upper() for extension in self.extensions)

    def accepts(self, file_name: str) -> bool:
        """Does the name end as a file of this type does?"""
        return file_name.lower().endswith(self.extensions)


DOCUMENT_TYPES = (
    DocumentType("MSS_RESU_TEST_TECH", "Résultat de test technique MSS"),
    DocumentType("MSS_GUIDE_PDF_API", "Guide PDF API"),
    DocumentType("DECISION_ATTRIBUTION", "Décision d'attribution", addable=False),
    DocumentType("CONVENTION_AVANCE", "Convention d'avance signée", addable=False),
    DocumentType("ATTEST_REGIME_TVA", "Attestation de régime de TVA"),
    DocumentType("AUTRE_A", "Autre pièce d'avance"),
    DocumentType("AUTRE_S", "Autre pièce de solde"),
)
_BY_CODE = {document_type.code: document_type for document_type in DOCUMENT_TYPES}


def document_type(code: str) -> DocumentType | None:
    """The type of that code, None when there is none."""
    return _BY_CODE.get(code)
