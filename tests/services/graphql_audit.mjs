// The audit of the GraphQL over HTTP specification, by its own authors, against the address and with the token given.
import { auditServer } from "../../node_modules/graphql-http/lib/audits/server.mjs";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, { headers, ...rest } = {}) =>
  fetch(address, { ...rest, headers: { ...headers, authorization: `Bearer ${token}` } });
const results = await auditServer({ url, fetchFn });
const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
console.log(JSON.stringify(told));
