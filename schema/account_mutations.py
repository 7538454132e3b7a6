"""What can be done with accounts and sessions. Passwords and addresses are changed on pages alone."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from models.accounts import User
from models.actors import AccountRight
from resolvers import colleagues, own_sessions
from schema.accounts import Account, Session, sessions_of_viewer
from schema.context import Info
from schema.errors import NotFoundError, PermissionDeniedError, ValidationError
from schema.inputs import INPUT, given
from schema.nodes import uuid_of

_ACCOUNT = "Le compte concerné."
_NOW = "Le compte, tel qu’il est maintenant."
_RIGHT = "Jusqu’où il peut aller."


@strawberry.input(description="Inviter quelqu’un à ouvrir un compte.")
class InviteAccountInput:
    email: str = strawberry.field(description="L’adresse à laquelle l’invitation est envoyée.")
    right: AccountRight = strawberry.field(description=_RIGHT)
    supplier_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Le fournisseur ; absent : le sien. Un gestionnaire l’indique."
    )


@strawberry.input(description="Envoyer de nouveau une invitation.")
class ResendInvitationInput:
    account_id: strawberry.ID = strawberry.field(description=_ACCOUNT)


@strawberry.input(description="Changer le droit d’un compte.")
class ChangeAccountRightInput:
    account_id: strawberry.ID = strawberry.field(description=_ACCOUNT)
    right: AccountRight = strawberry.field(description=_RIGHT)


@strawberry.input(description="Révoquer un compte ou une invitation.")
class RevokeAccountInput:
    account_id: strawberry.ID = strawberry.field(description=_ACCOUNT)


@strawberry.input(description="Fermer une session de son compte.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(description="La session à fermer.")


@strawberry.input(description="Fermer les sessions de son compte.")
class RevokeSessionsInput:
    except_current: bool = strawberry.field(default=True, description="Garder celle qui le demande.")


@strawberry.type(description="L’invitation est envoyée.")
class InviteAccountSuccess:
    account: Account = strawberry.field(description=_NOW)


@strawberry.type(description="L’invitation est envoyée de nouveau ; le lien d’avant ne vaut plus.")
class ResendInvitationSuccess:
    account: Account = strawberry.field(description=_NOW)


@strawberry.type(description="Le droit est changé ; les sessions du compte sont fermées.")
class ChangeAccountRightSuccess:
    account: Account = strawberry.field(description=_NOW)


@strawberry.type(description="Le compte est révoqué, ses sessions fermées.")
class RevokeAccountSuccess:
    account: Account = strawberry.field(description=_NOW)


@strawberry.type(description="La session est fermée.")
class RevokeSessionSuccess:
    sessions: list[Session] = strawberry.field(description="Les sessions qui restent.")


@strawberry.type(description="Les sessions sont fermées.")
class RevokeSessionsSuccess:
    sessions: list[Session] = strawberry.field(description="Les sessions qui restent.")


InviteAccountResult: TypeAlias = Annotated[
    InviteAccountSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("InviteAccountResult", description="Résultat d’une invitation."),
]
ResendInvitationResult: TypeAlias = Annotated[
    ResendInvitationSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("ResendInvitationResult", description="Résultat d’un nouvel envoi d’invitation."),
]
ChangeAccountRightResult: TypeAlias = Annotated[
    ChangeAccountRightSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("ChangeAccountRightResult", description="Résultat d’un changement de droit."),
]
RevokeAccountResult: TypeAlias = Annotated[
    RevokeAccountSuccess | ValidationError | NotFoundError | PermissionDeniedError,
    strawberry.union("RevokeAccountResult", description="Résultat d’une révocation de compte."),
]
RevokeSessionResult: TypeAlias = Annotated[
    RevokeSessionSuccess | NotFoundError,
    strawberry.union("RevokeSessionResult", description="Résultat de la fermeture d’une session."),
]
RevokeSessionsResult: TypeAlias = Annotated[
    RevokeSessionsSuccess | NotFoundError,
    strawberry.union("RevokeSessionsResult", description="Résultat de la fermeture des sessions."),
]


@strawberry.type
class AccountMutations:
    """The part of `Mutation` that concerns accounts."""

    @strawberry.mutation(
        description="Inviter quelqu’un à ouvrir un compte (fournisseur qui peut confirmer, gestionnaire)."
    )
    async def invite_account(self, info: Info, input: Annotated[InviteAccountInput, INPUT]) -> InviteAccountResult:
        supplier_id = given(input.supplier_id)
        row = await colleagues.invite_account(
            info.context.viewer,
            email=input.email,
            right=input.right,
            supplier_id=uuid_of("Supplier", supplier_id) if supplier_id else None,
            as_of=info.context.as_of,
        )
        return InviteAccountSuccess(account=_changed(row, info))

    @strawberry.mutation(
        description="Envoyer de nouveau une invitation qui attend (fournisseur qui peut confirmer, gestionnaire)."
    )
    async def resend_invitation(
        self, info: Info, input: Annotated[ResendInvitationInput, INPUT]
    ) -> ResendInvitationResult:
        row = await colleagues.resend_invitation(
            info.context.viewer, uuid_of("Account", input.account_id), as_of=info.context.as_of
        )
        return ResendInvitationSuccess(account=_changed(row, info))

    @strawberry.mutation(
        description="Changer le droit d’un compte : effet immédiat (fournisseur qui peut confirmer, gestionnaire)."
    )
    async def change_account_right(
        self, info: Info, input: Annotated[ChangeAccountRightInput, INPUT]
    ) -> ChangeAccountRightResult:
        row = await colleagues.change_account_right(
            info.context.viewer,
            uuid_of("Account", input.account_id),
            right=input.right,
            as_of=info.context.as_of,
        )
        return ChangeAccountRightSuccess(account=_changed(row, info))

    @strawberry.mutation(
        description="Révoquer un compte ou une invitation : effet immédiat "
        "(fournisseur qui peut confirmer, gestionnaire)."
    )
    async def revoke_account(self, info: Info, input: Annotated[RevokeAccountInput, INPUT]) -> RevokeAccountResult:
        row = await colleagues.revoke_account(
            info.context.viewer, uuid_of("Account", input.account_id), as_of=info.context.as_of
        )
        return RevokeAccountSuccess(account=_changed(row, info))

    @strawberry.mutation(description="Fermer une session de son compte (personne connectée).")
    async def revoke_session(self, info: Info, input: Annotated[RevokeSessionInput, INPUT]) -> RevokeSessionResult:
        await own_sessions.revoke_session(info.context.viewer, input.session_id, as_of=info.context.as_of)
        return RevokeSessionSuccess(sessions=await sessions_of_viewer(info))

    @strawberry.mutation(description="Fermer les sessions de son compte (personne connectée).")
    async def revoke_sessions(self, info: Info, input: Annotated[RevokeSessionsInput, INPUT]) -> RevokeSessionsResult:
        kept = info.context.session if input.except_current else None
        await own_sessions.revoke_sessions(info.context.viewer, but=kept, as_of=info.context.as_of)
        return RevokeSessionsSuccess(sessions=await sessions_of_viewer(info))


def _changed(row: User, info: Info) -> Account:
    """The account as it now is; whatever was loaded before it changed is forgotten."""
    info.context.forget()
    return Account.of(row, info.context)
