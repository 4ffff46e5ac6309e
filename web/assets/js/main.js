// What every page runs.

import "./live.js";
import "./keys.js";
import "./lamps.js";
import "./search.js";
import "./rows.js";
import "./help.js";
import "./zone.js";
import "./countdown.js";
import "./topology.js";
import "./contents.js";
import "./copy.js";
import "./trace.js";
import "./raw.js";
