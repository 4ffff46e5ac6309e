// Shows what only the script can do something with: without it such tools would be dead.

import { beforeShown } from "./page.js";

export const reveal = (root) => root.querySelectorAll("[data-scripted]").forEach((node) => (node.hidden = false));
beforeShown(reveal);
reveal(document);
