//! What REST says beside what we say.

use console::ConnectorItem;

/// What REST says of a connector, where that is not what we say, and it was not deleted.
pub(crate) fn otherwise(item: &ConnectorItem) -> Option<String> {
    let state = item.rest_state.as_ref().filter(|_| item.deleted_at.is_none())?;
    model::rest::otherwise(item.health, state, item.tasks.iter().map(|task| &task.rest_state))
}
