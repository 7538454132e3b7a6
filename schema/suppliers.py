"""Suppliers of health software."""

from __future__ import annotations

import strawberry

from models import suppliers
from schema.nodes import Node, node_id


@strawberry.type(description="Adresse postale.")
class Address:
    street: str = strawberry.field(description="Numéro et voie.")
    postcode: str = strawberry.field(description="Code postal.")
    city: str = strawberry.field(description="Commune.")


@strawberry.type(description="Fournisseur de logiciels de santé.")
class Supplier(Node):
    siret: str = strawberry.field(description="SIRET, 14 chiffres.")
    legal_name: str = strawberry.field(description="Dénomination sociale.")
    address: Address = strawberry.field(description="Adresse.")

    @classmethod
    def of(cls, row: suppliers.Supplier) -> Supplier:
        return cls(
            id=node_id("Supplier", row.id),
            siret=row.siret,
            legal_name=row.legal_name,
            address=Address(street=row.street, postcode=row.postcode, city=row.city),
        )
