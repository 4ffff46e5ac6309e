// Searches within one trace: every place is marked without touching the text, Enter goes to the next one.

import "./scripted.js";
import { afterShown } from "./page.js";

const able = "highlights" in CSS;
const MOST = 2_000; // Places that are marked.

const places = (node, word) => {
  const found = [];
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const lower = text.data.toLowerCase();
    for (let at = lower.indexOf(word); at >= 0 && found.length < MOST; at = lower.indexOf(word, at + word.length)) {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + word.length);
      found.push(range);
    }
  }
  return found;
};

const state = { input: null, at: 0 };

const show = (move = 0) => {
  if (!able || !state.input) return;
  const id = state.input.dataset.searches;
  // On a page that was drawn anew another field stands in its place, with the same words in it.
  if (!state.input.isConnected) state.input = document.querySelector(`[data-searches="${CSS.escape(id)}"]`);
  if (!state.input) return;
  const [node, told] = [document.getElementById(id), document.querySelector(`[data-found="${id}"]`)];
  const word = state.input.value.trim().toLowerCase();
  const found = node && word ? places(node, word) : [];
  state.at = found.length ? (state.at + move + found.length) % found.length : 0;
  CSS.highlights.set("found", new Highlight(...found));
  CSS.highlights.set("found-now", new Highlight(...found.slice(state.at, state.at + 1)));
  const words = !word ? "" : found.length ? `${state.at + 1} of ${found.length}` : "not found";
  if (told && told.textContent !== words) told.textContent = words;
  const box = found[state.at]?.getBoundingClientRect();
  const frame = node?.getBoundingClientRect();
  if (box && move !== null && (box.top < frame.top || box.bottom > frame.bottom)) node.scrollTop += box.top - frame.top - frame.height / 3;
  if (box && move !== null && (box.left < frame.left || box.right > frame.right)) node.scrollLeft += box.left - frame.left - frame.width / 3;
};

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-searches]")) return;
  state.input = event.target;
  state.at = 0;
  show();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-searches]")) return;
  event.preventDefault();
  show(event.shiftKey ? -1 : 1);
});
afterShown(() => show());
