"""What a browser says that it is, in words that its owner recognises."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """« Firefox sur Windows » for the name that a browser gives in each request."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "Navigateur inconnu")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return f"{browser} sur {system}" if system else browser
