// The panels of lamps: draws them, names the one that is pointed at or stood on, opens it. Names are asked for once for
// each cluster and change of it, when the first is needed.

import { draw, measured, runs } from "./lamp-drawing.js";
import { afterShown, beforeShown, page } from "./page.js";
import { words } from "./words.js";

const panels = () => [...document.querySelectorAll("canvas[data-lamps]")];
const count = (canvas) => Number(canvas.getAttribute("aria-valuemax"));
const stood = (canvas) => Math.min(Number(canvas.getAttribute("aria-valuenow")), count(canvas)) - 1;
const columns = (canvas) => Math.round(canvas.width / (canvas.dataset.pitch || 1));

const tip = Object.assign(document.createElement("a"), { className: "tip", hidden: true });
tip.setAttribute("aria-hidden", "true");
tip.tabIndex = -1;
document.body.append(tip);
let [told, place] = [null, null]; // The panel that the tip is about, and which of its lamps.

const names = new Map();
const named = (canvas) => {
  const { names: address, revision, lamps } = canvas.dataset;
  const known = names.get(address);
  if (known && known.revision === revision) return known.items;
  const asked = { revision, items: null };
  names.set(address, asked);
  const take = async () => {
    const answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const { items } = await answer.json();
    // What is drawn may be older than the answer: then a place says which verdict, and not whose, until the page is renewed.
    const all = runs(lamps);
    const same = all.every(({ word, first, count: some }) => items.slice(first, first + some).every(({ verdict }) => verdict === word));
    if (same && items.length === count(canvas)) asked.items = items;
    if (told && told.dataset.names === address) show(told, place);
  };
  take().catch(() => names.delete(address)); // Asked again for the next lamp.
  return null;
};

// Where a connector's page is; names that a path does not carry are asked for.
const address = (canvas, name) => {
  const { cluster } = canvas.dataset;
  if (name && !/[/\\]/.test(name) && !/^\.+$/.test(name)) return `${cluster}/connectors/${encodeURIComponent(name)}`;
  const [base, own] = cluster.split(/\/clusters\/(?=[^/]*$)/);
  return `${base}/connectors/by-name?cluster=${own}&name=${encodeURIComponent(name)}`;
};

const hide = () => {
  const before = told;
  [told, place, tip.hidden] = [null, null, true];
  tip.classList.remove("held");
  if (before && before.isConnected) paint([before]);
};

// Says which lamp it is, in the tip and to who listens.
const show = (canvas, at) => {
  const run = runs(canvas.dataset.lamps).findLast(({ first }) => first <= at);
  if (!run) return hide();
  const before = told;
  [told, place] = [canvas, at];
  const lamp = (named(canvas) || [])[at];
  const list = canvas.closest(".lamps").querySelector(`.tallies .${run.word}`);
  const word = run.word.replace("_", " ");
  const age = lamp && words(Math.max(0, Math.floor((Date.now() - page.skew - Date.parse(lamp.since)) / 1000)), false);
  const says = lamp ? `${word} for ${age}` : `${word}, ${at - run.first + 1} of ${run.count.toLocaleString("en-US")}`;
  tip.href = lamp ? address(canvas, lamp.name) : list.href;
  const rest = document.createElement("span");
  rest.textContent = says;
  const name = document.createElement("b");
  name.textContent = lamp ? lamp.name : "";
  tip.replaceChildren(list.querySelector(".shape").cloneNode(true), ...(lamp ? [name] : []), rest);
  canvas.setAttribute("aria-valuetext", `${lamp ? `${lamp.name}, ` : ""}${says}`);
  tip.hidden = false;
  paint(before && before !== canvas && before.isConnected ? [before, canvas] : [canvas]);
  const box = canvas.getBoundingClientRect();
  const pitch = box.width / columns(canvas);
  const x = box.left + (at % columns(canvas)) * pitch;
  const y = box.top + (Math.floor(at / columns(canvas)) + 1) * pitch + 6;
  const left = Math.max(6, Math.min(x - 12, innerWidth - tip.offsetWidth - 6));
  const top = y + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - pitch - 12 : y;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
};

const paint = (some) => {
  for (const one of some.map(measured).filter(Boolean)) {
    one.canvas.dataset.pitch = one.pitch;
    draw(one, one.canvas === told ? place : null);
  }
};

const hit = (canvas, event) => {
  const box = canvas.getBoundingClientRect();
  const pitch = box.width / columns(canvas);
  const [column, row] = [event.clientX - box.left, event.clientY - box.top].map((one) => Math.floor(one / pitch));
  const at = row * columns(canvas) + column;
  return column >= 0 && column < columns(canvas) && at >= 0 && at < count(canvas) ? at : null;
};

const stand = (canvas, at) => {
  canvas.setAttribute("aria-valuenow", at + 1);
  show(canvas, at);
};

const lamps = (event) => (event.target.matches && event.target.matches("canvas[data-lamps]") ? event.target : null);
const open = (event) => (event.ctrlKey || event.metaKey ? window.open(tip.href, "_blank", "noopener") : location.assign(tip.href));

document.addEventListener("pointermove", (event) => {
  const canvas = event.pointerType === "mouse" && lamps(event);
  const at = canvas ? hit(canvas, event) : null;
  if (at !== null) {
    if (told !== canvas || place !== at) show(canvas, at);
  } else if (told && told !== document.activeElement && event.pointerType === "mouse") hide();
});
document.addEventListener("click", (event) => {
  const canvas = lamps(event);
  if (!canvas) return tip.contains(event.target) ? undefined : told && hide();
  const at = hit(canvas, event);
  if (at === null) return hide();
  // A finger covers more than one lamp: it is told first which, and a touch of the tip opens it.
  const touched = event.pointerType === "touch";
  stand(canvas, at);
  tip.classList.toggle("held", touched);
  if (!touched) open(event);
});
document.addEventListener("keydown", (event) => {
  const canvas = lamps(event);
  if (!canvas || event.altKey) return;
  const [at, wide, last] = [stood(canvas), columns(canvas), count(canvas) - 1];
  const all = runs(canvas.dataset.lamps);
  const next = {
    ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: last,
    PageDown: (all.find(({ first }) => first > at) || { first: last }).first,
    PageUp: (all.findLast(({ first }) => first < at) || { first: 0 }).first,
  }[event.key];
  if (event.key === "Escape") return hide();
  if (event.key === "Enter") return void (show(canvas, at), open(event));
  if (next === undefined) return;
  event.preventDefault();
  if (next >= 0 && next <= last) stand(canvas, next);
});
document.addEventListener("focusin", (event) => {
  const canvas = lamps(event);
  if (canvas && canvas.matches(":focus-visible")) show(canvas, stood(canvas));
  else if (told && !canvas && !tip.contains(event.target)) hide();
});
document.addEventListener("scroll", () => told && told !== document.activeElement && hide(), { passive: true });

// What was drawn and where one stands outlives a renewal.
beforeShown((fresh) => {
  for (const next of fresh.querySelectorAll("canvas[data-lamps]")) {
    const old = panels().find((one) => one.dataset.key === next.dataset.key);
    if (!old) continue;
    for (const name of ["width", "height", "data-pitch"]) if (old.hasAttribute(name)) next.setAttribute(name, old.getAttribute(name));
    next.setAttribute("aria-valuenow", Math.min(stood(old) + 1, count(next)));
    if (old.hasAttribute("aria-valuetext")) next.setAttribute("aria-valuetext", old.getAttribute("aria-valuetext"));
  }
});
const redraw = () => paint(panels());
const seen = new ResizeObserver(redraw);
afterShown(() => {
  if (told && (!told.isConnected || place >= count(told))) hide();
  redraw();
  if (told) show(told, place);
  seen.disconnect();
  panels().forEach((canvas) => seen.observe(canvas.parentNode));
});
new MutationObserver(redraw).observe(page.root, { attributeFilter: ["data-aged", "data-theme"] });
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) matchMedia(query).addEventListener("change", redraw);
addEventListener("resize", redraw);
