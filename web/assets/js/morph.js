// Turns one tree into another in place, so that scroll, focus, selection and open folds stay where they are. Nodes that
// have a `data-key` or an id are found again wherever they went; what changed its `data-state` glows once.

const key = (node) => (node.nodeType === 1 ? node.dataset.key || node.id : "") || "";
const alike = (old, next) => old.nodeType === next.nodeType && old.nodeName === next.nodeName && key(old) === key(next);
const attributes = (old, next) => {
  const kept = (name) => name === "open" && old.nodeName === "DETAILS";
  const changed = old.dataset && "state" in old.dataset && old.dataset.state !== next.dataset.state;
  for (const { name, value } of next.attributes) if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!kept(name) && !next.hasAttribute(name)) old.removeAttribute(name);
  if (changed) old.classList.add("glow");
};
export const morph = (old, next) => {
  if (old.isEqualNode(next)) return;
  if (old.nodeType !== 1) return void (old.nodeValue = next.nodeValue);
  if (old === document.activeElement && "value" in old) return;
  attributes(old, next);
  const known = new Map([...old.children].filter(key).map((node) => [key(node), node]));
  let at = old.firstChild;
  for (const child of [...next.childNodes]) {
    const mine = key(child) ? known.get(key(child)) : at && !key(at) && alike(at, child) ? at : null;
    if (!mine || !alike(mine, child)) {
      const fresh = document.importNode(child, true);
      old.insertBefore(fresh, at);
      if (fresh.nodeType === 1 && "state" in fresh.dataset) fresh.classList.add("glow");
      continue;
    }
    if (mine === at) at = at.nextSibling;
    else old.insertBefore(mine, at);
    morph(mine, child);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
};

document.addEventListener("animationend", (event) => event.target.classList.remove("glow"));
