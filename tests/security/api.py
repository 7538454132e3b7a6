"""How every query, mutation and type of the API is asked for, and what the answer amounts to in the table of rights.

A query or a mutation that is not told here fails the test: say below with which arguments it is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from graphql import GraphQLInterfaceType, get_named_type, is_leaf_type, is_required_argument
from graphql.type import GraphQLField
from httpx import Response

from models import CommentTemplate, FundingRequest, News, User, Webhook
from models.actors import AccountRight, Actor
from models.lifecycle import RequestStatus
from schema import schema
from schema.nodes import node_id
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_upload, make_user
from tests.resolvers.test_imports import example
from tests.security import belongings
from tests.security.portal import Portal
from tests.security.readers import READERS

Cells = dict[str, str]

API = schema._schema
_ROOTS = (API.query_type, API.mutation_type)
assert _ROOTS[0] is not None
assert _ROOTS[1] is not None
QUERIES = {name: field for name, field in _ROOTS[0].fields.items() if name != "node"}
MUTATIONS = _ROOTS[1].fields
_NODE = API.type_map["Node"]
assert isinstance(_NODE, GraphQLInterfaceType)
NODES = sorted(kind.name for kind in API.get_implementations(_NODE).objects)


async def query_cells(portal: Portal, name: str, given: dict[str, Any] | None = None) -> Cells:
    """What each reader gets of that query."""
    field = QUERIES[name]
    given = await arguments(portal, name) if given is None else given
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    query = f"query Q{f'({declared})' if given else ''} {{ {name}{f'({passed})' if given else ''}{_selection(field)} }}"
    answers = {reader: await portal.graphql(reader, query, given) for reader in READERS}
    return {reader: _read(portal, reader, name, answer) for reader, answer in answers.items()}


async def arguments(portal: Portal, name: str) -> dict[str, Any]:
    """What the query is asked with: the longest page, and whatever it cannot do without."""
    field = QUERIES[name]
    told: dict[str, dict[str, Any]] = {
        "dossier": {"number": portal.own.number},
        "importFaults": {"document": example(), "fileNames": []},
        "webhookDeliveries": {"webhookId": portal.own.ids["Webhook"]},
    }
    if name == "modificationPreview":
        told[name] = {"input": {**await _about_request()(portal, MANAGER), "comment": "test modif"}}
    given = ({"first": 100} if "first" in field.args else {}) | told.get(name, {})
    missing = [
        argument for argument, kind in field.args.items() if is_required_argument(kind) and argument not in given
    ]
    assert not missing, f"tests/security/api.py does not tell how {name} is asked: {missing}"
    return given


def _selection(field: GraphQLField) -> str:
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return ""
    return f" {{ nodes {{ id: {identity(listed(kind.name))} }} }}" if listed(kind.name) else " { __typename }"


def listed(kind: str) -> str:
    """What a connection lists; nothing of any other type."""
    return kind.removesuffix("Connection") if kind.endswith("Connection") else ""


def identity(kind: str) -> str:
    """The field that tells one of that type from the others."""
    return "id" if kind in NODES else {"DeprecatedUse": "account"}.get(kind, "number")


def _read(portal: Portal, reader: str, name: str, answer: Response) -> str:
    if problem := _problem(answer):
        return problem
    found = answer.json()["data"][name]
    if found == [] and get_named_type(QUERIES[name].type).name in NODES:
        return "none"
    if not isinstance(found, dict) or "nodes" not in found:
        return "none" if found is None else _OUTCOMES.get(_typename(found), "yes")
    if name in _OF_ONE_THING:
        return "yes" if found["nodes"] else "none"
    kind = listed(get_named_type(QUERIES[name].type).name)
    return _extent(portal, reader, name if name in portal.own.ids else kind, {node["id"] for node in found["nodes"]})


# Lists of what belongs to the one thing that is named.
_OF_ONE_THING = {"webhookDeliveries"}


def _typename(found: Any) -> str:
    return str(found.get("__typename")) if isinstance(found, dict) else ""


def _problem(answer: Response) -> str:
    """What kept the operation from being done; nothing when it was."""
    if answer.status_code != 200:
        return str(answer.status_code)
    errors = answer.json().get("errors", [])
    codes = {error.get("extensions", {}).get("code", error["message"]) for error in errors}
    return "sign in" if codes == {"UNAUTHENTICATED"} else ", ".join(sorted(codes))


def _extent(portal: Portal, reader: str, kind: str, seen: set[str]) -> str:
    """How far a list goes: what belongs to all, to the reader's own supplier alone, or nothing."""
    found = [each for each in (portal.own, portal.others) if each.ids[kind] in seen]
    if len(found) == 2:
        return "all"
    if not found:
        return "none"
    return "own" if found == [portal.belongings_of(reader)] else "ANOTHER'S"


async def node_cells(portal: Portal, kind: str) -> Cells:
    """What each reader gets of a row of that type which belongs to the supplier."""
    assert kind in portal.own.ids, f"tests/security/belongings.py makes no {kind}"
    query = "query N($id: ID!) { node(id: $id) { __typename } }"
    cells = {}
    for reader in READERS:
        answer = await portal.graphql(reader, query, {"id": portal.own.ids[kind]})
        cells[reader] = _problem(answer) or ("none" if answer.json()["data"]["node"] is None else "yes")
    return cells


async def mutation_cells(portal: Portal, name: str) -> Cells:
    """What each reader's mutation does to a row of the supplier that stands ready for it."""
    assert name in INPUTS, f"tests/security/api.py does not tell what {name} takes"
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}"
    cells: Cells = {}
    ready: Input | None = None
    for reader in READERS:
        # What one reader was refused stands ready for the next.
        if ready is None or name in _WITH_SOMETHING_OF_ONES_OWN:
            ready = await INPUTS[name](portal, await portal.readers.actor(reader))
        answer = await portal.graphql(reader, query, {"input": ready})
        cells[reader] = _problem(answer) or _OUTCOMES.get(_member(answer, name), _member(answer, name))
        ready = None if cells[reader] == "yes" else ready
    return cells


_OUTCOMES = {"Success": "yes", "NotFoundError": "none", "PermissionDeniedError": "denied", "ValidationError": "refused"}


def _member(answer: Response, name: str) -> str:
    """The member of the result, a success by that word alone."""
    typename = str(answer.json()["data"][name]["__typename"])
    return "Success" if typename.lower() == f"{name}success".lower() else typename


Input = dict[str, Any]


def _about_request(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(portal: Portal, _: Actor) -> Input:
        request = await make_request(portal.readers.supplier)
        return {"requestId": node_id("FundingRequest", request.id)} | others

    return given


def _about_modification(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(portal: Portal, _: Actor) -> Input:
        modification = await belongings.sent_back(portal.readers.supplier)
        return {"modificationId": node_id("Modification", modification.id)} | others

    return given


async def _paid(portal: Portal, _: Actor) -> Input:
    request = await make_request(portal.readers.supplier, status=RequestStatus.VALIDATED)
    return {"requestId": node_id("FundingRequest", request.id)}


async def _attached(portal: Portal, actor: Actor) -> Input:
    upload = await make_upload(actor)
    return await _about_modification(documentType="MSS_RESU_TEST_TECH", uploadId=str(upload.id))(portal, actor)


async def _removed(portal: Portal, _: Actor) -> Input:
    attachment = await belongings.drafted(await belongings.sent_back(portal.readers.supplier))
    return {"attachmentId": node_id("Attachment", attachment.id)}


async def _answered(portal: Portal, _: Actor) -> Input:
    message = await belongings.message(await make_request(portal.readers.supplier))
    return {"messageId": node_id("SupportMessage", message.id), "answer": "C’est noté."}


async def _resent(portal: Portal, _: Actor) -> Input:
    email = await belongings.sent_mail(await belongings.sent_back(portal.readers.supplier))
    return {"emailId": node_id("Email", email.id)}


async def _invited(portal: Portal, _: Actor) -> Input:
    address = f"collegue{await User.all().count()}@editeur.fr"
    return {"email": address, "right": "READ", "supplierId": node_id("Supplier", portal.readers.supplier.id)}


async def _invited_again(portal: Portal, _: Actor) -> Input:
    account = await make_user(portal.readers.supplier, active=False, invited_at=NOW)
    return {"accountId": node_id("Account", account.id)}


def _about_colleague(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(portal: Portal, _: Actor) -> Input:
        account = await make_user(portal.readers.supplier, right=AccountRight.READ)
        return {"accountId": node_id("Account", account.id)} | others

    return given


async def _session_of_who_confirms(portal: Portal, _: Actor) -> Input:
    session = await belongings.session_of(portal.readers.users["CONFIRM"])
    return {"sessionId": session.public_id}


async def _own_sessions(_portal: Portal, _: Actor) -> Input:
    return {"exceptCurrent": False}


async def _imported(_portal: Portal, _: Actor) -> Input:
    number = f"FINSAS{700_000 + await FundingRequest.all().count()}"
    return {"document": example(dossier=number, pieces=[]), "uploadIds": []}


async def _published(_portal: Portal, _: Actor) -> Input:
    return {"title": f"Annonce {await News.all().count()}", "text": "Ouvert."}


def _about_news(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(_portal: Portal, _: Actor) -> Input:
        return {"newsId": node_id("News", (await belongings.announced()).id)} | others

    return given


async def _new_token(portal: Portal, _: Actor) -> Input:
    return {"name": "Logiciel", "scopes": ["READ"], "supplierId": node_id("Supplier", portal.readers.supplier.id)}


async def _token(portal: Portal, _: Actor) -> Input:
    return {"tokenId": node_id("ApiToken", (await belongings.token_of(portal.readers.supplier)).id)}


async def _sent_back_together(portal: Portal, _: Actor) -> Input:
    request = await make_request(portal.readers.supplier)
    return {"requestIds": [node_id("FundingRequest", request.id)], "comment": "À corriger"}


async def _saved(_portal: Portal, _: Actor) -> Input:
    return {"title": f"Titre {await CommentTemplate.all().count()}", "text": "À revoir"}


def _about_template(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(_portal: Portal, _: Actor) -> Input:
        return {"templateId": node_id("CommentTemplate", (await belongings.kept_comment()).id)} | others

    return given


async def _new_webhook(portal: Portal, _: Actor) -> Input:
    address = f"https://editeur.fr/{await Webhook.all().count()}"
    return {"label": "Suivi", "url": address, "supplierId": node_id("Supplier", portal.readers.supplier.id)}


def _about_webhook(**others: Any) -> Callable[[Portal, Actor], Awaitable[Input]]:
    async def given(portal: Portal, _: Actor) -> Input:
        webhook = await belongings.webhook_of(portal.readers.supplier)
        return {"webhookId": node_id("Webhook", webhook.id)} | others

    return given


_WITH_SOMETHING_OF_ONES_OWN = {"addAttachment"}
_LATER_DAY = (NOW + timedelta(days=40)).date().isoformat()
INPUTS: dict[str, Callable[[Portal, Actor], Awaitable[Input]]] = {
    "requestModification": _about_request(comment="À corriger"),
    "requestModifications": _sent_back_together,
    "saveCommentTemplate": _saved,
    "changeCommentTemplate": _about_template(text="À revoir encore"),
    "withdrawCommentTemplate": _about_template(),
    "cancelModification": _about_modification(reason="Erreur"),
    "extendDeadline": _about_modification(closesOn=_LATER_DAY, reason="Congés"),
    "changeSupportContact": _about_modification(supportContact="support@editeur.fr"),
    "addAttachment": _attached,
    "removeAttachment": _removed,
    "confirmModification": _about_modification(),
    "skipModification": _about_modification(assistanceContacted=True),
    "contactSupport": _about_request(message="Un oubli"),
    "answerSupport": _answered,
    "resendEmail": _resent,
    "markCommentSeen": _about_modification(),
    "validateRequest": _about_request(),
    "rejectRequest": _about_request(reason="Pièces manquantes"),
    "markPaid": _paid,
    "importRequest": _imported,
    "inviteAccount": _invited,
    "resendInvitation": _invited_again,
    "changeAccountRight": _about_colleague(right="EDIT"),
    "revokeAccount": _about_colleague(),
    "revokeSession": _session_of_who_confirms,
    "revokeSessions": _own_sessions,
    "issueToken": _new_token,
    "revokeToken": _token,
    "createWebhook": _new_webhook,
    "changeWebhook": _about_webhook(label="Autre nom"),
    "enableWebhook": _about_webhook(),
    "disableWebhook": _about_webhook(),
    "renewWebhookSecret": _about_webhook(),
    "pingWebhook": _about_webhook(),
    "replayWebhook": _about_webhook(),
    "deleteWebhook": _about_webhook(),
    "publishNews": _published,
    "changeNews": _about_news(title="Autre titre"),
    "withdrawNews": _about_news(),
}
