// Marks in the list of sections which one is being read.

import { afterShown } from "./page.js";

const mark = () => {
  const links = [...document.querySelectorAll(".contents a")];
  const edge = 80;
  const passed = links.filter((link) => {
    const node = document.getElementById(link.hash.slice(1));
    return node && node.getBoundingClientRect().top <= edge;
  });
  const tops = passed.map((link) => [document.getElementById(link.hash.slice(1)).getBoundingClientRect().top, link]);
  const now = tops.sort((one, other) => other[0] - one[0])[0]?.[1] ?? links[0];
  for (const link of links) {
    if (link === now) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};

let owed = false;
document.addEventListener("scroll", () => {
  if (owed) return;
  owed = true;
  requestAnimationFrame(() => {
    owed = false;
    mark();
  });
}, { passive: true });
afterShown(mark);
