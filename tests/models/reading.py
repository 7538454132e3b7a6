"""An import document read on its own, without the files that it names."""

from datetime import date

from models.errors import Invalid
from models.import_document import ImportDocument
from models.import_reading import examine


def read_document(text: str, today: date | None = None) -> ImportDocument:
    """The document, or Invalid with every fault of its text."""
    reading = examine(text, today)
    if reading.document is None:
        raise Invalid.of(reading.faults)
    return reading.document
