// Starts GraphiQL on the operation that the page names; requests carry the session's cookie.
const place = document.getElementById("graphiql");
const operation = place.dataset.operation;

ReactDOM.createRoot(place).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql" }),
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    ...(operation && { query: operation }),
    defaultQuery: "# Écrivez ici une opération GraphQL.\n# La documentation s’ouvre par le premier bouton à gauche.\n",
    defaultEditorToolsVisibility: true,
    shouldPersistHeaders: false,
  }),
);
