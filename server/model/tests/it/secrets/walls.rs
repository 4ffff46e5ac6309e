//! Raw values and redactors cannot be printed or serialised.

use std::fmt::{Debug, Display};

use model::secrets::{FingerprintKey, RawConfig, RawTrace, Redactor};
use serde::Serialize;

/// Holds only if the type lacks the trait: otherwise both implementations fit and the marker cannot be inferred.
macro_rules! lacks {
    ($type:ty: $($bound:ident),+) => {$({
        trait Ambiguous<Marker> {
            fn check() {}
        }
        impl<T: ?Sized> Ambiguous<()> for T {}
        struct Has;
        impl<T: ?Sized + $bound> Ambiguous<Has> for T {}
        <$type as Ambiguous<_>>::check();
    })+};
}

#[test]
fn raw_values_have_no_way_out() {
    lacks!(RawConfig: Debug, Display, Serialize);
    lacks!(RawTrace: Debug, Display, Serialize);
    lacks!(Redactor: Debug, Display, Serialize);
    lacks!(FingerprintKey: Debug, Display, Serialize);
}
