"""What is said of a document in which the antivirus has found something."""

from models.errors import Fault
from models.text import excerpt
from models.typography import french


def infection(file_name: str, field: str = "file") -> Fault:
    """The refusal of an infected document."""
    sentence = f"« {excerpt(file_name, 200)} » contient un virus : il a été mis à l’écart."
    return Fault(field, "INFECTED", french(sentence))
