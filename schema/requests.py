"""Funding requests, of both kinds, with everything that is reached through them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry

import models
from models.dossiers import RequestKind
from models.identifiers import masked_iban
from models.lifecycle import RequestAction, RequestStatus
from models.permissions import available_actions
from resolvers import reading
from resolvers.reach import RefusedAccount
from resolvers.visibility import found
from schema import dossiers, emails, events, modifications, support
from schema.context import Context, Info
from schema.nodes import DossierRef, EmailRef, EventRef, ModificationRef, Node, SupportMessageRef, node_id
from schema.pagination import After, Connection, First, Listing
from schema.versions import Version

Rank = Annotated[int, strawberry.argument(description="Rang de la version.")]
LatestFirst = Annotated[
    bool, strawberry.argument(description="Du plus récent au plus ancien ; un curseur n’en change pas.")
]


@strawberry.type(description="Montants d’une demande ; absents quand ils ne s’appliquent pas ou ne sont pas décidés.")
class Amounts:
    advance_decided: Decimal | None = strawberry.field(
        description="Montant décidé de l’avance (fonction du régime TVA)."
    )
    commitment_retained: Decimal | None = strawberry.field(
        description="Montant de l’engagement SEGUR retenu (lors du solde - fonction du régime TVA)."
    )
    balance_decided: Decimal | None = strawberry.field(description="Montant décidé du solde (fonction du régime TVA).")


@strawberry.type(description="Coordonnées bancaires.")
class BankDetails:
    holder: str = strawberry.field(description="Titulaire du compte.")
    iban: str = strawberry.field(
        description="IBAN ; masqué, sauf pour les gestionnaires, hormis le pays, la clé et les quatre derniers signes."
    )
    bic: str = strawberry.field(description="BIC.")


@strawberry.type(description="Compte dont le serveur de messagerie refuse définitivement les courriels.")
class RefusedRecipient:
    name: str = strawberry.field(description="La personne.")
    email: str = strawberry.field(description="Son adresse.")
    since: datetime = strawberry.field(description="Instant du premier refus, depuis le dernier courriel accepté.")
    error: str = strawberry.field(description="Les mots du serveur lors du dernier refus.")

    @classmethod
    def of(cls, refused: RefusedAccount) -> RefusedRecipient:
        """The account as managers read it."""
        return cls(name=refused.user.name, email=refused.user.email, since=refused.since, error=refused.error)


@strawberry.type(description="Demande de financement : d’avance ou de solde.")
class FundingRequest(Node):
    row: strawberry.Private[models.FundingRequest]
    kind: RequestKind = strawberry.field(description="Sa nature.")
    dossier: DossierRef = strawberry.field(description="Le dossier dont elle fait partie.")
    status: RequestStatus = strawberry.field(description="Son statut à l’instant de la lecture.")
    status_changed_at: datetime = strawberry.field(description="Date de changement de statut.")
    submitted_on: date = strawberry.field(description="Date de dépôt.")
    updated_at: datetime = strawberry.field(description="Instant de la dernière écriture.")
    amounts: Amounts = strawberry.field(description="Ses montants.")
    available_actions: list[RequestAction] = strawberry.field(
        description="Ce que le compte qui consulte peut faire maintenant."
    )
    decision_reason: str | None = strawberry.field(description="Motif d’un rejet.")

    @strawberry.field(description="Les coordonnées bancaires.")
    def bank_details(self, info: Info) -> BankDetails:
        account = self.row.bank_details
        iban = account.iban if info.context.for_manager else masked_iban(account.iban)
        return BankDetails(holder=account.holder, iban=iban, bic=account.bic)

    @strawberry.field(description="La version actuelle.")
    async def current_version(self, info: Info) -> Version:
        return Version.of(await current_version(self.row.id, info), info.context)

    @strawberry.field(description="La version d’un rang donné.")
    async def version(self, info: Info, rank: Rank) -> Version | None:
        rows = await info.context.loaders.versions_of_request.load(self.row.id)
        found = [row for row in rows if row.rank == rank]
        return Version.of(found[0], info.context) if found else None

    @strawberry.field(description="La modification ouverte ; absente quand il n’y en a pas.")
    async def modification(self, info: Info) -> ModificationRef | None:
        if self.status is not RequestStatus.TO_MODIFY:
            return None
        rows = await info.context.loaders.open_modifications.load(self.row.id)
        return modifications.Modification.of(rows[0], info.context) if rows else None

    @strawberry.field(description="Les versions, de la plus récente au dépôt.")
    async def versions(self, info: Info, first: First = 20, after: After = None) -> Connection[Version]:
        listing = Listing(models.Version, reading.VERSIONS, Version.of)
        return await listing.page(self.row.id, info.context, first, after)

    @strawberry.field(description="Les modifications, de la plus récente à la plus ancienne.")
    async def modifications(self, info: Info, first: First = 20, after: After = None) -> Connection[ModificationRef]:
        listing = Listing(models.Modification, reading.MODIFICATIONS, modifications.Modification.of)
        return await listing.page(self.row.id, info.context, first, after)

    @strawberry.field(description="Les courriels automatiques envoyés, du plus récent au plus ancien.")
    async def emails(self, info: Info, first: First = 20, after: After = None) -> Connection[EmailRef]:
        listing = Listing(models.Email, reading.EMAILS, emails.Email.of)
        return await listing.page(self.row.id, info.context, first, after)

    @strawberry.field(description="Les événements, du plus ancien au plus récent ou dans l’autre sens.")
    async def events(
        self, info: Info, first: First = 50, after: After = None, latest_first: LatestFirst = False
    ) -> Connection[EventRef]:
        order = reading.LATEST_EVENTS if latest_first else reading.EVENTS
        listing = Listing(models.Event, order, events.Event.of, size=50)
        return await listing.page(self.row.id, info.context, first, after)

    @strawberry.field(description="Les messages à l’Assistance, du plus ancien au plus récent.")
    async def support_messages(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[SupportMessageRef]:
        listing = Listing(models.SupportMessage, reading.SUPPORT_MESSAGES, support.SupportMessage.of)
        return await listing.page(self.row.id, info.context, first, after)

    @strawberry.field(
        description="Les comptes du fournisseur dont les courriels sont refusés ; pour les gestionnaires seulement."
    )
    async def unreachable(self, info: Info) -> list[RefusedRecipient]:
        if not info.context.for_manager:
            return []
        reach = await info.context.loaders.reach_of_supplier.load(self.row.dossier.supplier_id)
        return [RefusedRecipient.of(each) for each in reach.refused]

    @strawberry.field(
        description="Aucun compte actif du fournisseur ne reçoit plus les courriels ; pour les gestionnaires seulement."
    )
    async def supplier_unreachable(self, info: Info) -> bool:
        if not info.context.for_manager:
            return False
        return (await info.context.loaders.reach_of_supplier.load(self.row.dossier.supplier_id)).nobody

    @classmethod
    def of(cls, row: models.FundingRequest, context: Context) -> FundingRequest:
        """A row loaded with its dossier and supplier, as the viewer sees it at the instant of reading."""
        status = row.status_at(context.as_of)
        return cls(
            id=node_id("FundingRequest", row.id),
            row=row,
            kind=row.kind,
            dossier=dossiers.Dossier.of(row.dossier),
            status=status,
            status_changed_at=row.status_changed_by(context.as_of),
            submitted_on=row.submitted_on,
            updated_at=row.updated_at,
            amounts=Amounts(
                advance_decided=row.advance_decided,
                commitment_retained=row.commitment_retained,
                balance_decided=row.balance_decided,
            ),
            available_actions=available_actions(context.viewer, status),
            decision_reason=row.decision_reason,
        )


async def request_of(request_id: UUID, info: Info) -> FundingRequest:
    """The request that something visible belongs to."""
    return FundingRequest.of(found(await info.context.loaders.requests.load(request_id)), info.context)


async def current_version(request_id: UUID, info: Info) -> models.Version:
    """The newest version: every request has one since it was filed."""
    rows = await info.context.loaders.versions_of_request.load(request_id)
    return rows[-1]
