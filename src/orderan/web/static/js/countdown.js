// The time left until a moment, beside the moment itself; gone with it.
export function countdowns(root) {
  for (const place of root.querySelectorAll?.("[data-countdown]") ?? []) tick(place, Date.parse(place.dataset.countdown));
}

function tick(place, end) {
  if (!place.isConnected) return;
  const left = Math.max(0, Math.round((end - Date.now()) / 1000));
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  place.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
  if (left > 0) setTimeout(tick, 1000 - (Date.now() % 1000), place, end);
}
