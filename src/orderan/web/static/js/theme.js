// Runs before the first paint: follows the device unless a theme was chosen.
(() => {
  const root = document.documentElement;
  root.classList.remove("no-js");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme;
    root.dataset.bsTheme = chosen === "dark" || (chosen === "auto" && dark.matches) ? "dark" : "light";
    document.dispatchEvent(new Event("orderan:theme"));
  };
  dark.addEventListener("change", apply);
  root.addEventListener("orderan:choose-theme", apply);
  apply();
})();
