"""What is said of a document that cannot be taken: told by the server, and by the pages before anything is sent."""

from models.typography import french

NO_TYPE = "Sélectionnez un type de pièce complémentaire."
NO_FILE = "Choisissez un fichier à ajouter."
WRONG_FORMAT = "« {name} » n’est pas un fichier {format}. Formats acceptés : {formats}."
EMPTY_FILE = "« {name} » est vide."
TOO_LARGE = "« {name} » pèse {size}. La taille maximale est de {limit}."

# What a page can tell by itself, as attributes for its scripts: they put what they know between the braces.
FOR_SCRIPTS = {
    "data-no-type": NO_TYPE,
    "data-wrong-format": french(WRONG_FORMAT),
    "data-empty-file": french(EMPTY_FILE),
    "data-too-large": french(TOO_LARGE),
}
