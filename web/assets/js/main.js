// What every page runs.

import "./live.js";
import "./keys.js";
import "./zone.js";
import "./contents.js";
import "./copy.js";
import "./trace.js";
import "./raw.js";
