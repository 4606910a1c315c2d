const locale = document.documentElement.lang === "en" ? "en" : "id";
const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });

let library;

/** uPlot is fetched by the first page that has a chart, and only then. */
function uplot() {
  library ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("../vendor/uPlot.min.css", import.meta.url).href;
    const script = document.createElement("script");
    script.src = new URL("../vendor/uPlot.iife.min.js", import.meta.url).href;
    script.addEventListener("load", () => resolve(globalThis.uPlot));
    script.addEventListener("error", reject);
    document.head.append(style, script);
  });
  return library;
}

const written = {
  number: [(v) => plain.format(v), (v) => short.format(v)],
  percent: [(v) => share.format(v), (v) => share.format(v)],
};

/** How values are written: in full, and short on an axis. Money comes in minor units. */
function writing(figure) {
  const { unit, sign, digits } = figure.dataset;
  if (unit !== "money") return written[unit];
  const whole = (v) => v / 10 ** Number(digits);
  return [(v) => `${sign}${plain.format(whole(v))}`, (v) => `${sign}${short.format(whole(v))}`];
}

const named = (text) => (/^\d{4}-\d\d-\d\d/.test(text) ? day.format(new Date(text)) : text);

// Half an order is no mark on an axis of orders.
const WHOLE = [...Array(10).keys()].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));

function colour(figure, tone) {
  const name = { accent: "--o-accent", calm: "--o-ink-3", done: "--o-done", loss: "--o-loss", wait: "--o-wait" }[tone];
  return getComputedStyle(figure).getPropertyValue(name ?? "--o-accent").trim();
}

function draw(uPlot, figure) {
  const labels = JSON.parse(figure.dataset.labels);
  const series = JSON.parse(figure.dataset.series);
  const [long, brief] = writing(figure);
  const bars = figure.dataset.kind === "bar" ? uPlot.paths.bars({ size: [0.6, 48], radius: 0.15 }) : null;
  const ink = colour(figure, "calm");
  const grid = getComputedStyle(figure).getPropertyValue("--o-line").trim();
  const plot = figure.querySelector(".o-chart-plot");
  plot.replaceChildren();
  const font = "12px system-ui, sans-serif";
  return new uPlot({
    width: plot.clientWidth,
    height: Number(figure.dataset.height),
    scales: { x: { time: false, range: (_, low, high) => [low - (bars ? 0.6 : 0), high + (bars ? 0.6 : 0)] }, y: { range: (_, low, high) => [Math.min(0, low), high * 1.08 || 1] } },
    cursor: { y: false },
    legend: { live: true },
    axes: [
      { stroke: ink, font, size: 30, grid: { show: false }, ticks: { show: false }, space: 64, incrs: [1, 2, 5, 7, 10, 14, 30, 60, 90, 180], values: (_, at) => at.map((i) => (Number.isInteger(i) && labels[i] ? named(labels[i]) : "")) },
      { stroke: ink, font, size: 72, grid: { stroke: grid, width: 1 }, ticks: { show: false }, incrs: figure.dataset.unit === "number" || figure.dataset.digits === "0" ? WHOLE : undefined, values: (_, at) => at.map(brief) },
    ],
    series: [
      { label: figure.dataset.across, value: (_, i) => (i === null ? "–" : named(labels[i] ?? "")) },
      ...series.map((one, index) => {
        const stroke = colour(figure, one.tone ?? ["accent", "calm", "done", "wait", "loss"][index % 5]);
        return { label: one.label, stroke, width: bars ? 0 : 2, fill: bars ? stroke : index === 0 ? `${stroke}18` : undefined, paths: bars ?? undefined, points: { show: false }, value: (_, v) => (v === null || v === undefined ? "–" : long(v)) };
      }),
    ],
  }, [labels.map((_, i) => i), ...series.map((one) => one.values)], plot);
}

export async function charts(root) {
  const figures = [...(root.querySelectorAll?.("[data-chart]") ?? [])];
  if (!figures.length) return;
  const uPlot = await uplot();
  for (const figure of figures) {
    let chart = draw(uPlot, figure);
    new ResizeObserver(() => {
      const width = figure.querySelector(".o-chart-plot").clientWidth;
      if (width && width !== chart.width) chart.setSize({ width, height: chart.height });
    }).observe(figure);
    document.addEventListener("orderan:theme", () => {
      chart.destroy();
      chart = draw(uPlot, figure);
    });
  }
}
