"""What a manager may tick when sending a request back."""

from __future__ import annotations

from collections.abc import Sequence

from models.document_types import document_type
from models.dossiers import RequestKind
from models.errors import Fault, Invalid
from models.modifications import ExpectedChange
from models.text import excerpt


def check_expected_changes(
    changes: Sequence[ExpectedChange], request: RequestKind | None = None
) -> list[ExpectedChange]:
    """Each thing ticked once; a document must be of a type that a supplier may add to such a request, or to some."""
    faults = [
        Fault(
            f"expectedChanges.{index}.documentType",
            "UNKNOWN_DOCUMENT_TYPE",
            f"« {excerpt(change.document_type)} » n’est pas un type de pièce qu’un fournisseur peut ajouter.",
        )
        for index, change in enumerate(changes)
        if change.document_type is not None and not _is_addable(change.document_type, request)
    ]
    if faults:
        raise Invalid.of(faults)
    return list(dict.fromkeys(changes))


def _is_addable(code: str, request: RequestKind | None) -> bool:
    known = document_type(code)
    return known is not None and (known.addable if request is None else known.is_addable_to(request))
