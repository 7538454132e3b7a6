// The files of the modification page: each is sent on its own, then added to the draft by the page's own form.
"use strict";

const AT_ONCE = 2;
const rows = [];
// What was pressed: « vérifier » leads on once every file has arrived.
let pressed = null;
let list = null;

const zone = () => document.querySelector("[data-sending]");
const named = (file) => `«\u00a0${file.name}\u00a0»`;

function say(words) {
  const place = document.getElementById("envois-dits");
  if (place) place.textContent = words;
}

function take(files) {
  const place = zone();
  list = document.getElementById("envois");
  for (const file of files) {
    const row = new Row(file, place);
    rows.push(row);
    list.append(row.element);
  }
  const refused = rows.filter((row) => row.state === "refused").length;
  const words = files.length === 1 ? `${named(files[0])} choisi.` : `${files.length} fichiers choisis.`;
  say(refused ? `${words} ${refused === 1 ? "Un fichier ne convient" : `${refused} fichiers ne conviennent`} pas.` : words);
}

// Sends whatever is ready. True when the form's own post has to wait for files.
function sendAll(button) {
  pressed = button.id;
  for (const row of rows) if (row.state === "chosen") row.queue();
  const unfit = rows.find((row) => row.state === "refused");
  if (unfit) unfit.focus();
  if (unfit && pressed === "verifier") unfit.holdUp();
  startNext();
  return rows.length > 0;
}

function startNext() {
  const sending = rows.filter((row) => ["sending", "waiting", "adding"].includes(row.state)).length;
  const queued = rows.filter((row) => row.state === "queued");
  for (const row of queued.slice(0, Math.max(0, AT_ONCE - sending))) deliver(row);
}

async function deliver(row) {
  const { signal } = row;
  const waits = (seconds, hurry) => row.waits(seconds, hurry);
  row.become("sending");
  try {
    await checkReadable(row.file);
    const received = await persist(() => (row.become("sending"), upload(row, signal, (sent) => row.progressed(sent))), signal, waits);
    const page = await inTurn(() => persist(() => (row.become("adding"), add(row, received, signal)), signal, waits));
    tell();
    forget(row);
    refresh(page);
    say(`${named(row.file)} a été ajouté au brouillon.`);
  } catch (fault) {
    if (!signal.aborted) row.refuse(fault instanceof Refusal ? fault.message : UNANSWERED, true);
  }
  startNext();
  if (!rows.length) leadOn();
}

// One change of the draft at a time.
let turn = Promise.resolve();
function inTurn(change) {
  const mine = turn.then(change);
  turn = mine.catch(() => {});
  return mine;
}

// The page's own post, with a document that was received before instead of a file; the contact being typed stays out.
async function add({ modification, token, type, page }, received, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ jeton: token, modification, type, recu: received, action: "importer" })) body.append(name, value);
  const response = await fetch(page, { method: "POST", body, signal }).catch(() => { throw new Lost(); });
  if (isPassing(response.status)) throw new Lost(response.headers.get("Retry-After"));
  const text = await response.text().catch(() => { throw new Lost(); });
  const answer = new DOMParser().parseFromString(text, "text/html");
  if (response.ok && answer.getElementById("modification")) return answer;
  if (response.status === 401) throw new Refusal(SIGNED_OUT);
  const said = ["#erreurs li", "#contenu [role=alert] p", "#contenu .lead"].map((where) => answer.querySelector(where)).find(Boolean);
  throw new Refusal(said?.textContent.trim() ?? UNANSWERED);
}

// The page in place, but for what is being done on it: what is typed, the type being chosen, and where the reader is.
function refresh(answer) {
  const form = document.getElementById("modification");
  if (!form) return;
  for (const mark of answer.querySelectorAll("[data-focus]")) mark.removeAttribute("data-focus");
  const { contact, lu, revision, type } = form.elements;
  const typed = contact.value !== lu.value && { contact: contact.value, lu: lu.value, revision: revision.value };
  const before = { active: document.activeElement, chosen: type.value };
  htmx.swap({ text: answer.documentElement.outerHTML, sourceElement: form, target: "#contenu", select: "#contenu", swap: "outerMorph" }).then(() => {
    const { elements } = document.getElementById("modification");
    for (const [name, value] of Object.entries(typed || {})) elements[name].value = value;
    elements.type.value = before.chosen;
    if (before.active.isConnected) return;
    (before.active.name ? elements[before.active.name] : document.getElementById("pieces")).focus();
  });
}

function leadOn() {
  const button = pressed === "verifier" && document.getElementById(pressed);
  pressed = null;
  if (button) button.form.requestSubmit(button);
}

function forget(row) {
  const held = row.element.contains(document.activeElement);
  const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
  rows.splice(rows.indexOf(row), 1);
  row.element.remove();
  if (held) (next?.querySelector("button") ?? document.getElementById("pieces")).focus();
}

document.addEventListener("change", ({ target }) => {
  const place = target.closest("[data-sending]");
  if (!place) return;
  if (target.type === "file" && target.files.length) {
    take([...target.files]);
    target.value = "";
  }
  if (target.name === "type") for (const row of rows) row.suggest(target.value);
});

// Before htmx: the form's own post waits until the files have arrived.
document.addEventListener(
  "submit",
  (event) => {
    if (!zone()?.contains(event.target.elements.importer) || !["importer", "verifier"].includes(event.submitter?.id)) return;
    if (!sendAll(event.submitter)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// Files that are chosen and not yet sent stay out of the form's own post; it tells of them, should the session have ended.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (rows.length && ctx.sourceElement.id === "modification") ctx.request.body.set("choisis", rows.length);
});

// A file that misses the zone would otherwise replace the page.
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const place = zone();
    if (!place || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const within = place.contains(event.target);
    place.classList.toggle("dropping", kind === "dragover" && within);
    if (kind === "dragover") event.dataTransfer.dropEffect = within ? "copy" : "none";
    if (kind === "drop" && within && event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
}

// A page that is another for a moment (a conflict) and comes back finds the files where they were.
document.addEventListener("htmx:after:swap", () => {
  const place = document.getElementById("envois");
  if (list && place && place !== list) place.replaceWith(list);
});

addEventListener("beforeunload", (event) => {
  if (rows.some((row) => !["chosen", "refused"].includes(row.state))) event.preventDefault();
});
