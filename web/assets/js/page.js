// What the server said of this page when it was drawn, and whom to tell when that changes. Other modules add what they do
// with a page: `beforeShown` with the main part that is about to be shown, `afterShown` once it is.

const root = document.documentElement;
export const page = {
  root,
  events: root.dataset.events,
  signIn: root.dataset.signin,
  csrf: root.dataset.csrf || "",
  stale: Number(root.dataset.staleAfter) * 1000, // From this age on, in ms, nothing on the page counts as true.
  skew: Date.now() - Number(root.dataset.now), // How much this browser's clock is ahead of the server's, in ms.
};

// Links that are spelt out on paper begin at the server; only this browser knows under which name it found it.
addEventListener("beforeprint", () => {
  const origin = document.getElementById("origin");
  if (origin) origin.textContent = ` Addresses on this page begin with ${location.origin}.`;
});

const before = [];
const after = [];
export const beforeShown = (change) => before.push(change);
export const afterShown = (change) => {
  after.push(change);
  change();
};
export const aboutToShow = (main) => before.forEach((change) => change(main));
export const shown = () => after.forEach((change) => change());
export const main = () => document.getElementById("main");
