// The pickers' app: the list of one trolley, walked with a scanner, with a network or without one.
//
// Every scan is numbered, signed with the phone's key and queued in the phone before anything else happens; the queue
// is sent when there is a network, in its order. What the server answers is what counts: an order somebody else picked
// meanwhile comes back as goods to put back.
import { answer, stayAwake } from "./scan.js";
import { camera } from "./pick-camera.js";
import { matches, meaning } from "./pick-codes.js";
import { device, enqueue, of, queued, recall, remember, renumber, settle, tell } from "./pick-phone.js";

const AGAIN_MS = 5000;
const SOON_MS = 400;
// A phone may think that it is online and reach nobody: what waits is tried often, so that a conflict is told at once.
const WAITS_MS = 500;

/** Run on a page with `data-pick`. */
export function pick(root) {
  const place = root.querySelector?.("[data-pick]");
  if (root.querySelector?.("[data-pick-home]") || place) keepShell();
  if (place) new Walk(place).begin();
}

async function keepShell() {
  try {
    await navigator.serviceWorker?.register("/pick/worker.js", { scope: "/pick" });
  } catch {
    // Without it the page of a list cannot be opened again while there is no network; what was scanned is kept anyway.
  }
}

class Walk {
  constructor(place) {
    this.place = place;
    this.address = place.dataset.pick;
    this.may = Boolean(place.dataset.may);
    this.sheet = null;
    this.sending = false;
  }

  part(name) {
    return this.place.querySelector(`[data-pick-${name}]`);
  }

  word(name) {
    return this.part(name).innerHTML.trim();
  }

  async begin() {
    if (!globalThis.crypto?.subtle || !globalThis.indexedDB) {
      this.part("plain").hidden = false;
      return;
    }
    of(this.place.dataset.who);
    stayAwake();
    this.part("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = this.part("code");
      const code = field.value.trim();
      field.value = "";
      if (code) this.scanned(code, Number(this.part("many").value) || 1);
    });
    this.part("short")?.addEventListener("click", () => this.short());
    camera(this.part("camera"), this.part("video"), (code) => this.scanned(code, 1), () => this.say(this.word("no-camera"), "loss"));
    addEventListener("online", () => this.send());
    addEventListener("offline", () => this.offline(true));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.send());
    this.sheet = await recall(this.address);
    await this.show();
    await this.send();
  }

  /** Stops of the sheet without what is queued: that is in hand already. */
  async left() {
    return without(this.sheet, await queued()).stops;
  }

  async scanned(code, many) {
    if (!this.sheet) return;
    const [stop] = await this.left();
    if (!stop) return;
    const meant = meaning(code);
    if (stop.bin && meant.text === stop.bin.toLowerCase()) {
      this.say(this.word("right-bin"), "done");
      answer("ok");
      return;
    }
    if (this.sheet.stops.some((other) => other.bin && meant.text === other.bin.toLowerCase())) {
      this.say(this.word("wrong-bin") + stop.bin, "loss");
      answer("bad");
      return;
    }
    if (!matches(meant, stop)) {
      this.say(this.word("wrong") + `${stop.title} (${stop.sku})`, "loss");
      answer("bad");
      await this.keep([{ kind: "wrong", quantity: 1, scanned: code.slice(0, 200) }], stop);
      return;
    }
    const units = stop.takes.reduce((sum, take) => sum + take.units, 0);
    if (many > units) {
      this.say(this.word("too-many") + units, "loss");
      answer("bad");
      return;
    }
    const scans = [];
    const slots = [];
    for (const take of stop.takes) {
      const some = Math.min(many, take.units);
      if (!some) break;
      many -= some;
      scans.push({ kind: "pick", quantity: some, scanned: code.slice(0, 200), task_id: take.task_id, line_no: take.line_no });
      slots.push(`${take.slot} × ${some}`);
    }
    answer("ok");
    this.say(this.part("slots").hidden ? `${stop.title}` : this.word("put") + slots.join(", "), "done");
    this.part("many").value = 1;
    await this.keep(scans, stop);
  }

  async short() {
    const [stop] = await this.left();
    if (!stop) return;
    this.say(this.word("told"), "wait");
    const scans = stop.takes.map((take) => ({ kind: "short", quantity: take.units, task_id: take.task_id, line_no: take.line_no }));
    await this.keep(scans, stop);
  }

  async keep(scans, stop) {
    for (const scan of scans) {
      const goods = scan.kind === "wrong" ? {} : { sku_id: stop.sku_id, owner_id: stop.owner_id, lot_id: stop.lot_id, bin_id: stop.bin_id };
      await enqueue({ list_id: this.sheet.list, happened_at: new Date().toISOString(), ...goods, ...scan });
    }
    await this.show();
    this.send();
  }

  /** Send what waits, then take the sheet as the server has it. One at a time; what comes meanwhile goes with the next. */
  async send() {
    if (this.sending) {
      this.again = true;
      return;
    }
    this.sending = true;
    clearTimeout(this.later);
    try {
      if (this.may) await this.empty();
      await this.fetchSheet();
      this.offline(false);
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      this.offline(true);
      this.later = setTimeout(() => this.send(), (await queued()).length ? WAITS_MS : AGAIN_MS);
    } finally {
      this.sending = false;
      await this.show();
    }
    if (this.again) {
      this.again = false;
      this.later = setTimeout(() => this.send(), SOON_MS);
    }
  }

  async empty() {
    let set = false;
    for (let some = await queued(); some.length; some = await queued()) {
      await device(() => this.post("/pick/devices", {}));
      const told = await tell(some.slice(0, 50), (body) => this.post("/pick/scans", body));
      if (!told) return;
      for (const heard of told.heard) {
        this.sheet = without(this.sheet, some.filter((scan) => scan.seq === heard.seq));
        await remember(this.address, this.sheet);
        await settle(heard.seq);
        if (heard.conflict) this.putBack(heard.said);
        else if (heard.code) this.say(heard.said, "wait");
      }
      if (told.refused && !set && (await this.setBack(told.refused))) {
        set = true;
        continue;
      }
      if (told.refused) {
        this.part("broken-text").textContent = told.refused.said;
        this.part("broken").hidden = false;
        return;
      }
    }
  }

  /** The server knows less than the phone: it was set back to an older state. What waits is said anew. */
  async setBack({ code, expected }) {
    if (code === "scan_out_of_turn") await renumber(expected);
    else if (code === "pick_device_not_found") await renumber(1, { anew: true });
    else return false;
    return true;
  }

  async fetchSheet() {
    const response = await fetch(this.address, { headers: { accept: "application/json" } });
    if (!this.isOurs(response)) return;
    this.sheet = await response.json();
    this.csrf = this.sheet.csrf;
    await remember(this.address, this.sheet);
  }

  async post(address, body) {
    for (const last of [false, true]) {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", "x-csrftoken": this.csrf ?? document.querySelector('meta[name="csrf-token"]').content },
        body: JSON.stringify(body),
      });
      if (response.status === 403 && !last) {
        await this.fetchSheet(); // The page was kept from before; its token is not.
        continue;
      }
      return this.isOurs(response) ? response.json() : null;
    }
  }

  /** Whether it is an answer of the app; a page to sign in on is not. */
  isOurs(response) {
    if (response.status >= 500) throw new TypeError(`the server answered ${response.status}`);
    const ours = response.ok && !response.redirected && response.headers.get("content-type")?.includes("json");
    const out = response.redirected || response.status === 401 || response.status === 403;
    this.part("login").hidden = !out;
    this.part("broken").hidden = ours || out;
    if (!ours && !out) this.part("broken-text").textContent = this.word("odd");
    return ours;
  }

  offline(is) {
    this.part("offline").hidden = !is;
  }

  say(text, tone) {
    const box = document.createElement("div");
    box.className = `o-notice o-tone-${tone}`;
    box.textContent = text;
    this.part("said").replaceChildren(box);
  }

  /** Stays until it is read: goods are in the wrong hands. */
  putBack(text) {
    const box = document.createElement("div");
    const ok = document.createElement("button");
    box.className = "o-notice o-tone-loss o-pick-conflict";
    ok.className = "btn";
    ok.type = "button";
    ok.textContent = this.word("ok");
    ok.addEventListener("click", () => box.remove());
    box.append(Object.assign(document.createElement("p"), { textContent: text }), ok);
    this.part("back").append(box);
    answer("bad");
  }

  async show() {
    const waiting = (await queued()).length;
    this.part("queue").hidden = !waiting;
    this.part("queue").querySelector("span").textContent = waiting;
    if (!this.sheet) return;
    const [stop, ...after] = await this.left();
    const open = [stop, ...after].filter(Boolean).reduce((sum, one) => sum + one.takes.reduce((units, take) => units + take.units, 0), 0);
    this.part("count").textContent = `${this.sheet.units - Math.min(open, this.sheet.units)} / ${this.sheet.units}`;
    this.part("now").hidden = !stop;
    this.part("done").hidden = Boolean(stop);
    this.part("waiting").hidden = !this.sheet.waiting.length;
    this.part("next").hidden = !after.length;
    if (!stop) return;
    this.part("bin").textContent = stop.bin || this.word("floor");
    this.part("title").textContent = stop.title;
    this.part("sku").textContent = [stop.sku, stop.lot, stop.expires].filter(Boolean).join(" · ");
    this.part("units").textContent = `× ${stop.takes.reduce((sum, take) => sum + take.units, 0)}`;
    const image = this.part("image");
    image.hidden = !stop.image;
    if (stop.image && image.getAttribute("src") !== stop.image) image.src = stop.image;
    this.part("slots").replaceChildren(...stop.takes.map((take) => row(`${this.word("slot")} ${take.slot}`, `× ${take.units}`)));
    this.part("stops").replaceChildren(...after.slice(0, 20).map((one) => row(one.bin || this.word("floor"), `${one.title} × ${one.takes.reduce((sum, take) => sum + take.units, 0)}`)));
    const field = this.part("code");
    if (field && document.activeElement !== this.part("many")) field.focus();
  }
}

/** A sheet without units that scans are about. */
function without(sheet, scans) {
  if (!sheet) return sheet;
  const gone = new Map();
  const key = (bin, take, stop) => [take.task_id, take.line_no, stop.sku_id, stop.owner_id, stop.lot_id, bin].join();
  for (const scan of scans) {
    if (scan.list_id !== sheet.list || scan.kind === "wrong") continue;
    const of = key(scan.bin_id, scan, scan);
    gone.set(of, (gone.get(of) ?? 0) + scan.quantity);
  }
  const stops = [];
  for (const stop of sheet.stops) {
    const takes = [];
    for (const take of stop.takes) {
      const of = key(stop.bin_id, take, stop);
      const out = Math.min(take.units, gone.get(of) ?? 0);
      gone.set(of, (gone.get(of) ?? 0) - out);
      if (take.units > out) takes.push({ ...take, units: take.units - out });
    }
    if (takes.length) stops.push({ ...stop, takes });
  }
  return { ...sheet, stops };
}

function row(strong, text) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("b"), { textContent: strong }), ` ${text}`);
  return item;
}
