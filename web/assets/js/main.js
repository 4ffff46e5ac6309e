// What every page runs.

import "./live.js";
import "./keys.js";
import "./lamps.js";
import "./zone.js";
