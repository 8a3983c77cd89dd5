pub const UP_CHUNK_LEN: u32 = 16;
pub const UP_ENTRY_BYTES_32: u32 = 12;
pub const UP_ENTRY_BYTES_64: u32 = 20;
pub const UP_STATE_WORDS: u32 = 42;
pub const UP_INDEX_BITS_32: u32 = 16;
pub const UP_INDEX_BITS_64: u32 = 24;
pub const UP_FIRST_INDEX: u32 = 16;
pub const UP_MAX_DELAY: u32 = 1073741823;
pub const UP_HIGH: u32 = 0;
pub const UP_NORMAL: u32 = 1;
pub const UP_LOW: u32 = 2;
pub const UP_OWN: u32 = 3;
pub const UP_NOT: u32 = 4;
pub const UP_FREE: u32 = 0;
pub const UP_IDLE: u32 = 1;
pub const UP_READY: u32 = 2;
pub const UP_TIMER: u32 = 3;
pub const UP_CONDITION: u32 = 4;
pub const UP_PARKED: u32 = 5;
pub const UP_STREAM: u32 = 6;
pub const UP_RUN: u32 = 0;
pub const UP_ASK: u32 = 1;
pub const UP_ASK_STREAM: u32 = 2;
pub const UP_ASK_FDS: u32 = 3;
pub const UP_MAIL: u32 = 4;
pub const UP_WAIT: u32 = 5;
pub const UP_WAIT_FOREVER: u32 = 6;
pub const UP_FAULT: u32 = 7;
pub const UP_READ: u32 = 1;
pub const UP_WRITE: u32 = 4;
pub const UP_FAST: u32 = 256;
pub const UP_FD: u32 = 512;
pub const UP_TRUE: u32 = 2147483648;
pub const UP_NO_CHUNK: u32 = 4294967295;
pub const UP_MAIL_LEN: u32 = 15;
pub const UP_MAIL_WORDS: u32 = 21;
#[repr(C)]
#[derive(Debug)]
pub struct up_chunk {
    _unused: [u8; 0],
}
pub type up_chunk_t = up_chunk;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_core {
    pub lists: u32,
    pub chunks: *mut *mut up_chunk_t,
    pub chunk_count: u32,
    pub state: [usize; 42usize],
}
pub type up_core_t = up_core;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_list {
    pub handle: u32,
    pub stamp: u32,
}
pub type up_list_t = up_list;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_mailbox {
    pub words: [usize; 21usize],
}
pub type up_mailbox_t = up_mailbox;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_pollfd {
    pub fd: i32,
    pub events: i16,
    pub revents: i16,
}
pub type up_pollfd_t = up_pollfd;
unsafe extern "C" {
    pub fn up_core_grown(core: *mut up_core_t, chunk: u32) -> u32;
    pub fn up_core_shrink(core: *mut up_core_t, keep: u32) -> u32;
    pub fn up_core_room(core: *mut up_core_t) -> u32;
    pub fn up_core_len(core: *mut up_core_t) -> u32;
    pub fn up_core_create(core: *mut up_core_t) -> u32;
    pub fn up_core_free(core: *mut up_core_t, handle: u32);
    pub fn up_core_look(core: *mut up_core_t, handle: u32) -> u64;
    pub fn up_core_set_level(core: *mut up_core_t, handle: u32, level: u32);
    pub fn up_core_set_max_overdue(core: *mut up_core_t, ms: u32);
    pub fn up_core_schedule(core: *mut up_core_t, handle: u32, level: u32, delay: u32, now: u32);
    pub fn up_core_park(core: *mut up_core_t, handle: u32, list: *mut up_list_t) -> u32;
    pub fn up_core_wake(core: *mut up_core_t, list: *mut up_list_t, level: u32, now: u32) -> u32;
    pub fn up_core_first(core: *mut up_core_t, list: *mut up_list_t) -> u32;
    pub fn up_core_waiting(core: *mut up_core_t, list: *mut up_list_t) -> u32;
    pub fn up_core_when(core: *mut up_core_t, handle: u32);
    pub fn up_core_wait_stream(core: *mut up_core_t, handle: u32, interest: u32, key: u32) -> u32;
    pub fn up_core_fd_count(core: *mut up_core_t) -> u32;
    pub fn up_core_unqueue(core: *mut up_core_t, handle: u32);
    pub fn up_core_found(core: *mut up_core_t, handle: u32, found: u32, now: u32);
    pub fn up_core_fds(
        core: *mut up_core_t,
        table: *mut up_pollfd_t,
        owners: *mut u32,
        room: u32,
    ) -> u32;
    pub fn up_core_found_fds(
        core: *mut up_core_t,
        table: *const up_pollfd_t,
        owners: *const u32,
        rows: u32,
        now: u32,
    );
    pub fn up_core_cancel(core: *mut up_core_t, handle: u32, now: u32);
    pub fn up_core_next(core: *mut up_core_t, mail: *mut up_mailbox_t, again: u32, now: u32)
    -> u64;
    pub fn up_mail_clear(mail: *mut up_mailbox_t);
    pub fn up_mail_post(mail: *mut up_mailbox_t, item: usize) -> u32;
    pub fn up_mail_lose(mail: *mut up_mailbox_t);
    pub fn up_mail_pending(mail: *mut up_mailbox_t) -> u32;
    pub fn up_mail_take(mail: *mut up_mailbox_t) -> usize;
    pub fn up_mail_lost(mail: *mut up_mailbox_t) -> u32;
    pub fn up_atomic_begin() -> u32;
    pub fn up_atomic_end(state: u32);
    pub fn up_panic() -> !;
}
