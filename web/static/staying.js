// A session that is about to end says so in time, with a way to stay; what was typed outlives it anyway.
"use strict";

const WARNED = 300_000; // milliseconds before the end, or half of a shorter session
const idle = 1000 * (Number(document.body.dataset.unused) - 60); // the server counts by the minute
const signedIn = document.body.dataset.unused !== undefined;
const expiresAt = Date.now() + 1000 * Number(document.body.dataset.used);
const tabs = signedIn ? new BroadcastChannel("session") : null;
let endsAt = 0;
let told = "";

function used(at = Date.now()) {
  endsAt = Math.min(at + idle, expiresAt);
  watch();
}

function watch() {
  if (!("unused" in document.body.dataset)) return; // the sign-in page has taken this one's place
  const left = endsAt - Date.now();
  const state = left <= 0 ? "ended" : left > Math.min(WARNED, idle / 2) ? "" : endsAt === expiresAt ? "last" : "ending";
  if (state === told) return;
  told = state;
  document.getElementById("session").replaceChildren(...(state ? [notice(state)] : []));
}

function notice(state) {
  const parts = { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" }; // as every hour of the pages
  const hour = new Date(endsAt).toLocaleTimeString("fr", parts).replace(":", "\u00a0h\u00a0");
  const typing = document.querySelector("[data-unsaved]") !== null;
  const words = {
    ending: `Sans action de votre part, votre session se termine à ${hour}.`,
    last: `Votre session se termine à ${hour}. ${typing ? "Enregistrez avant\u00a0: vous" : "Vous"} pourrez ensuite vous reconnecter.`,
    ended: `Votre session est terminée.${typing ? " Ce que vous avez saisi est toujours à l’écran. Enregistrez\u00a0: vous le retrouverez après la connexion." : ""}`,
  }[state];
  const place = document.createElement("div");
  place.className = "notice notice-todo";
  place.append(Object.assign(document.createElement("p"), { textContent: words }));
  if (state === "ending") place.append(way("button", { type: "button", textContent: "Rester connecté", onclick: stay }));
  if (state === "ended" && !typing) place.append(way("a", { href: location.href, textContent: "Se reconnecter" }));
  return place;
}

function way(tag, properties) {
  return Object.assign(document.createElement(tag), { className: "button outline" }, properties);
}

async function stay() {
  const headers = { "X-CSRF-Token": document.querySelector("[name=jeton]").value };
  const response = await fetch("/session", { method: "POST", headers }).catch(() => null);
  if (!response) return alertUser(UNANSWERED);
  if (response.status === 401) endsAt = Date.now();
  else if (response.ok) tell();
  else return alertUser(UNANSWERED);
  watch();
  document.getElementById("contenu").focus();
}

function tell() {
  used();
  tabs.postMessage(Date.now());
}

if (signedIn) {
  tabs.onmessage = ({ data }) => used(data);
  tell();
  setInterval(watch, 5000);
  document.addEventListener("visibilitychange", watch);
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => ctx.response?.status < 400 && tell());
}
