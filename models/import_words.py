"""What pydantic says about a document, in French and with what was expected instead."""

from typing import TypeGuard, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from models.import_document import ImportDocument
from models.import_fields import kind_of
from models.text import excerpt

_STRUCTURE = {
    "model_type": ("NOT_OBJECT", "Un objet entre accolades est attendu, pas {given}. Clés attendues : {keys}."),
    "list_type": ("NOT_LIST", "Une liste entre crochets est attendue, pas {given}."),
    "missing": ("REQUIRED", "La clé « {key} » manque. Attendu : {description}"),
    "extra_forbidden": ("UNKNOWN_KEY", "La clé « {key} » n’existe pas ici. Clés attendues : {keys}."),
}


def message_of(error: ErrorDetails) -> tuple[str, str]:
    """The stable code of a fault and its sentence; the rules of import_fields already speak for themselves."""
    if error["type"] not in _STRUCTURE:
        return error["type"], error["msg"]
    code, sentence = _STRUCTURE[error["type"]]
    *parents, last = error["loc"] or ("",)
    inside = error["type"] == "model_type"
    model = _model_at(error["loc"] if inside else tuple(parents))
    known = _fields(model)
    return code, sentence.format(
        key=excerpt(str(last)),
        given=kind_of(error["input"]),
        keys=", ".join(known),
        description=known[str(last)].description if last in known else "",
    )


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of the object at that place."""
    model: type[BaseModel] = ImportDocument
    for part in location:
        if isinstance(part, str):
            annotation = _fields(model)[part].annotation
            model = next(each for each in (annotation, *get_args(annotation)) if _is_model(each))
    return model


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the key that the document gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}
