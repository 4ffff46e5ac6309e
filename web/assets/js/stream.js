// The one stream of live events. One tab holds a lock and the only stream and tells the others; where there are no locks,
// outside of a secure context, each visible tab has its own.

import { page } from "./page.js";

const KINDS = ["change", "reset"]; // The server's names of events.
const ALIVE = "alive"; // That of the one that comes while nothing changes, and tells how fresh what the server shows is.
export const BEAT = 10_000; // The tab that listens says so as often, in ms.

let source = null;
let channel = null;
let beat = null;
let release = null; // Gives the lock back.
const leaving = new AbortController(); // Takes the wish for it back.
let heard = 0; // When the tab that holds the stream last said that it is open.

export const open = () => (source ? source.readyState === EventSource.OPEN : Date.now() - heard < BEAT * 2.5);

// For good: there is nothing to hear for who is signed out, and another tab may be signed in.
export const close = () => {
  clearInterval(beat);
  if (source) source.close();
  leaving.abort();
  if (release) release();
};

// Calls `changed` when something did, `alive` with what the server said of its freshness while nothing did, `lost` when
// the stream broke.
export const follow = ({ changed, alive, lost }) => {
  const tell = () => {
    if (channel) channel.postMessage("changed");
    changed();
  };
  const listen = () => {
    source = new EventSource(page.events);
    for (const kind of KINDS) source.addEventListener(kind, tell);
    source.addEventListener(ALIVE, ({ data }) => {
      if (channel) channel.postMessage({ alive: data });
      alive(data);
    });
    source.addEventListener("open", tell); // What happened before it opened was not said.
    source.addEventListener("error", lost);
  };
  beat = setInterval(() => {
    if (source && source.readyState === EventSource.CLOSED) listen(); // A refused stream is not tried again by itself.
    if (channel && source && open()) channel.postMessage("open");
  }, BEAT);
  if (navigator.locks && window.BroadcastChannel) {
    channel = new BroadcastChannel(page.events);
    channel.addEventListener("message", ({ data }) => {
      heard = Date.now();
      if (data === "changed") changed();
      if (data.alive) alive(data.alive);
    });
    const held = () => new Promise((done) => {
      release = done;
      listen();
    });
    navigator.locks.request(page.events, { signal: leaving.signal }, held).catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
  } else listen();
};
