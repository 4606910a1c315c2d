const streams = new Map();
const digits = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en" : "id");

/** One event stream per address, however many cells listen to it. */
export function stock(root) {
  for (const cell of root.querySelectorAll?.("[data-stock-stream]") ?? []) {
    const address = cell.dataset.stockStream;
    if (streams.has(address)) continue;
    const source = new EventSource(address);
    source.addEventListener("stock", (event) => update(JSON.parse(event.data)));
    streams.set(address, source);
  }
}

function update({ sku, location, available }) {
  for (const cell of document.querySelectorAll("[data-stock-sku]")) {
    if (cell.dataset.stockSku !== sku || cell.dataset.stockLocation !== String(location)) continue;
    cell.textContent = digits.format(available);
    cell.classList.toggle("o-text-loss", available <= 0);
    cell.dataset.changed = "";
    requestAnimationFrame(() => requestAnimationFrame(() => delete cell.dataset.changed));
  }
}

addEventListener("pagehide", () => {
  for (const source of streams.values()) source.close();
  streams.clear();
});
addEventListener("pageshow", (event) => event.persisted && stock(document));
