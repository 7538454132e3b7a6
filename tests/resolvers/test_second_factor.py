from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest

from models import RecoveryCode, User
from models.events import EventKind
from resolvers import second_factor
from tests.conftest import NOW
from tests.factories import make_user
from tests.generators import wrong_code
from tests.tampering import touched

STEP = timedelta(seconds=30)


def code_of(secret: str, after: timedelta = timedelta()) -> str:
    """What the generator shows then."""
    return pyotp.TOTP(secret).at(NOW + after)


def _offered(user: User) -> str:
    secret = second_factor.offered_secret(user, second_factor.offer(user, as_of=NOW), as_of=NOW)
    assert secret
    return secret


async def _enabled(user: User) -> tuple[User, str, list[str]]:
    secret = _offered(user)
    codes = await second_factor.enable(user, secret, code_of(secret), as_of=NOW)
    assert codes
    return await User.get(id=user.id), secret, codes


async def test_a_generator_counts_once_a_code_of_it_is_given(breton: User) -> None:
    secret = _offered(breton)
    assert await second_factor.enable(breton, secret, wrong_code(secret, NOW), as_of=NOW) is None
    assert not second_factor.has_second_factor(await User.get(id=breton.id))
    assert await second_factor.enable(breton, secret, code_of(secret), as_of=NOW)
    user = await User.get(id=breton.id)
    assert second_factor.has_second_factor(user)
    assert user.totp_secret
    assert secret not in user.totp_secret
    other = _offered(breton)
    assert await second_factor.enable(breton, other, code_of(other), as_of=NOW) is None


async def test_an_offer_is_for_one_account_and_ends(breton: User) -> None:
    offer = second_factor.offer(breton, as_of=NOW)
    other = await make_user(None)
    assert second_factor.offered_secret(breton, offer, as_of=NOW + timedelta(minutes=29))
    assert second_factor.offered_secret(breton, offer, as_of=NOW + second_factor.OFFER_LASTS) is None
    assert second_factor.offered_secret(other, offer, as_of=NOW) is None
    assert second_factor.offered_secret(breton, touched(offer), as_of=NOW) is None
    proof = second_factor.password_proof(breton, as_of=NOW)
    assert second_factor.offered_secret(breton, proof, as_of=NOW) is None


async def test_a_code_is_good_once_and_none_before_it_after(breton: User) -> None:
    user, secret, _ = await _enabled(breton)
    assert await second_factor.spend(user, code_of(secret), as_of=NOW) is None
    later = NOW + 2 * STEP
    assert await second_factor.spend(user, code_of(secret, 2 * STEP), as_of=later) is EventKind.SIGNED_IN
    assert await second_factor.spend(user, code_of(secret, 2 * STEP), as_of=later) is None
    assert await second_factor.spend(user, code_of(secret, STEP), as_of=later) is None


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_phone_may_be_half_a_minute_wrong(breton: User, steps: int, good: bool) -> None:
    user, secret, _ = await _enabled(breton)
    code = code_of(secret, (10 + steps) * STEP)
    assert (await second_factor.spend(user, f" {code[:3]} {code[3:]}", as_of=NOW + 10 * STEP) is not None) is good


async def test_a_code_on_paper_is_good_once_however_it_is_typed(breton: User) -> None:
    user, _, codes = await _enabled(breton)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    kept = [row.digest for row in await RecoveryCode.all()]
    assert not set(codes) & set(kept)
    typed = codes[3].upper().replace("-", " ")
    assert await second_factor.spend(user, typed, as_of=NOW) is EventKind.RECOVERY_CODE_USED
    assert await second_factor.spend(user, codes[3], as_of=NOW) is None
    assert await second_factor.recovery_codes_left(user) == second_factor.RECOVERY_CODES - 1
    stranger, _, _ = await _enabled(await make_user(None))
    assert await second_factor.spend(stranger, codes[4], as_of=NOW) is None


@pytest.mark.parametrize("typed", ["", "x" * 10_000, "é" * 6, "\0", "-"])
async def test_what_is_no_code_is_refused(breton: User, typed: str) -> None:
    user, _, _ = await _enabled(breton)
    assert await second_factor.spend(user, typed, as_of=NOW) is None


async def test_new_codes_on_paper_take_the_place_of_those_before(breton: User) -> None:
    user, _, codes = await _enabled(breton)
    renewed = await second_factor.new_recovery_codes(user)
    assert await second_factor.spend(user, codes[0], as_of=NOW) is None
    assert await second_factor.spend(user, renewed[0], as_of=NOW) is EventKind.RECOVERY_CODE_USED


async def test_without_a_generator_any_more_nothing_of_it_is_left(breton: User) -> None:
    user, _, codes = await _enabled(breton)
    await second_factor.disable(user)
    user = await User.get(id=breton.id)
    assert not user.totp_secret
    assert not second_factor.has_second_factor(user)
    assert await second_factor.spend(user, codes[0], as_of=NOW) is None


async def test_a_proof_of_the_password_ends_with_its_minutes_the_password_and_the_account(breton: User) -> None:
    proof = second_factor.password_proof(breton, as_of=NOW)
    assert await second_factor.proven_user(proof, as_of=NOW)
    assert await second_factor.proven_user(proof, as_of=NOW + second_factor.PROOF_LASTS) is None
    assert await second_factor.proven_user("", as_of=NOW) is None
    await User.filter(id=breton.id).update(active=False)
    assert await second_factor.proven_user(proof, as_of=NOW) is None
    await User.filter(id=breton.id).update(active=True, password_hash="another")
    assert await second_factor.proven_user(proof, as_of=NOW) is None


async def test_only_managers_in_production_must_have_one(breton: User, setting: Callable[[str, object], None]) -> None:
    manager = await make_user(None)
    assert not second_factor.must_have_second_factor(manager)
    setting("environment", "production")
    assert second_factor.must_have_second_factor(manager)
    assert not second_factor.must_have_second_factor(breton)
