// Draws every [data-chart="id"] from the JSON in <script id="id">: {kind, categories, series: [{name, values}], unit}.
// kind: bar (across), stacked (across), column (upright), line, pie. The same figures stand in the table beside it.
const PALETTE = ["#1456b8", "#17692a", "#8a5300", "#5b3fa0", "#0b7285", "#a61e4d", "#4a5768", "#b8860b"];
const FONT = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13, color: "#1b2532" };

function barSeries(data) {
  const stack = data.kind === "stacked" ? "all" : undefined;
  return data.series.map((line) => ({
    name: line.name,
    type: data.kind === "line" ? "line" : "bar",
    data: line.values,
    stack,
    barMaxWidth: 22,
    label: { show: data.kind !== "line" && data.categories.length <= 16 && !stack, position: data.kind === "column" ? "top" : "right", color: "#1b2532" },
  }));
}

function pieSeries(data) {
  const pieces = data.categories.map((name, row) => ({ name, value: data.series[0].values[row] }));
  return [{ type: "pie", radius: ["38%", "68%"], data: pieces, label: { formatter: "{b}\n{c} " + (data.unit || "") } }];
}

function chartOption(data) {
  const shared = {
    color: PALETTE,
    textStyle: FONT,
    animation: false,
    aria: { enabled: true, decal: { show: data.series.length > 1 || data.kind === "pie" } },
    tooltip: { trigger: data.kind === "pie" ? "item" : "axis", confine: true, axisPointer: { type: "shadow" } },
  };
  if (data.kind === "pie") return { ...shared, series: pieSeries(data) };
  const isUpright = data.kind === "line" || data.kind === "column";
  const names = { type: "category", data: data.categories, axisTick: { show: false }, axisLabel: { color: "#1b2532", interval: isUpright ? "auto" : 0 } };
  const values = { type: "value", minInterval: 1, name: data.unit || "", nameTextStyle: { color: "#4a5768" }, splitLine: { lineStyle: { color: "#e6ebf1" } } };
  return {
    ...shared,
    legend: { show: data.series.length > 1, top: 0, right: 8 },
    grid: { left: 8, right: 40, bottom: 8, top: data.series.length > 1 ? 44 : 28, containLabel: true },
    xAxis: isUpright ? names : values,
    yAxis: isUpright ? values : { ...names, inverse: true },
    series: barSeries(data),
  };
}

function drawChart(place) {
  if (place.dataset.drawn) return;
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const isUpright = ["line", "column", "pie"].includes(data.kind);
  const bars = data.categories.length * (data.kind === "bar" ? data.series.length : 1);
  const height = isUpright ? 320 : Math.max(240, 80 + bars * 30);
  const chart = echarts.init(place, null, { renderer: "svg", height, locale: "ZH" });
  chart.setOption(chartOption(data));
  place.setAttribute("aria-label", place.getAttribute("aria-label"));
  place.dataset.drawn = "yes";
  new ResizeObserver(() => chart.resize({ width: place.clientWidth, height })).observe(place);
}

function drawCharts() {
  for (const place of document.querySelectorAll("[data-chart]")) drawChart(place);
}

drawCharts();
document.addEventListener("htmx:afterSettle", drawCharts);
