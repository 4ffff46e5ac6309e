// What every page runs.

import "./live.js";
import "./keys.js";
import "./zone.js";
import "./countdown.js";
import "./topology.js";
