"""The media type of a GraphQL answer: the one that the caller wants most, weighed as RFC 9110 says."""

from __future__ import annotations

from starlette.requests import Request

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


def accepted(http: Request) -> str | None:
    """GraphQL's own type when it is asked for, JSON when any will do; None when the caller takes neither."""
    given = ",".join(http.headers.getlist("accept"))
    if not given.strip():
        return JSON
    ranges = _ranges(given)
    plain, own = _weight(JSON, ranges), _weight(GRAPHQL_RESPONSE, ranges)
    # A wildcard alone is what callers send who know of no other type than JSON.
    if own > plain or (own == plain > 0 and GRAPHQL_RESPONSE in ranges):
        return GRAPHQL_RESPONSE
    return JSON if plain else None


def is_json(content_type: str) -> bool:
    """Is this body JSON in UTF-8, which is meant when no encoding is named?"""
    name, parameters = _parsed(content_type)
    return name == JSON and _is_utf8(parameters)


def _ranges(given: str) -> dict[str, float]:
    """How much each type, or range of types, is wanted: from 0, not at all, to 1."""
    weights: dict[str, float] = {}
    for part in given.split(","):
        name, parameters = _parsed(part)
        if name and _is_utf8(parameters):
            weights[name] = max(weights.get(name, 0.0), _quality(parameters.get("q", "1")))
    return weights


def _weight(media_type: str, ranges: dict[str, float]) -> float:
    """That of the most precise range that the type is in."""
    return next((ranges[name] for name in (media_type, "application/*", "*/*") if name in ranges), 0.0)


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    """A media type in small letters, and its parameters."""
    name, *rest = text.split(";")
    pairs = (part.partition("=") for part in rest)
    return name.strip().lower(), {key.strip().lower(): value.strip().strip('"').lower() for key, _, value in pairs}


def _is_utf8(parameters: dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8") in {"utf-8", "utf8"}


def _quality(text: str) -> float:
    """What stands after q=; what is no number from 0 to 1 wants nothing."""
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
