// One chosen file as the page shows it: its type, how far it is, what was said of it, and what can be done with it.
"use strict";

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// « 4,2 Mo », as everywhere on the pages: rounded up.
function inWords(bytes) {
  if (bytes < 1024) return `${bytes}\u00a0octet${bytes > 1 ? "s" : ""}`;
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)}\u00a0Ko`;
  return `${(Math.ceil((10 * bytes) / (1024 * 1024)) / 10).toLocaleString("fr")}\u00a0Mo`;
}

// A sentence that the page carries, with what is known here between its braces.
function filled(sentence, known) {
  return sentence.replace(/\{(\w+)\}/g, (_, word) => known[word]);
}

let numbered = 0;

class Row {
  constructor(file, place) {
    const form = place.closest("form");
    const choice = form.elements.type;
    this.file = file;
    this.address = place.dataset.sending;
    this.page = form.getAttribute("action");
    this.token = form.elements.jeton.value;
    this.modification = form.elements.modification.value;
    this.number = ++numbered;
    this.draw(choice);
    this.become("chosen");
    this.check();
  }

  get type() {
    return this.choice.value;
  }

  get signal() {
    return this.stopping.signal;
  }

  draw(choice) {
    const id = `envoi-${this.number}`;
    const name = element("span", { className: "hidden", textContent: ` ${this.file.name}` });
    this.choice = element("select", { id }, ...[...choice.options].map((option) => option.cloneNode(true)));
    this.choice.value = choice.value;
    this.choice.addEventListener("change", () => this.recheck());
    this.label = element("label", { htmlFor: id }, "Type", element("span", { className: "hidden", textContent: ` de ${this.file.name}` }), "\u00a0:");
    this.kind = element("p", { className: "quiet" });
    this.bar = element("progress", { max: 100, value: 0, ariaLabel: `Envoi de ${this.file.name}` });
    this.words = element("p", { id: `${id}-dit`, className: "said" });
    this.choice.setAttribute("aria-describedby", this.words.id);
    this.again = element("button", { type: "button", className: "link", onclick: () => this.retry() }, "Réessayer", name);
    this.stopWord = element("span");
    this.stop = element("button", { type: "button", className: "link", onclick: () => this.cancel() }, this.stopWord, name.cloneNode(true));
    this.element = element(
      "li",
      { tabIndex: -1 },
      element("p", { className: "sending-name" }, element("strong", { textContent: this.file.name }), ` ${inWords(this.file.size)}`),
      this.kind,
      this.label,
      this.choice,
      this.bar,
      this.words,
      element("div", { className: "ways-out" }, this.again, this.stop),
    );
  }

  become(state) {
    const held = this.element.contains(document.activeElement) && document.activeElement;
    if (state === "chosen" || state === "queued") this.stopping = new AbortController();
    this.state = state;
    this.element.dataset.state = state;
    const settled = !["chosen", "refused"].includes(state);
    this.choice.disabled = this.choice.hidden = this.label.hidden = settled;
    this.kind.textContent = settled ? this.choice.selectedOptions[0].text : "";
    this.bar.hidden = !["sending", "waiting", "adding"].includes(state);
    this.again.hidden = state !== "waiting";
    this.stop.hidden = state === "adding";
    this.stopWord.textContent = this.choice.disabled ? "Annuler" : "Retirer";
    this.words.className = state === "refused" ? "said fault" : "said";
    this.words.textContent = { queued: "En attente de son tour.", adding: "Reçu\u00a0: ajout au brouillon." }[state] ?? "";
    if (state === "sending") this.half = false;
    if (state !== "refused") this.choice.removeAttribute("aria-invalid");
    if (held.hidden) (this.stop.hidden ? this.element : this.stop).focus();
  }

  // What the server would refuse anyway is said before it is sent; it alone decides.
  check() {
    const { wrongFormat, emptyFile, tooLarge, noRoom, left } = zone().dataset;
    const { name, size: weight } = this.file;
    const chosen = [...this.choice.options].filter((option) => (this.type ? option.selected : option.value));
    const each = (limit, separator) => [...new Set(chosen.flatMap((option) => option.dataset[limit].split(separator)))];
    const largest = Math.max(...each("largest"));
    const size = inWords(weight);
    if (!each("extensions", ",").some((extension) => name.toLowerCase().endsWith(extension))) {
      const formats = each("formats", ", ");
      return this.refuse(filled(wrongFormat, { name, format: formats.length === 1 ? formats[0] : "accepté", formats: formats.join(", ") }));
    }
    if (!weight) return this.refuse(filled(emptyFile, { name }));
    if (weight > largest) return this.refuse(filled(tooLarge, { name, size, limit: inWords(largest) }));
    if (weight > left) this.refuse(filled(noRoom, { name }));
  }

  recheck() {
    this.become("chosen");
    this.check();
  }

  suggest(type) {
    if (this.type || this.choice.disabled) return;
    this.choice.value = type;
    this.recheck();
  }

  queue() {
    if (!this.type) this.refuse(zone().dataset.noType);
    else this.become("queued");
  }

  progressed(sent) {
    const percent = Math.floor((100 * sent) / this.file.size);
    this.bar.value = Math.min(percent, 100);
    this.words.textContent =
      sent < this.file.size ? `${percent}\u00a0% — ${inWords(sent)} sur ${inWords(this.file.size)}` : "Envoyé\u00a0: vérification en cours.";
    if (this.half || percent < 50 || percent >= 100) return;
    this.half = true;
    say(`${named(this.file)}\u00a0: plus de la moitié est envoyée.`);
  }

  waits(seconds, hurry) {
    const next = navigator.onLine ? `Nouvel essai dans ${Math.round(seconds)}\u00a0s.` : "Nouvel essai au retour du réseau.";
    this.become("waiting");
    this.hurry = hurry;
    this.words.textContent = `L’envoi de ${named(this.file)} a été interrompu. ${next}`;
    say(this.words.textContent);
  }

  refuse(sentence, again = false) {
    this.become("refused");
    this.sentence = sentence;
    this.again.hidden = !again;
    this.choice.setAttribute("aria-invalid", "true");
    this.words.textContent = sentence;
    say(sentence);
  }

  // Why « vérifier » leads nowhere, and the way on.
  holdUp() {
    this.words.textContent = `${this.sentence} Pour continuer sans ce fichier, retirez-le.`;
    say(this.words.textContent);
  }

  retry() {
    if (this.state === "waiting") return this.hurry();
    this.recheck();
    if (this.state === "chosen") this.queue();
    this.focus();
    startNext();
  }

  cancel() {
    const words = this.choice.disabled ? "envoi annulé" : "retiré";
    this.stopping.abort();
    forget(this);
    say(`${named(this.file)}\u00a0: ${words}.`);
    pressed = null;
    startNext();
  }

  focus() {
    (this.choice.disabled ? this.stop : this.choice).focus();
  }
}
