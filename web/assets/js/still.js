// Whether a page could take a change without anything on it moving: tried on a copy that nobody sees.

import { morph } from "./morph.js";

const LEAST = 2; // What moves by no more than this, in px, does not move for the eye.

const seen = (box) => box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;

// Everything within, in the order of the document; what is drawn within a drawing moves only with it.
const parts = (root) => [...root.querySelectorAll("*")].filter((node) => !node.ownerSVGElement);

export const still = (main, next) => {
  const copy = main.cloneNode(true);
  const [old, same] = [parts(main), parts(copy)];
  const place = main.getBoundingClientRect();
  const shown = old.map((node, index) => [index, node.getBoundingClientRect()]).filter(([, box]) => seen(box));
  const aside = () => Object.assign(copy.style, { position: "absolute", visibility: "hidden", top: "0", left: "0", width: `${place.width}px`, boxSizing: "border-box" });
  aside();
  main.after(copy);
  try {
    morph(copy, next.cloneNode(true));
    aside(); // What is to be shown knows nothing of it.
    const now = copy.getBoundingClientRect();
    if (Math.abs(now.height - place.height) > LEAST && place.bottom < innerHeight) return false; // What follows it would move.
    return shown.every(([index, box]) => {
      if (!same[index].isConnected) return true; // It went, and moved nothing else, or that is found elsewhere.
      const there = same[index].getBoundingClientRect();
      return Math.abs(there.top - now.top - (box.top - place.top)) <= LEAST && Math.abs(there.left - now.left - (box.left - place.left)) <= LEAST;
    });
  } finally {
    copy.remove();
  }
};
