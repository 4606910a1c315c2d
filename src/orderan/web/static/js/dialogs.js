/** Menus close on Escape and on a click elsewhere. The theme changes without a reload. */
export function menus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]"))
      if (!menu.contains(event.target)) menu.open = false;
    const theme = event.target.closest("[data-theme-choice]");
    if (theme) chooseTheme(event, theme);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function chooseTheme(event, button) {
  event.preventDefault();
  const choice = button.dataset.themeChoice;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `tema=${choice}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.documentElement.dataset.theme = choice;
  document.documentElement.dispatchEvent(new Event("orderan:choose-theme"));
  for (const one of document.querySelectorAll("[data-theme-choice]"))
    one.setAttribute("aria-pressed", String(one === button));
}

/** data-opens, data-closes, a click on the backdrop, and questions before a form is sent. */
export function dialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      // Without this script the button's popovertarget opens it; both at once are refused by the browser.
      event.preventDefault();
      document.getElementById(opener.dataset.opens)?.showModal();
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
    if (event.target.matches?.("dialog.o-dialog")) event.target.close();
  });
  for (const shown of document.querySelectorAll("dialog[data-shown]")) {
    shown.close();
    shown.showModal();
  }
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.confirm || button.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button).then((yes) => {
      if (!yes) return;
      button.dataset.confirmed = "yes";
      button.form.requestSubmit(button);
      delete button.dataset.confirmed;
    });
  }, true);
}

function ask(button) {
  const dialog = document.querySelector("[data-confirm-dialog]");
  const answer = dialog.querySelector("[data-confirm-answer]");
  const orders = button.form?.dataset.orders;
  dialog.querySelector("[data-confirm-text]").textContent = (orders ? `${orders}. ` : "") + button.dataset.confirm;
  answer.textContent = button.dataset.confirmYes || answer.dataset.default;
  answer.className = button.dataset.confirmTone === "loss" ? "btn btn-danger" : "btn btn-primary";
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
