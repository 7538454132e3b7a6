"""Tokens on the page of the supplier that they act for, and what HTTP answers to one that opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from httpx import AsyncClient

from models import ApiToken, User
from models.actors import AccountRight, TokenScope
from models.tokens import new_secret
from tests.conftest import NOW
from tests.factories import make_supplier, make_token, make_user
from tests.web.conftest import Enter
from tests.web.visit import Visit

PAGE = "/mon-compte/jetons"


@pytest.fixture
async def visit(site: AsyncClient, enter: Enter, supplier_user: User) -> Visit:
    """Somebody who may confirm, in front of the portal."""
    await enter(supplier_user)
    return Visit(site)


async def test_who_may_confirm_sees_the_tokens_and_revokes_one(visit: Visit, supplier_user: User) -> None:
    await supplier_user.fetch_related("supplier")
    facts = {"supplier": supplier_user.supplier, "scopes": [TokenScope.WRITE]}
    secret = await make_token(name="LOGI 4", expires_at=NOW + timedelta(days=20), **facts)
    await make_token(name="Ancien", expires_at=NOW, **facts)
    await make_token(name="D’un autre", supplier=await make_supplier())
    await visit.open("/mon-compte")
    page = await visit.follow("Les jetons de l’API")
    assert "LOGI 4" in page.text
    assert f"solde_…{secret[-4:]}" in page.text
    assert "consulter, modifier et confirmer" in page.text
    assert "jusqu’au dimanche 27 août 2023 à 14 h 32 (heure de Paris)" in page.text
    assert "expiré" in page.text
    assert "D’un autre" not in page.text
    assert secret not in page.text
    page = await visit.press("Révoquer le jeton LOGI 4")
    assert "Le jeton est révoqué." in page.text
    assert [button for form in page.forms for button in form.buttons if "Révoquer" in button] == []
    assert (await ApiToken.get(name="LOGI 4")).revoked_at == NOW


async def test_another_right_sees_why_there_is_nothing(site: AsyncClient, enter: Enter, supplier_user: User) -> None:
    await supplier_user.fetch_related("supplier")
    await make_token(name="LOGI 4", supplier=supplier_user.supplier)
    await enter(await make_user(supplier_user.supplier, right=AccountRight.EDIT))
    page = await Visit(site).open(PAGE)
    assert "voit les jetons et peut les révoquer" in page.text
    assert "LOGI 4" not in page.text


async def test_a_token_that_is_none_of_the_list_cannot_be_revoked(visit: Visit) -> None:
    answer = await visit.client.post(PAGE, data={"revoquer": "inconnu"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("given", "said", "described"),
    [
        ("Basic YTpi", "Présentez le jeton dans l’en-tête", "Expected: Bearer and a token"),
        ("Bearer solde_inconnu", "incomplet ou mal recopié", "The token is incomplete or misspelt"),
        pytest.param(
            f"Bearer {new_secret()}", "ne connaît pas ce jeton", "The token is unknown to this portal", id="unknown"
        ),
    ],
)
async def test_a_token_that_opens_nothing_is_told_why(
    stranger: AsyncClient, given: str, said: str, described: str
) -> None:
    answer = await stranger.post("/graphql", json={"query": "{ __typename }"}, headers={"Authorization": given})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].endswith(f'error="invalid_token", error_description="{described}"')
    [error] = answer.json()["errors"]
    assert (error["extensions"]["code"], said in error["message"]) == ("UNAUTHENTICATED", True)


async def test_the_end_of_a_token_is_told_with_its_instant(stranger: AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {await make_token(expires_at=NOW - timedelta(days=1))}"}
    answer = await stranger.post("/uploads?name=a.pdf", content=b"%PDF", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert "Ce jeton a expiré le 06/08/2023 à 14 h 32." in answer.json()["message"].replace("\u00a0", " ")


async def test_a_lost_answer_is_asked_for_again_and_tells_the_same_secret(stranger: AsyncClient) -> None:
    manager = await make_token(name="Instruction", scopes=[TokenScope.MANAGE])
    given = '{name: "LOGI 4", scopes: [READ]}'
    issue = f"mutation I {{ issueToken(input: {given}) {{ ... on IssueTokenSuccess {{ secret }} }} }}"
    headers = {"Authorization": f"Bearer {manager}", "Idempotency-Key": "6f0f2f1c-9b11-4a7e-9d0c-5f1d6a526a0c"}
    answers = [await stranger.post("/graphql", json={"query": issue}, headers=headers) for _ in range(2)]
    first, again = (answer.json()["data"]["issueToken"]["secret"] for answer in answers)
    assert (first, answers[1].headers["Idempotent-Replayed"]) == (again, "true")
    assert await ApiToken.filter(name="LOGI 4").count() == 1


async def test_a_token_on_a_page_is_told_so_and_not_led_to_the_sign_in(site: AsyncClient) -> None:
    answer = await site.get("/mon-compte", headers={"Authorization": f"Bearer {await make_token()}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert answer.json()["message"].startswith("Un jeton n’ouvre aucune page")
    through_a_proxy = await site.get("/mon-compte", headers={"Authorization": "Basic c2VndXI6c2VndXI="})
    assert through_a_proxy.headers["Location"].startswith("/connexion"), "a browser, behind a password of the proxy's"
