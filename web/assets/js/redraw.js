// Draws the main part anew where what changed would move what a person looks at: nothing slides beneath the eye or the
// hand. What was on top of the window stays there, open folds stay open, what a person wrote and chose stands where it
// stood, and what changed glows as it does in place.

import { kept } from "./person.js";

const keyed = (root) => new Map([...root.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));

// The first thing of the window that is there before and after.
const anchor = (before, after) => {
  for (const [key, node] of before) {
    const box = node.getBoundingClientRect();
    if (box.height > 0 && box.bottom > 0 && box.top < innerHeight && after.has(key)) return [after.get(key), box.top];
  }
  return null;
};

const focused = (main) => {
  const node = document.activeElement;
  if (!node || !main.contains(node)) return null;
  const [holder, tag] = [node.closest("[data-key]")?.dataset.key, node.localName];
  const among = (root) => [...(holder ? keyed(root).get(holder) || root : root).querySelectorAll(tag)];
  const same = (other) => other.getAttribute("href") === node.getAttribute("href") && other.className === node.className;
  return (root) => (node.id ? document.getElementById(node.id) : among(root).find(same))?.focus({ preventScroll: true });
};

export const redraw = (main, next) => {
  const [before, after, focus] = [keyed(main), keyed(next), focused(main)];
  const top = anchor(before, after);
  const scroll = kept(main, next);
  for (const [key, node] of after) {
    const old = before.get(key);
    if (node.localName === "details" && old) node.open = old.open;
    if ("state" in node.dataset && old?.dataset.state !== node.dataset.state) node.classList.add("glow");
  }
  next.classList.add("anew");
  main.replaceWith(next);
  scroll();
  const foot = document.querySelector(".foot");
  foot?.replaceWith(foot.cloneNode(true));
  if (top && scrollY > 0) scrollBy({ top: top[0].getBoundingClientRect().top - top[1], behavior: "instant" });
  focus?.(next);
};
