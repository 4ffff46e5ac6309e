// One short sentence about what a person just did, which goes by itself. It covers nothing that can be acted on, moves
// nothing, and is read out: its place is there from the start, and only the words in it change.

const STAYS = 4_000; // How long it stays, in ms; as long as a pointer rests on it, longer.

const place = document.getElementById("toast");
let leaving = null;

const leave = () => {
  clearTimeout(leaving);
  leaving = setTimeout(() => place.removeAttribute("data-said"), STAYS);
};

export const say = (sentence) => {
  if (!place) return;
  place.textContent = sentence;
  place.setAttribute("data-said", "");
  leave();
};

place?.addEventListener("pointerenter", () => clearTimeout(leaving));
place?.addEventListener("pointerleave", leave);
