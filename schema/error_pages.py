"""The pages of the documentation that say what is refused, and how much may be asked for: written from the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schema.coded_errors import CODES
from schema.cost import DESCRIBING, DESCRIBING_AGAIN, LISTED, WRITING
from schema.field_codes import field_codes
from schema.limits import LIMITS
from schema.pagination import LARGEST_PAGE
from settings import Settings

_ERRORS = """\
# Errors

What can go wrong is told in two places.

- **In the result of a mutation**, when its caller can do something about it: every mutation answers a union of its
  success and of types that implement `Error { message }`. `message` is a French sentence for your user. Nothing
  answers success without effect.
- **In `errors`, at the top of the answer**, when the request itself is at fault, or the portal.

Documents and other addresses than `/graphql` have
[a smaller answer and codes of their own](http.md#addresses-that-are-not-graphql).

## In the result of a mutation

| Type | What happened | What can be done |
|---|---|---|
| `ValidationError` | values break rules, each named in `fieldErrors` | correct them, send again |
| `NotFoundError` | it does not exist, or not for this account | check the id; it answers the same for both |
| `PermissionDeniedError` | this account may never do it | ask somebody whose account may |
| `ActionNotAllowedError` | not in this status | read `status` and `availableActions`: what can be done now |
| `StaleError` | somebody changed the draft since you read it | read `current`, show it, send again with its revision |

Always ask for all of them at once:

```graphql
mutation Confirm($input: ConfirmModificationInput!) {
  confirmModification(input: $input) {
    __typename
    ... on ConfirmModificationSuccess { request { status } version { aspNumber } }
    ... on Error { message }
    ... on ValidationError { fieldErrors { field code message } }
    ... on ActionNotAllowedError { status availableActions }
  }
}
```

### Codes of `fieldErrors`

Programs read `code` and `field` (the name of the input's field; of an import, the JSON path in its document), people
read `message`. Each code with the sentences that it comes with; … stands for what changes:

"""
_TOP = """
## At the top of the answer

```json
{
  "errors": [
    {
      "message": "Requête trop grande : 31 alias, pour 30 au plus.",
      "extensions": { "code": "TOO_MANY_ALIASES", "limit": 30, "found": 31, "requestNumber": "3F2A-91BC" }
    }
  ]
}
```

`code` is stable: it is never renamed, and new ones are announced in the CHANGELOG. `requestNumber` is the number
under which our logs, our pages and our Assistance know this request: keep it in your own logs. The text of a fault
inside the portal never leaves it. What is too much comes with `limit` and, where all of it was counted, `found`.

The HTTP status is that of an answer with nothing but this error, to who accepts `application/graphql-response+json`.
To who accepts `application/json` alone, requests that were understood are answered by 200, except 429 and 503. An
error with a `path` stands beside data: only that part of the answer is missing.

"""
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


def errors_page() -> str:
    """docs/api/errors.md."""
    fields = ((f"`{code}`", " · ".join(said) or "another in each case") for code, said in field_codes().items())
    rows = ((f"`{code}`", str(each.status), each.when, each.then) for code, each in CODES.items())
    return _ERRORS + _table(("Code", "Sentences"), fields) + _TOP + _table(("Code", "HTTP", "When", "Then"), rows)


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
    return _table(("Of what", "At most", "Code", "Setting"), rows)


def _upper(text: str) -> str:
    return text[0].upper() + text[1:].replace("; 0: no bound", "")


def _default(setting: str) -> str:
    return f"{Settings.model_fields[setting].default:,}"


def _filled(text: str, numbers: Mapping[str, object]) -> str:
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", str(number))
    return text


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(titles)
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
