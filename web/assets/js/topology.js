// Shows what a thing on the topology is joined to, while it is pointed at or has the focus.

import { afterShown } from "./page.js";

const near = (drawing, node) => {
  const own = node && node.dataset.node;
  const seen = new Set([own]);
  for (const way of drawing.querySelectorAll(".way")) {
    const joined = own && (way.dataset.from === own || way.dataset.to === own);
    way.classList.toggle("near", Boolean(joined));
    if (joined) seen.add(way.dataset.from).add(way.dataset.to);
  }
  for (const other of drawing.querySelectorAll(".node")) other.classList.toggle("near", seen.has(other.dataset.node));
  drawing.classList.toggle("pointed", Boolean(node));
};

let pointed = null;
const point = (event) => {
  const drawing = document.querySelector(".topology");
  if (!drawing) return;
  const target = event.target instanceof Element ? event.target.closest(".topology .node") : null;
  if (target === pointed) return;
  pointed = target;
  near(drawing, target);
};

for (const kind of ["pointerover", "focusin"]) document.addEventListener(kind, point);

// A page that was drawn anew has forgotten what was pointed at.
afterShown(() => {
  const drawing = document.querySelector(".topology");
  if (drawing && pointed && drawing.contains(pointed)) near(drawing, pointed);
  else pointed = null;
});
