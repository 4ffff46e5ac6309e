// The keyboard, everywhere: `/` leads to the search, Escape out of it.

const fields = () => [...document.querySelectorAll("main .query [name=q], .search [name=q]")];

// Whether a key was meant for a field, for what is open above the page, or for the browser.
export const meant = (event) =>
  !event.defaultPrevented && !event.target.matches("input:not([type=checkbox]), select, textarea") && !event.target.closest("dialog") && !event.ctrlKey && !event.metaKey && !event.altKey;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  if (event.key === "Escape" && event.target.matches("[name=q]")) {
    if (!event.target.value) event.target.blur(); // The first one empties the field, the second leaves it.
    event.target.value = "";
  }
  if (event.key !== "/" || !meant(event)) return;
  const field = fields().find((one) => one.checkVisibility({ visibilityProperty: true }));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
