// Copies the few finished files that the pages serve from node_modules/ to web/static/vendor/.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";

const files = {
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "pico.min.css": "@picocss/pico/css/pico.min.css",
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
