//! What tasks wait at, and how the outside reaches the loop.

pub mod flag;
pub mod mailbox;
pub mod permits;
pub mod wait_list;
