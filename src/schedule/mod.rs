//! What runs next, and when.

pub mod policy;
pub mod poll;

pub(crate) mod deadlines;
pub(crate) mod fairness;
pub(crate) mod ready;
pub(crate) mod timers;
