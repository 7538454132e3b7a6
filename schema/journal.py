"""The managers' journal: who did what, from where."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated

import strawberry

import models
from models.errors import NotFound
from models.events import EventKind
from resolvers.journal import JOURNAL, JournalFilter, journal
from schema import requests
from schema.accounts import Account
from schema.actors import Actor
from schema.context import Context, Info
from schema.facts import facts_of
from schema.inputs import given
from schema.nodes import FundingRequestRef, any_uuid, as_uuid, node_id
from schema.pagination import After, Connection, First, read_page
from schema.summaries import summary_of


@strawberry.type(description="Un fait d’un événement : ce qui était, ce qui est, ce qui est désigné.")
class JournalFact:
    name: str = strawberry.field(description="Son nom.")
    value: str = strawberry.field(description="Sa valeur, en texte.")


@strawberry.type(description="Une ligne du journal : un événement d’une demande, d’un compte ou du portail.")
class JournalEntry:
    row: strawberry.Private[models.Event]
    number: str = strawberry.field(description="Le numéro de l’événement, que nomme la vérification du journal.")
    kind: EventKind = strawberry.field(description="Sa nature.")
    actor: Actor = strawberry.field(description="Qui a agi.")
    at: datetime = strawberry.field(description="Instant de l’événement.")
    summary: str = strawberry.field(description="Une phrase qui le résume.")
    facts: list[JournalFact] = strawberry.field(description="Ce qu’il retient ; vide une fois purgé.")
    actor_account_id: strawberry.ID | None = strawberry.field(
        description="Le compte qui a agi, à donner à « accountId » ; absent pour un logiciel et le portail."
    )
    actor_token_id: strawberry.ID | None = strawberry.field(
        description="Le jeton qui a agi, à donner à « tokenId » ; absent pour une personne et le portail."
    )
    account: Account | None = strawberry.field(description="Le compte concerné ; absent pour une demande.")
    address: str | None = strawberry.field(description="L’adresse réseau d’où l’action est venue.")
    request_number: str | None = strawberry.field(
        description="Le numéro de la requête HTTP, le même que dans les journaux et sur une page d’erreur."
    )
    purged_at: datetime | None = strawberry.field(
        description="Quand ses données personnelles ont été purgées ; ses sceaux restent."
    )

    @strawberry.field(description="La demande concernée ; absente pour un compte.")
    async def request(self, info: Info) -> FundingRequestRef | None:
        return await requests.request_of(self.row.request_id, info) if self.row.request_id else None

    @classmethod
    def of(cls, row: models.Event, context: Context) -> JournalEntry:
        origin = row.origin or {}
        return cls(
            row=row,
            number=str(row.id),
            kind=row.kind,
            actor=Actor.of(row.actor, context),
            actor_account_id=_acting(row, "user", "Account"),
            actor_token_id=_acting(row, "token", "ApiToken"),
            at=row.at,
            summary=summary_of(row),
            facts=[JournalFact(name=name, value=value) for name, value in facts_of(row)],
            account=Account.of(row.user, context) if row.user else None,
            address=origin.get("address") or None,
            request_number=origin.get("number") or None,
            purged_at=row.purged_at,
        )


def _acting(row: models.Event, kind: str, type_name: str) -> strawberry.ID | None:
    """The opaque id of whoever acted, if it is of that kind."""
    found, _, key = row.actor.account.partition(":")
    with suppress(NotFound):
        return node_id(type_name, as_uuid(key)) if found == kind else None
    return None


@strawberry.input(name="JournalFilter", description="Quelles lignes du journal ; ce qui est absent n’est pas filtré.")
class JournalFilterInput:
    account_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Ce qu’un compte a fait, et ce qui le concerne."
    )
    token_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Ce qu’un jeton d’accès a fait."
    )
    siret: str | None = strawberry.field(
        default=strawberry.UNSET, description="Les dossiers et les comptes du fournisseur de ce SIRET."
    )
    dossier_number: str | None = strawberry.field(default=strawberry.UNSET, description="Du dossier de ce numéro.")
    kinds: list[EventKind] | None = strawberry.field(default=strawberry.UNSET, description="De ces natures.")
    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="À cet instant ou depuis.")
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Avant cet instant.")

    def as_filter(self) -> JournalFilter:
        account, token = given(self.account_id), given(self.token_id)
        return JournalFilter(
            account=None if account is None else any_uuid("Account", account),
            token=None if token is None else any_uuid("ApiToken", token),
            siret=given(self.siret),
            dossier_number=given(self.dossier_number),
            kinds=given(self.kinds),
            since=given(self.since),
            until=given(self.until),
        )


_FILTER = strawberry.argument(description="Quelles lignes ; absent : toutes.")


@strawberry.type
class JournalQuery:
    @strawberry.field(description="Le journal de tout ce qui a été fait, du plus récent au plus ancien (gestionnaire).")
    async def journal(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        filter: Annotated[JournalFilterInput | None, _FILTER] = strawberry.UNSET,
    ) -> Connection[JournalEntry]:
        wanted = filter.as_filter() if filter else JournalFilter()
        rows = journal(info.context.viewer, wanted)
        return await read_page(rows, JOURNAL, first, after, lambda row: JournalEntry.of(row, info.context))
