from pathlib import Path

from httpx import AsyncClient

from models import User
from resolvers.passwords import send_reset_link
from tasks.delivery import deliver
from tests.conftest import NOW
from tests.factories import make_request, send_back


async def test_a_developer_reads_what_was_sent(site: AsyncClient, supplier_user: User, data_dir: Path) -> None:
    assert "Aucun courriel envoyé." in (await site.get("/courriels")).text
    await send_reset_link(supplier_user.identifier, as_of=NOW)
    await deliver(NOW)
    listed = (await site.get("/courriels")).text
    assert "Choisissez un nouveau mot de passe" in listed
    [file] = (data_dir / "mail").glob("*.eml")
    shown = (await site.get(f"/courriels/{file.stem}")).text
    assert f"À : {supplier_user.email}".replace(" :", "\u00a0:") in shown
    assert 'href="http://127.0.0.1:8000/reinitialisation/' in shown


async def test_a_developer_sees_what_a_mail_carries(site: AsyncClient, db: str, data_dir: Path) -> None:
    await send_back(await make_request(number="FINSAS008539"))
    await deliver(NOW)
    [file] = (data_dir / "mail").glob("*.eml")
    assert "Pièce jointe\u00a0: rappel-FINSAS008539.ics" in (await site.get(f"/courriels/{file.stem}")).text


async def test_the_newest_mail_comes_first_whenever_it_was_written(site: AsyncClient, data_dir: Path) -> None:
    (data_dir / "mail").mkdir(parents=True)
    for number, day in (("second", 14), ("third", 15), ("first", 13)):
        mail = f"To: a@b.fr\nSubject: {number}\nDate: Mon, {day} Aug 2023 10:00:00 +0000\n\nBonjour"
        (data_dir / "mail" / f"{number}.eml").write_text(mail)
    listed = (await site.get("/courriels")).text
    assert listed.index("third") < listed.index("second") < listed.index("first")


async def test_only_mails_are_shown(site: AsyncClient, data_dir: Path) -> None:
    (data_dir / "mail").mkdir(parents=True)
    (data_dir / "secret.eml").write_text("Subject: secret\n\n")
    for name in ("..%2Fsecret", "%2e%2e%2fsecret", "inconnu"):
        assert (await site.get(f"/courriels/{name}")).status_code == 404
