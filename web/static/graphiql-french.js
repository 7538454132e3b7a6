// GraphiQL speaks English and takes no other words: what it shows of its own is said in French as it appears.
// What is being written or answered is left as it is.
"use strict";

const FRENCH = {
  "Add new": "Ajouter",
  "Add tab": "Ouvrir un onglet",
  "Adjust how the interface appears.": "Choisissez l’apparence de l’éditeur.",
  "A GraphQL schema provides a root type for each kind of operation.": "Le schéma donne un type de départ à chaque sorte d’opération.",
  "All Schema Types": "Tous les types du schéma",
  Arguments: "Arguments",
  Clear: "Effacer",
  "Clear data": "Effacer",
  "Clear storage": "Données de ce navigateur",
  "Cleared data": "Effacé",
  "Close dialog": "Fermer",
  "Close Tab": "Fermer l’onglet",
  "Copy query (Shift-Ctrl-C)": "Copier l’opération (Maj-Ctrl-C)",
  Dark: "Sombre",
  "Delete from history": "Retirer de l’historique",
  "Deprecated Arguments": "Arguments abandonnés",
  "Deprecated Enum Values": "Valeurs abandonnées",
  "Deprecated Fields": "Champs abandonnés",
  "Docs": "Documentation",
  "Documentation Explorer": "Documentation",
  "Edit label": "Nommer",
  "Editor Commands": "Commandes de l’éditeur",
  Enter: "Entrée",
  "Enum Values": "Valeurs",
  "Error fetching schema": "Le schéma n’a pas pu être lu",
  "Execute query (Ctrl-Enter)": "Exécuter l’opération (Ctrl-Entrée)",
  "Execute query (Cmd-Enter)": "Exécuter l’opération (Cmd-Entrée)",
  "Execute query": "Exécuter l’opération",
  Explorer: "Explorateur",
  Failed: "Échec",
  Fields: "Champs",
  Function: "Action",
  Headers: "En-têtes",
  "Hide Documentation Explorer": "Masquer la documentation",
  "Hide Explorateur": "Masquer l’explorateur",
  "Hide History": "Masquer l’historique",
  "Hide Opérations prêtes": "Masquer les opérations prêtes",
  "Hide editor tools": "Masquer les variables et les en-têtes",
  History: "Historique",
  Implements: "Réalise",
  Light: "Clair",
  "Merge fragments into query (Shift-Ctrl-M)": "Fondre les fragments dans l’opération (Maj-Ctrl-M)",
  "Merge fragments definitions into operation definition": "Fondre les fragments dans l’opération",
  "No GraphQL schema available": "Pas de schéma",
  "No results found": "Aucun résultat",
  "Open settings dialog": "Réglages",
  "Open short keys dialog": "Raccourcis du clavier",
  "Other results": "Autres résultats",
  "Prettify editors": "Mettre en forme",
  "Prettify query (Shift-Ctrl-P)": "Mettre en forme (Maj-Ctrl-P)",
  "Query Editor": "Opération",
  "Re-fetch GraphQL schema": "Relire le schéma",
  "Re-fetch schema using introspection": "Relire le schéma",
  "Copy query": "Copier l’opération",
  "Remove all locally stored data and start fresh.": "Efface l’historique, les onglets et les réglages.",
  "Result Window": "Réponse",
  "Root Types": "Types de départ",
  Save: "Enregistrer",
  "Search in documentation": "Chercher dans la documentation",
  "Search in editor": "Chercher dans l’éditeur",
  "Select active operation": "Choisir l’opération",
  "Set active": "Rouvrir",
  Settings: "Réglages",
  Shift: "Maj",
  "Short Key": "Touches",
  "Short Keys": "Raccourcis du clavier",
  "Show Deprecated Arguments": "Montrer les arguments abandonnés",
  "Show Deprecated Fields": "Montrer les champs abandonnés",
  "Show Deprecated Values": "Montrer les valeurs abandonnées",
  "Show Documentation Explorer": "Montrer la documentation",
  "Show Explorateur": "Montrer l’explorateur",
  "Show History": "Montrer l’historique",
  "Show Opérations prêtes": "Montrer les opérations prêtes",
  "Show editor tools": "Montrer les variables et les en-têtes",
  System: "Appareil",
  Theme: "Thème",
  Type: "Type",
  "Type a label": "Un nom",
  "The editors use": "Les éditeurs suivent les",
  "CodeMirror Key Maps": "raccourcis de CodeMirror",
  "that add more short keys. This instance of Graph": "qui en ajoutent d’autres. Cet éditeur Graph",
  "QL uses": "QL suit ceux de",
  "<untitled>": "Sans nom",
};
const SPOKEN = ["aria-label", "placeholder", "title"];
const NOT_OURS = ".CodeMirror, .ready-made";

function translate(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    const english = node.nodeValue.trim();
    const words = FRENCH[english];
    if (words && words !== english && !node.parentElement?.closest(NOT_OURS)) node.nodeValue = node.nodeValue.replace(english, words);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(".ready-made")) return;
  for (const name of SPOKEN) {
    const words = FRENCH[node.getAttribute(name)];
    if (words) node.setAttribute(name, words);
  }
  node.childNodes.forEach(translate);
}

new MutationObserver((changes) => {
  for (const { target, addedNodes, type } of changes) {
    if (type === "childList") addedNodes.forEach(translate);
    else translate(target);
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: SPOKEN });
