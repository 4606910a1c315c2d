// Enhancement only: every page works without it.
import { menus, dialogs } from "./dialogs.js";
import { keys } from "./keys.js";
import { lists } from "./lists.js";
import { forms } from "./forms.js";
import { palette } from "./palette.js";
import { stock } from "./stock.js";
import { charts } from "./charts.js";
import { say } from "./toast.js";
import { scan } from "./scan.js";
import { countdowns } from "./countdown.js";
import { driver } from "./driver.js";
import { hear } from "./hear.js";
import { pick } from "./pick.js";
import { photos } from "./photos.js";

menus();
dialogs();
keys();
lists();
forms();
palette();
photos();

function refresh(root) {
  stock(root);
  charts(root);
  root.querySelector?.("[data-focus]")?.focus();
  scan(root);
  countdowns(root);
  driver(root);
  hear(root);
  // On a narrow screen the tab one is on may lie outside what is seen of the row.
  for (const tab of root.querySelectorAll?.(".o-tabs a[aria-current]") ?? []) {
    tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
  }
}

refresh(document);
pick(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) refresh(event.detail.elt);
});
// Every htmx request carries the token, because forms inside a swapped part may be older than it.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["x-csrftoken"] = document.querySelector('meta[name="csrf-token"]').content;
});
// A refused form comes back as 4xx with its errors: show them instead of dropping them.
document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  const html = event.detail.xhr.getResponseHeader("content-type")?.startsWith("text/html");
  const aimed = event.detail.xhr.getResponseHeader("hx-retarget");
  if (html && (aimed || status === 400 || status === 409 || status === 422)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
  document.addEventListener(name, () => say("failed"));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  say("copied");
});
