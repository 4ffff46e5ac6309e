// Keeps a page true: fetches it anew when something changed, and exchanges what differs. Without it every page works; with
// it nothing needs to be reloaded.

import { age, ages, clock, write } from "./ages.js";
import { rested } from "./hand.js";
import { morph } from "./morph.js";
import { aboutToShow, main, page, shown } from "./page.js";
import { redraw } from "./redraw.js";
import { still } from "./still.js";
import { BEAT, close, follow, open } from "./stream.js";

const SLOW = 20_000; // A look while a stream is open, in ms: what only ages sends no event, and its age is to be true.
const PAUSE = 5_000; // Who typed nothing for so long, in ms, is not typing.
const PATIENCE = 15_000; // An answer is waited for so long, in ms.
const CALM = 400; // Events of a storm are gathered for so long, in ms.

let tag = null;
let seen = Date.now(); // When the page was last as the server has it.
let sign = seen; // When the server last said that nothing else is to be seen.
let pulse = null; // How fresh it said that what it shows is.
let dirty = false; // Something was told that no look has shown yet.
let [away, timer, beat, busy, again] = [false, null, null, false, false];
let owed = false; // A look that was put off for the person's sake.
let typed = 0; // When the person last typed.
let refusal = ""; // Why the server could not draw the page, if it said so.

const tick = () => {
  age(seen);
  const live = document.getElementById("live");
  if (!live || !page.events) return;
  const truth = Math.max(seen, sign);
  const silent = Date.now() - truth > page.stale;
  page.root.toggleAttribute("data-aged", silent);
  const aged = document.getElementById("aged");
  aged.hidden = !silent;
  const why = owed ? "what changed since is shown once nothing is marked or chosen here." : refusal || "Signalbox has not answered since.";
  if (silent) write(aged, `As of ${clock(truth)}: ${why}`);
  if ((away && Date.now() - truth > 5_000) || silent) {
    live.dataset.away = "true";
    write(live.querySelector(".live-words"), `not live since ${clock(truth)}`);
  } else if (!("stale" in live.dataset)) {
    delete live.dataset.away;
    const word = live.querySelector(".live-words");
    if (word && word.textContent !== "nothing seen yet") write(word, "live");
  }
};

// A person who is choosing or marking something is not disturbed.
const engaged = () => {
  const selection = getSelection();
  const marks = selection && !selection.isCollapsed && main().contains(selection.anchorNode);
  const field = document.activeElement;
  if (!marks && field && field.matches("main input:not([type=checkbox])")) return Date.now() - typed < PAUSE;
  return marks || (field && field.matches("main select"));
};

const signedOut = (answer) => answer.status === 401 || (answer.redirected && answer.url.split("?")[0].endsWith(page.signIn));
const signIn = () => {
  const live = document.getElementById("live") || document.querySelector(".top");
  const link = Object.assign(document.createElement("a"), { href: page.signIn, textContent: "signed out: sign in" });
  live.replaceChildren(link);
  close();
  clearInterval(beat);
};

// Parts outside of the main one: how fresh it is, and a sentence above it that may come and go.
const around = (next) => {
  for (const part of ["live", "banner"]) {
    const [old, now] = [document, next].map((from) => from.getElementById(part));
    if (old && now) morph(old, now);
    else if (old && part === "banner") old.remove();
    else if (now && part === "banner") main().before(document.importNode(now, true));
  }
};

// Whether the page is as the answer says; not where that was put off.
const show = async (answer) => {
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = next.getElementById("main");
  if (answer.status >= 500 || !content) {
    around(next);
    refusal = content ? [...content.querySelectorAll("h1, h1 + p")].map((part) => part.textContent.trim()).join(" ") : "";
    throw new Error(`the server answered ${answer.status}`);
  }
  refusal = "";
  ages(next);
  aboutToShow(content);
  const inPlace = still(main(), content);
  if (!inPlace) {
    await rested();
    owed = engaged();
    if (owed) return false;
  }
  tag = answer.headers.get("ETag");
  for (const { name, value } of next.documentElement.attributes) page.root.setAttribute(name, value);
  document.title = next.title;
  const [icon, newer] = [document, next].map((from) => from.querySelector("link[rel=icon]"));
  if (icon && newer && icon.getAttribute("href") !== newer.getAttribute("href")) icon.setAttribute("href", newer.getAttribute("href"));
  for (const field of content.querySelectorAll("input[name=csrf]")) field.setAttribute("value", page.csrf);
  if (inPlace) morph(main(), content);
  else redraw(main(), document.importNode(content, true));
  around(next);
  shown();
  return true;
};

export const refresh = async () => {
  again ||= busy; // Whoever asks meanwhile is answered by one more look.
  if (busy) return;
  owed = document.hidden || engaged();
  if (owed) return;
  busy = true;
  dirty = false;
  try {
    const headers = { "X-Signalbox-Fragment": "main" };
    if (tag) headers["If-None-Match"] = tag;
    const answer = await fetch(location.href, { headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (signedOut(answer)) return void signIn();
    const told = Date.now(); // What is shown later than it was told is as old as that.
    const now = Number(answer.headers.get("X-Signalbox-Now"));
    if (now) page.skew = Date.now() - now;
    away = false;
    if (answer.status === 304 || (await show(answer))) seen = told;
  } catch (error) {
    if (error.name !== "Error") refusal = ""; // Nobody answered.
    away = dirty = true;
  } finally {
    busy = false;
    tick();
    if (again) soon();
    again = false;
  }
};

const soon = () => {
  timer = timer || setTimeout(() => {
    timer = null;
    refresh();
  }, CALM);
};

const changed = () => {
  dirty = true;
  soon();
};

// A sign that nothing changed is as good as a look, unless the server says that what it shows is another one.
const alive = (data) => {
  if (data !== pulse) changed();
  else if (!dirty && !away && !busy) sign = Date.now();
  pulse = data;
};

document.addEventListener("input", () => (typed = Date.now()));
if (page.events) {
  follow({ changed, alive, lost: soon }); // Whether the server is away shows at once.
  beat = setInterval(() => {
    if (owed || away || !open() || Date.now() - seen >= SLOW - BEAT / 2) refresh();
  }, BEAT);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}
setInterval(tick, 1000);
tick();
