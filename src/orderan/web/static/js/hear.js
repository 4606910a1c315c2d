// A simulated telephone is heard: each new line of the shop's voice is said aloud in its language, once somebody asked to.
let spoken = 0;

export function hear(root) {
  const button = root.querySelector?.("[data-hear]");
  if (button && "speechSynthesis" in window) {
    button.hidden = false;
    button.addEventListener("click", () => turn(button));
  }
  if (document.querySelector('[data-hear][aria-pressed="true"]')) speak();
}

function turn(button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  speechSynthesis.cancel();
  // What was said before is said again from its last line: that is the one that waits for a key.
  spoken = Math.max(0, document.querySelectorAll(".o-call-voice").length - 1);
  if (on) speak();
}

function speak() {
  const lines = [...document.querySelectorAll(".o-call-voice [data-original]")];
  for (const line of lines.slice(spoken)) {
    const saying = new SpeechSynthesisUtterance(line.textContent);
    saying.lang = line.lang || document.documentElement.lang;
    speechSynthesis.speak(saying);
  }
  spoken = Math.max(spoken, lines.length);
}
