// Fetches the API's own answer into the page when its fold is opened. Without the script the link beside it leads there.

import { beforeShown } from "./page.js";

const write = (fold, text) => {
  const node = fold.querySelector("pre");
  node.textContent = text;
  node.hidden = false;
};

const read = async (fold) => {
  try {
    const answer = await fetch(fold.dataset.fetches, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    write(fold, JSON.stringify(await answer.json(), null, 2));
  } catch {
    write(fold, "The server did not answer. Fold this and open it again.");
  }
};

// `toggle` does not bubble.
document.addEventListener("toggle", (event) => event.target.matches?.("[data-fetches]") && event.target.open && read(event.target), true);
beforeShown((main) => {
  for (const fold of main.querySelectorAll("[data-fetches]")) {
    const here = document.querySelector(`[data-fetches="${CSS.escape(fold.dataset.fetches)}"][open] pre:not([hidden])`);
    if (here) write(fold, here.textContent);
  }
});
