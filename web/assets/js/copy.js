// Buttons that copy the text of what they name.

import "./scripted.js";

const SAID = 2_000; // How long a button says what became of it, in ms.

// Outside of a secure context there is no clipboard to write to; what is marked can still be copied.
const marked = (node) => {
  const selection = getSelection();
  const range = document.createRange();
  range.selectNodeContents(node);
  selection.removeAllRanges();
  selection.addRange(range);
  const done = document.execCommand("copy");
  selection.removeAllRanges();
  return done;
};

const copy = async (node) => {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    return marked(node);
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  const node = button && document.getElementById(button.dataset.copies);
  if (!node) return;
  button.textContent = (await copy(node)) ? "Copied" : "Not copied";
  setTimeout(() => (button.textContent = "Copy"), SAID);
});
