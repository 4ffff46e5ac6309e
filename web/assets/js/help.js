// The dialog that tells the keys.

import { meant } from "./keys.js";

const dialog = document.getElementById("keys");
const open = () => dialog && !dialog.open && dialog.showModal();

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || !meant(event)) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens=keys]")) open();
  if (event.target === dialog) dialog.close(); // Beside it.
});
