// Whether a person's hand is on the page: then nothing is drawn anew beneath it.

const RESTS = 1_200; // It rests when it did nothing for so long, in ms.
const MOST = 10_000; // What is to be shown waits no longer for it, in ms.

let moved = 0;
for (const kind of ["pointermove", "pointerdown", "wheel", "keydown", "touchmove", "scroll"])
  addEventListener(kind, () => (moved = Date.now()), { passive: true, capture: true });

export const rested = async () => {
  const end = Date.now() + MOST;
  for (;;) {
    const left = Math.min(moved + RESTS, end) - Date.now();
    if (left <= 0) return;
    await new Promise((done) => setTimeout(done, left));
  }
};
