// Draws the two charts from JSON that the page brings along. Every text comes from the server.

const module = document.getElementById("charts-module");
const SYMBOLS = { good: "circle", fair: "diamond", poor: "triangle", none: "emptyCircle" };
let echarts = null;

function tone(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function colours() {
  return {
    text: tone("--text"), muted: tone("--muted"), line: tone("--line"), surface: tone("--surface"), brand: tone("--colorBrandForeground1"),
    fill: { good: tone("--good-fill"), fair: tone("--fair-fill"), poor: tone("--poor-fill"), none: tone("--none-fill") },
    soft: { good: tone("--good-soft"), fair: tone("--fair-soft"), poor: tone("--poor-soft") },
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
  const area = (name, from, to) => [{ yAxis: from, itemStyle: { color: c.soft[name] } }, { yAxis: to }];
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

function bubbles(data, c) {
  const largest = Math.max(1, ...data.points.map((point) => point.value));
  const size = (value) => 7 + 27 * Math.sqrt(value / largest);
  return {
    ...frame(c, data),
    grid: { left: 52, right: 16, top: 12, bottom: 40 },
    xAxis: axis(c, data.axes.x, { type: "value", nameGap: 24, splitLine: { show: false }, scale: true, minInterval: 1 }),
    yAxis: scoreAxis(c, data),
    series: [{
      type: "scatter", cursor: "pointer", markArea: bands(c, data.bands),
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.muted, type: "dashed", width: 1 }, data: [{ xAxis: 0 }] },
      data: data.points.map((point) => ({
        ...point, value: [point.x, point.y], symbol: SYMBOLS[point.rating], symbolSize: size(point.value),
        itemStyle: { color: c.fill[point.rating], opacity: 0.78, borderColor: c.surface, borderWidth: 1 },
      })),
    }],
  };
}

function curve(data, c) {
  return {
    ...frame(c, data),
    grid: { left: 52, right: 16, top: 12, bottom: 28 },
    xAxis: axis(c, "", { type: "time", splitLine: { show: false }, axisLabel: { color: c.muted, fontSize: 12, hideOverlap: true, formatter: monthLabel } }),
    yAxis: scoreAxis(c, data),
    series: [{
      type: "line", smooth: 0.2, symbolSize: 7, cursor: "pointer", lineStyle: { color: c.brand, width: 2 }, markArea: bands(c, data.bands),
      data: data.points.map((point) => ({ ...point, name: "", value: [point.x, point.y], symbol: SYMBOLS[point.rating], itemStyle: { color: c.fill[point.rating], borderColor: c.surface, borderWidth: 1 } })),
    }],
  };
}

function monthLabel(value) {
  const day = new Date(value);
  const year = day.getMonth() === 0 ? { year: "numeric" } : {};
  return new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", ...year }).format(day);
}

function open(kind, point) {
  if (!point.href) return;
  if (kind === "curve") htmx.ajax("GET", point.href, { target: "#week", swap: "innerHTML" });
  else window.location.assign(point.href);
}

async function draw(node) {
  echarts ??= await import(module.dataset.echarts);
  const kind = node.dataset.chart;
  const data = JSON.parse(document.getElementById(node.dataset.source).textContent);
  const chart = echarts.init(node, null, { renderer: "svg", locale: document.documentElement.lang.toUpperCase() });
  const option = () => chart.setOption({ bubbles, curve }[kind](data, colours()), true);
  option();
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
  for (const node of root.querySelectorAll("[data-chart]:not([data-drawn])")) draw(node);
}

document.documentElement.classList.add("scripted");
document.body.addEventListener("htmx:load", ({ target }) => drawAll(target.parentElement ?? document));
drawAll(document);
