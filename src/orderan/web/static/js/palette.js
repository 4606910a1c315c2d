/** Ctrl K: go somewhere, or look for what was typed. */
export function palette() {
  const dialog = document.querySelector("[data-palette]");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("ul");
  const search = document.createElement("li");
  search.setAttribute("role", "option");
  search.id = "palette-search";
  search.hidden = true;
  list.append(search);

  const shown = () => [...list.children].filter((item) => !item.hidden);
  const point = (item) => {
    for (const one of list.children) one.setAttribute("aria-selected", String(one === item));
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  };
  const narrow = () => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of list.children)
      if (item !== search) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    search.hidden = !wanted;
    search.dataset.href = `/search?q=${encodeURIComponent(input.value.trim())}`;
    search.textContent = `${list.dataset.searchText}: ${input.value.trim()}`;
    point(shown()[0]);
  };
  const go = (item) => item && location.assign(item.dataset.href);

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      input.value = "";
      narrow();
      if (!dialog.open) dialog.showModal();
    }
  });
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    const items = shown();
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") point(items[(at + 1) % items.length]);
    else if (event.key === "ArrowUp") point(items[(at - 1 + items.length) % items.length]);
    else if (event.key === "Enter") go(items[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => go(event.target.closest("li")));
}
