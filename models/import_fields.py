"""The rules of each value of an import document, and how the JSON Schema says them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from stdnum import bic, iban
from stdnum.fr import siret

from models import contact, file_names
from models.contact import check_contact
from models.document_types import DOCUMENT_TYPES
from models.dossiers import RequestKind
from models.errors import Invalid
from models.file_names import check_file_name
from models.text import excerpt, has_hidden, tidy

_FIRST_YEAR = 2020  # no dossier of the programme is older
_KINDS = {str: "un texte", bool: "un booléen", float: "un nombre", list: "une liste", type(None): "null"}


@dataclass(frozen=True)
class Rule:
    """What one text must be: its shape, what a shape cannot say, and the words for both.

    A field declares it by `Annotated[str, rule]`.
    """

    code: str
    expected: str
    pattern: str
    holds: Callable[[str], bool] = lambda _: True
    words: tuple[str, ...] = ()

    def __call__(self, value: object) -> str:
        """The text as it is kept, or the one fault that it has."""
        text = tidy(_string(value, self.expected))
        if not text:
            raise PydanticCustomError("REQUIRED", f"Cette donnée est vide. Attendu : {self.expected}.")
        if has_hidden(text):
            message = f"« {excerpt(text)} » contient un caractère invisible. Attendu : {self.expected}."
            raise PydanticCustomError("HIDDEN_CHARACTER", message)
        if not re.fullmatch(self.pattern, text) or not self.holds(text):
            message = f"« {excerpt(text)} » n’est pas accepté. Attendu : {self.expected}."
            raise PydanticCustomError(self.code, message)
        return text

    @property
    def schema(self) -> dict[str, object]:
        """The shape, as the JSON Schema says it."""
        return {"enum": [*self.words]} if self.words else {"type": "string", "pattern": f"^(?:{self.pattern})$"}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        return self.schema


def line(limit: int, what: str) -> Rule:
    """Any text on one line."""
    return Rule("TOO_LONG", f"{what}, {limit} caractères au plus", f".{{1,{limit}}}")


def one_of(*values: str) -> Rule:
    """One of a few words."""
    expected = " ou ".join(filter(None, (", ".join(values[:-1]), values[-1])))
    return Rule("UNKNOWN_VALUE", expected, "|".join(map(re.escape, values)), words=values)


def kind_of(value: object) -> str:
    """What JSON calls the value, in French."""
    return _KINDS.get(type(value), "un objet")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year >= _FIRST_YEAR
    except ValueError:
        return False


_REFERENCE = "[A-Za-z0-9][A-Za-z0-9._-]{0,49}"
VERSION = one_of("1.0")
NATURES = {"AVANCE": RequestKind.ADVANCE, "SOLDE": RequestKind.BALANCE}
NATURE = one_of(*NATURES)
TYPE = one_of(*(each.code for each in DOCUMENT_TYPES))
NUMBER = Rule("INVALID_NUMBER", "un numéro de dossier, 20 majuscules et chiffres au plus", "[A-Z0-9]{1,20}")
ANS_NUMBER = Rule("INVALID_ANS_NUMBER", "un numéro de référencement, 50 lettres et chiffres au plus", _REFERENCE)
DSR = Rule("INVALID_DSR", "une référence de DSR, 50 lettres, chiffres et tirets au plus", _REFERENCE)
SIRET = Rule("INVALID_SIRET", "un SIRET de 14 chiffres sans espace, à la clé juste", "[0-9]{14}", siret.is_valid)
POSTCODE = Rule("INVALID_POSTCODE", "un code postal de 5 chiffres", "[0-9]{5}")
IBAN = Rule(
    "INVALID_IBAN",
    "un IBAN en majuscules sans espace, à la clé juste",
    "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    lambda text: iban.is_valid(text, check_country=False),  # a country's list of banks ages with the library
)
BIC = Rule(
    "INVALID_BIC",
    "un BIC de 8 ou 11 caractères en majuscules",
    "[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
    bic.is_valid,
)
DAY = Rule(
    "INVALID_DATE",
    f"un jour du calendrier depuis {_FIRST_YEAR}, écrit année-mois-jour (2023-02-16)",
    "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    _is_day,
)
AMOUNT = Rule(
    "INVALID_AMOUNT",
    "un montant positif ou nul avec un point et deux décimales, 12 chiffres au plus avant le point (100000.00), "
    "ou null s’il n’y en a pas",
    r"(?:0|[1-9][0-9]{0,11})\.[0-9]{2}",
)


def _day(value: object, info: ValidationInfo) -> date:
    day = date.fromisoformat(DAY(value))
    today = (info.context or {}).get("today")
    if today is not None and day > today:
        message = f"Le {day:%d/%m/%Y} n’est pas encore venu. Attendu : le jour du dépôt, aujourd’hui au plus tard."
        raise PydanticCustomError("FUTURE_DATE", message)
    return day


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(AMOUNT(value))


def _number(value: object) -> str | None:
    return None if value is None else NUMBER(value)


def _support_contact(value: object) -> str:
    return _checked(check_contact, _string(value, contact.EXPECTED))


def _file_name(value: object) -> str:
    return _checked(check_file_name, _string(value, "un nom de fichier (guide.pdf)"))


def _string(value: object, expected: str) -> str:
    if isinstance(value, str):
        return value
    message = f"Un texte entre guillemets est attendu, pas {kind_of(value)}. Attendu : {expected}."
    raise PydanticCustomError("NOT_TEXT", message)


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except Invalid as refusal:
        raise PydanticCustomError(refusal.faults[0].code, refusal.faults[0].message) from None


def _nullable(rule: Rule) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [rule.schema, {"type": "null"}]})


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({**DAY.schema, "format": "date"})]
Amount = Annotated[Decimal | None, BeforeValidator(_amount), _nullable(AMOUNT)]
Number = Annotated[str | None, BeforeValidator(_number), _nullable(NUMBER)]
SupportContact = Annotated[
    str, BeforeValidator(_support_contact), WithJsonSchema({"type": "string", "maxLength": contact.MAX_LENGTH})
]
FileName = Annotated[
    str,
    BeforeValidator(_file_name),
    WithJsonSchema({"type": "string", "maxLength": file_names.MAX_LENGTH, "pattern": r"^[^./\\][^/\\]*$"}),
]
