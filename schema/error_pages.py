"""The page of the documentation that says what is refused: written from the code."""

from __future__ import annotations

from collections.abc import Iterable

from schema.coded_errors import CODES
from schema.field_codes import field_codes

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


def errors_page() -> str:
    """docs/api/errors.md."""
    fields = ((f"`{code}`", " · ".join(said) or "another in each case") for code, said in field_codes().items())
    rows = ((f"`{code}`", str(each.status), each.when, each.then) for code, each in CODES.items())
    return _ERRORS + table(("Code", "Sentences"), fields) + _TOP + table(("Code", "HTTP", "When", "Then"), rows)


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Those rows under those titles, in Markdown."""
    titles = list(titles)
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
