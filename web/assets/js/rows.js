// Rows of a list: picking some of them, and what can be done with those.

import { copied } from "./clipboard.js";
import { meant } from "./keys.js";
import { afterShown, beforeShown, main, page } from "./page.js";
import { say } from "./toast.js";

const LONGEST = 6000; // Longer addresses do not travel everywhere.
const base = page.root.dataset.base;
const picked = new Set(); // Of connectors, as `cluster/name`.
let last = null; // The row that was picked or dropped last.

const rows = () => [...main().querySelectorAll("tr[data-connector]")].filter((row) => row.checkVisibility());
const box = (row) => row.querySelector(".pick input");
const named = (row) => row.querySelector(".name").textContent;

const mark = (row) => {
  const is = picked.has(row.dataset.connector);
  box(row).checked = is;
  if (is) row.setAttribute("aria-selected", "true");
  else row.removeAttribute("aria-selected");
};

const quoted = (id) => (/^[^\s"*\\]+$/.test(id) ? id : `"${id.replace(/["\\]/g, "\\$&")}"`);
const query = () => [...picked].map((id) => `connector:${quoted(id)}`).join(" ");
const address = (path) => `${base}${path}?q=${encodeURIComponent(query())}`;

const bar = Object.assign(document.createElement("div"), { className: "picked", hidden: true, role: "toolbar" });
bar.setAttribute("aria-label", "The selection");
const words = Object.assign(document.createElement("p"), { role: "status" });
const tool = (text, act) => {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: text });
  button.addEventListener("click", act);
  return button;
};
const copy = tool("Copy names", async () => {
  const done = await copied([...picked].join("\n"));
  say(done ? `Copied ${picked.size.toLocaleString("en-US")} ${picked.size === 1 ? "name" : "names"}` : "The browser does not allow copying");
});
const open = tool("Only these", () => location.assign(address("connectors")));
const csv = tool("CSV", () => location.assign(address("connectors.csv")));
const drop = tool("Drop", () => {
  picked.clear();
  show();
});
bar.append(words, copy, open, csv, drop);

const show = () => {
  rows().forEach(mark);
  const long = address("connectors.csv").length > LONGEST;
  open.disabled = csv.disabled = long;
  words.textContent = `${picked.size.toLocaleString("en-US")} selected${long ? ": too many for an address" : ""}`;
  bar.hidden = picked.size === 0;
};

const pick = (row, on, range) => {
  const all = rows();
  const [from, to] = [range && last ? all.findIndex((one) => one.dataset.connector === last) : -1, all.indexOf(row)];
  const some = from < 0 ? [row] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of some) {
    if (on) picked.add(one.dataset.connector);
    else picked.delete(one.dataset.connector);
  }
  last = row.dataset.connector;
  show();
};

// Each row gets a box, in the place that the stylesheet keeps free for it.
const prepare = (within) => {
  for (const row of within.querySelectorAll(".picks tr[data-connector]")) {
    if (!box(row)) {
      const label = Object.assign(document.createElement("label"), { className: "pick" });
      const input = Object.assign(document.createElement("input"), { type: "checkbox", tabIndex: -1 });
      input.setAttribute("aria-label", `Select ${named(row)}`);
      label.append(input);
      row.querySelector(".cell-verdict").append(label);
    }
    mark(row);
  }
};

document.addEventListener("click", (event) => {
  const input = event.target.closest(".pick input");
  if (input) pick(input.closest("tr"), input.checked, event.shiftKey);
});
document.addEventListener("keydown", (event) => {
  if (!meant(event) || !["x", "X", "Escape"].includes(event.key)) return;
  const here = event.target.closest("tr[data-connector]");
  if (event.key.toLowerCase() === "x" && here && box(here)) pick(here, !picked.has(here.dataset.connector), event.shiftKey);
  else if (event.key === "Escape" && picked.size > 0) drop.click();
  else return;
  event.preventDefault();
});

document.body.append(bar);
beforeShown(prepare); // So that what is shown anew differs in nothing but what changed.
afterShown(() => prepare(main()));
