// Buttons that copy the text of what they name.

import { copied } from "./clipboard.js";
import { say } from "./toast.js";
import "./scripted.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  const node = button && document.getElementById(button.dataset.copies);
  if (!node) return;
  say((await copied(node.textContent)) ? "Copied" : "The browser does not allow copying: mark the text and copy it by hand");
});
