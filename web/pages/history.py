"""Historique: one timeline of versions, status changes and mails, and any version against an earlier one."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.errors import NotFoundPage
from web.pages.addresses import BASE, asked_for, read
from web.rendering import render
from web.session import signed_in
from web.typography import path

HIGHEST_RANK: Final = 2**31 - 1
"""What the schema's Int can say."""

VERSION_EVENTS: Final = frozenset({"REQUEST_IMPORTED", "MODIFICATION_CONFIRMED"})
"""What the versions themselves tell, with their differences."""

MINOR_EVENTS: Final = frozenset({"COMMENT_SEEN", "SUPPORT_CONTACT_CHANGED", "ATTACHMENT_ADDED", "ATTACHMENT_REMOVED"})
"""Steps on the way to a version: shown, but quietly."""


@signed_in
async def page(http: Request) -> Response:
    """Everything that happened, newest first."""
    place = asked_for(http)
    data = await read(http, "HistoryPage", place, after=http.query_params.get("apres"))
    request = data["request"]
    events = request["events"]
    return render(
        http,
        "history/page.html",
        place=place,
        number=place.number,
        versions=request["versions"]["nodes"],
        timeline=_timeline(request, first_page="apres" not in http.query_params),
        next_page=events["pageInfo"]["endCursor"] if events["pageInfo"]["hasNextPage"] else None,
    )


def _timeline(request: dict[str, Any], *, first_page: bool) -> list[dict[str, Any]]:
    """Events of this page, with versions and mails on the first one."""
    cycles = request["modifications"]["nodes"]
    entries = [_of_event(event, cycles) for event in request["events"]["nodes"] if event["kind"] not in VERSION_EVENTS]
    if first_page:
        entries += [_of_version(version, cycles) for version in request["versions"]["nodes"]]
        entries += [_of_email(email) for email in request["emails"]["nodes"]]
    return sorted(entries, key=lambda entry: (entry["at"], entry["rank"]))[::-1]


def _of_version(version: dict[str, Any], cycles: list[dict[str, Any]]) -> dict[str, Any]:
    made_by = next((cycle for cycle in cycles if (cycle["version"] or {}).get("rank") == version["rank"]), None)
    return {"at": version["createdAt"], "rank": 2 if version["rank"] else 0, "version": version, "cycle": made_by}


def _of_email(email: dict[str, Any]) -> dict[str, Any]:
    words = f"courriel à {email['to']} : {email['subject']}"
    return _line(email["sentAt"] or email["createdAt"], 3, "email", words)


def _line(at: str, rank: int, sort: str, words: str) -> dict[str, Any]:
    """One line of the timeline; `rank` orders what happened at the same instant: deposit, events, version, mails."""
    return {"at": at, "rank": rank, "sort": sort, "words": words, "comment": "", "address": ""}


def _of_event(event: dict[str, Any], cycles: list[dict[str, Any]]) -> dict[str, Any]:
    """An event, with the comment of the cycle that it opens or what closing one left to read."""
    entry = _line(event["at"], 1, "minor" if event["kind"] in MINOR_EVENTS else "event", event["summary"])
    if event["kind"] == "MODIFICATION_REQUESTED":
        opened = next((cycle for cycle in cycles if cycle["openedAt"] == event["at"]), None)
        return entry | _comment("Commentaire du gestionnaire", opened, "comment")
    ended = next((cycle for cycle in cycles if cycle["closedAt"] == event["at"]), None)
    if event["kind"] == "MODIFICATION_CANCELLED":
        return entry | _comment("Motif", ended, "cancelReason")
    if event["kind"] == "MODIFICATION_SKIPPED":
        return entry | _comment("Mot du fournisseur", ended, "note") | _receipt(ended)
    return entry


def _comment(title: str, cycle: dict[str, Any] | None, field: str) -> dict[str, Any]:
    return {"comment_title": title, "comment": cycle[field] or ""} if cycle else {}


def _receipt(cycle: dict[str, Any] | None) -> dict[str, Any]:
    if not cycle or not cycle["receiptUrl"]:
        return {}
    return {"address": path(cycle["receiptUrl"]), "address_words": "Accusé de réception"}


@signed_in
async def version(http: Request) -> Response:
    """One version in full, with its differences from an earlier one (`?depuis=`, by default the one before)."""
    place = asked_for(http)
    rank: int = http.path_params["rank"]
    if rank > HIGHEST_RANK:
        raise NotFoundPage
    since = _since(http.query_params.get("depuis"), rank)
    data = await read(http, "VersionPage", place, rank=rank, since=since)
    shown = data["request"]["version"]
    if shown is None:
        raise NotFoundPage
    earlier = [other for other in data["request"]["versions"]["nodes"] if other["rank"] < rank]
    ranks = [other["rank"] for other in earlier]
    return render(
        http,
        "history/version.html",
        place=place,
        number=place.number,
        request=data["request"],
        version=shown,
        earlier=earlier,
        since=since if since in ranks else max(ranks, default=0),
    )


def _since(given: str | None, rank: int) -> int | None:
    """The earlier rank that was asked for; anything else asks for the version just before."""
    return int(given) if given and given.isdecimal() and len(given) < 6 and int(given) < rank else None


routes = [
    Route(BASE + "/historique", page),
    Route(BASE + "/historique/{rank:int}", version),
]
