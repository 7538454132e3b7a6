"""Comments that managers keep at hand: saved once, sent back with many requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from models import CommentTemplate
from models.actors import Actor, Role
from models.comment_templates import LONGEST_TITLE, MOST_TEMPLATES, Content
from models.database import transaction
from models.errors import Fault, Invalid, PermissionDenied
from models.events import EventKind
from models.expectations import check_expected_changes
from models.free_text import all_of, check_free_text, check_line
from models.modifications import ExpectedChange
from resolvers.events import record_account
from resolvers.transitions import Overtaken, until_settled
from resolvers.visibility import found


async def comment_templates(actor: Actor) -> list[CommentTemplate]:
    """Those at hand, by title; none for whoever is no manager."""
    if actor.role is not Role.MANAGER:
        return []
    return await CommentTemplate.filter(withdrawn_at=None).order_by("title", "id")


async def get_comment_template(actor: Actor, template_id: UUID) -> CommentTemplate:
    """That template, withdrawn or not, or NotFound: to whoever is no manager there is none."""
    return found(await CommentTemplate.get_or_none(id=template_id) if actor.role is Role.MANAGER else None)


@until_settled
async def save_comment_template(
    actor: Actor, *, title: str, text: str, expected_changes: Sequence[ExpectedChange] = (), as_of: datetime
) -> CommentTemplate:
    """Keep a comment at hand for every manager; the same one twice is kept once."""
    if actor.role is not Role.MANAGER:
        raise PermissionDenied()
    content = _checked(title, text, expected_changes)
    if first := await _entitled(content.title):
        return _the_same(first, content)
    template = CommentTemplate(**content.as_columns(), created_at=as_of, created_by=actor.author)
    async with transaction():
        await _record(EventKind.COMMENT_TEMPLATE_SAVED, template, actor, as_of)
        # The portal's chain is ours now: what is read from here on stays true until we have written.
        if await _entitled(content.title):
            raise Overtaken()
        await _check_room()
        await template.save(force_create=True)
    return template


@until_settled
async def change_comment_template(
    actor: Actor,
    template_id: UUID,
    *,
    title: str | None = None,
    text: str | None = None,
    expected_changes: Sequence[ExpectedChange] | None = None,
    as_of: datetime,
) -> CommentTemplate:
    """Change what a template says; what is None stays as it is."""
    template = await get_comment_template(actor, template_id)
    if template.withdrawn_at is not None:
        raise Invalid(Fault("templateId", "WITHDRAWN", "Ce modèle est retiré : enregistrez-en un autre."))
    content = _checked(
        template.title if title is None else title,
        template.text if text is None else text,
        template.expects if expected_changes is None else expected_changes,
    )
    if content == template.content:
        return template
    async with transaction():
        standing = CommentTemplate.filter(id=template.id, withdrawn_at=None, updated_at=template.updated_at)
        await _record(EventKind.COMMENT_TEMPLATE_CHANGED, template, actor, as_of)
        # The portal's chain is ours now: nobody else takes the title until we have written.
        await _check_title_is_free(content, template)
        if not await standing.update(**content.as_columns(), updated_at=as_of):
            raise Overtaken()
    return await get_comment_template(actor, template_id)


async def withdraw_comment_template(actor: Actor, template_id: UUID, *, as_of: datetime) -> CommentTemplate:
    """Put a template away: no request is sent back with it any more."""
    template = await get_comment_template(actor, template_id)
    async with transaction():
        if await CommentTemplate.filter(id=template.id, withdrawn_at=None).update(withdrawn_at=as_of):
            await _record(EventKind.COMMENT_TEMPLATE_WITHDRAWN, template, actor, as_of)
    return await get_comment_template(actor, template_id)


async def filled_in(
    template_id: UUID | None, comment: str, expected_changes: Sequence[ExpectedChange]
) -> tuple[str, Sequence[ExpectedChange]]:
    """The comment and what is ticked: what is left empty is the template's, if one is named."""
    if template_id is None:
        return comment, expected_changes
    template = await CommentTemplate.get_or_none(id=template_id, withdrawn_at=None)
    if template is None:
        raise Invalid(Fault("commentTemplateId", "UNKNOWN", "Ce modèle de commentaire n’existe pas ou est retiré."))
    return comment if comment.strip() else template.text, expected_changes or template.expects


def _checked(title: str, text: str, expected_changes: Sequence[ExpectedChange]) -> Content:
    checks: tuple[Callable[[], Any], ...] = (
        partial(check_line, "title", title, LONGEST_TITLE, empty="Saisissez le titre du modèle."),
        partial(check_free_text, "text", text, empty="Saisissez le texte du modèle."),
        partial(check_expected_changes, expected_changes),
    )
    title, text, expected = all_of(checks)
    return Content(title, text, tuple(expected))


async def _entitled(title: str) -> CommentTemplate | None:
    return await CommentTemplate.filter(withdrawn_at=None, title=title).first()


def _the_same(first: CommentTemplate, content: Content) -> CommentTemplate:
    """The first one, when it is saved twice: a double click, a retry."""
    if first.content != content:
        raise _taken()
    return first


async def _check_title_is_free(content: Content, template: CommentTemplate) -> None:
    other = await _entitled(content.title)
    if other is not None and other.id != template.id:
        raise _taken()


def _taken() -> Invalid:
    return Invalid(Fault("title", "TAKEN", "Un autre modèle porte déjà ce titre : choisissez-en un autre."))


async def _check_room() -> None:
    if await CommentTemplate.filter(withdrawn_at=None).count() >= MOST_TEMPLATES:
        sentence = f"Il y a déjà {MOST_TEMPLATES} modèles : retirez-en un d’abord."
        raise Invalid(Fault("title", "TOO_MANY", sentence))


async def _record(kind: EventKind, template: CommentTemplate, actor: Actor, as_of: datetime) -> None:
    facts = {"templateId": str(template.id), "title": template.title}
    await record_account(kind, user=None, actor=actor, at=as_of, **facts)
