// A scanner types a code and presses Enter. Answer with sound and touch, keep the field ready, keep the light on.
const TONES = { ok: [880, 0.08], bad: [196, 0.35] };

function beep(kind) {
  const [pitch, seconds] = TONES[kind];
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.frequency.value = pitch;
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + seconds);
  tone.onended = () => audio.close();
}

export async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Without it the screen only goes dark sooner.
  }
}

/** Answer a scan, `ok` or `bad`. */
export function answer(said) {
  navigator.vibrate?.(said === "ok" ? 40 : [120, 60, 120]);
  if (navigator.userActivation?.hasBeenActive) beep(said);
}

/** Run on a page, or a swapped part of one, that has `data-scan` and maybe `data-scanned`. */
export function scan(root) {
  const field = root.querySelector?.("[data-scan]");
  if (!field) return;
  field.focus();
  // The browser may have focused it before this ran: what a scanner has typed since must not be typed over.
  if (field.value === field.defaultValue) field.select();
  stayAwake();
  const said = root.querySelector("[data-scanned]")?.dataset.scanned;
  if (TONES[said]) answer(said);
}
