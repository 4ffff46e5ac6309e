// Counts down what the server said is left, in its own words.

import { write } from "./ages.js";
import { afterShown, page } from "./page.js";
import { words } from "./words.js";

const count = () => {
  const now = Date.now() - page.skew;
  for (const time of document.querySelectorAll('time[data-age="left"]')) {
    write(time, words(Math.max(0, Math.round((Date.parse(time.dateTime) - now) / 1000)), true));
  }
};

afterShown(count);
setInterval(count, 1000);
