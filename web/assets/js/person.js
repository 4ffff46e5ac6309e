// What a person has made of a page: what stands in its fields, what is ticked and chosen there, how far its parts are
// scrolled. A page that is drawn anew gets it from the one before, for nothing of that is the server's to take back.

const FIELDS = "input:not([type=hidden]), select, textarea";
const ticks = (field) => field.matches("[type=checkbox], [type=radio]");

// By what a field is found again; nothing for one that has no name.
const sign = (field) => {
  const own = field.name || field.dataset.searches || field.id;
  const around = [field.form?.getAttribute("action"), field.closest("[data-key]")?.dataset.key];
  return own && [...around, field.id, own, ticks(field) ? field.value : ""].join("\n");
};

const touched = (field) => {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (field.localName === "select") return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
};

const signed = (root) => new Map([...root.querySelectorAll(FIELDS)].map((field) => [sign(field), field]).filter(([own]) => own));
const scrolled = (root) => [...root.querySelectorAll("[id], [data-key]")].filter((node) => node.scrollTop > 0 || node.scrollLeft > 0);
const found = (root, node) => root.querySelector(node.id ? `#${CSS.escape(node.id)}` : `[data-key="${CSS.escape(node.dataset.key)}"]`);

// Puts what a person made of `before` into `next`; what it returns scrolls its parts, once they are to be seen.
export const kept = (before, next) => {
  const fields = signed(next);
  for (const [own, field] of signed(before)) {
    const same = fields.get(own);
    if (!same || !touched(field)) continue;
    if (ticks(field)) same.checked = field.checked;
    else same.value = field.value;
  }
  const places = scrolled(before).map((node) => [found(next, node), node.scrollTop, node.scrollLeft]);
  return () => {
    for (const [node, top, left] of places) if (node) Object.assign(node, { scrollTop: top, scrollLeft: left });
  };
};
