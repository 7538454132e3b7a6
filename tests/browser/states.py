"""Every screen of the portal in every state that a reader may meet it in, found or made in the demo (docs/demo.md).

A page that is added has its line here: the walk of test_states.py then looks at it under all conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.browser import letters
from tests.browser import preparations as made
from tests.browser.arranged import (
    Address,
    announcement,
    attachment,
    broken,
    long_comment,
    many_mails,
    scanning,
    spare_account,
    untried,
    without_announcements,
)
from tests.browser.preparations import Prepare

RULES = "Une correction est nécessaire"


@dataclass(frozen=True)
class State:
    """One state: where it is, whose page it is, and what tells that one is really there."""

    name: str
    account: str | None
    address: str | Address
    shows: str
    """Words that only this state has on screen."""
    prepare: Prepare | None = None
    """What is done on the page, once it is loaded."""
    status: int = 200
    focus: str = ""
    """Where the reader is put."""
    says: str = ""
    """What a live region announces."""
    alone: bool = False
    """Changes the browser itself: it has one of its own."""
    javascript: bool | None = None
    """Only with it, or only without."""


def solde(number: int, rest: str = "", kind: str = "solde") -> str:
    """The address of a request of the demo's second supplier, or below."""
    return f"/dossiers/FINSAS00{number}/{kind}{rest}"


def refused(
    name: str, account: str | None, address: str | Address, prepare: Prepare, shows: str = RULES, **more: Any
) -> State:
    """A form that comes back with what is wrong in it, where its reader is put."""
    return State(name, account, address, shows, prepare, status=422, focus="#erreurs", **more)


GUIDE = solde(8539)
EDITED = solde(8601, "/modification")
SCANNING = scanning(8612, solde(8612, "/modification", "avance"))
SCANNING_READ = scanning(8612, solde(8612, "", "avance"))
LONG_HISTORY = many_mails(8607, solde(8607, "/historique"))
FORGOTTEN, SPARE = spare_account("/mot-de-passe-oublie"), spare_account("/connexion")
GENERATOR = "/mon-compte/double-authentification"

SIGNING_IN = [
    State("S1 connexion", None, "/connexion", "Accéder à mon espace personnel"),
    refused(
        "S1 mot de passe faux",
        None,
        untried("/connexion"),
        made.wrong_password,
        shows="L’identifiant ou le mot de passe est incorrect.",
        says="incorrect",
    ),
    State("S1 ralenti", None, "/connexion", "Trop de tentatives.", made.too_many_tries, status=429, says="Trop de"),
    State(
        "S1 session expirée",
        "logisante",
        solde(8601),
        "Votre session a expiré.",
        made.session_ended,
        says="Votre session a expiré.",
        alone=True,
    ),
    State("S2 identifiant oublié", None, "/identifiant-oublie", "J’ai oublié mon identifiant"),
    State("S2 mot de passe oublié", None, "/mot-de-passe-oublie", "J’ai oublié mon mot de passe"),
    State(
        "S2 lien envoyé",
        None,
        untried("/mot-de-passe-oublie"),
        "Si un compte",
        made.forgotten_password,
        says="Si un compte",
    ),
    State(
        "S2 identifiant envoyé",
        None,
        untried("/identifiant-oublie"),
        "Si un compte",
        made.forgotten_identifier,
        says="Si un",
    ),
    State("S2 lien expiré", None, "/reinitialisation/perime", "Ce lien n’est plus valable", status=410),
    State("S2 invitation expirée", None, "/invitation/perimee", "Cette invitation n’est plus valable", status=410),
    State("S2 adresse expirée", None, "/nouvelle-adresse/perimee", "Ce lien n’est plus valable", status=410),
]

LINKS_AND_CODES = [
    State("S2 lien valable", None, FORGOTTEN, "Choisir un nouveau mot de passe", letters.reset_link),
    State(
        "S2 mot de passe changé",
        None,
        FORGOTTEN,
        "Votre mot de passe est changé",
        letters.reset_password,
        says="Vous pouvez vous connecter",
    ),
    State("S2 invitation valable", None, "/courriels", "Vous êtes invité à rejoindre", letters.invitation),
    State("S2 nouvelle adresse", None, SPARE, "Confirmer ma nouvelle adresse", letters.new_address, alone=True),
    State(
        "S2 adresse changée",
        None,
        SPARE,
        "Votre adresse est changée",
        letters.confirm_address,
        says="Vos courriels arrivent",
        alone=True,
    ),
    State("S1 code demandé", None, SPARE, "Saisir votre code de vérification", letters.code_asked, alone=True),
    refused("S1 code faux", None, SPARE, letters.wrong_code, says="Ce code n’est pas le bon", alone=True),
    State("S1 code à mettre en place", None, SPARE, "Activez-le pour continuer.", letters.set_up_asked, alone=True),
    State(
        "S15 codes de secours",
        None,
        SPARE,
        "Conservez vos codes de secours",
        letters.recovery_codes,
        says="est active",
        alone=True,
    ),
    State("S15 code demandé désormais", None, SPARE, "encore valables", letters.factor_on, alone=True),
]

HOME = [
    State("S1 portail public", None, "/", "Qu’est-ce que le Ségur du numérique en santé"),
    State("S3 une demande à modifier", "poulat", "/", "1 demande à modifier avant le"),
    State("S3 plusieurs demandes à modifier", "logisante", "/", "demandes à modifier"),
    State("S3 rien à faire", "nouveau", "/", "Aucune action n’est attendue"),
    State("S3 actualités", "poulat", "/actualites", "Actualités"),
    State("S3 une actualité", "poulat", announcement("/actualites", withdrawn=False), "TEST SAS"),
    State("S3 actualité retirée", "gestionnaire", announcement("/actualites", withdrawn=True), "Retirée"),
    State("S4 plusieurs dossiers", "logisante", "/demandes", "Suivi de ma demande de financement"),
    State("S4 aucun dossier", "nouveau", "/demandes", "Suivi de ma demande de financement"),
    State("API documentation", None, "/docs/api/uploads", "Why a file is refused"),
    State("API recherche", None, "/docs/api?q=confirmModification", "Ce qui parle de"),
    State("S14 aide", None, "/aide", "Besoin d’aide"),
    State("S14 aide, connecté", "poulat", "/aide", "Besoin d’aide"),
    State("S14 accessibilité", None, "/accessibilite", "Déclaration d’accessibilité"),
    State("S14 mentions légales", None, "/mentions-legales", "Mentions légales"),
    State("S14 données personnelles", None, "/donnees-personnelles", "Données personnelles"),
    State("S14 plan du site", None, "/plan-du-site", "Plan du site"),
]

TRACKING = [
    State("S4 exemple du guide", "poulat", GUIDE, "nécessite des modifications de votre part"),
    State("S4 A modifier, J+10 passé", "logisante", solde(8601), "nécessite des modifications"),
    State("S4 A modifier, dernier jour", "logisante", solde(8602), "nécessite des modifications"),
    State("S4 A modifier, brouillon", "logisante", solde(8603), "Reprendre ma modification"),
    State("S4 A modifier, délai prolongé", "logisante", solde(8615), "nécessite des modifications"),
    State(
        "S4 A modifier, long commentaire",
        "logisante",
        long_comment(8610, solde(8610)),
        "Lire tout le commentaire",
    ),
    State("S4 A modifier, lecture", "nadia", solde(8601), "nécessite des modifications"),
    State("S4 en cours, confirmée", "logisante", solde(8604), "Vos modifications ont été transmises"),
    State("S4 en cours, non modifiée", "logisante", solde(8605), "a choisi de ne pas modifier la demande"),
    State("S4 en cours, close à J+20", "logisante", solde(8606), "Le délai de modification est dépassé"),
    State("S4 en cours, retirée", "logisante", solde(8611), "le gestionnaire a retiré sa demande"),
    State("S4 en cours, jamais modifiée", "logisante", solde(8609), "Vous n’avez rien à faire."),
]

VERSIONS = [
    State("S4 validée", "logisante", solde(8607), "Votre demande a été validée"),
    State("S4 rejetée", "logisante", solde(8608), "Votre demande a été rejetée"),
    State("S4 payée", "logisante", solde(8613), "Votre demande a été décidée et payée"),
    State("S4 aucune avance", "logisante", solde(8601, kind="avance"), "Aucune demande d’avance pour ce dossier."),
    State("S4 aucun solde", "logisante", solde(8612), "Aucune demande de solde pour ce dossier."),
    State("S4 avance payée", "logisante", solde(8604, kind="avance"), "Votre demande a été décidée et payée"),
    State("S5 sans pièce ni courriel", "logisante", solde(8616), "Vous n’avez rien à faire."),
    State(
        "S5 courriels plus anciens",
        "logisante",
        many_mails(8607, solde(8607)),
        "Revenir aux courriels les plus récents",
        made.earlier_mails,
    ),
    State("S5 pièce infectée depuis", "logisante", solde(8617), "Une pièce contient un virus"),
    State("S6 une seule version", "logisante", solde(8609, "/historique"), "n’a pas encore été modifiée."),
    State("S6 différences", "logisante", solde(8604, "/historique"), "M2"),
    State("S6 une version", "logisante", solde(8604, "/historique/1"), "M1"),
    State("S6 comparaison", "logisante", solde(8604, "/historique/2?depuis=0"), "M2"),
    State("S6 délai prolongé", "logisante", solde(8615, "/historique"), "Historique"),
    State("S6 long historique", "logisante", LONG_HISTORY, "Suite de l’historique"),
    State("S6 suite et fin", "logisante", LONG_HISTORY, "C’est le début de l’historique.", made.read_to_the_end),
]

MODIFYING = [
    State("S7 vierge", "poulat", GUIDE + "/modification", "Modifier ma demande de solde"),
    State("S7 avance", "logisante", solde(8612, "/modification", "avance"), "Modifier ma demande d’avance"),
    State("S7 brouillon repris", "logisante", solde(8603, "/modification"), "Brouillon enregistré", says="Brouillon"),
    State("S7 enregistré", "logisante", solde(8603, "/modification"), "✓ Modifié", made.save_again, says="Brouillon"),
    State("S7 ouvert par un collègue", "logisante", solde(8610, "/modification"), "travaille aussi à cette"),
    State("S7 pièce infectée", "logisante", solde(8614, "/modification"), "Contient un virus : mis à l’écart"),
    refused("S7 champ en erreur", "logisante", EDITED, made.wrong_contact, says="https://"),
    refused(
        "S7 sans type",
        "logisante",
        EDITED,
        made.no_type,
        shows="Sélectionnez un type de pièce complémentaire.",
        javascript=False,
    ),
    refused("S7 envoi refusé", "logisante", EDITED, made.refused_file, javascript=False),
    State(
        "S7 envoi refusé avant de partir",
        "logisante",
        EDITED,
        "n’est pas un fichier accepté",
        made.unfit_file,
        says="ne convient pas",
        alone=True,
        javascript=True,
    ),
    State(
        "S7 envoi en cours",
        "logisante",
        EDITED,
        "Annuler",
        made.sending_file,
        says="choisi",
        alone=True,
        javascript=True,
    ),
    State(
        "S7 envoi interrompu",
        "logisante",
        EDITED,
        "a été interrompu.",
        made.interrupted_file,
        says="a été interrompu.",
        alone=True,
        javascript=True,
    ),
]

CLOSED = [
    State("S7 délai dépassé", "logisante", EDITED, "Ce que vous aviez saisi", made.deadline_passed, status=409),
    State("S7 lecture seule, close", "logisante", solde(8606, "/modification"), "ne peut pas être modifiée"),
    State("S7 lecture seule, en cours", "logisante", solde(8609, "/modification"), "ne peut pas être modifiée"),
    State("S7 lecture seule, droit", "nadia", EDITED, "Votre compte permet de lire cette demande"),
    State("S7 analyse antivirus", "logisante", SCANNING, "de cette pièce est en cours."),
    State("S4 analyse antivirus", "logisante", SCANNING_READ, "Analyse antivirus en cours", made.open_documents),
    State(
        "S7 session finie",
        "logisante",
        solde(8603, "/modification"),
        "Ce que vous venez de saisir n’est pas perdu",
        made.session_ended_while_typing,
        status=401,
        says="n’est pas perdu",
        alone=True,
    ),
    State(
        "S7 saisie rendue",
        "logisante",
        solde(8603, "/modification"),
        "ce que vous aviez saisi est de nouveau dans la page",
        made.typed_given_back,
        focus="#rendu",
        says="Rien n’en est encore enregistré.",
        alone=True,
    ),
    State(
        "S12 conflit",
        "logisante",
        solde(8614, "/modification"),
        "Votre demande a changé entre-temps",
        made.conflict,
        status=409,
    ),
]

CONFIRMING = [
    State("S8 avant et après", "logisante", solde(8603, "/modification/verification"), "Après"),
    State(
        "S8 rien de changé", "logisante", solde(8615, "/modification/verification"), "Aucune modification à confirmer"
    ),
    State("S8 pièce infectée", "logisante", solde(8614, "/modification/verification"), "Une pièce contient un virus"),
    refused(
        "S8 refus",
        "logisante",
        solde(8614, "/modification/verification"),
        made.confirm,
        shows="contient un virus",
        says="virus",
    ),
    State(
        "S8 changée entre-temps",
        "logisante",
        solde(8614, "/modification/verification"),
        "relisez ce qui suit avant de confirmer",
        made.confirm_what_changed,
        status=409,
        focus="#entre-temps",
        says="changé entre-temps",
    ),
    State("S8 sans droit de confirmer", "karim", solde(8610, "/modification/verification"), "pas de les confirmer"),
    State("S9 confirmée", "logisante", solde(8604), "ont été transmises", made.follow_receipt, focus=""),
    State("S9 non modifiée", "logisante", solde(8605), "Accusé de réception", made.follow_receipt),
    State(
        "S10 sans brouillon", "poulat", GUIDE + "/modification/abandon", "J’ai échangé avec l’assistance utilisateur"
    ),
    State("S10 brouillon", "logisante", solde(8603, "/modification/abandon"), "Votre brouillon sera supprimé"),
    refused("S10 case oubliée", "logisante", solde(8603, "/modification/abandon"), made.decline_at_once),
    State("S10 sans droit", "karim", solde(8603, "/modification/abandon"), "pas de choisir de ne pas modifier"),
    State("S4 assistance", "logisante", solde(8609, "/assistance"), "Aucun message."),
    State("S4 assistance, réponse", "logisante", solde(8605, "/assistance"), "Réponse de l’Assistance"),
    refused("S4 assistance, sans texte", "logisante", solde(8609, "/assistance"), made.send_nothing),
    State(
        "S4 assistance, message transmis",
        "logisante",
        solde(8616, "/assistance"),
        "Votre message a été transmis",
        made.send_message,
        says="a été transmis",
    ),
]

REFUSALS = [
    State("S11 pièce infectée", "logisante", attachment(8617, scan="INFECTED"), "Document mis à l’écart", status=410),
    State(
        "S11 analyse en cours",
        "gestionnaire",
        attachment(8612, scan="PENDING"),
        "Analyse antivirus en cours",
        status=503,
    ),
    State("S11 pièce supprimée", "logisante", attachment(8608, purged=True), "Ce fichier a été supprimé.", status=410),
    State("S13 introuvable", "poulat", "/nulle-part", "Page introuvable", status=404),
    State("S13 introuvable, déconnecté", None, "/nulle-part", "Page introuvable", status=404),
    State("S13 dossier d’un autre", "poulat", solde(8601), "Page introuvable", status=404),
    State("S13 page expirée", None, "/connexion", "Page expirée", made.from_elsewhere, status=403),
    State("S13 accès refusé", "nouveau", GENERATOR, "Accès refusé", made.codes_too_early, status=403),
    State("S13 envoi illisible", "poulat", "/depot", "Envoi illisible", made.unreadable_form, status=422, alone=True),
    State("S13 méthode", "poulat", "/deconnexion", "Action impossible", status=405),
    State("S13 trop volumineux", "poulat", GUIDE + "/assistance", "Envoi trop volumineux", made.too_much, status=413),
    State(
        "S13 stockage en panne", "logisante", attachment(8607, integrity="MISSING"), "Document introuvable", status=500
    ),
]

ACCOUNTS = [
    State("S15 mon compte", "poulat", "/mon-compte", "Mon compte"),
    State("S15 thème choisi", "poulat", "/mon-compte", "Mon compte", made.dark_theme, alone=True),
    State("S15 collègues", "logisante", "/mon-compte/collegues", "Karim Haddad"),
    State("S15 collègues, lecture", "nadia", "/mon-compte/collegues", "LOGISANTE"),
    State("S15 jetons", "poulat", "/mon-compte/jetons", "Logiciel partenaire"),
    State("S15 mot de passe", "poulat", "/mon-compte/mot-de-passe", "Changer mon mot de passe"),
    State("S15 adresse", "poulat", "/mon-compte/adresse", "Changer mon adresse électronique"),
    State("S15 double authentification", "poulat", "/mon-compte/double-authentification", "Double authentification"),
    State("dépôt", "poulat", "/depot", "Importez le document JSON"),
    refused("dépôt refusé", "poulat", "/depot", made.unreadable_import, shows="rien n’a été importé"),
    State(
        "dépôt fait",
        "poulat",
        "/depot",
        "La demande a été importée avec ses pièces.",
        made.import_another,
        says="a été importée",
    ),
    State("dépôt, lecture", "nadia", "/depot", "pas d’en déposer"),
    State("courriels de développement", "poulat", "/courriels", "Courriels de développement"),
    State("console", "gestionnaire", "/console", "Console"),
    State(
        "console, demande choisie",
        "gestionnaire",
        "/console?demande=FINSAS008609",
        "s’ouvrent remplies",
        says="remplies",
    ),
    State(
        "courriel lu avant",
        "gestionnaire",
        "/console/apercu?demande=FINSAS008609",
        "Courriel qui partirait",
        made.read_mail,
        focus="#courriel",
    ),
    refused(
        "courriel sans un mot", "gestionnaire", "/console/apercu?demande=FINSAS008609", made.read_mail_without_a_word
    ),
    State("demandes, gestionnaire", "gestionnaire", "/demandes", "Demandes de financement"),
    State("demandes cherchées", "gestionnaire", "/demandes?statut=TO_MODIFY&ordre=depot", "répondent à ces critères"),
    State("demandes introuvables", "gestionnaire", "/demandes?nom=personne", "Aucune demande ne répond"),
    State("demandes, jour illisible", "gestionnaire", "/demandes?depot-du=hier", RULES, status=422, focus="#erreurs"),
    State(
        "renvoi ensemble", "gestionnaire", "/demandes?statut=IN_REVIEW", "2 demandes à renvoyer", made.choose_requests
    ),
    State(
        "renvoi, courriel lu avant",
        "gestionnaire",
        "/demandes?statut=IN_REVIEW",
        "Courriel qui partirait",
        made.read_mail_of_requests,
        focus="#courriel",
    ),
    refused("renvoi sans un mot", "gestionnaire", "/demandes?statut=IN_REVIEW", made.send_back_without_a_word),
    State("renvoi de rien", "gestionnaire", "/demandes/renvoi", "Choisissez d’abord des demandes"),
    State("journal", "gestionnaire", "/journal", "Journal des actions"),
    State("journal cherché", "gestionnaire", "/journal?dossier=FINSAS008603", "répond à ces critères"),
    State("suivi, gestionnaire", "gestionnaire", solde(8603), "Ma demande de financement"),
]

ENROLMENT = [
    State("S1 portail public, inscription", None, "/", "Effectuer ma demande d’inscription"),
    State("S1 connexion, inscription", None, "/connexion", "Effectuer ma demande d’inscription"),
    State("S3 enrôlement", "poulat", "/", "Suivi des demandes d’enrôlement"),
    State("S14 aide, assistance joignable", None, "/aide", "01 23 45 67 89"),
    State("S14 mentions légales complètes", None, "/mentions-legales", "Agence de services et de paiement"),
    State("S14 données personnelles, contact", None, "/donnees-personnelles", "Données personnelles"),
    State("S14 accessibilité, auditée", None, "/accessibilite", "73 %"),
    State("S3 aucune actualité", "poulat", without_announcements("/"), "Aucune actualité pour le moment."),
    State("S3 aucune actualité, liste", "poulat", without_announcements("/actualites"), "Aucune actualité"),
    State("S13 panne", "poulat", broken("/actualites"), "Une erreur est survenue", status=500),
]

MAINTENANCE = [
    State("S13 maintenance", None, "/", "Le portail revient à 14 heures.", status=503),
    State("S13 maintenance, page d’un dossier", None, GUIDE, "Le portail revient à 14 heures.", status=503),
]

AREAS = {
    "signing in": SIGNING_IN,
    "links and codes": LINKS_AND_CODES,
    "home and help": HOME,
    "tracking": TRACKING,
    "decisions and versions": VERSIONS,
    "modifying": MODIFYING,
    "closed or in conflict": CLOSED,
    "confirming": CONFIRMING,
    "refusals": REFUSALS,
    "accounts and managers": ACCOUNTS,
    "enrolment": ENROLMENT,
    "maintenance": MAINTENANCE,
}

SETTINGS = {
    "enrolment": {
        "SOLDE_ENROLMENT_URL": "https://enrolement.example/",
        "SOLDE_ASSISTANCE_URL": "https://assistance.example/",
        "SOLDE_ASSISTANCE_PHONE": "01 23 45 67 89",
        "SOLDE_ASSISTANCE_HOURS": "du lundi au vendredi, de 9 h à 18 h",
        "SOLDE_PUBLISHER": "Agence de services et de paiement, 2 rue du Maupas, 87000 Limoges",
        "SOLDE_PUBLICATION_DIRECTOR": "Camille Martin",
        "SOLDE_HOSTING": "Hébergeur, 1 rue du Port, 44000 Nantes",
        "SOLDE_DATA_PROTECTION_CONTACT": "mailto:donnees@asp.example",
        "SOLDE_ACCESSIBILITY_RATE": "73",
        "SOLDE_ACCESSIBILITY_AUDIT": "la société X, le 12/09/2026",
        "SOLDE_ACCESSIBILITY_REPORT": "https://rapport.example/",
    },
    "maintenance": {"SOLDE_MAINTENANCE": "Le portail revient à 14 heures."},
}
"""The areas that are states of the whole portal: each has one of its own, with these settings."""
