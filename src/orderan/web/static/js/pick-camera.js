// The camera as a scanner, in browsers that read barcodes; others have the field.
const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "qr_code", "data_matrix", "itf"];
const SAME_MS = 2000;
const LOOK_MS = 120;

/** Offer the camera behind a button; `read` gets each code, the same one not twice while it is held before the lens. */
export function camera(button, video, read, refused) {
  if (!button || !globalThis.BarcodeDetector || !navigator.mediaDevices?.getUserMedia) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (video.srcObject) {
      close(video);
      return;
    }
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      refused();
      return;
    }
    video.hidden = false;
    await video.play();
    const known = await BarcodeDetector.getSupportedFormats();
    look(new BarcodeDetector({ formats: FORMATS.filter((format) => known.includes(format)) }), video, read);
  });
  addEventListener("pagehide", () => close(video));
}

function close(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
  video.hidden = true;
}

async function look(detector, video, read) {
  let last = "";
  let at = 0;
  while (video.srcObject) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found && (found.rawValue !== last || Date.now() - at > SAME_MS)) {
      [last, at] = [found.rawValue, Date.now()];
      read(found.rawValue);
    }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}
