"""The lifecycle as the agency's guide tells it: every status and every action."""

import pytest

from models.lifecycle import OUTCOMES, STATUS_LABELS, ModificationOutcome, RequestAction, RequestStatus, after, allows

# Which status each action leads to, written out from the guide; « . » is an action that the status refuses.
_TABLE = """
                        IN_REVIEW   TO_MODIFY   VALIDATED   REJECTED   PAID
REQUEST_MODIFICATION    TO_MODIFY   .           .           .          .
CANCEL_MODIFICATION     .           IN_REVIEW   .           .          .
EXTEND_DEADLINE         .           TO_MODIFY   .           .          .
CHANGE_SUPPORT_CONTACT  .           TO_MODIFY   .           .          .
ADD_ATTACHMENT          .           TO_MODIFY   .           .          .
REMOVE_ATTACHMENT       .           TO_MODIFY   .           .          .
CONFIRM_MODIFICATION    .           IN_REVIEW   .           .          .
SKIP_MODIFICATION       .           IN_REVIEW   .           .          .
EXPIRE_MODIFICATION     .           IN_REVIEW   .           .          .
CONTACT_SUPPORT         IN_REVIEW   TO_MODIFY   .           .          .
VALIDATE_REQUEST        VALIDATED   .           .           .          .
REJECT_REQUEST          REJECTED    .           .           .          .
MARK_PAID               .           .           PAID        .          .
"""
_HEADER, *_LINES = [line.split() for line in _TABLE.strip().splitlines()]
_CELLS = [(status, line[0], cell) for line in _LINES for status, cell in zip(_HEADER, line[1:], strict=True)]


def test_the_table_speaks_of_every_status_and_every_action() -> None:
    assert set(_HEADER) == set(RequestStatus)
    assert {line[0] for line in _LINES} == set(RequestAction)
    assert len(_CELLS) == len(RequestStatus) * len(RequestAction)


@pytest.mark.parametrize(("status", "action", "expected"), _CELLS)
def test_each_action_leads_where_the_guide_says(status: str, action: str, expected: str) -> None:
    before, done = RequestStatus(status), RequestAction(action)
    if expected == ".":
        assert not allows(before, done)
        with pytest.raises(KeyError):
            after(before, done)
    else:
        assert allows(before, done)
        assert after(before, done) is RequestStatus(expected)


def test_four_actions_end_a_cycle_each_in_its_own_way() -> None:
    assert dict(OUTCOMES) == {
        RequestAction.CONFIRM_MODIFICATION: ModificationOutcome.CONFIRMED,
        RequestAction.SKIP_MODIFICATION: ModificationOutcome.SKIPPED,
        RequestAction.EXPIRE_MODIFICATION: ModificationOutcome.EXPIRED,
        RequestAction.CANCEL_MODIFICATION: ModificationOutcome.CANCELLED,
    }


def test_statuses_are_written_as_in_the_guide() -> None:
    assert {status.value: label for status, label in STATUS_LABELS.items()} == {
        "IN_REVIEW": "en cours",
        "TO_MODIFY": "A\u00a0modifier",
        "VALIDATED": "Validée",
        "REJECTED": "Rejetée",
        "PAID": "Décidée et payée",
    }
