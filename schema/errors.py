"""Everything that can go wrong, as callers read it.

What a caller did wrong in a mutation is a member of its result: the refusals of models/errors.py become
members here, in one place. What is left is a top-level error: schema/coded_errors.py.
"""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import OperationType

from models import errors
from models.lifecycle import RequestAction, RequestStatus
from schema import modifications
from schema.context import Info
from schema.nodes import ModificationRef


@strawberry.interface(description="Un refus, avec une phrase à montrer à l’utilisateur.")
class Error:
    message: str = strawberry.field(description="Phrase à montrer à l’utilisateur.")


@strawberry.type(description="Une règle enfreinte par une valeur.")
class FieldError:
    field: str = strawberry.field(description="Champ en cause, ou chemin JSON dans un document déposé.")
    code: str = strawberry.field(description="Code stable de la règle, pour les programmes.")
    message: str = strawberry.field(description="Phrase à montrer près du champ.")

    @classmethod
    def of(cls, fault: errors.Fault) -> FieldError:
        """The same, as the API says it."""
        return cls(field=fault.field, code=fault.code, message=fault.message)


@strawberry.type(description="Les valeurs données enfreignent des règles ; toutes sont nommées.")
class ValidationError(Error):
    field_errors: list[FieldError] = strawberry.field(description="Les règles enfreintes, une par une.")


@strawberry.type(description="L’objet visé n’existe pas, ou n’est pas visible avec ce compte.")
class NotFoundError(Error):
    pass


@strawberry.type(description="Ce compte ne peut jamais faire cette action.")
class PermissionDeniedError(Error):
    pass


@strawberry.type(description="La demande n’est pas dans un statut qui permet cette action.")
class ActionNotAllowedError(Error):
    status: RequestStatus = strawberry.field(description="Statut actuel de la demande.")
    available_actions: list[RequestAction] = strawberry.field(description="Actions possibles maintenant.")


@strawberry.type(description="Quelqu’un d’autre a modifié le brouillon entre-temps.")
class StaleError(Error):
    current: ModificationRef = strawberry.field(description="La modification telle qu’elle est maintenant.")


class _Invalid(strawberry.ExceptionHandler[errors.Invalid, ValidationError]):
    def handle(self, exception: errors.Invalid, **_: Any) -> ValidationError:
        return ValidationError(message=exception.message, field_errors=list(map(FieldError.of, exception.faults)))


class _NotFound(strawberry.ExceptionHandler[errors.NotFound, NotFoundError]):
    def handle(self, exception: errors.NotFound, **_: Any) -> NotFoundError:
        return NotFoundError(message=exception.message)


class _PermissionDenied(strawberry.ExceptionHandler[errors.PermissionDenied, PermissionDeniedError]):
    def handle(self, exception: errors.PermissionDenied, *, info: Info, **_: Any) -> PermissionDeniedError:
        if info.operation.operation is OperationType.MUTATION:  # Reading writes nothing, nor is it an attempt to act.
            info.context.denied.add(info.field_name)
        return PermissionDeniedError(message=exception.message)


class _ActionNotAllowed(strawberry.ExceptionHandler[errors.ActionNotAllowed, ActionNotAllowedError]):
    def handle(self, exception: errors.ActionNotAllowed, **_: Any) -> ActionNotAllowedError:
        return ActionNotAllowedError(
            message=exception.message,
            status=exception.status,
            available_actions=list(exception.available_actions),
        )


class _Stale(strawberry.ExceptionHandler[errors.Stale, StaleError]):
    def handle(self, exception: errors.Stale, *, info: Info, **_: Any) -> StaleError:
        info.context.forget()
        return StaleError(
            message=exception.message, current=modifications.Modification.of(exception.current, info.context)
        )


HANDLERS = (_Invalid(), _NotFound(), _PermissionDenied(), _ActionNotAllowed(), _Stale())
"""How each refusal becomes a member of a mutation's result."""
