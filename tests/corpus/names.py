"""Names that lead elsewhere, lie about their end, or fill a screen; the content is an honest PDF."""

from __future__ import annotations

from tests.corpus.cases import Case
from tests.corpus.pdfs import GUIDE

KEPT = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\guide.pdf": "guide.pdf",
    "/etc/cron.d/guide.pdf": "guide.pdf",
    "C:\\fakepath\\guide.pdf": "guide.pdf",
    "....//....//guide.pdf": "guide.pdf",
    "%2e%2e%2fguide.pdf": "%2e%2e%2fguide.pdf",
    "guide\u202efdp.exe.pdf": "guidefdp.exe.pdf",
    "\u2066guide\u2069.pdf": "guide.pdf",
    "gui\u200bde.pdf": "guide.pdf",
    "guide\0.pdf": "guide.pdf",
    "guide\r\nSet-Cookie: a=b.pdf": "guideSet-Cookie: a=b.pdf",
    "e\u0301te\u0301.pdf": "été.pdf",
    "a" * 300 + ".pdf": "a" * 196 + ".pdf",
    "\u00e9" * 300 + ".PDF": "\u00e9" * 196 + ".PDF",
    ".htaccess.pdf": "htaccess.pdf",
    "<img src=x onerror=document.title='executed'>.pdf": "<img src=x onerror=document.title='executed'>.pdf",
    "\"><script>document.title='executed'<\u2215script>.pdf": "\"><script>document.title='executed'<\u2215script>.pdf",
    "'; DROP TABLE uploads; --.pdf": "'; DROP TABLE uploads; --.pdf",
    "{{ 7 * 7 }}.pdf": "{{ 7 * 7 }}.pdf",
    "=cmd|calc.pdf": "=cmd|calc.pdf",
    "CON.pdf": "CON.pdf",
    "guide.pdf;.pdf": "guide.pdf;.pdf",
    "文書 \U0001f600.pdf": "文書 \U0001f600.pdf",
    "دليل.pdf": "دليل.pdf",
}
REFUSED = {
    "guide.pdf\0.exe": "guide.pdf.exe",
    "guide\u202efdp.exe": "guidefdp.exe",
    "pdf": "pdf",
    "dossier/": "document",
}

CASES = (
    *(
        # Each with an end of its own: the same content twice in one request would be refused for that.
        Case(f"name {ascii(name)[:60]}", name, GUIDE + b"\n" * rank, None, "application/pdf", kept)
        for rank, (name, kept) in enumerate(KEPT.items())
    ),
    *(Case(f"name {name!a}", name, GUIDE, "WRONG_FORMAT", kept=kept) for name, kept in REFUSED.items()),
)
