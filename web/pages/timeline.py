"""The timeline of a request: versions, events and mails in one order, newest first, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any, Final

from schema.summaries import summary_of_expiry
from web.typography import path

SHOWN: Final = 30
"""How many entries one page holds."""

CURSORS: Final = {"versions": "versions", "events": "evenements", "emails": "courriels"}
"""Each list that the timeline is made of, and where the address of a later page says how far it was read."""

_VERSION_EVENTS: Final = frozenset({"REQUEST_IMPORTED", "MODIFICATION_CONFIRMED"})
"""What the versions themselves tell, with their differences."""

_DRAFT_STEPS: Final = frozenset({"SUPPORT_CONTACT_CHANGED", "ATTACHMENT_ADDED", "ATTACHMENT_REMOVED"})
"""What colleagues do to the draft that they share: who did it is said."""

_MINOR_EVENTS: Final = _DRAFT_STEPS | {"COMMENT_SEEN"}
"""Steps on the way to a version: shown, but quietly."""

_SUPPORT_EVENTS: Final = frozenset({"SUPPORT_CONTACTED", "SUPPORT_ANSWERED"})

# What happened at the same instant: first the event, then the version that it made, then the mails about it.
_RANKS: Final = {"events": 0, "versions": 1, "emails": 2}


@dataclass
class Entry:
    """One thing that happened: `sort` names how it is drawn, `node` is the version or the mail that it is."""

    at: str
    sort: str
    words: str = ""
    status: str | None = None
    quotes: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    node: dict[str, Any] | None = None


@dataclass(frozen=True)
class Timeline:
    """The entries of one page; `onwards` is the query that leads to the next, empty on the last."""

    entries: list[Entry]
    onwards: dict[str, str]


def timeline(data: dict[str, Any], read: dict[str, str | None]) -> Timeline:
    """The newest entries among the lists' next ones; `read` says how far each of them was read already."""
    lists = {name: data["request"][name] for name in CURSORS}
    ordered = merge(*(_placed(name, found) for name, found in lists.items()), key=lambda each: each[:2], reverse=True)
    shown = list(islice(ordered, SHOWN))
    reached = {name: cursor for name, cursor in read.items() if cursor}
    reached |= {name: edge["cursor"] for _, _, name, edge in shown}
    counts = {name: sum(each[2] == name for each in shown) for name in lists}
    ended = all(counts[name] == len(found["edges"]) and not _goes_on(found) for name, found in lists.items())
    entries = [_entry(name, edge["node"], data) for _, _, name, edge in shown if not _told_by_version(edge["node"])]
    first = [] if any(read.values()) else _just_expired(data["request"])
    return Timeline(first + entries, {} if ended else {CURSORS[name]: cursor for name, cursor in reached.items()})


def _just_expired(request: dict[str, Any]) -> list[Entry]:
    """The end of a delay that has passed before anything wrote it down: it is true from its very instant on."""
    for last in request["modifications"]["nodes"]:
        written = [edge["node"]["at"] for edge in request["events"]["edges"][:1]]
        if last["outcome"] == "EXPIRED" and max(written, default="") < last["closedAt"]:
            return [Entry(last["closedAt"], "event", summary_of_expiry(last["number"]), request["status"])]
    return []


def _placed(name: str, found: dict[str, Any]) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """The edges of a list with their places in time; instants are all written in UTC, and so compare as texts."""
    for edge in found["edges"]:
        node = edge["node"]
        yield node["at"] if name == "events" else node["createdAt"], _RANKS[name], name, edge


def _goes_on(found: dict[str, Any]) -> bool:
    return bool(found["pageInfo"]["hasNextPage"])


def _told_by_version(node: dict[str, Any]) -> bool:
    return node.get("kind") in _VERSION_EVENTS


def _entry(name: str, node: dict[str, Any], data: dict[str, Any]) -> Entry:
    if name == "versions":
        return Entry(node["createdAt"], "version", node=node)
    if name == "emails":
        return Entry(node["createdAt"], "email", node=node)
    return _of_event(node, data)


def _of_event(event: dict[str, Any], data: dict[str, Any]) -> Entry:
    """An event, with the words that people wrote on that occasion and where more can be read."""
    sort = "minor" if event["kind"] in _MINOR_EVENTS else "event"
    entry = Entry(event["at"], sort, _signed(event), event["status"])
    cycle = event["modification"] or dict.fromkeys(("comment", "note", "receiptUrl"))
    match event["kind"]:
        case "MODIFICATION_REQUESTED":
            entry.quotes = _quote("Commentaire du gestionnaire", cycle["comment"])
        case "MODIFICATION_CANCELLED" | "DEADLINE_EXTENDED":
            entry.quotes = _quote("Motif", event["reason"])
        case "MODIFICATION_SKIPPED":
            entry.quotes = _quote("Mot du fournisseur", cycle["note"])
            entry.links = _receipts(cycle)
        case "REQUEST_REJECTED":
            entry.quotes = _quote("Motif", data["request"]["decisionReason"])
        case kind if kind in _SUPPORT_EVENTS:
            entry.links = [(f"{data['place'].path}/assistance", "Lire les échanges avec l’Assistance")]
    return entry


def _signed(event: dict[str, Any]) -> str:
    summary, name = str(event["summary"]), event["actor"]["name"]
    return f"{summary.removesuffix('.')}, par {name}." if event["kind"] in _DRAFT_STEPS and name else summary


def _quote(title: str, words: str | None) -> list[tuple[str, str]]:
    return [(title, words)] if words else []


def _receipts(cycle: dict[str, Any]) -> list[tuple[str, str]]:
    """The receipt as a page and as a file."""
    if not cycle["receiptUrl"]:
        return []
    place = path(cycle["receiptUrl"])
    return [(place, "Accusé de réception"), (f"{place}.pdf", f"{cycle['receiptNumber']} (PDF)")]
