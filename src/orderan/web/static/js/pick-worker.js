// Keeps the app of pickers on the phone: pages as they were last seen, scripts and pictures for good.
const SHELF = "orderan-pick";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(forgetOlder().then(() => clients.claim())));

/** Files of an older release are asked for by nobody any more. */
async function forgetOlder() {
  const tree = KEPT[0].split("/").slice(0, 3).join("/");
  const shelf = await caches.open(SHELF);
  for (const request of await shelf.keys()) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/static/") && !pathname.startsWith(tree)) await shelf.delete(request);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (/^\/(static|images)\//.test(pathname)) event.respondWith(keptFirst(request));
  else if (request.mode === "navigate" && /^\/pick(\/lists\/[^/]+)?$/.test(pathname)) event.respondWith(freshFirst(request));
});

async function keptFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await keep(request, response.clone());
  return response;
}

async function freshFirst(request) {
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected) await keep(request, response.clone());
    return response;
  } catch (fault) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw fault;
  }
}

async function keep(request, response) {
  const shelf = await caches.open(SHELF);
  await shelf.put(request, response);
}
