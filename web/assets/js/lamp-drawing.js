// Draws a panel of lamps: each in the shape of its verdict, taken from the page's own drawings, in the colour that the
// stylesheet gives it. A run of lamps is a few rectangles filled with one tile, so that 20,000 take no longer than twenty.

const WORDS = { c: "crash_looping", f: "failed", d: "degraded", s: "stalled", u: "unassigned", n: "no_tasks", l: "lagging", k: "unknown", r: "restarting", p: "paused", o: "stopped", h: "healthy" };
const BOX = 16; // Drawings are made for a square of so many units.

// `f3h196` is three that failed, then 196 that are healthy.
export const runs = (code) => {
  let first = 0;
  return [...code.matchAll(/([a-z])(\d+)/g)].map(([, letter, digits]) => {
    const run = { word: WORDS[letter] || "unknown", first, count: Number(digits) };
    first += run.count;
    return run;
  });
};

const known = new Map();
const drawing = (word) => {
  if (known.has(word)) return known.get(word);
  const parts = [...document.getElementById(`s-${word}`).children].map((node) => {
    const number = (name) => Number(node.getAttribute(name) || 0);
    const path = new Path2D(node.getAttribute("d") || "");
    if (node.nodeName === "circle") path.arc(number("cx"), number("cy"), number("r"), 0, 2 * Math.PI);
    if (node.nodeName === "rect") path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
    const dash = (node.getAttribute("stroke-dasharray") || "").split(" ").filter(Boolean).map(Number);
    const [join, cap] = ["stroke-linejoin", "stroke-linecap"].map((name) => node.getAttribute(name));
    return { path, filled: node.getAttribute("fill") !== "none", width: number("stroke-width"), join, cap, dash };
  });
  known.set(word, parts);
  return parts;
};

const tiles = new Map();
const tile = (word, colour, pitch) => {
  const name = `${word} ${colour} ${pitch}`;
  if (tiles.has(name)) return tiles.get(name);
  const canvas = Object.assign(document.createElement("canvas"), { width: pitch, height: pitch });
  const paint = canvas.getContext("2d");
  const side = pitch - Math.max(1, Math.round(pitch / 6));
  paint.scale(side / BOX, side / BOX);
  Object.assign(paint, { fillStyle: colour, strokeStyle: colour });
  for (const { path, filled, width, join, cap, dash } of drawing(word)) {
    Object.assign(paint, { lineWidth: width, lineJoin: join || "miter", lineCap: cap || "butt" });
    paint.setLineDash(dash);
    if (filled) paint.fill(path);
    if (width) paint.stroke(path);
  }
  tiles.set(name, canvas);
  return canvas;
};

// Lamps `first` to `last` of a panel as rectangles of whole rows and parts of rows: column, row, columns, rows.
const rectangles = (first, last, columns) => {
  const [from, to] = [Math.floor(first / columns), Math.floor((last - 1) / columns)];
  const [left, right] = [first % columns, ((last - 1) % columns) + 1];
  if (from === to) return [[left, from, right - left, 1]];
  return [[left, from, columns - left, 1], [0, from + 1, columns, to - from - 1], [0, to, right, 1]].filter(([, , , rows]) => rows > 0);
};

// What a panel's drawing depends on, read before anything is drawn.
export const measured = (canvas) => {
  const room = [...canvas.parentNode.querySelectorAll(".room")].find((one) => one.getClientRects().length);
  if (!room) return null;
  const { width: columns, height: rows } = room.viewBox.baseVal;
  const width = canvas.clientWidth;
  const all = runs(canvas.dataset.lamps);
  const tallies = canvas.closest(".lamps");
  const colours = all.map(({ word }) => getComputedStyle(tallies.querySelector(`.shape.${word}`)).color);
  const pitch = Math.max(2, Math.round((width / columns) * devicePixelRatio));
  return { canvas, columns, rows, all, colours, pitch, width, ink: getComputedStyle(canvas).color };
};

export const draw = ({ canvas, columns, rows, all, colours, pitch, width, ink }, at) => {
  if (!width) return;
  const [wide, high] = [columns * pitch, rows * pitch];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const paint = canvas.getContext("2d");
  paint.clearRect(0, 0, wide, high);
  all.forEach(({ word, first, count }, number) => {
    paint.fillStyle = paint.createPattern(tile(word, colours[number], pitch), "repeat");
    for (const part of rectangles(first, first + count, columns)) paint.fillRect(...part.map((one) => one * pitch));
  });
  if (at === null) return;
  const line = Math.max(1, Math.round(devicePixelRatio));
  Object.assign(paint, { strokeStyle: ink, lineWidth: line });
  const gap = Math.max(1, Math.round(pitch / 6));
  paint.strokeRect((at % columns) * pitch + line / 2 - (pitch > 12 ? 1 : 0), Math.floor(at / columns) * pitch + line / 2 - (pitch > 12 ? 1 : 0), pitch - gap + (pitch > 12 ? 2 : 0) - line, pitch - gap + (pitch > 12 ? 2 : 0) - line);
};
