import { smaller } from "./photos.js";

// The road has holes in its network. A form that could not be sent is sent again under its own id until it arrives.
const AGAIN_MS = 4000;
const SEEN_MS = 30000;
const LONGEST_EDGE = 1280;

let lastSeen = 0;
let watching = false;

/** Run on a page that has `data-driver`: the state of the driver's run. */
export function driver(root) {
  const page = root.querySelector?.("[data-driver]");
  if (!page) return;
  if (page.dataset.driver === "out") tellWhere();
  if (watching) return;
  watching = true;
  // Before anybody else: what is sent here must not leave the page.
  document.addEventListener("submit", send, true);
}

async function send(event) {
  const form = event.target.closest("form[data-again]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  const body = new FormData(form);
  const photo = form.querySelector("[data-photo]");
  if (photo?.files[0]) body.set("photo", await smaller(photo.files[0], LONGEST_EDGE), "foto.jpg");
  const answer = await arrives(form.action, body);
  await show(answer);
}

async function arrives(address, body) {
  for (;;) {
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { accept: "text/html" } });
      if (answer.status < 500) {
        offline(false);
        return answer;
      }
    } catch {
      // Nobody knows whether it arrived: its id makes that no matter.
    }
    offline(true);
    await Promise.race([
      new Promise((then) => setTimeout(then, AGAIN_MS)),
      new Promise((then) => addEventListener("online", then, { once: true })),
    ]);
  }
}

function offline(is) {
  for (const badge of document.querySelectorAll("[data-offline]")) badge.hidden = !is;
}

async function show(answer) {
  if (answer.redirected) {
    location.assign(answer.url);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("#content");
  if (!main) {
    location.reload();
    return;
  }
  document.querySelector("#content").replaceWith(main);
  main.querySelector("[data-focus]")?.focus();
  navigator.vibrate?.([120, 60, 120]);
}

function tellWhere() {
  navigator.geolocation?.watchPosition(({ coords }) => {
    if (Date.now() - lastSeen < SEEN_MS) return;
    lastSeen = Date.now();
    const body = new FormData();
    body.set("latitude", coords.latitude.toFixed(6));
    body.set("longitude", coords.longitude.toFixed(6));
    const token = document.querySelector('meta[name="csrf-token"]').content;
    // What is missed now is told in half a minute.
    fetch("/driver/position", { method: "POST", body, headers: { "x-csrftoken": token } }).catch(() => {});
  }, () => {}, { enableHighAccuracy: true, maximumAge: 15000 });
}
