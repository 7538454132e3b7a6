// What pages gain from JavaScript beside htmx: progress of an upload, focus where it helps, a word when the service
// does not answer. Every page works without it.
"use strict";

// What only makes sense with JavaScript is shown.
document.documentElement.classList.add("scripted");

// fetch() says nothing while it sends: a form that carries files is sent by XMLHttpRequest instead.
function sendWithProgress(form) {
  return (address, request) =>
    new Promise((resolve, reject) => {
      const sender = new XMLHttpRequest();
      sender.open(request.method, address);
      for (const [name, value] of Object.entries(request.headers)) sender.setRequestHeader(name, value);
      sender.upload.onprogress = (event) => event.lengthComputable && showProgress(form, event);
      sender.onload = () => resolve(answerOf(sender));
      sender.onerror = () => reject(new TypeError("network"));
      sender.onabort = () => reject(new DOMException("stopped", "AbortError"));
      request.signal.addEventListener("abort", () => sender.abort());
      sender.send(request.body);
    });
}

function answerOf(sender) {
  const headers = new Headers();
  for (const line of sender.getAllResponseHeaders().trim().split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const body = [204, 304].includes(sender.status) ? null : sender.responseText;
  return new Response(body, { status: sender.status, headers });
}

// Said aloud three times only, at the beginning, half-way and at the end.
function showProgress(form, { loaded, total }) {
  const block = form.querySelector(".progress");
  if (!block) return;
  const percent = Math.floor((100 * loaded) / total);
  block.hidden = false;
  block.querySelector("progress").value = percent;
  const words = percent < 50 ? "Envoi en cours" : percent < 100 ? "Envoi\u00a0: plus de la moitié" : "Envoi terminé, vérification en cours";
  const status = block.querySelector("[role=status]");
  if (status.textContent !== words) status.textContent = words;
}

function hideProgress(form) {
  const block = form.querySelector?.(".progress");
  if (block) block.hidden = true;
}

function alertUser(words, retry) {
  const place = document.getElementById("alerte");
  place.replaceChildren();
  if (!words) return;
  const notice = document.createElement("div");
  notice.className = "notice notice-error";
  notice.append(Object.assign(document.createElement("p"), { textContent: words }));
  if (retry) notice.append(way("button", { type: "button", textContent: "Réessayer", onclick: retry }));
  place.append(notice);
}

// Presses the same button once more; it takes the focus back, as « Réessayer » goes with its notice.
function pressAgain({ form, submitter }) {
  return submitter && (() => (submitter.focus(), form.requestSubmit(submitter)));
}

// Said by a screen reader, and seen nowhere.
function announce(words) {
  document.getElementById("annonce").textContent = words;
}

function hasFiles(body) {
  return body instanceof FormData && [...body.values()].some((value) => value instanceof File && value.size > 0);
}

let pathBefore = location.pathname;
let savedBefore = "";
const saved = () => document.getElementById("brouillon")?.textContent.trim() ?? "";

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  alertUser("");
  announce("");
  pathBefore = location.pathname;
  savedBefore = saved();
  if (hasFiles(ctx.request.body)) ctx.fetch = sendWithProgress(ctx.sourceElement);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.swap === "none") return;
  const arrived = location.pathname !== pathBefore;
  // Words that stay the same are no news to a screen reader: saved twice within a minute, they are said again.
  if (saved() === savedBefore) announce(saved());
  if (arrived) scrollTo(0, 0);
  const wanted = document.querySelector("#contenu [data-focus]") ?? (arrived ? document.querySelector("#contenu h1") : null);
  if (!wanted) return;
  if (wanted.tabIndex < 0) wanted.tabIndex = -1;
  wanted.focus();
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => hideProgress(ctx.sourceElement));

const STILL_HERE = "Votre saisie est toujours à l’écran.";
const UNANSWERED = "Le service n’a pas répondu. Votre saisie est toujours à l’écran\u00a0: vérifiez votre connexion, puis réessayez.";

// What is refused before a page could answer leaves the form as it is: only the words of the refusal are shown.
const REFUSED_OUTRIGHT = [403, 413, 429];

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (status < 500 && !REFUSED_OUTRIGHT.includes(status)) return;
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  const said = [".lead", ".incident"].map((part) => page.querySelector(`#contenu ${part}`)?.textContent.trim());
  const words = said[0] ? [said[0], STILL_HERE, said[1]].filter(Boolean).join(" ") : UNANSWERED;
  alertUser(words, status < 500 ? null : pressAgain(ctx.request));
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx?.swap !== "none") alertUser(UNANSWERED, ctx && pressAgain(ctx.request));
});

document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-stop]");
  if (stop) htmx.trigger(stop.form, "htmx:abort");
  for (const menu of document.querySelectorAll(".menu details[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll(".menu details[open], .hint[open]")) open.open = false;
});

// Leaving a page asks first, as long as something typed on it has not been sent.
let sending = false;
const isUnsaved = (field) => field.value.trim() !== field.dataset.unsaved.trim();

addEventListener("submit", (event) => {
  sending = !event.defaultPrevented && event.target.querySelector("[data-unsaved]") !== null;
});
addEventListener("pageshow", () => {
  sending = false;
});
addEventListener("beforeunload", (event) => {
  if (!sending && [...document.querySelectorAll("[data-unsaved]")].some(isUnsaved)) event.preventDefault();
});
