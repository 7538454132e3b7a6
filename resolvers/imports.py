"""Importing a funding request: the JSON and every file that it names, or nothing and a list of every fault."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models import Attachment, Dossier, FundingRequest, Supplier, Upload
from models.actors import Actor
from models.allowance import request_bound
from models.attachments import ScanStatus
from models.database import transaction
from models.deadlines import paris_day
from models.errors import Fault, Invalid, PermissionDenied
from models.import_document import ImportDocument, digest
from models.import_reading import NamedFile, check_files, examine
from models.infection import infection
from models.permissions import may_import
from models.typography import french, short_moment, size
from resolvers.filing import file_request, hold_supplier
from resolvers.transitions import Overtaken, until_settled
from resolvers.uploads import hold_uploads
from resolvers.visibility import get_request
from settings import settings


@until_settled
async def import_request(
    actor: Actor, document: str, *, upload_ids: Sequence[UUID] = (), as_of: datetime
) -> tuple[FundingRequest, bool]:
    """File the request that the JSON text describes; with it, whether it was filed already."""
    if not may_import(actor):
        raise PermissionDenied()
    _check_still_open(as_of)
    reading = examine(document, paris_day(as_of))
    uploads, faults = await _uploads_by_name(actor, upload_ids)
    faults += [*check_files(reading.files, dict.fromkeys(uploads)), *_content_faults(reading.files, uploads)]
    if reading.document is None:
        raise Invalid.of([*reading.faults, *faults])
    content = reading.document
    if stranger := await _supplier_faults(actor, content):
        raise Invalid.of([*stranger, *faults])
    try:
        async with transaction():
            supplier = await hold_supplier(content)
            if first := await _filed_before(supplier, content):
                await _check_same_content(first, content, reading.files, uploads)
                return await get_request(actor, first.id), True
            request = await _file_new(actor, supplier, content, uploads, faults, as_of)
    except IntegrityError:
        # Another import took the SIRET or the dossier number first: read again what it made.
        raise Overtaken() from None
    return await get_request(actor, request.id), False


async def _file_new(
    actor: Actor,
    supplier: Supplier,
    content: ImportDocument,
    uploads: Mapping[str, Upload],
    faults: Sequence[Fault],
    as_of: datetime,
) -> FundingRequest:
    """What nobody has filed before, unless its dossier adds to the faults that were found."""
    dossier = await _dossier(supplier, content)
    if wrong := [*faults, *_dossier_faults(dossier, supplier, content)]:
        raise Invalid.of(wrong)
    if not await hold_uploads([upload.id for upload in uploads.values()]):
        raise Overtaken()
    return await file_request(actor, supplier, dossier, content, uploads, as_of)


def import_faults(document: str, file_names: Collection[str], *, as_of: datetime) -> list[Fault]:
    """What is wrong with a document and with the names of the files sent along; nothing is written."""
    reading = examine(document, paris_day(as_of))
    return [*reading.faults, *check_files(reading.files, file_names)]


def _check_still_open(as_of: datetime) -> None:
    closes_at = settings.import_closes_at
    if closes_at is not None and as_of >= closes_at:
        sentence = f"Le dépôt des demandes est clos depuis le {short_moment(closes_at)}."
        raise Invalid(Fault("$", "IMPORT_CLOSED", french(sentence)))


async def _uploads_by_name(actor: Actor, upload_ids: Sequence[UUID]) -> tuple[dict[str, Upload], list[Fault]]:
    """The files that this very account sent, by name, and what is wrong with their list."""
    wanted = list(dict.fromkeys(upload_ids))
    rows = {row.id: row for row in await Upload.filter(id__in=wanted, account=actor.account)} if wanted else {}
    uploads: dict[str, Upload] = {}
    faults: list[Fault] = []
    for upload_id in wanted:
        upload = rows.get(upload_id)
        if upload is None or not upload.is_whole:
            faults.append(_unknown_upload())
        elif upload.scan_status is ScanStatus.INFECTED:
            faults.append(infection(upload.file_name, "uploadIds"))
        elif upload.file_name in uploads:
            sentence = f"« {upload.file_name} » est fourni plusieurs fois. Attendu : chaque fichier une seule fois."
            faults.append(Fault("uploadIds", "DUPLICATE_FILE", french(sentence)))
        else:
            uploads[upload.file_name] = upload
    return uploads, faults


async def _supplier_faults(actor: Actor, content: ImportDocument) -> list[Fault]:
    """A supplier files for itself alone."""
    if actor.supplier_id is None:
        return []
    own = await Supplier.get(id=actor.supplier_id)
    if own.siret == content.supplier.siret:
        return []
    return [Fault("$.fournisseur.siret", "NOT_YOURS", f"Ce SIRET n’est pas celui de votre entreprise ({own.siret}).")]


async def _filed_before(supplier: Supplier, content: ImportDocument) -> FundingRequest | None:
    """The request of that dossier and kind; without a number, the one of the same content."""
    requests = FundingRequest.filter(kind=content.kind).select_related("dossier")
    if content.number is None:
        return await requests.filter(dossier__supplier_id=supplier.id, document_digest=digest(content)).first()
    return await requests.filter(dossier__number=content.number, dossier__supplier_id=supplier.id).first()


async def _check_same_content(
    first: FundingRequest, content: ImportDocument, files: Sequence[NamedFile], uploads: Mapping[str, Upload]
) -> None:
    """Refuse what would be dropped in silence: another text, or another file under the same name."""
    number = first.dossier.number
    faults = []
    if first.document_digest != digest(content):
        sentence = f"Cette demande est déjà déposée dans le dossier {number}, avec un autre contenu."
        faults.append(Fault("$.dossier", "ALREADY_FILED", sentence))
    filed = Attachment.filter(request_id=first.id, rank=0)
    checksums = dict(await filed.values_list("upload__file_name", "upload__sha256"))
    for file in files:
        sent = uploads.get(file.file_name)
        if sent and checksums.get(file.file_name) not in {None, sent.sha256}:
            sentence = f"« {file.file_name} » n’est pas le fichier déjà déposé sous ce nom dans le dossier {number}."
            faults.append(Fault(file.path, "OTHER_FILE", french(sentence)))
    if faults:
        raise Invalid.of(faults)


def _content_faults(files: Sequence[NamedFile], uploads: Mapping[str, Upload]) -> list[Fault]:
    """What is wrong with the files taken together: one content under two names, more than a request may hold."""
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for file in files:
        upload = uploads.get(file.file_name)
        twin = upload and first.setdefault(upload.sha256, file.file_name)
        if twin and twin != file.file_name:
            sentence = f"« {file.file_name} » a le même contenu que « {twin} ». Attendu : chaque pièce une seule fois."
            faults.append(Fault(file.path, "DUPLICATE", french(sentence)))
    bound, held = request_bound(0), {file.file_name for file in files} & uploads.keys()
    if sum(uploads[name].size for name in held) > bound.limit:
        sentence = f"Les pièces pèsent ensemble plus de {size(bound.limit)}, le maximum d’une demande."
        faults.append(Fault("$.pieces", "QUOTA", french(sentence)))
    return faults


def _unknown_upload() -> Fault:
    return Fault("uploadIds", "UNKNOWN_UPLOAD", "Un fichier annoncé n’a pas été reçu de ce compte.")


async def _dossier(supplier: Supplier, content: ImportDocument) -> Dossier | None:
    """The dossier of that number; without a number, the one that lacks this kind for that product."""
    if content.number is not None:
        return await Dossier.get_or_none(number=content.number)
    own = Dossier.filter(supplier_id=supplier.id, ans_number=content.ans_number)
    taken = FundingRequest.filter(dossier__supplier_id=supplier.id, kind=content.kind)
    return await own.exclude(id__in=await taken.values_list("dossier_id", flat=True)).order_by("number").first()


def _dossier_faults(dossier: Dossier | None, supplier: Supplier, content: ImportDocument) -> list[Fault]:
    if dossier is None:
        return []
    if dossier.supplier_id != supplier.id:
        return [Fault("$.dossier", "NOT_AVAILABLE", "Ce numéro de dossier n’est pas disponible.")]
    if dossier.ans_number != content.ans_number:
        sentence = f"Ce dossier porte le référencement {dossier.ans_number}."
        return [Fault("$.referencementAns", "OTHER_REFERENCE", sentence)]
    return []
