//! What tasks wait at, and how the outside reaches the loop.

pub(crate) mod inherit;
pub(crate) mod joiners;
pub mod mailbox;
pub mod wait_list;
