const rows = () => [...document.querySelectorAll("[data-list] [data-row]")];
const here = () => document.querySelector("[data-row][data-at]");

/** j and k: walk the rows. */
export function move(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(here());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))];
  here()?.removeAttribute("data-at");
  next.dataset.at = "";
  next.scrollIntoView({ block: "nearest" });
}

export function open() {
  const link = here()?.querySelector("[data-open]");
  if (!link) return false;
  link.click();
}

export function toggle() {
  const box = here()?.querySelector("[data-select]");
  if (!box) return false;
  box.click();
}

function count() {
  const boxes = [...document.querySelectorAll("[data-select]")];
  const chosen = boxes.filter((box) => box.checked).length;
  for (const all of document.querySelectorAll("[data-select-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const bar of document.querySelectorAll("[data-bulk]")) {
    bar.toggleAttribute("data-on", chosen > 0);
    bar.querySelector("[data-bulk-count]").textContent = chosen;
    if (!bar.dataset.many) continue;
    bar.dataset.orders = whole() ?? (chosen === 1 ? bar.dataset.one : bar.dataset.many.replace("#", chosen));
    for (const said of document.querySelectorAll("[data-bulk-orders]")) said.textContent = bar.dataset.orders;
  }
}

/** What "all that the filter finds" comes to, once it is ticked and counted; nothing while it is not. */
function whole() {
  const tick = document.querySelector("[data-whole]");
  return tick?.checked ? (tick.dataset.counted ?? "…") : undefined;
}

async function ask(tick) {
  delete tick.dataset.counted;
  count();
  if (!tick.checked) return;
  const answer = await fetch(tick.dataset.whole, { headers: { accept: "application/json" } });
  if (answer.ok) tick.dataset.counted = (await answer.json()).orders;
  count();
}

/** Select all, the bulk bar, and shift-click for a range. */
export function lists() {
  let last;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-select]");
    if (box && event.shiftKey && last) {
      const boxes = [...document.querySelectorAll("[data-select]")];
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    if (box) last = box;
    if (event.target.matches?.("[data-select-all]"))
      for (const one of document.querySelectorAll("[data-select]")) one.checked = event.target.checked;
    if (event.target.closest("[data-bulk-clear]"))
      for (const one of document.querySelectorAll("[data-select]")) one.checked = false;
    count();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-whole]")) ask(event.target);
  });
  // Whoever looks away from the dialog has not agreed to all of them.
  document.addEventListener("close", (event) => {
    for (const tick of event.target.querySelectorAll?.("[data-whole]") ?? []) tick.checked = false;
    count();
  }, true);
  document.addEventListener("htmx:afterSwap", count);
  count();
}
