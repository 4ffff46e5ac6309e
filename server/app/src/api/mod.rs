//! The JSON API: questions in addresses, answers in shapes that scripts rely on.

pub mod answer;
pub mod clusters;
pub mod completions;
pub mod connectors;
pub mod counts;
pub mod description;
pub mod events;
pub mod faults;
pub mod history;
pub mod kept;
pub mod measures;
pub mod names;
pub mod params;
pub mod plugins;
pub mod shape;
pub mod system;
pub mod topology;
