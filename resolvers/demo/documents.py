"""The documents of the demo: real little PDFs, the same bytes each time."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).with_name("document.typ")
_WRITTEN_AT = 1_676_548_800  # 16 February 2023, the deposit of the guide's example: PDF wants a date


@dataclass(frozen=True)
class DemoDocument:
    """One document of the demo: its name, its type and what it says."""

    file_name: str
    document_type: str
    title: str
    text: str

    @property
    def content(self) -> bytes:
        """The PDF."""
        return pdf(self.title, self.text)


@cache
def pdf(title: str, text: str) -> bytes:
    """A one-page accessible PDF of a title and paragraphs, one a line."""
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"title": title, "text": text},
        ignore_system_fonts=True,
        timestamp=_WRITTEN_AT,
    )


GUIDE_DOCUMENTS = (
    DemoDocument(
        "capture-ecran-au-depot.pdf",
        "MSS_RESU_TEST_TECH",
        "Résultat de test technique MSS",
        "Envoi d’un message depuis le logiciel vers une boîte de messagerie sécurisée de santé : réussi.\n"
        "Réception d’un message et de sa pièce jointe : réussie.\n"
        "Capture faite au dépôt de la demande FINSAS008539.",
    ),
    DemoDocument(
        "guide-pdf-au-depot.pdf",
        "MSS_GUIDE_PDF_API",
        "Guide PDF API",
        "Comment appeler l’interface de prise de rendez-vous du logiciel : adresse, authentification, erreurs.\n"
        "Version remise au dépôt de la demande FINSAS008539.",
    ),
    DemoDocument(
        "decision-attribution-finsas008539.pdf",
        "DECISION_ATTRIBUTION",
        "Décision d’attribution FINSAS008539",
        "Fournisseur : GARAGE POULAT, SIRET 792 568 446 00019.\n"
        "Montant de l’engagement retenu : 100 000,00 €. Montant décidé du solde : 70 000,00 €.",
    ),
    DemoDocument(
        "PJ_Demande.pdf",
        "AUTRE_S",
        "Pièce jointe de la demande",
        "Récapitulatif des établissements équipés et de leurs dates de mise en service.",
    ),
)

OTHER_DOCUMENTS = (
    DemoDocument(
        "pv-test.pdf",
        "MSS_RESU_TEST_TECH",
        "Procès-verbal de test",
        "Le contact de support a été joint par téléphone et par courriel : réponse en moins d’une heure.",
    ),
    DemoDocument(
        "guide-api-mis-a-jour.pdf",
        "MSS_GUIDE_PDF_API",
        "Guide PDF API, mise à jour",
        "Ajout des cas d’erreur et des limites d’appel demandés par le gestionnaire.",
    ),
    DemoDocument(
        "convention-avance.pdf",
        "CONVENTION_AVANCE",
        "Convention d’avance",
        "Conditions de versement de l’avance et de régularisation lors du solde.",
    ),
    DemoDocument(
        "attestation-tva.pdf",
        "ATTEST_REGIME_TVA",
        "Attestation de régime de TVA",
        "Le fournisseur est assujetti au régime réel normal ; les montants s’entendent hors taxes.",
    ),
    DemoDocument(
        "pv-de-recette.pdf",
        "MSS_RESU_TEST_TECH",
        "Procès-verbal de recette",
        "Recette du logiciel sur le poste du régulateur : réserves levées.",
    ),
    DemoDocument(
        "pv-de-qualification.pdf",
        "MSS_RESU_TEST_TECH",
        "Procès-verbal de qualification",
        "Qualification de la messagerie sécurisée : tous les cas de test sont passés.",
    ),
    DemoDocument(
        "pv-provisoire.pdf",
        "MSS_RESU_TEST_TECH",
        "Procès-verbal provisoire",
        "Premiers résultats, avant la fin de la campagne de test.",
    ),
    DemoDocument(
        "piece-complementaire.pdf",
        "AUTRE_S",
        "Pièce complémentaire",
        "Réponse du fournisseur au commentaire du gestionnaire.",
    ),
)
