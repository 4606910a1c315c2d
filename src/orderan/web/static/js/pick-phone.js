// What a phone keeps for each person who picks with it: a key and the last number it gave, the scans the server has
// not heard, the sheets it saw. The key cannot be read out of the browser again; it only signs.
const NAME = "orderan-pick";
let opened;
let who = "";

/** Whose scans these are from now on. */
export function of(person) {
  who = person;
}

function base() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("phone");
      asked.result.createObjectStore("scans", { keyPath: ["who", "seq"] });
      asked.result.createObjectStore("sheets");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function within(stores, mode, work) {
  const under = (await base()).transaction(stores, mode);
  const result = work(under);
  await new Promise((done, failed) => {
    under.oncomplete = done;
    under.onerror = under.onabort = () => failed(under.error);
  });
  return result.result;
}

const get = (store, key) => within([store], "readonly", (under) => under.objectStore(store).get(key));
const put = (store, value, key) => within([store], "readwrite", (under) => under.objectStore(store).put(value, key));

/** Get a name and a key, once for this phone; `ask` gets them from the server. */
export async function device(ask) {
  await alone(async () => {
    if (await get("phone", `device:${who}`)) return;
    const made = await ask();
    if (!made) return;
    const bytes = Uint8Array.from(made.key.match(/../g), (pair) => Number.parseInt(pair, 16));
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    await put("phone", { device: made.device, key }, `device:${who}`);
  });
}

/** Number a scan and keep it, before anything else is done about it. */
export async function enqueue(scan) {
  await alone(async () => {
    const seq = ((await get("phone", `seq:${who}`)) ?? 0) + 1;
    await within(["phone", "scans"], "readwrite", (under) => {
      under.objectStore("phone").put(seq, `seq:${who}`);
      return under.objectStore("scans").put({ ...scan, who, seq });
    });
  });
}

/** What the server has not heard, the oldest first. */
export function queued() {
  return within(["scans"], "readonly", (under) => under.objectStore("scans").getAll(mine()));
}

/** The server has heard this one. */
export function settle(seq) {
  return within(["scans"], "readwrite", (under) => under.objectStore("scans").delete([who, seq]));
}

/** The server has heard nothing from this number on (it was set back): number what waits anew, with a new key where it knows none. */
export async function renumber(first, { anew = false } = {}) {
  await alone(async () => {
    const waiting = await queued();
    await within(["phone", "scans"], "readwrite", (under) => {
      const scans = under.objectStore("scans");
      scans.delete(mine());
      waiting.forEach((scan, turn) => scans.put({ ...scan, seq: first + turn }));
      if (anew) under.objectStore("phone").delete(`device:${who}`);
      return under.objectStore("phone").put(first + waiting.length - 1, `seq:${who}`);
    });
  });
}

const mine = () => IDBKeyRange.bound([who, 0], [who, Infinity]);

/** Sign scans and send them with `post`; nothing while the phone has no key. */
export async function tell(scans, post) {
  const phone = await get("phone", `device:${who}`);
  if (!phone) return null;
  const signed = [];
  for (const scan of scans) signed.push({ ...shaped(scan), signature: await sign(phone, scan) });
  return post({ device: phone.device, scans: signed });
}

const FIELDS = ["seq", "kind", "list_id", "task_id", "line_no", "sku_id", "owner_id", "lot_id", "bin_id", "quantity", "scanned", "happened_at"];

function shaped(scan) {
  return Object.fromEntries(FIELDS.filter((name) => (scan[name] ?? "") !== "").map((name) => [name, scan[name]]));
}

async function sign({ device, key }, scan) {
  const said = [device, ...FIELDS.map((name) => scan[name] ?? "")].join("\n");
  const bytes = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(said));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const remember = (address, sheet) => put("sheets", sheet, `${who} ${address}`);
export const recall = (address) => get("sheets", `${who} ${address}`);

let turn = Promise.resolve();

/** One after the other, over every tab of the phone: two must not give the same number. */
function alone(work) {
  if (navigator.locks) return navigator.locks.request(NAME, work);
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}
