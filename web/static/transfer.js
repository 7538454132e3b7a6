// One file on its way to the server: sent whole on its own, and sent again for as long as the network fails.
"use strict";

// Of silence, in milliseconds: a phone that lost its network in a tunnel may never hear of it.
const LONGEST_SILENCE = 60_000;
const LONGEST_PAUSE = 60;
const SIGNED_OUT = "Votre session a expiré. Reconnectez-vous dans un autre onglet, puis réessayez.";

// The network or the service failed: the same again may succeed, not before so many seconds when the service said so.
class Lost extends Error {
  constructor(after) {
    super("lost");
    this.after = Number(after) || 0;
  }
}

// The server looked at it and said no, in a sentence.
class Refusal extends Error {}

// Statuses that tell of the service, not of what was sent.
function isPassing(status) {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

// XMLHttpRequest, as fetch() says nothing while it sends.
function upload({ file, type, modification, token, address }, signal, progressed) {
  return new Promise((resolve, reject) => {
    const sender = new XMLHttpRequest();
    sender.open("POST", `${address}?${new URLSearchParams({ documentType: type, modification })}`);
    sender.responseType = "json";
    sender.setRequestHeader("X-CSRF-Token", token);
    sender.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    const stop = () => sender.abort();
    let silence = setTimeout(stop, LONGEST_SILENCE);
    sender.upload.onprogress = ({ loaded }) => {
      clearTimeout(silence);
      silence = setTimeout(stop, LONGEST_SILENCE);
      progressed(loaded);
    };
    sender.onload = () => (sender.response?.uploadId ? resolve(sender.response.uploadId) : reject(refusalOf(sender)));
    sender.onerror = sender.onabort = () => reject(new Lost());
    sender.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", stop);
      removeEventListener("offline", stop);
    };
    signal.addEventListener("abort", stop);
    addEventListener("offline", stop);
    sender.send(file);
  });
}

function refusalOf(sender) {
  // A success that names nothing was answered by something on the way: a train's own page, a proxy.
  if (isPassing(sender.status) || sender.status < 300) return new Lost(sender.getResponseHeader("Retry-After"));
  return new Refusal(sender.status === 401 ? SIGNED_OUT : (sender.response?.message ?? UNANSWERED));
}

// Until the server answers; `waits` is told of every pause, and gets the way to end it early.
async function persist(attempt, signal, waits) {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (fault) {
      signal.throwIfAborted();
      if (!(fault instanceof Lost)) throw fault;
      const seconds = Math.max(fault.after, Math.min(2 ** tries, LONGEST_PAUSE));
      await pause(seconds, signal, waits);
    }
  }
}

// Without a network only its return ends a pause. Pauses differ a little, so that not all phones come back at once.
function pause(seconds, signal, waits) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => navigator.onLine && end(), seconds * 1000 * (0.75 + Math.random() / 2));
    const leave = () => reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", leave);
      resolve();
    };
    addEventListener("online", end);
    signal.addEventListener("abort", leave);
    waits(seconds, end);
  });
}

// A file that was moved since it was chosen, or a folder that was dropped, would fail like a network for ever.
async function checkReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Refusal(`«\u00a0${file.name}\u00a0» ne peut pas être lu. Choisissez-le de nouveau.`);
  }
}
