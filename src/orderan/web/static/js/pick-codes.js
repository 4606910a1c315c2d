// What a scanner read, as far as a picker needs it while there is no network: the article and its lot.
// GS1 General Specifications, sections 3 and 7.8: AIs of a fixed length, and those that end with FNC1.
const FIXED = { "01": 14, "02": 14, "00": 18, 11: 6, 12: 6, 13: 6, 15: 6, 16: 6, 17: 6, 20: 2 };
const OPEN = { 10: 20, 21: 20, 22: 20, 37: 8 };

/** {gtin, lot} of a GTIN or a GS1 element string, {text} in lower case of anything else. */
export function meaning(code) {
  const text = code.trim();
  if (/^(\d{8}|\d{12,14})$/.test(text)) return { gtin: text.padStart(14, "0"), text };
  const elements = text.replace(/^\](C1|d2|e0|Q3|J1)/, "");
  return gs1(text.startsWith("(") ? bracketed(elements) : elements) ?? { text: text.toLowerCase() };
}

function bracketed(text) {
  return text.replace(/\((\d{2,4})\)/g, (_whole, ai, at) => (at ? "\x1d" : "") + ai);
}

function gs1(text) {
  const found = {};
  let rest = text;
  while (rest) {
    rest = rest.replace(/^\x1d+/, "");
    const ai = rest.slice(0, 2);
    if (FIXED[ai]) {
      found[ai] = rest.slice(2, 2 + FIXED[ai]);
      if (found[ai].length < FIXED[ai] || !/^\d+$/.test(found[ai])) return null;
      rest = rest.slice(2 + FIXED[ai]);
    } else if (OPEN[ai]) {
      const end = rest.indexOf("\x1d");
      found[ai] = rest.slice(2, end < 0 ? undefined : end);
      if (!found[ai] || found[ai].length > OPEN[ai]) return null;
      rest = end < 0 ? "" : rest.slice(end + 1);
    } else if (found["01"]) break;
    else return null;
  }
  return found["01"] ? { gtin: found["01"], lot: found[10], text: text.toLowerCase() } : null;
}

/** Whether a code stands for what is taken at a stop; a lot that is named must be the one asked for. */
export function matches(meant, stop) {
  if (meant.text === stop.sku.toLowerCase()) return true;
  if (!stop.gtin || meant.gtin !== stop.gtin) return false;
  return !meant.lot || !stop.lot || meant.lot.toLowerCase() === stop.lot.toLowerCase();
}
