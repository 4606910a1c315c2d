import { move, open, toggle } from "./lists.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

const actions = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys-dialog")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => toggle(),
  Enter: () => open(),
};

/** Single keys, only while nobody is typing and no dialog is open. */
export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    // A scanner types wherever the focus is: where a page lives by it, what it types lands in the field all the same.
    const scanned = event.key.length === 1 && document.querySelector('[data-scan="always"]');
    if (scanned) return scanned.focus();
    const action = actions[event.key];
    if (action && action() !== false) event.preventDefault();
  });
}
