// Tells the server in which time zone this browser is, so that it writes times as its reader's clock shows them.

import { refresh } from "./live.js";
import { page } from "./page.js";

const YEAR = 31_536_000; // In s.

const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const [theme, shown, known] = (page.root.dataset.preferences || "").split(":");
if (known && own && known !== own) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `signalbox_view=${theme}:${shown}:${own}; Path=${page.root.dataset.base}; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  refresh();
}
