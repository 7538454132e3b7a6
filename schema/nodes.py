"""What has an identity in the API: an opaque id made of the type's name and the row's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry.relay.utils import from_base64, to_base64

from models.errors import NotFound

if TYPE_CHECKING:
    from schema.accounts import Account, Session
    from schema.actors import Actor
    from schema.dossiers import Dossier
    from schema.emails import Email
    from schema.events import Event
    from schema.modifications import Modification
    from schema.requests import FundingRequest
    from schema.support import SupportMessage
    from schema.tokens import ApiToken


@strawberry.interface(description="Tout ce qui a une identité et se relit par la requête « node ».")
class Node:
    id: strawberry.ID = strawberry.field(description="Identifiant opaque.")


def node_id(type_name: str, key: UUID | int) -> strawberry.ID:
    """The opaque id of a row."""
    return strawberry.ID(to_base64(type_name, str(key)))


def split_id(value: str) -> tuple[str, str]:
    """The type's name and the key that an opaque id holds; NotFound when it holds none."""
    try:
        type_name, key = from_base64(value)
    except ValueError:
        raise NotFound from None
    return type_name, key


def uuid_of(type_name: str, value: str) -> UUID:
    """The key of an id of that type; a malformed one or another type's is as unknown as any."""
    name, key = split_id(value)
    if name != type_name:
        raise NotFound
    return as_uuid(key)


def any_uuid(type_name: str, value: str) -> UUID:
    """The same where an unknown id is no refusal: the key that nobody has for what names nothing of that type."""
    try:
        return uuid_of(type_name, value)
    except NotFound:
        return UUID(int=0)


def as_uuid(key: str) -> UUID:
    """The key as a UUID; NotFound when it is none."""
    try:
        return UUID(key)
    except ValueError:
        raise NotFound from None


def as_number(key: str) -> int:
    """The key as a number of the database; NotFound when it is none."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise NotFound
    return int(key)


# These types point at each other: they are named here, and their modules import each other as modules only, so that
# each can be the home of one noun.
AccountRef: TypeAlias = Annotated["Account", strawberry.lazy("schema.accounts")]
ActorRef: TypeAlias = Annotated["Actor", strawberry.lazy("schema.actors")]
ApiTokenRef: TypeAlias = Annotated["ApiToken", strawberry.lazy("schema.tokens")]
SessionRef: TypeAlias = Annotated["Session", strawberry.lazy("schema.accounts")]
DossierRef: TypeAlias = Annotated["Dossier", strawberry.lazy("schema.dossiers")]
FundingRequestRef: TypeAlias = Annotated["FundingRequest", strawberry.lazy("schema.requests")]
ModificationRef: TypeAlias = Annotated["Modification", strawberry.lazy("schema.modifications")]
EmailRef: TypeAlias = Annotated["Email", strawberry.lazy("schema.emails")]
EventRef: TypeAlias = Annotated["Event", strawberry.lazy("schema.events")]
SupportMessageRef: TypeAlias = Annotated["SupportMessage", strawberry.lazy("schema.support")]
