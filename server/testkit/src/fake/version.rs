//! What differs between versions of Connect.

/// A version of Kafka Connect, with what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// As `GET /` says it.
    pub number: &'static str,
    /// Build id, as `GET /` says it.
    pub commit: &'static str,
    major_minor: (u8, u8),
}

impl Version {
    /// 4.3.1: plugin versions in statuses, strict paths.
    pub const V4_3_1: Self = Self {
        number: "4.3.1",
        commit: "26b251a451ce941d",
        major_minor: (4, 3),
    };
    /// 3.9.1: `/health`, no plugin versions in statuses.
    pub const V3_9_1: Self = Self {
        number: "3.9.1",
        commit: "f745dfdcee2b9851",
        major_minor: (3, 9),
    };
    /// 3.7.2: no `/health`.
    pub const V3_7_2: Self = Self {
        number: "3.7.2",
        commit: "79a8f2b5f44f9d5a",
        major_minor: (3, 7),
    };
    /// 2.8.2: neither `/health` nor plugin definitions nor other plugins than connectors.
    pub const V2_8_2: Self = Self {
        number: "2.8.2",
        commit: "3146c6ff4a24cc24",
        major_minor: (2, 8),
    };

    /// Whether statuses carry the running plugin's version (since 4.1).
    pub(super) fn status_version(self) -> bool {
        self.major_minor >= (4, 1)
    }

    /// Whether paths with an encoded slash or percent sign are refused (since 4.0).
    pub(super) fn strict_paths(self) -> bool {
        self.major_minor >= (4, 0)
    }

    /// Whether definitions say `order_in_group` (seen with 4.3.1) in place of `order` at their end.
    pub(super) fn order_in_group(self) -> bool {
        self.major_minor >= (4, 3)
    }

    /// Whether `/health` exists (since 3.9).
    pub(super) fn health(self) -> bool {
        self.major_minor >= (3, 9)
    }

    /// Whether plugins of all kinds are listed and their definitions can be read (since 3.2).
    pub(super) fn plugin_definitions(self) -> bool {
        self.major_minor >= (3, 2)
    }
}
