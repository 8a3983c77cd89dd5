pub const UP_STATE_WORDS: u32 = 43;
pub const UP_MAX_DELAY: u32 = 1073741823;
pub const UP_HIGH: u32 = 0;
pub const UP_NORMAL: u32 = 1;
pub const UP_LOW: u32 = 2;
pub const UP_OWN: u32 = 3;
pub const UP_NOT: u32 = 4;
pub const UP_IDLE: u32 = 0;
pub const UP_READY: u32 = 1;
pub const UP_TIMER: u32 = 2;
pub const UP_CONDITION: u32 = 3;
pub const UP_PARKED: u32 = 4;
pub const UP_STREAM: u32 = 5;
pub const UP_JOINING: u32 = 6;
pub const UP_HELD: u32 = 7;
pub const UP_ASK: u32 = 1;
pub const UP_ASK_STREAM: u32 = 2;
pub const UP_ASK_FDS: u32 = 3;
pub const UP_MAIL: u32 = 4;
pub const UP_WAIT: u32 = 5;
pub const UP_WAIT_FOREVER: u32 = 6;
pub const UP_READ: u32 = 1;
pub const UP_WRITE: u32 = 4;
pub const UP_FAST: u32 = 2;
pub const UP_FD: u32 = 8;
pub const UP_TRUE: u32 = 2147483648;
pub const UP_JOINED: u32 = 32768;
pub const UP_CORE_FLAGS: u32 = 63492;
pub const UP_WANTED: u32 = 4;
pub const UP_ENDED: u32 = 1;
pub const UP_TAG: u32 = 32774;
pub const UP_NEW: u32 = 33222;
pub const UP_NEW_WATCHER: u32 = 33734;
pub const UP_BACK: u32 = 1;
pub const UP_CLEARS: u32 = 2;
pub const UP_PARKS: u32 = 4;
pub const UP_URGENT: u32 = 8;
pub const UP_WAITS: u32 = 0;
pub const UP_GOES_ON: u32 = 1;
pub const UP_SET_MEANWHILE: u32 = 2;
pub const UP_MAIL_LEN: u32 = 15;
pub const UP_MAIL_WORDS: u32 = 23;
pub const UP_POSTS_LEN: u32 = 8;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_entry {
    pub object: *const cty::c_void,
    pub core: u16,
    pub flags: u16,
    pub due: u32,
    pub up: *mut cty::c_void,
    pub prev: *mut up_entry,
    pub next: *mut up_entry,
    pub data: *mut cty::c_void,
}
pub type up_entry_t = up_entry;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_list {
    pub object: *const cty::c_void,
    pub first: *mut up_entry_t,
}
pub type up_list_t = up_list;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_permits {
    pub waiters: up_list_t,
    pub level: u16,
    pub bounded: u16,
    pub free: u32,
    pub taken: i32,
}
pub type up_permits_t = up_permits;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_flag {
    pub waiters: up_list_t,
    pub mailed: *mut up_flag,
    pub set: u8,
    pub waited: u8,
    pub posted: u8,
    pub level: u8,
}
pub type up_flag_t = up_flag;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_core {
    pub state: [usize; 43usize],
}
pub type up_core_t = up_core;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_mailbox {
    pub words: [usize; 23usize],
}
pub type up_mailbox_t = up_mailbox;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct up_todo {
    pub action: u32,
    pub of: up_todo__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union up_todo__bindgen_ty_1 {
    pub entry: *mut up_entry_t,
    pub ms: u32,
}
pub type up_todo_t = up_todo;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_record {
    pub place: usize,
    pub at: u32,
    pub us: u32,
    pub who: u32,
    pub offset: u16,
    pub late: u16,
    pub of: u16,
    pub what: u8,
    pub level: u8,
}
pub type up_record_t = up_record;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_trace {
    pub records: *mut up_record_t,
    pub length: u32,
    pub next: u32,
    pub laps: u32,
    pub youngest: [*mut up_entry_t; 3usize],
    pub due: [u32; 3usize],
}
pub type up_trace_t = up_trace;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_posts {
    pub on: u32,
    pub words: [u32; 9usize],
}
pub type up_posts_t = up_posts;
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct up_pollfd {
    pub fd: i32,
    pub events: i16,
    pub revents: i16,
}
pub type up_pollfd_t = up_pollfd;
unsafe extern "C" {
    pub fn up_core_clear(core: *mut up_core_t) -> *mut up_entry_t;
    pub fn up_core_forget(core: *mut up_core_t, entry: *mut up_entry_t);
    pub fn up_core_set_level(core: *mut up_core_t, entry: *mut up_entry_t, level: u32);
    pub fn up_core_set_max_overdue(core: *mut up_core_t, ms: u32);
    pub fn up_core_schedule(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        level: u32,
        delay: u32,
        now: u32,
    );
    pub fn up_core_park(core: *mut up_core_t, entry: *mut up_entry_t, list: *mut up_list_t);
    pub fn up_core_wake(
        core: *mut up_core_t,
        list: *mut up_list_t,
        level: u32,
        most: u32,
        now: u32,
    ) -> u32;
    pub fn up_core_revive(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        awaits: u32,
        level: u32,
        delay: u32,
        now: u32,
    );
    pub fn up_core_rouse(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        awaits: u32,
        ended: *mut up_entry_t,
        now: u32,
    );
    pub fn up_core_arm(core: *mut up_core_t, entry: *mut up_entry_t, delay: u32, now: u32);
    pub fn up_core_call_back(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        ended: *mut up_entry_t,
        now: u32,
    );
    pub fn up_core_first(core: *mut up_core_t, list: *mut up_list_t) -> *mut up_entry_t;
    pub fn up_core_waiting(core: *mut up_core_t, list: *mut up_list_t) -> u32;
    pub fn up_core_acquire(
        core: *mut up_core_t,
        permits: *mut up_permits_t,
        entry: *mut up_entry_t,
    ) -> u32;
    pub fn up_core_release(core: *mut up_core_t, permits: *mut up_permits_t, now: u32) -> u32;
    pub fn up_core_lock(core: *mut up_core_t, lock: *mut up_entry_t, entry: *mut up_entry_t)
    -> u32;
    pub fn up_core_unlock(core: *mut up_core_t, lock: *mut up_entry_t, now: u32) -> u32;
    pub fn up_core_refuse(core: *mut up_core_t, entry: *mut up_entry_t);
    pub fn up_core_wait_flag(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        flag: *mut up_flag_t,
        how: u32,
    ) -> u32;
    pub fn up_core_wake_flag(core: *mut up_core_t, flag: *mut up_flag_t, now: u32);
    pub fn up_core_set_flag(core: *mut up_core_t, flag: *mut up_flag_t, now: u32);
    pub fn up_core_take_flag(
        core: *mut up_core_t,
        mail: *mut up_mailbox_t,
        now: u32,
    ) -> *mut up_flag_t;
    pub fn up_core_join(core: *mut up_core_t, entry: *mut up_entry_t, task: *mut up_entry_t)
    -> u32;
    pub fn up_core_first_joiner(core: *mut up_core_t, task: *mut up_entry_t) -> *mut up_entry_t;
    pub fn up_core_wake_joiner(
        core: *mut up_core_t,
        task: *mut up_entry_t,
        now: u32,
    ) -> *mut up_entry_t;
    pub fn up_core_set_deadline(
        core: *mut up_core_t,
        deadline: *mut up_entry_t,
        task: *mut up_entry_t,
        due: u32,
    );
    pub fn up_core_end_deadline(core: *mut up_core_t, deadline: *mut up_entry_t, now: u32) -> u32;
    pub fn up_core_when(core: *mut up_core_t, entry: *mut up_entry_t);
    pub fn up_core_wait_stream(
        core: *mut up_core_t,
        entry: *mut up_entry_t,
        interest: u32,
        key: usize,
        fd: u32,
    ) -> u32;
    pub fn up_core_stream_waiter(core: *mut up_core_t, key: usize) -> *mut up_entry_t;
    pub fn up_core_fd_count(core: *mut up_core_t) -> u32;
    pub fn up_core_unqueue(core: *mut up_core_t, entry: *mut up_entry_t);
    pub fn up_core_found(core: *mut up_core_t, entry: *mut up_entry_t, found: u32, now: u32);
    pub fn up_core_fds(
        core: *mut up_core_t,
        table: *mut up_pollfd_t,
        owners: *mut *mut up_entry_t,
        room: u32,
    ) -> u32;
    pub fn up_core_found_fds(
        core: *mut up_core_t,
        table: *const up_pollfd_t,
        owners: *mut *mut up_entry_t,
        rows: u32,
        now: u32,
    );
    pub fn up_core_late(core: *mut up_core_t, level: u32, now: u32) -> u32;
    pub fn up_core_cancel(core: *mut up_core_t, entry: *mut up_entry_t, now: u32);
    pub fn up_core_next(
        core: *mut up_core_t,
        mail: *mut up_mailbox_t,
        again: u32,
        now: u32,
        todo: *mut up_todo_t,
    ) -> *mut up_entry_t;
    pub fn up_core_next_condition(core: *mut up_core_t, mail: *mut up_mailbox_t)
    -> *mut up_entry_t;
    pub fn up_core_trace_record(trace: *mut up_trace_t) -> *mut up_record_t;
    pub fn up_core_trace_nth(trace: *const up_trace_t, n: u32) -> *const up_record_t;
    pub fn up_core_trace_written(trace: *const up_trace_t) -> u32;
    pub fn up_core_trace_lost(trace: *const up_trace_t) -> u32;
    pub fn up_core_trace_woken(
        core: *mut up_core_t,
        trace: *mut up_trace_t,
        before: *mut up_entry_t,
        ran: *mut up_entry_t,
    ) -> *mut up_entry_t;
    pub fn up_core_trace_switch(posts: *mut up_posts_t, on: u32);
    pub fn up_core_trace_post(posts: *mut up_posts_t, at: u32);
    pub fn up_core_trace_posted(posts: *mut up_posts_t, at: *mut u32) -> u32;
    pub fn up_core_trace_lost_posts(posts: *mut up_posts_t) -> u32;
    pub fn up_mail_clear(mail: *mut up_mailbox_t);
    pub fn up_mail_post(mail: *mut up_mailbox_t, item: usize) -> u32;
    pub fn up_mail_lose(mail: *mut up_mailbox_t);
    pub fn up_mail_pending(mail: *mut up_mailbox_t) -> u32;
    pub fn up_mail_take(mail: *mut up_mailbox_t) -> usize;
    pub fn up_mail_lost(mail: *mut up_mailbox_t) -> u32;
    pub fn up_flag_raise(flag: *mut up_flag_t, mail: *mut up_mailbox_t);
    pub fn up_flag_lower(flag: *mut up_flag_t);
    pub fn up_flag_is_set(flag: *mut up_flag_t) -> u32;
    pub fn up_core_version() -> *const cty::c_char;
    pub fn up_atomic_begin() -> u32;
    pub fn up_atomic_end(state: u32);
    pub fn up_panic() -> !;
}
