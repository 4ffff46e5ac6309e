// Completes a query while it is typed: keys, then values with counts, then connectors. A combobox by the pattern of ARIA;
// without this the field sends what is in it.

import { afterShown, beforeShown, main, page } from "./page.js";

const PAUSE = 120; // Who types on within so long, in ms, is not asked for yet.
const base = page.root.dataset.base;

const said = (count) => `${count.toLocaleString("en-US")} ${count === 1 ? "connector" : "connectors"}`;
let number = 0;

const entry = (offer, id) => {
  const item = Object.assign(document.createElement("li"), { id, role: "option" });
  item.setAttribute("aria-selected", "false");
  const what = Object.assign(document.createElement("span"), { textContent: offer.kind === "connector" ? offer.name : offer.text });
  const beside = offer.kind === "key" ? offer.says : offer.kind === "value" ? said(offer.count) : offer.cluster;
  item.append(what, Object.assign(document.createElement("span"), { className: "quiet", textContent: beside }));
  return item;
};

const combobox = (field) => {
  const list = Object.assign(document.createElement("ul"), { id: `offers-${(number += 1)}`, className: "offers", role: "listbox", hidden: true });
  list.setAttribute("aria-label", "What may stand there");
  let [offers, part, told, chosen, timer, asking] = [[], "", "", -1, null, null];
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) field.setAttribute(name, value);
  // On a page that was drawn anew the list of the field before it was carried along, and nobody fills it any more.
  for (const old of field.parentElement.querySelectorAll(".offers")) old.remove();
  field.parentElement.append(list);

  const typed = () => field.value.slice(0, field.selectionEnd);
  const choose = (at) => {
    chosen = at;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    const item = list.children[at];
    if (item) {
      field.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const show = (found, about) => {
    ({ items: offers, part } = found);
    told = about;
    list.replaceChildren(...offers.map((offer, place) => entry(offer, `${list.id}-${place}`)));
    choose(-1);
    list.hidden = offers.length === 0 || document.activeElement !== field;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const about = typed();
    try {
      const answer = await fetch(`${base}api/v1/completions?q=${encodeURIComponent(about)}`, { signal: asking.signal, credentials: "same-origin" });
      if (answer.ok) show(await answer.json(), about);
    } catch (error) {
      if (error.name !== "AbortError") close(); // The field works without offers.
    }
  };
  const soon = () => {
    choose(-1);
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  const take = (offer) => {
    const [from, end] = [told.length - part.length, field.selectionEnd];
    // It was offered for less, and still begins with what was typed meanwhile; else it was for other text.
    const fits = typed().startsWith(told.slice(0, from)) && offer.text && offer.text.toLowerCase().startsWith(typed().slice(from).toLowerCase());
    if (typed() !== told && !fits) return void ask();
    if (offer.kind === "connector") {
      location.assign(`${base}connectors/by-name?cluster=${encodeURIComponent(offer.cluster)}&name=${encodeURIComponent(offer.name)}`);
      return;
    }
    const text = offer.text + (offer.kind === "value" ? " " : "");
    field.setRangeText(text, from, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (offer.kind === "value") close();
    else ask();
  };

  field.addEventListener("input", soon);
  field.addEventListener("focus", soon);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open || typed() !== told) return void ask().then(() => list.hidden || choose(0));
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = offers.length + 1; // One place is the field itself.
      choose(((chosen + 1 + step + count) % count) - 1);
    } else if (event.key === "Enter" && open && chosen >= 0) {
      event.preventDefault();
      take(offers[chosen]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // The field keeps the focus.
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(offers[[...list.children].indexOf(item)]);
  });
};

// Where connectors are asked for; history has words and no language.
const FIELDS = ["connectors", "topology"].map((place) => `form[action="${base}${place}"] [name=q]`).join();

const known = new WeakSet();
const upgrade = () => {
  for (const field of document.querySelectorAll(FIELDS)) {
    if (known.has(field)) continue;
    known.add(field);
    combobox(field);
  }
};

// The field of a page that is shown anew stays what it has become, with its offers.
const carry = (next) => {
  const [old, field] = [main(), next].map((from) => from.querySelector(FIELDS));
  if (!old || !field || !known.has(old)) return;
  for (const { name, value } of old.attributes) if (name === "role" || (name.startsWith("aria-") && !field.hasAttribute(name))) field.setAttribute(name, value);
  field.parentElement.append(old.parentElement.querySelector(".offers").cloneNode(true));
};

if (base) {
  beforeShown(carry);
  afterShown(upgrade);
}
