// Pictures of some megapixels are made smaller before they leave a telephone, and lose what the camera wrote into them.
const LONGEST_EDGE = 1600;

/** A picture as a JPEG of at most so many pixels on a side; what the browser cannot read stays as it is, and the server says so. */
export async function smaller(file, longest = LONGEST_EDGE) {
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, longest / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((then) => canvas.toBlob((blob) => then(blob ?? file), "image/jpeg", 0.8));
  } catch {
    return file;
  }
}

/** Fields for several pictures: what is chosen is replaced by what is sent. */
export function photos() {
  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.matches?.("input[data-photos]") || !input.files.length) return;
    const chosen = [...input.files];
    const small = await Promise.all(chosen.map((one) => smaller(one)));
    // Chosen anew meanwhile: that choice has its own turn.
    if (chosen.some((file, turn) => input.files[turn] !== file)) return;
    const sent = new DataTransfer();
    small.forEach((one, turn) => sent.items.add(one === chosen[turn] ? one : new File([one], "foto.jpg", { type: "image/jpeg" })));
    input.files = sent.files;
  });
}
