"""What a receiver is told, whatever it does: everything once it is back, in the order of each request."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpcore
import pytest
import structlog
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from models import Email, Event, FundingRequest, Webhook, WebhookDelivery
from models.emails import EmailKind
from models.events import EventKind
from models.webhooks import DeliveryStatus, WebhookState
from resolvers import webhook_outbox as outbox
from resolvers.events import feed
from resolvers.modifications import cancel_modification
from resolvers.reading import FEED
from resolvers.webhook_outbox import LAST_ATTEMPT, Told
from resolvers.webhooks import create_webhook, enable_webhook, ping_webhook, renew_webhook_secret, replay_webhook
from schema.nodes import split_id
from schema.pagination import position
from tasks import webhook_post, webhooks
from tasks.webhook_network import CheckedNetwork, Refused
from tasks.webhook_post import post
from tests.factories import MANAGER, make_request, send_back
from tests.feed import all_served
from tests.services.receiver import Fault, Message, Receiver

pytestmark = pytest.mark.usefixtures("db")

Setting = Callable[[str, object], None]
STORY = ["MODIFICATION_REQUESTED", "MODIFICATION_CANCELLED"]
QUIET: dict[str, Any] = {"headers": {}, "body": b"{}"}


@pytest.fixture(autouse=True)
def this_machine_alone(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers of these tests listen here, and one that never ends its answer is not heard for long.

    However busy the machine is with other tests, one that answers is in time.
    """
    setting("webhook_networks", ["127.0.0.0/8"])
    monkeypatch.setattr(webhook_post, "PATIENCE", 60.0)
    monkeypatch.setattr(webhook_post, "LISTENS", 0.01)


def now() -> datetime:
    return datetime.now(UTC)


async def tell_due(as_of: datetime) -> Told:
    await all_served()
    return await webhooks.tell_due(as_of)


async def told_at(receiver: Receiver, **facts: Any) -> Webhook:
    values: dict[str, Any] = {"label": "Suivi", "url": receiver.url, "as_of": now()}
    await all_served()
    webhook, receiver.secret = await create_webhook(MANAGER, **(values | facts))
    return webhook


async def story(**facts: Any) -> FundingRequest:
    """A request to which two things happen."""
    request = await make_request(**facts)
    modification = await send_back(request, as_of=now())
    await cancel_modification(MANAGER, modification.id, reason="erreur", as_of=now())
    await request.fetch_related("dossier")
    return request


async def time_passes() -> None:
    """Every pause after a failure is over."""
    await Webhook.all().update(paused_until=None)
    await WebhookDelivery.filter(next_attempt_at__gt=now()).update(next_attempt_at=now())


async def test_a_message_says_what_happened_to_what_and_no_more(receiver: Receiver) -> None:
    await told_at(receiver)
    request = await story()
    assert await tell_due(now()) == Told(delivered=2)
    event = await feed(MANAGER).order_by("transaction", "id").first()
    assert event is not None
    message = receiver.taken[0]
    data = message.content["data"]
    assert message.content == {"type": "MODIFICATION_REQUESTED", "timestamp": event.at.isoformat(), "data": data}
    assert split_id(data.pop("eventId")) == ("Event", str(event.id))
    assert split_id(data.pop("requestId")) == ("FundingRequest", str(request.id))
    place = position(data.pop("cursor"), FEED)
    assert place is not None
    assert place.values == (event.transaction, event.id)
    assert data == {"dossierNumber": request.dossier.number, "requestKind": "BALANCE", "status": "TO_MODIFY"}
    assert message.headers["content-type"] == "application/json"
    assert "authorization" not in message.headers


async def test_while_a_secret_takes_anothers_place_both_sign(receiver: Receiver) -> None:
    webhook = await told_at(receiver)
    first = receiver.secret
    _, second = await renew_webhook_secret(MANAGER, webhook.id, as_of=now())
    await story()
    await tell_due(now())
    message = receiver.taken[0]
    assert len(message.headers["webhook-signature"].split()) == 2
    for secret in (first, second):
        Verifier(secret).verify(message.body, message.headers)
    await Webhook.all().update(former_secret_ends_at=now())
    receiver.secret = second
    await story()
    await tell_due(now())
    with pytest.raises(WebhookVerificationError):
        Verifier(first).verify(receiver.taken[-1].body, receiver.taken[-1].headers)


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        (Fault.FAILS, 500, "Réponse 500."),
        (Fault.REDIRECTS, 307, "Réponse 307 : les redirections ne sont pas suivies."),
        (Fault.HANGS, None, "Pas de réponse en"),
        (Fault.RESETS, None, "La connexion a été coupée avant la réponse"),
    ],
)
async def test_a_receiver_that_comes_back_gets_everything_in_order_of_each_request(
    receiver: Receiver, fault: Fault, status: int | None, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await told_at(receiver)
    requests = [await story() for _ in range(3)]
    receiver.behave = lambda _message: fault
    with monkeypatch.context() as impatient:
        if fault is Fault.HANGS:
            impatient.setattr(webhook_post, "PATIENCE", 0.3)
        for _ in range(2):
            await time_passes()
            assert (await tell_due(now())).delivered == 0
    row = await WebhookDelivery.filter(attempts=2).order_by("number").first()
    assert row is not None
    assert (row.number, row.status, row.response_status) == (1, DeliveryStatus.PENDING, status)
    assert str(row.error).startswith(error)
    assert (await Webhook.get(id=webhook.id)).failing_since is not None
    receiver.behave = lambda _message: None
    await time_passes()
    assert (await tell_due(now())).delivered == 6
    assert all(receiver.taken_of(request.dossier.number) == STORY for request in requests)
    assert len(receiver.taken) == 6
    assert len({message.id for message in receiver.seen}) == 6
    assert (await Webhook.get(id=webhook.id)).failing_since is None


async def test_what_was_taken_without_an_answer_comes_again_under_the_same_identifier(receiver: Receiver) -> None:
    await told_at(receiver)
    request = await story()
    receiver.behave = lambda _message: None if len(receiver.seen) > 1 else Fault.TAKES_AND_RESETS
    await tell_due(now())
    await time_passes()
    await tell_due(now())
    assert len(receiver.taken) == 3
    assert receiver.taken[0].id == receiver.taken[1].id
    assert receiver.taken_of(request.dossier.number) == STORY


async def test_a_receiver_that_never_ends_its_answer_has_taken_the_message(receiver: Receiver) -> None:
    await told_at(receiver)
    await story()
    receiver.behave = lambda _message: Fault.DRIPS
    assert await tell_due(now()) == Told(delivered=2)


async def test_one_that_fails_holds_up_its_own_request_alone(receiver: Receiver) -> None:
    await told_at(receiver)
    bad, good = await story(), await story()
    receiver.behave = lambda message: Fault.FAILS if message.event == (bad.dossier.number, STORY[0]) else None
    assert await tell_due(now()) == Told(delivered=2, postponed=1)
    assert receiver.taken_of(good.dossier.number) == STORY
    assert receiver.taken_of(bad.dossier.number) == []


async def test_a_receiver_that_hangs_holds_up_no_other(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_post, "PATIENCE", 3.0)
    other = Receiver()
    await other.start()
    await told_at(receiver)
    await told_at(other)
    receiver.behave = lambda _message: Fault.HANGS
    requests = [await story() for _ in range(6)]
    await tell_due(now())
    # Nobody answered: only some were tried, and the rest is left alone for a moment.
    assert len(receiver.seen) == 4
    assert all(other.taken_of(request.dossier.number) == STORY for request in requests)
    assert await tell_due(now() + timedelta(seconds=5)) == Told()
    await other.stop()


async def test_a_receiver_that_asks_to_be_left_alone_is_and_then_gets_everything(receiver: Receiver) -> None:
    await told_at(receiver)
    requests = [await story() for _ in range(6)]
    receiver.behave = lambda _message: Fault.IS_BUSY
    assert await tell_due(now()) == Told(postponed=4)
    assert await tell_due(now()) == Told()
    requests.append(await story())
    assert await tell_due(now()) == Told()
    assert not await WebhookDelivery.filter(next_attempt_at__lt=now() + timedelta(minutes=59)).exists()
    receiver.behave = lambda _message: None
    await time_passes()
    assert await tell_due(now()) == Told(delivered=14)
    assert all(receiver.taken_of(request.dossier.number) == STORY for request in requests)


async def test_nothing_that_listens_is_told_later(receiver: Receiver) -> None:
    await told_at(receiver)
    request = await story()
    await receiver.stop()
    assert (await tell_due(now())).postponed == 1
    assert "La connexion a échoué" in str((await WebhookDelivery.get(number=1)).error)
    await receiver.start()
    await time_passes()
    await tell_due(now())
    assert receiver.taken_of(request.dossier.number) == STORY


async def test_after_a_day_it_is_disabled_with_a_mail_and_enabled_again_it_catches_up(receiver: Receiver) -> None:
    webhook = await told_at(receiver)
    request = await story()
    receiver.behave = lambda _message: Fault.FAILS
    await tell_due(now())
    await WebhookDelivery.all().update(attempts=LAST_ATTEMPT - 1)
    await time_passes()
    with structlog.testing.capture_logs() as lines:
        assert await tell_due(now()) == Told(postponed=1, disabled=1)
    assert lines[-1]["event"] == "webhook_disabled"
    assert (await Webhook.get()).state is WebhookState.DISABLED
    later = await story()
    await time_passes()
    assert await tell_due(now()) == Told()
    receiver.behave = lambda _message: None
    await enable_webhook(MANAGER, webhook.id, as_of=now())
    await tell_due(now())
    assert receiver.taken_of(request.dossier.number) == receiver.taken_of(later.dossier.number) == STORY


async def test_one_that_is_gone_is_disabled_at_once(receiver: Receiver) -> None:
    await told_at(receiver)
    await story()
    receiver.behave = lambda _message: Fault.IS_GONE
    assert await tell_due(now()) == Told(postponed=1, disabled=1)
    assert len(receiver.seen) == 1
    [event] = await Event.filter(kind=EventKind.WEBHOOK_DISABLED)
    assert "410" in event.payload["reason"]
    assert await Email.filter(kind=EmailKind.WEBHOOK_DISABLED).count() == 0  # there is no manager to tell


async def test_a_ping_is_answered_and_a_replay_comes_again(receiver: Receiver) -> None:
    webhook = await told_at(receiver)
    request = await story()
    await tell_due(now())
    await ping_webhook(MANAGER, webhook.id, as_of=now())
    await tell_due(now())
    assert receiver.taken[-1].content["type"] == "PING"
    assert split_id(receiver.taken[-1].content["data"]["webhookId"]) == ("Webhook", str(webhook.id))
    await replay_webhook(MANAGER, webhook.id, after=None, as_of=now())
    await tell_due(now())
    assert receiver.taken_of(request.dossier.number) == STORY * 2


async def test_what_cannot_be_prepared_is_put_off_and_holds_up_no_other(receiver: Receiver) -> None:
    webhook = await told_at(receiver)
    await story()
    await Webhook.filter(id=webhook.id).update(secret="unreadable")
    with structlog.testing.capture_logs() as lines:
        assert (await tell_due(now())).postponed == 1
    assert lines[0]["event"] == "webhook_unsendable"
    assert receiver.seen == []


async def test_a_worker_that_loses_its_lease_stops(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = await told_at(receiver)
    await story()

    def disabled(_message: Message) -> None:
        monkeypatch.setattr(outbox, "keep", lost)

    async def lost(*_: object) -> bool:
        return False

    receiver.behave = disabled
    assert await tell_due(now()) == Told(delivered=1)
    assert (await Webhook.get(id=webhook.id)).leased_until is None


async def test_a_post_leaves_within_its_lease_and_workers_at_once_tell_each_once(receiver: Receiver) -> None:
    await told_at(receiver)
    for _ in range(3):
        await story()
    await asyncio.gather(*(tell_due(now()) for _ in range(3)))
    assert len(receiver.taken) == len({message.id for message in receiver.taken}) == 6


# --- Where it may lead -----------------------------------------------------------------------------------------------


class Names:
    """A resolver under whoever attacks it: each look-up of the name answers the next address."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def getaddrinfo(self, _host: str, port: int, **_: Any) -> list[Any]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answer]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Names]:
    def answer(*answers: list[str]) -> Names:
        resolver = Names(*answers)
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver.getaddrinfo, raising=False)
        return resolver

    return answer


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"],
)
async def test_a_name_that_leads_to_a_private_address_leads_nowhere(names: Callable[..., Names], address: str) -> None:
    for answer in ([address], ["93.184.216.34", address]):
        names(answer)
        with pytest.raises(Refused):
            await CheckedNetwork(secure=True).connect_tcp("editeur.fr", 443)


async def test_the_address_connected_to_is_the_one_that_was_checked(
    names: Callable[..., Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []

    async def connect(_self: object, host: str, *_: object) -> httpcore.AsyncNetworkStream:
        reached.append(host)
        if len(reached) == 1:
            raise httpcore.ConnectError("refused")
        return httpcore.AsyncMockStream([])

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    # Asked a second time, the name would lead into the house.
    resolver = names(["93.184.216.34", "93.184.216.35"], ["127.0.0.1"])
    await CheckedNetwork(secure=True).connect_tcp("editeur.fr", 443)
    assert reached == ["93.184.216.34", "93.184.216.35"]
    assert resolver.asked == 1


@pytest.mark.parametrize("url", ["http://editeur.fr/", "https://editeur.fr:25/"])
async def test_by_http_or_on_the_port_of_another_service_only_a_network_that_is_allowed_is_reached(
    receiver: Receiver, names: Callable[..., Names], url: str
) -> None:
    names(["93.184.216.34"])
    outcome = await post(url, **QUIET)
    assert (outcome.status, outcome.error and outcome.error[:30]) == (None, "Ce nom mène à une adresse qui ")
    assert receiver.seen == []


async def test_a_name_that_nobody_knows_and_a_proxy_of_the_machine_change_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("HTTP_PROXY", receiver.url)
    monkeypatch.setenv("ALL_PROXY", receiver.url)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown, raising=False)
    outcome = await post("http://receveur/", **QUIET)
    assert "Name or service not known" in str(outcome.error)
    assert receiver.seen == []


class Shaken(httpcore.AsyncMockStream):
    """A connection that remembers for whom it was secured, and how."""

    def __init__(self, answer: bytes) -> None:
        super().__init__([answer])
        self.seen: list[tuple[ssl.SSLContext, str | None]] = []

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - as httpcore gives it
    ) -> httpcore.AsyncNetworkStream:
        self.seen.append((ssl_context, server_hostname))
        return self


async def test_by_https_the_certificate_must_be_that_of_the_name_not_of_the_address(
    names: Callable[..., Names], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Shaken(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def connect(*_: object) -> httpcore.AsyncNetworkStream:
        return stream

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    names(["93.184.216.34"])
    assert (await post("https://editeur.fr/webhooks", **QUIET)).status == 204
    [(context, name)] = stream.seen
    assert name == "editeur.fr"
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    ("status", "asked", "minutes"),
    [
        (429, "120", 2),
        (503, "Fri, 31 Dec 2100 23:59:59 GMT", 120),
        (503, "999999999999", 120),
        (503, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
        (503, "Fri, 31 Dec 2100 23:59:59 -0000", 0),
        (429, "soon", 0),
        (500, "120", 0),
    ],
)
async def test_a_pause_is_asked_for_in_seconds_or_until_a_date_and_is_two_hours_at_most(
    names: Callable[..., Names], monkeypatch: pytest.MonkeyPatch, status: int, asked: str, minutes: int
) -> None:
    async def connect(*_: object) -> httpcore.AsyncNetworkStream:
        answer = f"HTTP/1.1 {status} Busy\r\nRETRY-AFTER: {asked}\r\nContent-Length: 0\r\n\r\n"
        return Shaken(answer.encode())

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    names(["93.184.216.34"])
    assert (await post("https://editeur.fr/webhooks", **QUIET)).retry_after == timedelta(minutes=minutes)
