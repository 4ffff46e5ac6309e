// The keyboard, everywhere.

const fields = () => [...document.querySelectorAll("main input[type=search], .search input")];

// Whether a key was meant for a field, or for the browser.
export const meant = (event) => !event.target.matches("input, select, textarea") && !event.ctrlKey && !event.metaKey && !event.altKey;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("[type=search]")) {
    if (!event.target.value) event.target.blur(); // The first one empties the field, the second leaves it.
    event.target.value = "";
  }
  if (event.key !== "/" || !meant(event)) return;
  const field = fields().find((one) => one.offsetParent);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
