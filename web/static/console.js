// The managers' console: copying an operation, and taking what was typed along to GraphiQL.
"use strict";

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) say(button, (await copied(document.getElementById(button.dataset.copy))) ? "Copié" : "Sélectionné\u00a0: Ctrl+C le copie");
});

// Browsers give the clipboard to secure pages only: elsewhere the text is selected, ready to be copied by hand.
async function copied(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    source.closest("details").open = true;
    getSelection().selectAllChildren(source);
    return false;
  }
}

function say(button, words) {
  const status = button.parentElement.querySelector("[role=status]") ?? button.parentElement.appendChild(document.createElement("span"));
  status.setAttribute("role", "status");
  status.textContent = words;
}

// Not in the address, which servers and browsers remember: in this tab alone.
for (const link of document.querySelectorAll("[data-carry]")) {
  link.addEventListener("click", () => sessionStorage.setItem(`variables:${link.dataset.carry}`, link.dataset.variables));
}
