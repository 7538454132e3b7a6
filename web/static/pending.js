// While documents are being analysed, the page asks how far that is: less and less often, never while nobody looks,
// and only what tells of these documents is replaced. What is typed, chosen or focused stays as it is.
"use strict";

const LOOKS = 30;
const LONGEST_WAIT = 60_000;
let looks = 0;
let nextLook = null;

const pendingPlace = () => document.querySelector("[data-pending]");

function lookLater() {
  if (nextLook || !pendingPlace()) return;
  if (looks >= LOOKS) return giveUp();
  nextLook = setTimeout(lookNow, Math.min(2000 * 1.3 ** looks++, LONGEST_WAIT));
}

// The session is not kept open for ever by a page that asks.
function giveUp() {
  for (const words of document.querySelectorAll(".pending .with-script")) {
    words.textContent = " Elle dure plus longtemps que d’habitude\u00a0: rechargez la page pour en connaître le résultat.";
  }
}

async function lookNow() {
  nextLook = null;
  if (document.hidden) return;
  const response = await fetch(location.href).catch(() => null);
  const page = response?.ok && !response.redirected && new DOMParser().parseFromString(await response.text(), "text/html");
  if (page) {
    tell();
    renew(page);
  }
  lookLater();
}

function renew(page) {
  const said = [];
  for (const place of document.querySelectorAll("[data-pending] [data-live]")) {
    const now = page.getElementById(place.id);
    if (!now || now.dataset.live === place.dataset.live) continue;
    said.push(now.dataset.live);
    place.dataset.live = now.dataset.live;
    place.replaceChildren(...now.childNodes);
  }
  for (const place of document.querySelectorAll("[data-pending]")) {
    if (page.getElementById(place.id)?.hasAttribute("data-pending")) continue;
    place.removeAttribute("data-pending");
    place.querySelector(".pending")?.remove();
  }
  if (said.length) announce(said.join(" "));
}

document.addEventListener("visibilitychange", lookLater);
document.addEventListener("htmx:after:swap", () => {
  looks = 0;
  lookLater();
});
lookLater();
