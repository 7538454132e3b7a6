"""Everything about one supplier, and nothing about another, in one archive that fits in no memory."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tortoise.models import Model
from typer.testing import Result

import models
from models import (
    ApiToken,
    ChainHead,
    CommentTemplate,
    DeprecatedUse,
    Event,
    FundingRequest,
    KeptAnswer,
    News,
    RecoveryCode,
    Session,
    Supplier,
    SupportMessage,
    SweepPass,
    Throttle,
    Upload,
    User,
    Webhook,
)
from models.actors import TokenScope
from models.attachments import Integrity, ScanStatus
from models.events import EventKind
from models.sealing import seal, unseal
from resolvers.accounts import digest
from resolvers.passwords import send_reset_link
from resolvers.supplier_export import TABLES
from resolvers.webhooks import create_webhook, ping_webhook, renew_webhook_secret
from tests.conftest import NOW
from tests.factories import MANAGER, make_attachment, make_request, make_supplier, make_token, make_user, send_back
from tests.resolvers.storing import make_stored, put
from tests.tasks.test_commands import deployment, look, solde

__all__ = ["deployment"]  # a fixture of the commands, used here too

SIRET = "79256844600019"
BIG = 24 * 1024 * 1024


@pytest.fixture
def archive(deployment: None, tmp_path: Path) -> Path:
    look(two_suppliers)
    return tmp_path / "all.zip"


async def two_suppliers() -> None:
    for siret, name in ((SIRET, "GARAGE POULAT"), ("55208131766522", "AUTRE EDITEUR")):
        supplier = await make_supplier(siret=siret, legal_name=name)
        user = await make_user(supplier, name=f"Personne de {name}", totp_secret=seal("JBSWY3DPEHPK3PXP"))
        await Session.create(
            digest=digest(f"session of {name}"), user=user, created_at=NOW, seen_at=NOW, expires_at=NOW
        )
        await make_token(name=f"Logiciel {name}", scopes=[TokenScope.READ], supplier=supplier, as_of=NOW)
        webhook, _ = await create_webhook(user.actor, label=f"Suivi {name}", url=f"https://{siret}.fr/", as_of=NOW)
        await renew_webhook_secret(user.actor, webhook.id, as_of=NOW)
        await ping_webhook(user.actor, webhook.id, as_of=NOW)
        request = await make_request(supplier)
        await make_attachment(request, upload=await make_stored(user.actor, name.encode(), file_name="pv.pdf"))
        await send_back(request, comment=f"Demande à {name}")
        await SupportMessage.create(request=request, text=f"Question de {name}", at=NOW, by=user.actor.author)


def exported(archive: Path, *more: str) -> Result:
    return solde("export", "--siret", SIRET, "--output", archive, *more)


def read(archive: Path) -> dict[str, list[dict[str, Any]]]:
    with ZipFile(archive) as opened:
        assert opened.testzip() is None
        return {
            name.removesuffix(".jsonl"): [json.loads(line) for line in opened.read(name).splitlines()]
            for name in opened.namelist()
            if name.endswith(".jsonl")
        }


def test_the_archive_holds_every_row_and_every_document_of_that_supplier_alone(archive: Path) -> None:
    result = exported(archive)
    assert (result.exit_code, result.stderr) == (0, "")
    files = read(archive)
    [request] = files["demandes"]
    assert request["bank_details"]["iban"] == "FR7630006000011234567890189"
    assert [row["name"] for row in files["comptes"]] == ["Personne de GARAGE POULAT"]
    assert [row["name"] for row in files["jetons"]] == ["Logiciel GARAGE POULAT"]
    assert [row["label"] for row in files["webhooks"]] == ["Suivi GARAGE POULAT"]
    assert [row["webhook_id"] for row in files["envois-des-webhooks"]] == [files["webhooks"][0]["id"]]
    assert [row["text"] for row in files["messages"]] == ["Question de GARAGE POULAT"]
    assert [row["comment"] for row in files["modifications"]] == ["Demande à GARAGE POULAT"]
    assert [row["kind"] for row in files["courriels"]] == ["MODIFICATION_REQUESTED"]
    assert "MODIFICATION_REQUESTED" in [row["kind"] for row in files["evenements"]]
    assert (len(files["sessions"]), len(files["versions"]), len(files["fichiers"])) == (1, 1, 1)
    with ZipFile(archive) as opened:
        [document] = [name for name in opened.namelist() if name.startswith("documents/")]
        assert opened.read(document) == b"GARAGE POULAT"
        assert not [name for name in opened.namelist() if b"AUTRE EDITEUR" in opened.read(name)]


NO_DATA_OF_A_SUPPLIER = {CommentTemplate, News, SweepPass}
DIGESTS_ALONE = {ChainHead, KeptAnswer, RecoveryCode, Throttle}


def test_every_table_is_in_it_but_what_says_nothing_of_a_supplier() -> None:
    tables = {each for each in vars(models).values() if isinstance(each, type) and issubclass(each, Model)}
    exported = {model for _, model, _ in TABLES} | {Supplier, DeprecatedUse}
    assert tables == exported | NO_DATA_OF_A_SUPPLIER | DIGESTS_ALONE


def test_what_its_software_asked_for_is_in_it(archive: Path) -> None:
    async def ask() -> None:
        [own, other] = await ApiToken.all().order_by("supplier__legal_name").prefetch_related("supplier")
        for token in (own, other):
            await DeprecatedUse.create(account=f"token:{token.id}", field="Query.ancien", day=NOW.date(), last_at=NOW)
        await DeprecatedUse.create(
            account=f"user:{(await User.get(name='Personne de GARAGE POULAT')).id}",
            field="Query.vieux",
            day=NOW.date(),
            last_at=NOW,
        )

    look(ask)
    exported(archive)
    assert {row["field"] for row in read(archive)["champs-deprecies"]} == {"Query.ancien", "Query.vieux"}
    assert len(read(archive)["champs-deprecies"]) == 2


def test_a_mailed_link_opens_nothing_for_who_reads_the_archive(archive: Path) -> None:
    async def ask() -> None:
        user = await User.get(name="Personne de GARAGE POULAT")
        await send_reset_link(user.identifier, as_of=NOW)

    look(ask)
    exported(archive)
    [mail] = read(archive)["courriels-des-comptes"]
    for text in (mail["text"], mail["html"]):
        assert re.findall(r"/reinitialisation/([^\s<\"]+)", text) == ["…"] * text.count("/reinitialisation/")
        assert "/reinitialisation/" in text


def test_no_secret_leaves_with_it(archive: Path) -> None:
    exported(archive)
    with ZipFile(archive) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist()).decode()
    hidden = look(secrets)
    assert [secret for secret in hidden if secret in everything] == []
    assert len(hidden) > 4


async def secrets() -> list[str]:
    kept = [str(row.totp_secret) for row in await User.all()] + [row.digest for row in await Session.all()]
    sealed = [row.bank_details_sealed for row in await FundingRequest.all()]
    for webhook in await Webhook.all():
        sealed += [webhook.secret, str(webhook.former_secret), unseal(webhook.secret)]
    return ["JBSWY3DPEHPK3PXP", *kept, *sealed, *[row.key for row in await Upload.all()]]


def test_it_is_written_down_and_readable_by_its_owner_alone(archive: Path) -> None:
    exported(archive)

    async def told() -> list[Event]:
        return await Event.filter(kind=EventKind.DATA_EXPORTED)

    [event] = look(told)
    assert (event.payload, event.actor.name) == ({"siret": SIRET}, "Ligne de commande")
    assert archive.stat().st_mode & 0o077 == 0


def test_an_archive_is_never_written_over_and_a_wrong_siret_leaves_nothing(archive: Path) -> None:
    refused = solde("export", "--siret", "00000000000000", "--output", archive)
    assert (refused.exit_code, refused.stderr) == (1, "siret\u00a0: Aucun fournisseur n’a ce SIRET.\n")
    assert list(archive.parent.glob("all.zip*")) == []
    archive.write_text("precious")
    assert exported(archive).exit_code == 1
    assert archive.read_text() == "precious"


def test_a_document_that_cannot_be_given_is_told(archive: Path) -> None:
    async def spoil() -> None:
        request = await FundingRequest.filter(dossier__supplier__siret=SIRET).first()
        assert request
        await make_attachment(request)
        infected = await make_stored(MANAGER, b"virus", scan_status=ScanStatus.INFECTED)
        altered = await make_stored(MANAGER, b"%PDF other", integrity=Integrity.ALTERED)
        cut = await make_stored(MANAGER, b"%PDF whole")
        await put(cut.key, b"%PDF")
        for upload in (infected, altered, cut):
            await make_attachment(request, upload=upload)

    look(spoil)
    exported(archive)
    reasons = sorted(row["reason"] for row in read(archive)["documents-absents"])
    assert reasons == ["ALTERED", "ALTERED", "INFECTED", "MISSING"]


def test_memory_does_not_grow_with_the_documents(archive: Path, setting: Callable[[str, object], None]) -> None:
    setting("storage_url", "")  # The tests' bucket lies in the memory that is measured.

    async def add_big() -> None:
        request = await FundingRequest.filter(dossier__supplier__siret=SIRET).first()
        assert request
        await make_attachment(request, upload=await make_stored(MANAGER, bytes(BIG)))

    look(add_big)
    tracemalloc.start()
    try:
        assert exported(archive).exit_code == 0
        assert tracemalloc.get_traced_memory()[1] < BIG / 2
    finally:
        tracemalloc.stop()
