//! The files that ARCHITECTURE.md leads through exist.

use crate::none;
use crate::tree::{self, FILES, File};

/// Mentions in backticks that look like files: with a folder and an ending. A mention may leave out the folders that
/// were named just before it.
fn offences(text: &str, files: &[File]) -> Vec<String> {
    let mentions = text.split('`').skip(1).step_by(2).filter(|mention| {
        let ending = mention.rsplit('.').next().unwrap_or_default();
        mention.contains('/') && !mention.contains([' ', '*', ':']) && ["rs", "html", "toml", "sql"].contains(&ending)
    });
    let missing = mentions.filter(|mention| {
        let end = format!("/{mention}");
        !files
            .iter()
            .any(|file| file.path == **mention || file.path.ends_with(&end))
    });
    missing
        .map(|mention| format!("ARCHITECTURE.md leads to {mention}, which is not there"))
        .collect()
}

#[test]
fn the_stories_lead_through_files_that_exist() {
    none(&offences(tree::text("ARCHITECTURE.md"), &FILES));
}

#[test]
fn a_story_that_leads_nowhere_is_found() {
    let files = [File::new("server/a/src/b.rs", "")];
    none(&offences("see `a/src/b.rs` and `cargo x`", &files));
    assert_eq!(offences("see `a/src/c.rs`", &files).len(), 1);
}
