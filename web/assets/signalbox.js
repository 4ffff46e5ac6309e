// Keeps a page true: listens to one stream of events, fetches the page anew when something changed, and exchanges what
// differs. Without it every page works; with it nothing needs to be reloaded.
"use strict";
(() => {
  const root = document.documentElement;
  const events = root.dataset.events;
  const KINDS = ["change", "reset"]; // The server's names of events.
  const ALIVE = "alive"; // That of the one that comes while nothing changes, and tells how fresh what the server shows is.
  const POLL = 10_000; // A look without an event, in ms, while no stream is open.
  const SLOW = 20_000; // The same while one is: what only ages sends no event, and its age is to be true.
  const AGEING = 10; // From this age on, in s, the page says when it was drawn.
  const PAUSE = 5_000; // Who typed nothing for so long, in ms, is not typing.
  const PATIENCE = 15_000; // An answer is waited for so long, in ms.
  const STALE = Number(root.dataset.staleAfter) * 1000; // From this age on, in ms, nothing on the page counts as true.
  const CALM = 400; // Events of a storm are gathered for so long, in ms.
  let skew = Date.now() - Number(root.dataset.now);
  let tag = null;
  let seen = Date.now(); // When the page was last as the server has it.
  let sign = seen; // When the server last said that nothing else is to be seen.
  let pulse = null; // How fresh it said that what it shows is.
  let dirty = false; // Something was told that no look has shown yet.
  let [away, timer, busy, again] = [false, null, false, false];
  let owed = false; // A look that was put off for the person's sake.
  let typed = 0; // When the person last typed.

  // Ages, in the same words as the server's.
  const units = [[86_400, 3_600, "d", "h"], [3_600, 60, "h", "min"], [60, 1, "min", "s"]];
  const words = (seconds, fine) => {
    for (const [per, below, one, two] of units) {
      if (seconds < per) continue;
      const rest = Math.floor((seconds % per) / below);
      const big = `${Math.floor(seconds / per).toLocaleString("en-US")} ${one}`;
      return fine && rest > 0 ? `${big} ${rest} ${two}` : big;
    }
    return `${seconds} s`;
  };
  const clock = (at) => new Date(at - skew).toISOString().slice(11, 19);
  const write = (node, text) => {
    if (node && node.textContent !== text) node.textContent = text;
  };
  const tick = () => {
    const now = Date.now() - skew;
    for (const time of document.querySelectorAll("time[data-age]")) {
      const seconds = Math.max(0, Math.floor((now - Date.parse(time.dateTime)) / 1000));
      write(time, words(seconds, time.dataset.age === "fine"));
    }
    const old = Math.floor((Date.now() - seen) / 1000);
    write(document.getElementById("drawn"), `${clock(seen)} UTC${old < AGEING ? "" : `, ${words(old, true)} ago`}`);
    const live = document.getElementById("live");
    if (!live || !events) return;
    const truth = Math.max(seen, sign);
    const silent = Date.now() - truth > STALE;
    root.toggleAttribute("data-aged", silent);
    const aged = document.getElementById("aged");
    aged.hidden = !silent;
    const why = owed ? "what changed since is shown once nothing is marked or chosen here." : "Signalbox has not answered since.";
    if (silent) write(aged, `As of ${clock(truth)} UTC: ${why}`);
    if ((away && Date.now() - truth > 5_000) || silent) {
      live.dataset.away = "true";
      write(live.querySelector(".live-words"), `not live since ${clock(truth)}`);
    } else if (!("stale" in live.dataset)) {
      delete live.dataset.away;
      const word = live.querySelector(".live-words");
      if (word && word.textContent !== "nothing seen yet") write(word, "live");
    }
  };

  // Turns `old` into `next` in place, so that scroll, focus, selection and open folds stay where they are.
  const key = (node) => (node.nodeType === 1 ? node.dataset.key || node.id : "") || "";
  const alike = (old, next) => old.nodeType === next.nodeType && old.nodeName === next.nodeName && key(old) === key(next);
  const attributes = (old, next) => {
    const kept = (name) => name === "open" && old.nodeName === "DETAILS";
    const changed = old.dataset && "state" in old.dataset && old.dataset.state !== next.dataset.state;
    for (const { name, value } of next.attributes) if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes]) if (!kept(name) && !next.hasAttribute(name)) old.removeAttribute(name);
    if (changed) old.classList.add("glow");
  };
  const morph = (old, next) => {
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
  document.addEventListener("input", () => (typed = Date.now()));
  document.addEventListener("animationend", (event) => event.target.classList.remove("glow"));

  // A person who is choosing or marking something is not disturbed.
  const engaged = () => {
    const main = document.getElementById("main");
    const selection = getSelection();
    const marks = selection && !selection.isCollapsed && main.contains(selection.anchorNode);
    const field = document.activeElement;
    if (!marks && field && field.matches("main input")) return Date.now() - typed < PAUSE;
    return marks || (field && field.matches("main select"));
  };
  const refresh = async () => {
    again ||= busy; // Whoever asks meanwhile is answered by one more look.
    if (busy) return;
    owed = document.hidden || engaged();
    if (owed) return;
    busy = true;
    dirty = false;
    try {
      const headers = { "X-Signalbox-Fragment": "main" };
      if (tag) headers["If-None-Match"] = tag;
      const answer = await fetch(location.href, { headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 401 || (answer.redirected && answer.url.split("?")[0].endsWith(root.dataset.signin))) {
        const live = document.getElementById("live") || document.querySelector(".top");
        const link = Object.assign(document.createElement("a"), { href: root.dataset.signin, textContent: "signed out: sign in" });
        live.replaceChildren(link);
        if (source) source.close();
        clearInterval(beat);
        return;
      }
      if (answer.status !== 304) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const main = page.getElementById("main");
        if (answer.status >= 500 || !main) throw new Error(`the server answered ${answer.status}`);
        tag = answer.headers.get("ETag");
        skew = Date.now() - Number(page.documentElement.dataset.now);
        document.title = page.title;
        const [icon, newer] = [document, page].map((from) => from.querySelector("link[rel=icon]"));
        if (icon && newer && icon.getAttribute("href") !== newer.getAttribute("href")) icon.setAttribute("href", newer.getAttribute("href"));
        morph(document.getElementById("main"), main);
        for (const part of ["live", "banner"]) {
          const [old, next] = [document, page].map((from) => from.getElementById(part));
          if (old && next) morph(old, next);
          else if (old && part === "banner") old.remove();
          else if (next && part === "banner") document.getElementById("main").before(document.importNode(next, true));
        }
      }
      seen = Date.now();
      away = false;
    } catch {
      away = dirty = true;
    } finally {
      busy = false;
      tick();
      if (again) soon();
      again = false;
    }
  };
  const soon = () => {
    timer = timer || setTimeout(() => {
      timer = null;
      refresh();
    }, CALM);
  };

  // One tab holds the lock and the only stream and tells the others; where there are no locks, each visible tab listens.
  let source = null;
  let channel = null;
  let heard = 0; // When the tab that holds the stream last said that it is open.
  const open = () => (source ? source.readyState === EventSource.OPEN : Date.now() - heard < POLL * 2.5);
  const changed = () => {
    dirty = true;
    soon();
  };
  const tell = () => {
    if (channel) channel.postMessage("changed");
    changed();
  };
  const alive = (data) => {
    if (data !== pulse) changed();
    else if (!dirty && !away && !busy) sign = Date.now();
    pulse = data;
  };
  const listen = () => {
    source = new EventSource(events);
    for (const kind of KINDS) source.addEventListener(kind, tell);
    source.addEventListener(ALIVE, ({ data }) => {
      if (channel) channel.postMessage({ alive: data });
      alive(data);
    });
    source.addEventListener("open", tell); // What happened before it opened was not said.
    source.addEventListener("error", soon); // Whether the server is away shows at once.
  };
  const beat = events ? setInterval(() => {
    if (source && source.readyState === EventSource.CLOSED) listen(); // A refused stream is not tried again by itself.
    if (channel && source && open()) channel.postMessage("open");
    if (owed || away || !open() || Date.now() - seen >= SLOW - POLL / 2) refresh();
  }, POLL) : null;
  if (events && navigator.locks && window.BroadcastChannel) {
    channel = new BroadcastChannel(events);
    channel.addEventListener("message", ({ data }) => {
      heard = Date.now();
      if (data === "changed") changed();
      if (data.alive) alive(data.alive);
    });
    navigator.locks.request(events, () => new Promise(listen));
  } else if (events) listen();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && events) refresh();
  });
  setInterval(tick, 1000);
  tick();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && event.target.matches("[type=search]")) {
      if (!event.target.value) event.target.blur(); // The first one empties the field, the second leaves it.
      event.target.value = "";
    }
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = [...document.querySelectorAll("main input[type=search], .search input")].find((one) => one.offsetParent);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
