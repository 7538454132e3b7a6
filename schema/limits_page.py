"""The page of the documentation that says how much may be asked for: written from the code."""

from __future__ import annotations

from collections.abc import Mapping

from schema.cost import DESCRIBING, DESCRIBING_AGAIN, LISTED, WRITING
from schema.error_pages import table
from schema.limits import LIMITS
from schema.pagination import LARGEST_PAGE
from settings import Settings

_LIMITS = """\
# Limits

Everything here is checked before anything is executed: what is refused has changed nothing. The numbers are those of
a portal whose operator changed none; an operator sets each by the setting beside it.

## Of one request

"""
_COST = """
“Fragments written out” means that a fragment counts as often as it is spread, as if its text stood there.

`first` is from 1 to {page} (`BAD_USER_INPUT` otherwise). A body of `/graphql` has 1 MiB at most
(`PAYLOAD_TOO_LARGE`): documents go to `/uploads`, with [limits of their own](uploads.md). One request holds one
operation: arrays of requests are refused (`BAD_REQUEST`).

## What an operation costs

A point for each object that may be returned, counted before it is known how many there are:

| What is asked for | Points |
|---|---|
| a text, a number, an instant, an enum | 0 |
| an object, or a connection | 1, and what is asked for inside |
| `nodes` or `edges` of a connection | `first` times (1 and what is inside); without `first`, its default |
| another list of objects | {listed} times (1 and what is inside) |
| a mutation | {writing} more |
| `__schema`, `__type` | {describing} more; only with a token or an account (`INTROSPECTION_DISABLED`) |
| an alias of objects inside `__schema` or `__type`, which no tool needs | {again} more |

This operation costs 1 + 50 × (1 + 1 + 1) = 151 points:

```graphql
query Week {
  requests(first: 50, order: UPDATED_AT) {
    nodes {
      dossier { number }
      modification { closesAt }
    }
  }
}
```

Each answer to a document that is valid says what it cost and what is left, in `extensions.cost` and in the headers
`RateLimit` and `RateLimit-Policy`:

```json
{
  "data": {},
  "extensions": {
    "cost": { "requested": 151, "limit": 60000, "remaining": 59849, "resetAt": "2026-11-22T08:13:00+00:00" }
  }
}
```

## In a minute

"""
_RATES = """
Past any of them the answer is `RATE_LIMITED`, with status 429 and `Retry-After`, in seconds, whatever was accepted.
Wait that long, then send the same request: nothing of it was executed. What is refused for its cost takes one point,
not its cost. Budgets are whole again at `resetAt`. Operations that our own pages run cost their reader nothing, a
table (`/demandes.csv`, `/journal.csv`) a tenth of the points of a minute; the requests of an address count all of them,
pages and `/uploads` too.

The counters are shared by all processes of the portal through Redis; while it is away each process counts for itself.

## In time

An operation is stopped after {seconds} seconds (`TIME_LIMIT`, status 503; `SOLDE_MAX_QUERY_SECONDS`). A mutation is
done as a whole or not at all: send it again with the same [`Idempotency-Key`](idempotency.md). A body that stops
arriving for a minute is given up (`TIMEOUT`).
"""


def limits_page() -> str:
    """docs/api/limits.md."""
    texts = dict.fromkeys(("max_query_characters", "max_query_tokens"), "QUERY_TOO_LARGE")
    rates = dict.fromkeys(("points_per_caller", "points_per_address", "requests_per_address"), "RATE_LIMITED")
    numbers = {
        "page": LARGEST_PAGE,
        "listed": LISTED,
        "writing": WRITING,
        "describing": DESCRIBING,
        "again": f"{DESCRIBING_AGAIN:,}",
    }
    parts = [
        _LIMITS,
        _settings(texts | {each.setting: each.code for each in LIMITS}),
        _filled(_COST, numbers),
        _settings(rates),
        _filled(_RATES, {"seconds": _default("max_query_seconds")}),
    ]
    return "".join(parts)


def _settings(codes: Mapping[str, str]) -> str:
    rows = (
        (_upper(str(Settings.model_fields[name].description)), _default(name), f"`{code}`", f"`SOLDE_{name.upper()}`")
        for name, code in codes.items()
    )
    return table(("Of what", "At most", "Code", "Setting"), rows)


def _upper(text: str) -> str:
    return text[0].upper() + text[1:].replace("; 0: no bound", "")


def _default(setting: str) -> str:
    return f"{Settings.model_fields[setting].default:,}"


def _filled(text: str, numbers: Mapping[str, object]) -> str:
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", str(number))
    return text
