//! What tasks wait at, and how the outside reaches the loop.

pub mod flag;
pub(crate) mod inherit;
pub(crate) mod joiners;
pub mod lock;
pub mod mailbox;
pub mod permits;
pub mod wait_list;
