//! Why a page could not be drawn.

/// A page could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template failed to render: a defect of this server, to be logged and shown as a 500.
    #[error("the page could not be drawn: {0}")]
    Render(#[from] askama::Error),
}
