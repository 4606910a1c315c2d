let timer;

/** Show one of the sentences the page brought along, or the text itself. */
export function say(name) {
  const toast = document.querySelector("[data-toast]");
  if (!toast) return;
  toast.textContent = toast.dataset[name] ?? name;
  toast.dataset.on = "";
  clearTimeout(timer);
  timer = setTimeout(() => delete toast.dataset.on, 2600);
}
