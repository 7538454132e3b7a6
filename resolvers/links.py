"""Addresses of the portal's pages, as mails and the API give them: absolute, on the configured host."""

from __future__ import annotations

from uuid import UUID

from models import FundingRequest
from models.dossiers import RequestKind
from settings import settings

SEGMENTS = {RequestKind.ADVANCE: "avance", RequestKind.BALANCE: "solde"}


def tracking(request: FundingRequest) -> str:
    """The request's own page; its dossier must be loaded, as for every function that takes a request."""
    return f"{settings.base_url}/dossiers/{request.dossier.number}/{SEGMENTS[request.kind]}"


def modification(request: FundingRequest) -> str:
    """Where the supplier corrects what was sent back."""
    return f"{tracking(request)}/modification"


def assistance(request: FundingRequest) -> str:
    """Where the supplier writes to the Assistance about this request."""
    return f"{tracking(request)}/assistance"


def receipt(request: FundingRequest, modification_id: UUID) -> str:
    """The receipt of a confirmation or of declining."""
    return f"{tracking(request)}/accuses/{modification_id}"


def receipt_pdf(request: FundingRequest, modification_id: UUID) -> str:
    """The same to keep, as a PDF."""
    return f"{receipt(request, modification_id)}.pdf"


def calendar(request: FundingRequest) -> str:
    """The calendar file of the open modification's deadline."""
    return f"{tracking(request)}/echeances.ics"


def attachment(attachment_id: UUID) -> str:
    """The bytes of one document."""
    return f"{settings.base_url}/pieces/{attachment_id}"


def news(news_id: UUID) -> str:
    """One announcement, whole."""
    return f"{settings.base_url}/actualites/{news_id}"


def news_document(news_id: UUID) -> str:
    """The bytes of the document that an announcement carries."""
    return f"{settings.base_url}/documents/{news_id}"


def help_page() -> str:
    """The Assistance utilisateur: the configured address, or the portal's own help."""
    return settings.assistance_url or f"{settings.base_url}/aide"


def tokens() -> str:
    """Where a supplier's account sees the tokens that act for it."""
    return f"{settings.base_url}/mon-compte/jetons"


def console() -> str:
    """Where managers begin."""
    return f"{settings.base_url}/console"


def webhook_guide() -> str:
    """What the makers of receivers read."""
    return f"{settings.base_url}/docs/api/webhooks"


def sign_in() -> str:
    """Where accounts sign in."""
    return f"{settings.base_url}/connexion"


def password_reset(seal: str) -> str:
    """Where the holder of this link chooses a new password."""
    return f"{settings.base_url}/reinitialisation/{seal}"


def invitation(seal: str) -> str:
    """Where the holder of this link opens the account that they are invited to."""
    return f"{settings.base_url}/invitation/{seal}"


def address_change(seal: str) -> str:
    """Where the holder of this link makes the address that it was mailed to their account's."""
    return f"{settings.base_url}/nouvelle-adresse/{seal}"
