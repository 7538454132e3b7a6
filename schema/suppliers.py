"""Suppliers of health software."""

from __future__ import annotations

import strawberry

from models import suppliers
from models.colleagues import AccountAction, may_manage_accounts
from schema import accounts
from schema.context import Info
from schema.nodes import AccountRef, Node, node_id


@strawberry.type(description="Adresse postale.")
class Address:
    street: str = strawberry.field(description="Numéro et voie.")
    postcode: str = strawberry.field(description="Code postal.")
    city: str = strawberry.field(description="Commune.")


@strawberry.type(description="Fournisseur de logiciels de santé.")
class Supplier(Node):
    row: strawberry.Private[suppliers.Supplier]
    siret: str = strawberry.field(description="SIRET, 14 chiffres.")
    legal_name: str = strawberry.field(description="Dénomination sociale.")
    address: Address = strawberry.field(description="Adresse.")

    @strawberry.field(
        description="Ses comptes et ses invitations, du plus ancien au plus récent ; vide pour un jeton de fournisseur."
    )
    async def accounts(self, info: Info) -> list[AccountRef]:
        return await accounts.accounts_of(self.row.id, info)

    @strawberry.field(description="Ce que l’on peut faire maintenant de ses comptes, au-delà de chacun.")
    def account_actions(self, info: Info) -> list[AccountAction]:
        return [AccountAction.INVITE_ACCOUNT] if may_manage_accounts(info.context.viewer) else []

    @classmethod
    def of(cls, row: suppliers.Supplier) -> Supplier:
        return cls(
            id=node_id("Supplier", row.id),
            row=row,
            siret=row.siret,
            legal_name=row.legal_name,
            address=Address(street=row.street, postcode=row.postcode, city=row.city),
        )
