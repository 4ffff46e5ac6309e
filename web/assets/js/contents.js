// Marks in the list of sections which one is being read.

import { afterShown } from "./page.js";

const EDGE = 80; // A heading above this line, in px from the top, was passed.
const narrow = matchMedia("(max-width: 1080px)");

const mark = () => {
  const links = [...document.querySelectorAll(".contents a")];
  const tops = links.flatMap((link) => {
    const node = document.getElementById(link.hash.slice(1));
    // What stands beside the text is not what one has scrolled to.
    if (!node || (!narrow.matches && node.closest(".side"))) return [];
    const top = node.getBoundingClientRect().top;
    return top <= EDGE ? [[top, link]] : [];
  });
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
