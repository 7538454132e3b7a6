"""The document that a funding request is imported from: one strict model, read with every fault named."""

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models import import_fields as fields
from models.database import canonical_json
from models.dossiers import RequestKind
from models.sealing import fingerprint
from settings import settings

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Address(_Part):
    """Adresse de l’établissement."""

    model_config = ConfigDict(title="Adresse")

    street: Annotated[str, fields.line(200, "le numéro et la voie")] = Field(
        alias="voie", title="Voie", description="Numéro et voie."
    )
    postcode: Annotated[str, fields.POSTCODE] = Field(
        alias="codePostal", title="Code postal", description="Cinq chiffres.", examples=["59650"]
    )
    city: Annotated[str, fields.line(100, "la commune")] = Field(
        alias="commune", title="Commune", description="Nom de la commune."
    )


class SupplierPart(_Part):
    """Fournisseur qui demande le financement."""

    model_config = ConfigDict(title="Fournisseur")

    siret: Annotated[str, fields.SIRET] = Field(
        title="SIRET", description="Quatorze chiffres, sans espace.", examples=["79256844600019"]
    )
    legal_name: Annotated[str, fields.line(200, "la dénomination sociale")] = Field(
        alias="denominationSociale", title="Dénomination sociale", description="Nom de l’entreprise."
    )
    address: Address = Field(alias="adresse", description="Adresse de l’établissement.")


class Amounts(_Part):
    """Montants en euros, fonction du régime de TVA du fournisseur ; null pour ce qui n’a pas lieu d’être."""

    model_config = ConfigDict(title="Montants")

    advance_decided: fields.Amount = Field(
        alias="avanceDecidee",
        title="Avance décidée",
        description="Montant décidé de l’avance, texte avec un point et deux décimales, ou null.",
        examples=["0.00"],
    )
    commitment_retained: fields.Amount = Field(
        alias="engagementRetenu",
        title="Engagement retenu",
        description="Montant de l’engagement SEGUR retenu lors du solde, ou null.",
        examples=["100000.00"],
    )
    balance_decided: fields.Amount = Field(
        alias="soldeDecide",
        title="Solde décidé",
        description="Montant décidé du solde, ou null.",
        examples=["70000.00"],
    )


class BankDetails(_Part):
    """Compte sur lequel la subvention est versée."""

    model_config = ConfigDict(title="Coordonnées bancaires")

    holder: Annotated[str, fields.line(200, "le titulaire du compte")] = Field(
        alias="titulaire", title="Titulaire", description="Titulaire du compte."
    )
    iban: Annotated[str, fields.IBAN] = Field(
        title="IBAN", description="En majuscules, sans espace.", examples=["FR7630006000011234567890189"]
    )
    bic: Annotated[str, fields.BIC] = Field(
        title="BIC", description="Huit ou onze caractères en majuscules.", examples=["AGRIFRPP"]
    )


class NamedDocument(_Part):
    """Pièce justificative : un fichier fourni avec le document."""

    model_config = ConfigDict(title="Pièce")

    file_name: fields.FileName = Field(
        alias="fichier", title="Fichier", description="Nom du fichier, sans dossier.", examples=["guide.pdf"]
    )
    document_type: Annotated[str, fields.TYPE] = Field(
        alias="type", title="Type", description="Code du type de pièce.", examples=["MSS_GUIDE_PDF_API"]
    )


class ImportDocument(_Part):
    """Demande d’avance ou de solde déposée par un fournisseur de logiciels du Ségur du numérique en santé."""

    model_config = ConfigDict(title="Demande de financement")

    version: Annotated[str, fields.VERSION] = Field(title="Version", description="Version du modèle de document : 1.0.")
    nature: Annotated[str, fields.NATURE] = Field(
        title="Nature", description="AVANCE pour une demande d’avance, SOLDE pour une demande de solde."
    )
    number: fields.Number = Field(
        None,
        alias="dossier",
        title="Numéro de dossier",
        description="Donné par le portail quand le document ne le dit pas.",
        examples=["FINSAS008539"],
    )
    ans_number: Annotated[str, fields.ANS_NUMBER] = Field(
        alias="referencementAns",
        title="N° unique de référencement (ANS)",
        description="Numéro donné par l’Agence du numérique en santé.",
        examples=["pbrSAS0012"],
    )
    submitted_on: fields.Day = Field(
        alias="dateDepot", title="Date de dépôt", description="Année-mois-jour.", examples=["2023-02-16"]
    )
    dsr: Annotated[str, fields.DSR] = Field(
        title="DSR",
        description="Dossier de spécifications de référencement.",
        examples=["DSR-SAS-SAS-Va1"],
    )
    supplier: SupplierPart = Field(alias="fournisseur", description="Entreprise qui demande le financement.")
    support_contact: fields.SupportContact = Field(
        alias="coordonneesContact",
        title="Coordonnées de contact ou lien vers la plateforme de support",
        description="Une seule valeur : adresse électronique, numéro de téléphone ou lien http(s).",
        examples=["support@editeur.fr", "01 23 45 67 89", "https://support.editeur.fr"],
    )
    amounts: Amounts = Field(alias="montants", description="Montants en euros.")
    bank_details: BankDetails = Field(alias="coordonneesBancaires", description="Compte du versement.")
    documents: list[NamedDocument] = Field(
        alias="pieces",
        title="Pièces justificatives",
        description="Chaque fichier fourni, une seule fois.",
        json_schema_extra={"maxItems": settings.max_files_at_once},
    )

    @property
    def kind(self) -> RequestKind:
        """Advance or balance."""
        return fields.NATURES[self.nature]


def digest(document: ImportDocument) -> str:
    """Keyed SHA-256 of the content, the same whatever the order of the keys and the white space.

    The dossier number counts for nothing: it is the identity, and the portal may have given it.
    """
    content = document.model_dump(mode="json", by_alias=True, exclude={"number"})
    return fingerprint(hashlib.sha256(canonical_json(content).encode()).hexdigest())


def json_schema() -> dict[str, object]:
    """The model as a JSON Schema 2020-12, titles and descriptions in French."""
    return {"$schema": SCHEMA_DIALECT, **ImportDocument.model_json_schema(by_alias=True)}
