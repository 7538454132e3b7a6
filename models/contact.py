"""The support contact of a request: one e-mail address, one phone number or one http(s) link."""

import re
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from models.errors import Fault, Invalid
from models.text import has_hidden, tidy

MAX_LENGTH = 250
EXPECTED = (
    "une adresse électronique (exemple : support@editeur.fr), un numéro de téléphone (exemple : 01 23 45 67 89) "
    "ou un lien commençant par https://"
)
_MESSAGES = {
    "REQUIRED": "Saisissez des coordonnées de contact ou un lien vers la plateforme de support.",
    "TOO_LONG": f"Les coordonnées de contact doivent compter {MAX_LENGTH} caractères au plus.",
    "HIDDEN_CHARACTER": "Les coordonnées de contact ne doivent contenir ni saut de ligne ni caractère invisible.",
    "SEVERAL_VALUES": f"Saisissez une seule valeur, sans autre texte : {EXPECTED}",
    "INVALID_LINK": "Saisissez le lien entier, avec le nom du site (exemple : https://support.editeur.fr/aide), "
    "sans espace ni mot de passe.",
    "INVALID_CONTACT": f"Saisissez {EXPECTED}",
}
# Numbers written the national way, in mainland France and overseas.
_PHONE_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
_PHONE = re.compile(r"[+(0-9][0-9 ().-]{5,28}")
_LINK_START = re.compile(r"https?:", re.IGNORECASE)
# RFC 3986 leaves these out of every link; a backslash also makes browsers read another host.
_LINK = re.compile(r"https?://[^\s\"<>\\^`{|}]+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,;]+")


def check_contact(text: str, field: str = "supportContact") -> str:
    """The contact as it is kept, or Invalid with the one rule that it breaks."""
    contact = tidy(text)
    code = _broken_rule(contact)
    if code:
        raise Invalid(Fault(field, code, _MESSAGES[code]))
    return _plain_spaces(contact)


def _broken_rule(contact: str) -> str | None:
    if not contact:
        return "REQUIRED"
    if len(contact) > MAX_LENGTH:
        return "TOO_LONG"
    if has_hidden(contact):
        return "HIDDEN_CHARACTER"
    parts = [part for part in _SEPARATORS.split(contact) if part]
    among = sum(map(_is_email_or_link, parts))
    if _is_email_or_link(contact) or _is_phone(_plain_spaces(contact)):
        return "SEVERAL_VALUES" if among > 1 else None
    if among and len(parts) > 1:
        return "SEVERAL_VALUES"
    return "INVALID_LINK" if _LINK_START.match(contact) else "INVALID_CONTACT"


def _plain_spaces(contact: str) -> str:
    return re.sub(r"\s", " ", contact)


def _is_email_or_link(text: str) -> bool:
    return is_email(text) or _is_link(text)


def is_email(text: str) -> bool:
    """Is it one e-mail address? Its domain may have any letters, its name only those that every mail server takes."""
    address = _validated(text)
    # What is only an address after folding look-alikes (full-width letters, other dots) is not one.
    return address is not None and text.rpartition("@")[2].lower() in {address.domain, address.ascii_domain}


def _is_link(text: str) -> bool:
    if not _LINK.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return "@" not in parts.netloc and port != 0 and is_email(f"support@{host}")  # a host obeys the same rule as there


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and any(_is_number_of(region, text) for region in _PHONE_REGIONS)


def _is_number_of(region: str, text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _validated(text: str) -> ValidatedEmail | None:
    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, UnicodeError):
        return None
