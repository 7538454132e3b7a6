"""Each event is one French sentence, also when its payload was purged."""

from datetime import date

import pytest

from models import Event
from models.events import EventKind
from models.typography import french
from resolvers.editing import add_attachment
from resolvers.modifications import extend_deadline
from schema.summaries import summary_of
from tests.conftest import NOW
from tests.factories import MANAGER, make_request, make_upload, send_back, supplier_of


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_has_a_sentence_without_its_payload(kind: EventKind) -> None:
    sentence = summary_of(Event(kind=kind, payload={}))
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert sentence == french(sentence)


async def test_a_sentence_names_the_document_and_the_new_deadline(db: str) -> None:
    request = await make_request()
    supplier = await supplier_of(request)
    cycle = await send_back(request)
    upload = await make_upload(supplier, file_name="pv {test}.pdf")
    await add_attachment(supplier, cycle.id, document_type="AUTRE_S", upload_id=upload.id, as_of=NOW)
    await extend_deadline(MANAGER, cycle.id, closes_on=date(2023, 9, 1), reason="congés", as_of=NOW)
    sentences = [summary_of(event) for event in await Event.filter(request_id=request.id).order_by("position")]
    assert sentences[1] == french("La pièce « pv {test}.pdf » est ajoutée au brouillon (M1).")
    assert sentences[2] == (
        "L’échéance de la modification (M1) est repoussée au vendredi 1er\xa0septembre 2023 "
        "à\xa014\xa0h\xa032 (heure de Paris)."
    )
