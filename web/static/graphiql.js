// Starts GraphiQL with the managers' operations ready in its tabs; requests carry the session's cookie.
"use strict";

// The one style that GraphiQL writes itself, behind a dialog, bears the page's nonce.
window.__webpack_nonce__ = document.currentScript.nonce;

const place = document.getElementById("graphiql");
const { wanted, about } = place.dataset;
const operations = JSON.parse(place.dataset.operations);
const element = React.createElement;
// GraphiQL's own store: its history, its tabs, what was open in it.
const TABS = "graphiql:tabState";
const EMPTY = "# Écrivez ici une opération GraphQL.\n# La documentation s’ouvre par le premier bouton à gauche.\n";

function tabOf({ query, variables }) {
  const title = /^(?:query|mutation)\s+(\w+)/m.exec(query)?.[1] ?? "";
  return { id: crypto.randomUUID(), title, query, variables, headers: null, operationName: null, response: null };
}

function storedTabs() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem(TABS));
    return Array.isArray(tabs) && tabs.length ? { tabs, activeTabIndex } : null;
  } catch {
    return null;
  }
}

// The tabs of last time, or one for each of the main operations; the wanted one in front, filled in anew.
function openTabs() {
  const state = storedTabs() ?? { tabs: operations.filter(({ main }) => main).map(tabOf), activeTabIndex: 0 };
  const operation = operations.find(({ name }) => name === wanted);
  if (operation) {
    const carried = sessionStorage.getItem(`variables:${wanted}`);
    sessionStorage.removeItem(`variables:${wanted}`);
    const variables = carried ?? operation.variables;
    const there = state.tabs.findIndex(({ query }) => query === operation.query);
    if (there < 0) state.tabs.push(tabOf({ ...operation, variables }));
    else state.tabs[there].variables = variables;
    state.activeTabIndex = there < 0 ? state.tabs.length - 1 : there;
  }
  if (state.tabs.length) localStorage.setItem(TABS, JSON.stringify(state));
  return state.tabs[state.activeTabIndex] ?? { query: EMPTY, variables: "" };
}

// The list of what is ready, beside the documentation and the history.
function ReadyMade() {
  const group = (title, chosen) => [
    element("h3", { key: title }, title),
    element("ul", { key: `list ${title}` }, chosen.map(link)),
  ];
  const link = ({ name, title }) =>
    element("li", { key: name }, element("a", { href: `/graphql?modele=${name}${about}` }, title));
  return element(
    "section",
    { className: "ready-made", "aria-label": "Opérations prêtes" },
    element("h2", null, "Opérations prêtes"),
    ...group("Lire", operations.filter(({ main, writes }) => main && !writes)),
    ...group("Agir", operations.filter(({ main, writes }) => main && writes)),
    ...group("Lire aussi", operations.filter(({ main, writes }) => !main && !writes)),
    ...group("Agir aussi", operations.filter(({ main, writes }) => !main && writes)),
  );
}

function icon() {
  return element(
    "svg",
    { viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", strokeWidth: 1.5, height: "1em", "aria-hidden": true },
    element("path", { d: "M2 3.5h2M2 8h2M2 12.5h2M6.5 3.5H14M6.5 8H14M6.5 12.5H14" }),
  );
}

const explorer = { ...GraphiQLPluginExplorer.explorerPlugin(), title: "Explorateur" };
const readyMade = { title: "Opérations prêtes", icon, content: ReadyMade };
const { query, variables } = openTabs();
const settings = {
  fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
  plugins: operations.length ? [explorer, readyMade] : [explorer],
  query,
  variables: variables ?? "",
  defaultQuery: EMPTY,
  defaultEditorToolsVisibility: "variables",
  shouldPersistHeaders: false,
};

function Editor() {
  // Among so many tabs, the one in front may stand outside of what is seen.
  React.useEffect(() => document.querySelector(".graphiql-tab-active")?.scrollIntoView({ inline: "center" }), []);
  return element(GraphiQL, settings, element(GraphiQL.Logo, null, "GraphiQL"));
}

ReactDOM.createRoot(place).render(element(Editor));
