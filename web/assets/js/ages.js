// Keeps ages and the moment of drawing true while a page stays open.

import { page } from "./page.js";
import { words } from "./words.js";

const AGEING = 10; // From this age on, in s, the page says when it was drawn.

let times = null; // Writes times of day in the zone of the page.
let zone = "";

// A time of day in the zone of the page, from a moment by this browser's clock.
export const clock = (at) => {
  const { zone: now = "UTC", zoneWord = "UTC" } = page.root.dataset;
  if (now !== zone) times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: now });
  zone = now;
  return `${times.format(new Date(at - page.skew))} ${zoneWord}`;
};

export const write = (node, text) => {
  if (node && node.textContent !== text) node.textContent = text;
};

// Writes the ages within a part of the page: what all readers share of it holds moments alone.
export const ages = (part) => {
  const now = Date.now() - page.skew;
  for (const time of part.querySelectorAll('time[data-age="fine"], time[data-age="coarse"]')) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(time.dateTime)) / 1000));
    write(time, words(seconds, time.dataset.age === "fine"));
  }
};

// `seen`: when the page was last as the server has it.
export const age = (seen) => {
  ages(document);
  const old = Math.floor((Date.now() - seen) / 1000);
  write(document.getElementById("drawn"), `${clock(seen)}${old < AGEING ? "" : `, ${words(old, true)} ago`}`);
};
