// Draws the charts from JSON that the page brings along. Every text comes from the server.

const module = document.getElementById("charts-module");
const SYMBOLS = { good: "circle", fair: "diamond", poor: "triangle", none: "circle" };
let echarts = null;

function tone(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colours() {
  return {
    text: tone("--text"), muted: tone("--muted"), line: tone("--line"), surface: tone("--surface"), brand: tone("--colorBrandForeground1"),
    fill: { good: tone("--good-fill"), fair: tone("--fair-fill"), poor: tone("--poor-fill"), none: tone("--none-fill") },
    zone: { good: tone("--zone-good"), fair: tone("--zone-fair"), poor: tone("--zone-poor") },
  };
}

function escaped(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node.innerHTML;
}

function tooltip(c) {
  return {
    trigger: "item", confine: true, backgroundColor: c.surface, borderColor: c.line, textStyle: { color: c.text, fontFamily: "inherit", fontSize: 13 },
    formatter: ({ data }) => [data.name ? `<strong>${escaped(data.name)}</strong>` : "", ...data.lines.filter(Boolean).map(escaped)].filter(Boolean).join("<br>"),
  };
}

function axis(c, name, more) {
  return {
    name, nameLocation: "middle", nameTextStyle: { color: c.muted, fontSize: 12 }, axisLabel: { color: c.muted, fontSize: 12 },
    axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: c.line, opacity: 0.6 } }, ...more,
  };
}

function bands(c, { good, fair }) {
  const area = (name, from, to) => [{ yAxis: from, itemStyle: { color: c.zone[name] } }, { yAxis: to }];
  return { silent: true, data: [area("poor", 0, fair), area("fair", fair, good), area("good", good, 100)] };
}

function scoreAxis(c, data) {
  return axis(c, data.axes.y, { type: "value", min: 0, max: 100, interval: 20, nameGap: 32, nameRotate: 90 });
}

function frame(c, data) {
  return {
    animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, tooltip: tooltip(c),
    aria: { enabled: true, label: { enabled: true, description: data.summary } },
  };
}

/** The shapes of the words beside them: full for a rating, an empty ring for none. */
function look(c, rating) {
  if (rating === "none") return { color: "transparent", borderColor: c.fill.none, borderWidth: 1.5, opacity: 0.8 };
  return { color: c.fill[rating], opacity: 0.8, borderColor: c.surface, borderWidth: 1 };
}

function bubbles(data, c) {
  const largest = Math.max(1, ...data.points.map((point) => point.value));
  const size = (value) => 7 + 27 * Math.sqrt(value / largest);
  return {
    ...frame(c, data),
    grid: { left: 52, right: 20, top: 16, bottom: 48 },
    xAxis: axis(c, data.axes.x, { type: "value", nameGap: 30, splitLine: { show: false }, scale: true, minInterval: 1, boundaryGap: ["4%", "4%"], axisLabel: { color: c.muted, fontSize: 12, margin: 14 } }),
    yAxis: scoreAxis(c, data),
    series: [{
      type: "scatter", cursor: "pointer", markArea: bands(c, data.bands),
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.muted, type: "dashed", width: 1 }, data: [{ xAxis: 0 }] },
      data: data.points.map((point) => ({
        ...point, value: [point.x, point.y], symbol: SYMBOLS[point.rating], symbolSize: size(point.value),
        symbolRotate: point.rating === "poor" ? 180 : 0, itemStyle: look(c, point.rating),
      })),
    }],
  };
}

function curve(data, c) {
  return {
    ...frame(c, data), aria: { enabled: false }, // the curve is a slider of its own, see walked()
    grid: { left: 52, right: 16, top: 12, bottom: 28 },
    xAxis: axis(c, "", { type: "time", splitLine: { show: false }, axisLabel: { color: c.muted, fontSize: 12, hideOverlap: true, formatter: timeLabel(data.points) } }),
    yAxis: scoreAxis(c, data),
    series: [{
      type: "line", smooth: 0.2, symbolSize: 8, cursor: "pointer", lineStyle: { color: c.brand, width: 2 }, markArea: bands(c, data.bands), z: 3,
      emphasis: { scale: 1.8 },
      data: data.points.map((point) => ({ ...point, name: "", value: [point.x, point.y], symbol: SYMBOLS[point.rating], symbolRotate: point.rating === "poor" ? 180 : 0, itemStyle: { color: c.fill[point.rating], borderColor: c.surface, borderWidth: 1, opacity: 1 } })),
    }, {
      type: "scatter", cursor: "pointer", symbol: "rect", symbolSize: [10, 10], z: 4,
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.muted, type: "dashed", width: 1 }, data: data.events.map((event) => ({ xAxis: event.x })) },
      data: data.events.map((event) => ({ ...event, value: [event.x, 3], itemStyle: { color: c.surface, borderColor: c.text, borderWidth: 1.5 } })),
    }],
  };
}

/** With the keyboard: arrows choose a point of the curve, Enter explains it. */
function walked(node, chart, data) {
  let at = data.points.length - 1;
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4, Home: -data.points.length, End: data.points.length };
  function tell() {
    node.setAttribute("aria-valuenow", data.points[at].y);
    node.setAttribute("aria-valuetext", data.points[at].lines.join(", "));
  }
  function show() {
    chart.dispatchAction({ type: "downplay", seriesIndex: 0 });
    chart.dispatchAction({ type: "highlight", seriesIndex: 0, dataIndex: at });
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
  }
  Object.entries({ tabindex: 0, role: "slider", "aria-label": `${data.summary}. ${data.hint}`, "aria-valuemin": 0, "aria-valuemax": 100 }).forEach(([name, value]) => node.setAttribute(name, value));
  tell();
  node.addEventListener("focus", () => node.matches(":focus-visible") && show());
  node.addEventListener("blur", () => {
    chart.dispatchAction({ type: "downplay", seriesIndex: 0 });
    chart.dispatchAction({ type: "hideTip" });
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") open("curve", data.points[at]);
    else if (event.key in steps) at = Math.min(Math.max(at + steps[event.key], 0), data.points.length - 1);
    else return;
    event.preventDefault();
    tell();
    show();
  });
}

/** Columns of every day, one colour per kind. */
function columns(data, c) {
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const written = (value, form) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...form }).format(new Date(value));
  const shown = (entry) => `${entry.marker}${escaped(entry.seriesName)} <strong>${entry.value}</strong>`;
  return {
    ...frame(c, data),
    tooltip: {
      ...tooltip(c), trigger: "axis", axisPointer: { type: "shadow" },
      formatter: (entries) => [`<strong>${escaped(written(data.days[entries[0].dataIndex], { dateStyle: "full" }))}</strong>`, ...entries.filter((entry) => entry.value).map(shown)].join("<br>"),
    },
    grid: { left: 40, right: 8, top: 12, bottom: 28 },
    xAxis: axis(c, "", { type: "category", data: data.days, axisLabel: { color: c.muted, fontSize: 12, hideOverlap: true, formatter: (value) => written(value, { day: "numeric", month: "short" }) } }),
    yAxis: axis(c, "", { type: "value", minInterval: 1 }),
    series: data.series.map(({ kind, name, counts }) => ({
      type: "bar", stack: "kinds", name, data: counts, barMaxWidth: 14, itemStyle: { color: tone(`--kind-${kind}`) },
    })),
  };
}

/** Columns of weeks or months, one colour per rating, good at the foot. */
function ratings(data, c) {
  const shown = (entry) => `${entry.marker}${escaped(entry.seriesName)} <strong>${escaped(data.series[entry.seriesIndex].texts[entry.dataIndex])}</strong>`;
  return {
    ...frame(c, data),
    tooltip: {
      ...tooltip(c), trigger: "axis", axisPointer: { type: "shadow" },
      formatter: (entries) => [`<strong>${escaped(written(data.days[entries[0].dataIndex], { dateStyle: "full" }))}</strong>`, ...entries.filter((entry) => entry.value).map(shown)].join("<br>"),
    },
    grid: { left: 56, right: 12, top: 12, bottom: 28 },
    xAxis: axis(c, "", { type: "category", data: data.labels, axisLabel: { color: c.muted, fontSize: 12, hideOverlap: true } }),
    yAxis: axis(c, "", { type: "value", axisLabel: { color: c.muted, fontSize: 12, formatter: shortNumber } }),
    series: data.series.map(({ rating, name, values }) => ({ type: "bar", stack: "ratings", name, data: values, barMaxWidth: 36, itemStyle: look(c, rating) })),
  };
}

function shortNumber(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(value);
}

/** Months of an axis of time; days where it is so short that the name of a month would stand several times. */
function timeLabel(points) {
  const days = points.length ? (new Date(points.at(-1).x) - new Date(points[0].x)) / 86_400_000 : 0;
  const written = (day, form) => new Intl.DateTimeFormat(document.documentElement.lang, form).format(day);
  return (value) => {
    const day = new Date(value);
    if (days < 120) return written(day, { day: "numeric", month: "short" });
    return written(day, { month: "short", ...(day.getMonth() === 0 ? { year: "numeric" } : {}) });
  };
}

function open(kind, point) {
  if (!point.href) return;
  if (kind === "curve") htmx.ajax("GET", point.href, { target: "#week", swap: "innerHTML" });
  else window.location.assign(point.href);
}

/** A chart in a hidden card is drawn once the card shows. */
function drawWhenSeen(node) {
  node.dataset.drawn = "soon";
  const seen = new ResizeObserver(() => {
    if (!node.clientWidth) return;
    seen.disconnect();
    draw(node);
  });
  seen.observe(node);
}

async function draw(node) {
  echarts ??= await import(module.dataset.echarts);
  if (!node.isConnected) return; // swapped away meanwhile
  const kind = node.dataset.chart;
  const data = JSON.parse(document.getElementById(node.dataset.source).textContent);
  const chart = echarts.init(node, null, { renderer: "svg", locale: document.documentElement.lang.toUpperCase() });
  const option = () => chart.setOption({ bubbles, columns, curve, ratings }[kind](data, colours()), true);
  option();
  if (kind === "curve") walked(node, chart, data);
  chart.on("click", ({ data: point }) => open(kind, point));
  const sized = new ResizeObserver(() => (node.isConnected ? chart.resize() : undo()));
  const themed = new MutationObserver(option);
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function undo() {
    sized.disconnect();
    themed.disconnect();
    system.removeEventListener("change", option);
    chart.dispose();
  }
  sized.observe(node);
  themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", option);
  node.dataset.drawn = "yes";
}

function drawAll(root) {
  for (const node of root.querySelectorAll("[data-chart]:not([data-drawn])")) drawWhenSeen(node);
}

document.documentElement.classList.add("scripted");
document.body.addEventListener("htmx:load", ({ target }) => drawAll(target.parentElement ?? document));
drawAll(document);
