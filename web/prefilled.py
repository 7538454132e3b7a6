"""What fills the ready-made operations in: the chosen request, or what the demo holds where there may be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from settings import settings
from web.client import run
from web.pages.addresses import KINDS

PARIS = ZoneInfo("Europe/Paris")
_ASKED_FOR = frozenset({"ID!", "String!", "Date!"})
# Words to try the demo with: in production nothing is ready to be sent before somebody has written it.
EXAMPLES: Mapping[str, Any] = {
    "commentaire": "Le contact de support ne répond pas : indiquez-en un autre, et joignez le procès-verbal de test.",
    "attendus": [{"field": "SUPPORT_CONTACT"}, {"documentType": "MSS_RESU_TEST_TECH"}],
    "motif": "Essai de la console.",
    "reponse": "Oui, cette pièce suffit.",
    "adresse": "nouveau.collegue@logisante.example",
    "droit": "EDIT",
    "titre": "Essai d’une actualité",
    "intitule": "Pièce illisible",
    "texte": "Ceci est un essai.",
    "nom": "Logiciel à l’essai",
    "url": "https://logiciel.example/webhooks",
}


@dataclass(frozen=True)
class Chosen:
    """The request that the address of the page names: « ?demande=FINSAS008539&nature=solde »."""

    number: str
    nature: str

    @property
    def query(self) -> str:
        """The same, to be added to an address."""
        return f"&demande={self.number}&nature={self.nature}"


def chosen(http: Request) -> Chosen | None:
    """The request that is asked for, if any is."""
    number, nature = http.query_params.get("demande", "").strip(), http.query_params.get("nature", "solde")
    is_number = number.isascii() and number.isalnum()
    return Chosen(number.upper(), nature) if is_number and nature in KINDS else None


async def values(http: Request, request: Chosen | None) -> dict[str, Any]:
    """A value for each variable that one is known for."""
    known: dict[str, Any] = {"avant": end_of_week(http.state.as_of).isoformat()}
    if settings.is_development or settings.sandbox:
        known |= EXAMPLES
        known |= _of_demo(await run(http, "PrefilledByDemo"))
    if request:
        place = {"number": request.number, "kind": KINDS[request.nature]}
        known |= _of_request(request, await run(http, "PrefilledByRequest", **place))
    return {name: value for name, value in known.items() if value is not None}


def of(variables: Mapping[str, str], known: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of one operation: what must be given and is not known stands empty, for the manager to fill in."""
    return {name: known.get(name, "") for name, kind in variables.items() if name in known or kind in _ASKED_FOR}


def end_of_week(as_of: datetime) -> datetime:
    """Next Monday at midnight in Paris."""
    today = as_of.astimezone(PARIS).date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(), PARIS)


def _of_demo(data: dict[str, Any]) -> dict[str, Any]:
    """What the demo holds of each kind, or whatever else this portal holds while it is developed."""
    waiting = [each for each in data["inReview"]["nodes"] if not each["supplierUnreachable"]]
    known = _facts(waiting[0] if waiting else None)
    known |= _cycle(next(iter(reversed(data["toModify"]["nodes"])), None))
    known["demandes"] = [each["id"] for each in waiting[:2]]
    known["validee"] = _first(data["validated"], "id")
    known["jeton"] = _first(data["tokens"], "id")
    known["webhook"] = _first(data["webhooks"], "id")
    known["modele"] = next((each["id"] for each in data["commentTemplates"]), None)
    known["message"] = _first(data["supportMessages"], "id")
    known["courriel"] = _to_resend(data["emails"])
    known["actualite"] = next((each["id"] for each in data["news"]["nodes"] if not each["withdrawnAt"]), None)
    return known


def _of_request(request: Chosen, data: dict[str, Any]) -> dict[str, Any]:
    """What is known of the chosen request; what it has none of stands empty rather than being another's."""
    found = next(iter(data["requests"]["nodes"]), None)
    known = _facts(found) | _cycle(found) | {"dossier": request.number, "nature": KINDS[request.nature]}
    if found:
        known["validee"] = found["id"]
        known["message"] = next((each["id"] for each in found["supportMessages"]["nodes"] if not each["answer"]), "")
        known["courriel"] = _to_resend(found["emails"]) or ""
    return known


def _facts(request: dict[str, Any] | None) -> dict[str, Any]:
    if request is None:
        return {}
    dossier = request["dossier"]
    supplier = dossier["supplier"]
    accounts = [each for each in supplier["accounts"] if "REVOKE_ACCOUNT" in each["availableActions"]]
    return {
        "demande": request["id"],
        "demandes": [request["id"]],
        "dossier": dossier["number"],
        "nature": request["kind"],
        "fournisseur": supplier["id"],
        "siret": supplier["siret"],
        "compte": accounts[-1]["id"] if accounts else "",
    }


def _cycle(request: dict[str, Any] | None) -> dict[str, Any]:
    cycle = request and request["modification"]
    if not cycle:
        return {"modification": "", "jour": ""}
    closes_on = datetime.fromisoformat(cycle["closesAt"]).astimezone(PARIS).date()
    return {"modification": cycle["id"], "jour": (closes_on + timedelta(days=7)).isoformat()}


def _to_resend(emails: dict[str, Any]) -> Any:
    """The latest mail that has left and was not sent again."""
    left = (each["id"] for each in emails["nodes"] if each["status"] != "QUEUED" and not each["resentAs"])
    return next(left, None)


def _first(connection: dict[str, Any], name: str) -> Any:
    return connection["nodes"][0][name] if connection["nodes"] else None
