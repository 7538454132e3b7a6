// Brings what the pages serve from node_modules/ to web/static/vendor/: finished files as they are, and of Pico our choice.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile, Logger } from "sass";

const files = {
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "react.production.min.js": "react/umd/react.production.min.js",
  "react-dom.production.min.js": "react-dom/umd/react-dom.production.min.js",
  "graphiql.min.js": "graphiql/graphiql.min.js",
  "graphiql.min.css": "graphiql/graphiql.min.css",
  "graphiql-explorer.umd.js": "@graphiql/plugin-explorer/dist/index.umd.js",
  "graphiql-explorer.css": "@graphiql/plugin-explorer/dist/style.css",
};

const packages = new URL("../node_modules/", import.meta.url);
const vendor = new URL("./static/vendor/", import.meta.url);

mkdirSync(vendor, { recursive: true });
for (const [name, source] of Object.entries(files)) {
  copyFileSync(new URL(source, packages), new URL(name, vendor));
}
for (const left of readdirSync(vendor).filter((name) => !(name in files))) {
  rmSync(new URL(left, vendor));
}

const chosen = compile(fileURLToPath(new URL("./pico.scss", import.meta.url)), {
  loadPaths: [fileURLToPath(new URL("@picocss/pico/scss", packages))],
  style: "compressed",
  logger: Logger.silent,
});
writeFileSync(new URL("pico.min.css", vendor), chosen.css);
