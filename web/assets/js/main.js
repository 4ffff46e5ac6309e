// What every page runs, and what a page runs that has something for it.

import "./live.js";
import "./keys.js";
import "./search.js";
import "./help.js";
import "./walk.js";
import "./zone.js";
import { afterShown } from "./page.js";

const PARTS = {
  "canvas[data-lamps]": () => import("./lamps.js"),
  ".picks": () => import("./rows.js"),
  ".topology": () => import("./topology.js"),
  ".chart-field": () => import("./chart.js"),
  ".contents": () => import("./contents.js"),
  'time[data-age="left"]': () => import("./countdown.js"),
  "[data-copies]": () => import("./copy.js"),
  ".trace": () => import("./trace.js"),
  "[data-fetches]": () => import("./raw.js"),
};

// Once is enough: each finds by itself what a page shows later.
afterShown(() => {
  for (const [what, load] of Object.entries(PARTS)) {
    if (!document.querySelector(what)) continue;
    delete PARTS[what];
    load().catch(() => (PARTS[what] = load)); // The server is away; the next renewal of the page asks again.
  }
});
