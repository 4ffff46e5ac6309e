// Draws the line of a chart with uPlot over the one that the server drew, and tells what it shows where somebody points.
// Axes, words and marks stay the server's. Without this all of it is there but the pointing.

import { afterShown, page } from "./page.js";
import { words } from "./words.js";

const TOP = 54; // Where the plot begins beneath the words of its marks, and how high it is, as in the server's drawing.
const HEIGHT = 160;
const DAY = 86_400_000;

const load = (name, attributes) =>
  new Promise((resolve, reject) => {
    const node = Object.assign(document.createElement(name), attributes, { onload: resolve, onerror: reject });
    document.head.append(node);
  });

const clock = (long) => {
  const day = long > 3 * DAY ? { day: "numeric", month: "short" } : long > DAY ? { weekday: "short" } : {};
  return new Intl.DateTimeFormat("en-GB", { timeZone: page.root.dataset.zone || "UTC", hour: "2-digit", minute: "2-digit", ...day });
};
const value = (series, number) => {
  if (series === "rate") return `${number < 9.95 ? number.toFixed(1) : Math.round(number).toLocaleString("en-US")}/s`;
  if (series === "lag_seconds" || series === "freshness") return words(Math.round(number), true);
  return Math.round(number).toLocaleString("en-US");
};

// The numbers that the server wrote down beside its drawing.
const read = ({ points, from, step, top, series }) => {
  const ys = points.split(",").map((text) => (text === "" ? null : Number(text)));
  const [begin, each] = [Number(from), Number(step)];
  const xs = ys.map((_, place) => begin + (place + 0.5) * each);
  // A point between two gaps is no line, and is drawn as a dot.
  const lone = ys.flatMap((y, place) => (y !== null && (ys[place - 1] ?? null) === null && (ys[place + 1] ?? null) === null ? [place] : []));
  return { xs, ys, lone, begin, end: begin + ys.length * each, top: Number(top), series };
};

const draw = (field) => {
  field.querySelector(".chart-over")?.remove();
  const plot = field.querySelector(".chart-plot").getBoundingClientRect();
  if (plot.width < 1) return; // It is not shown.
  const told = read(field.dataset);
  const over = Object.assign(document.createElement("div"), { className: "chart-over" });
  const tip = Object.assign(document.createElement("p"), { className: "chart-tip", hidden: true });
  const place = field.getBoundingClientRect();
  Object.assign(over.style, { left: `${plot.left - place.left}px`, top: `${plot.top - place.top + TOP}px` });
  field.append(over);
  const ink = getComputedStyle(field).color;
  const times = clock(told.end - told.begin);
  const tell = ({ cursor: { idx, left } }) => {
    const known = idx !== null && idx !== undefined && left >= 0;
    tip.hidden = !known;
    if (!known) return;
    const y = told.ys[idx];
    tip.textContent = `${times.format(told.xs[idx])} · ${y === null ? "not measured" : value(told.series, y)}`;
    const right = left > plot.width / 2;
    Object.assign(tip.style, right ? { left: "", right: `${plot.width - left + 10}px` } : { right: "", left: `${left + 10}px` });
  };
  new window.uPlot(
    {
      width: plot.width,
      height: HEIGHT,
      padding: [0, 0, 0, 0],
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range: () => [told.begin, told.end] }, y: { range: () => [0, told.top] } },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: ink, stroke: ink } },
      series: [{}, { stroke: ink, width: 1.5, spanGaps: false, points: { show: true, size: 3, fill: ink, filter: () => told.lone } }],
      hooks: { setCursor: [tell] },
    },
    [told.xs, told.ys],
    over,
  );
  over.append(tip);
  field.classList.add("drawn");
};

const fields = () => document.querySelectorAll(".chart-field[data-points]");
let due = 0;
const soon = () => {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(() => fields().forEach(draw));
};

const begin = async () => {
  const { uplot, uplotSheet } = fields()[0].dataset;
  await Promise.all([load("script", { src: uplot }), load("link", { rel: "stylesheet", href: uplotSheet })]);
  // What was drawn anew by the server has lost what lay over it.
  afterShown(() => fields().forEach((field) => field.querySelector(".chart-over") || draw(field)));
  addEventListener("resize", soon);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
  new MutationObserver(soon).observe(page.root, { attributes: true, attributeFilter: ["data-theme"] });
};
begin().catch(() => {}); // The server's own drawing stays.
