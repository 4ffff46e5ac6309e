// Tells the server in which time zone this browser is, so that it writes times as its reader's clock shows them.

import { page } from "./page.js";

const YEAR = 31_536_000; // In s.
const COOKIE = "signalbox_view";

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const [theme, shown, known] = (page.root.dataset.preferences || "").split(":");
const told = () => document.cookie.split("; ").some((cookie) => cookie.startsWith(`${COOKIE}=`) && cookie.endsWith(`:${own}`));
if (known && own && known !== own && !told()) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${theme}:${shown}:${own}; Path=${page.root.dataset.base}; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  if (told()) location.reload(); // Once for each browser; one that keeps no cookie reads UTC.
}
