// What every page runs.

import "./live.js";
import "./keys.js";
import "./search.js";
import "./rows.js";
import "./help.js";
import "./zone.js";
