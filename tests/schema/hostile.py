"""Documents that ask for more than can be answered, each with the code that refuses it."""

from __future__ import annotations


def bomb(levels: int, leaf: str = "viewer { name }") -> str:
    """Fragments that each spread the next one twice."""
    chain = "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }}{chain} fragment F{levels} on Query {{ {leaf} }}"


def lists(levels: int, page: int) -> str:
    """Requests of dossiers of requests, as many as can be had."""
    inside = "id"
    for _ in range(levels):
        inside = f"id versions(first: {page}) {{ nodes {{ modification {{ request {{ {inside} }} }} }} }}"
    return f"{{ requests(first: {page}) {{ nodes {{ {inside} }} }} }}"


HOSTILE = {
    "10,000 aliases": ("{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(10_000)) + "}", "QUERY_TOO_LARGE"),
    "more aliases than may be": (
        "{" + " ".join(f"a{n}: viewer {{ name }}" for n in range(31)) + "}",
        "TOO_MANY_ALIASES",
    ),
    "300 mutations": (
        "mutation {"
        + " ".join(f'a{n}: markPaid(input: {{requestId: "x"}}) {{ __typename }}' for n in range(300))
        + "}",
        "QUERY_TOO_LARGE",
    ),
    "11 mutations": (
        "mutation {" + " ".join(f'a{n}: markPaid(input: {{requestId: "x"}}) {{ __typename }}' for n in range(11)) + "}",
        "TOO_MANY_MUTATIONS",
    ),
    "mutations in fragments": (
        "mutation { ...A ...A ...A } fragment A on Mutation {"
        + " ".join(f'a{n}: markPaid(input: {{requestId: "x"}}) {{ __typename }}' for n in range(4))
        + "}",
        "TOO_MANY_MUTATIONS",
    ),
    "a fragment bomb of 200 levels": (bomb(200), "QUERY_TOO_LARGE"),
    "a fragment bomb of 100 levels": (bomb(100), "QUERY_TOO_DEEP"),
    "a fragment bomb of 20 levels": (bomb(20), "TOO_MANY_FIELDS"),
    "a bomb without a field": (bomb(20, "...Nowhere"), "TOO_MANY_FIELDS"),
    "inline fragments in each other": ("{" + " ... {" * 300 + "viewer { name }" + "}" * 301, "QUERY_TOO_DEEP"),
    "lists of lists": (lists(4, 100), "QUERY_TOO_COSTLY"),
    "10,000 directives": ("{ viewer { name" + " @skip(if: false)" * 10_000 + " } }", "QUERY_TOO_LARGE"),
    "directives without arguments": ("{ viewer { name" + " @x" * 500 + " } }", "TOO_MANY_DIRECTIVES"),
    "comments": ("#" * 70_000 + "\n{ viewer { name } }", "QUERY_TOO_LARGE"),
    "a name again and again": ("{" + " viewer { name }" * 300 + "}", "TOO_MANY_FIELDS"),
    "the same, in fragments": (
        "{" + " ...A" * 21 + "} fragment A on Query { viewer { name } }",
        "TOO_MANY_FIELDS",
    ),
    "the same, deeper": ("{" + ("viewer { " + "name " * 5 + "} ") * 5 + "}", "TOO_MANY_FIELDS"),
    "a fragment in itself": (
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unused bomb": ("{ viewer { name } }" + bomb(20).partition("}")[2], "TOO_MANY_FIELDS"),
    "fields in fields": ("{" + " viewer {" * 26 + "name" + "}" * 27, "QUERY_TOO_DEEP"),
    "more than can be read": ("{" * 1999, "GRAPHQL_PARSE_FAILED"),
    "values in values": ("{ viewer(a: " + "[" * 900 + "]" * 900 + ") { name } }", "QUERY_TOO_DEEP"),
}
