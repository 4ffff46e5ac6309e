// Going from one to the next by keyboard, on every page that lists something: connectors, causes, lines of history.

import { meant } from "./keys.js";
import { main } from "./page.js";

const STOPS = "tr[data-connector] .name, .cause h3 a, .long > li > p:not(.quiet) > a, .long > li > .storm > summary, .clusters .panel h2 a";
const stops = () => [...main().querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility());

// The stop that the focus is at or within whose row it is.
const here = (all, node) => {
  const row = node.closest("tr[data-connector], .cause, li");
  return all.findIndex((stop) => stop === node || (row && row !== node && row.contains(stop)));
};

document.addEventListener("keydown", (event) => {
  if (!["j", "k", "o"].includes(event.key) || !meant(event)) return;
  const all = stops();
  const at = here(all, event.target);
  if (all.length === 0 || (event.key === "o" && at < 0)) return;
  event.preventDefault();
  if (event.key === "o") all[at].click();
  else all[event.key === "j" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)].focus();
});
