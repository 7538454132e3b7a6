"""What documents an open modification may still add."""

from __future__ import annotations

import strawberry

from models.allowance import Allowance, Bound


@strawberry.type(description="Ce que l’on peut encore ajouter de pièces.")
class DocumentAllowance:
    files: int = strawberry.field(description="Nombre de pièces.")
    bytes: int = strawberry.field(
        description="Leur poids ensemble, en octets, dans les limites de la modification, de la demande et des envois "
        "du fournisseur en 24 heures."
    )
    refusal: str = strawberry.field(
        description="Ce qui est dit d’un fichier qui n’y tient pas, où {name} tient lieu de son nom."
    )

    @classmethod
    def of(cls, allowance: Allowance, daily: Bound) -> DocumentAllowance:
        """The tightest of all bounds."""
        whole = allowance.within(daily)
        return cls(files=whole.files, bytes=whole.bytes, refusal=whole.refusal)
