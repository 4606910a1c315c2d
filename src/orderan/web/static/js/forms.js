const grouping = document.documentElement.lang === "en" ? "," : ".";

function group(input) {
  const before = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
  const digits = input.value.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  input.value = digits.replace(/\B(?=(\d{3})+$)/g, grouping);
  let at = 0;
  for (let seen = 0; at < input.value.length && seen < before; at++) if (/\d/.test(input.value[at])) seen++;
  input.setSelectionRange(at, at);
}

const AGAIN_MS = 5000;

/** A form that is on its way is not sent again by an impatient second click. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // A field named "method" would stand in the way of the form's own.
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, AGAIN_MS);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
}

/** Money fields group their digits while typed; comboboxes look up what is typed. */
export function forms() {
  sendOnce();
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-money]")) {
      if (event.inputType === "insertFromPaste") event.target.value = event.target.value.replace(/[.,]00?\s*$/, "");
      group(event.target);
    }
    const combo = event.target.closest("[data-combo]");
    if (combo && event.target.matches('[role="combobox"]')) lookUp(combo);
  });
  document.addEventListener("keydown", (event) => {
    const combo = event.target.closest?.("[data-combo]");
    if (combo) steer(event, combo);
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-enter-next]");
    if (!form || event.key !== "Enter" || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) form.querySelector("[data-send]:enabled")?.click();
    else if (event.target.matches("input, select")) next(form, event.target)?.focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest('[data-combo] [role="option"]');
    if (option) take(option.closest("[data-combo]"), option);
    for (const combo of document.querySelectorAll("[data-combo]"))
      if (!combo.contains(event.target)) close(combo);
  });
}

/** The field after this one: Enter walks a form that is filled in by keyboard. */
function next(form, field) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, [data-send]")];
  return fields[fields.indexOf(field) + 1];
}

const waiting = new WeakMap();

function lookUp(combo) {
  combo.querySelector("[data-combo-value]").value = "";
  clearTimeout(waiting.get(combo)?.timer);
  waiting.get(combo)?.abort.abort();
  const abort = new AbortController();
  const timer = setTimeout(() => fetchInto(combo, abort), 120);
  waiting.set(combo, { timer, abort });
}

async function fetchInto(combo, abort) {
  const input = combo.querySelector('[role="combobox"]');
  const address = new URL(combo.dataset.combo, location.href);
  address.searchParams.set("q", input.value);
  try {
    const answer = await fetch(address, { signal: abort.signal, headers: { accept: "application/json" } });
    if (answer.ok) show(combo, await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") close(combo);
  }
}

function show(combo, options) {
  const list = combo.querySelector("ul");
  list.replaceChildren(...options.map((option, index) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === 0));
    item.dataset.value = option.value;
    item.dataset.label = option.label;
    item.textContent = option.label;
    if (option.sub) {
      const sub = document.createElement("small");
      sub.className = "o-sub";
      sub.textContent = option.sub;
      item.append(sub);
    }
    return item;
  }));
  if (!options.length) {
    const none = document.createElement("li");
    none.textContent = list.dataset.empty;
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    list.append(none);
  }
  list.hidden = false;
  point(combo);
}

function point(combo) {
  const input = combo.querySelector('[role="combobox"]');
  input.setAttribute("aria-expanded", "true");
  const at = combo.querySelector('[aria-selected="true"]');
  if (at) input.setAttribute("aria-activedescendant", at.id);
}

function close(combo) {
  const input = combo.querySelector('[role="combobox"]');
  combo.querySelector("ul").hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function take(combo, option) {
  if (option.dataset.value === undefined) return;
  const value = combo.querySelector("[data-combo-value]");
  value.value = option.dataset.value;
  combo.querySelector('[role="combobox"]').value = option.dataset.label;
  close(combo);
  value.dispatchEvent(new Event("change", { bubbles: true }));
}

function steer(event, combo) {
  const list = combo.querySelector("ul");
  if (list.hidden) return;
  const options = [...list.querySelectorAll("[data-value]")];
  const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") close(combo);
  else if (event.key === "Enter" && options[at]) take(combo, options[at]);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
    options[at]?.setAttribute("aria-selected", "false");
    next?.setAttribute("aria-selected", "true");
    next?.scrollIntoView({ block: "nearest" });
    point(combo);
  } else return;
  event.preventDefault();
}
