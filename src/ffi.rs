//! The C border: `micropython-bindings/uasyncio_priority.h` in Rust. It is the only `unsafe` code here, beside
//! the words of an entry that mean one thing or another (`entry.rs`).
//! (`bindings.rs` declares what the header says, in one `unsafe extern` block, as Rust 2024 spells them.)
//!
//! Each export takes the shim's memory for what the header says it is, makes one call and lets go of it, so no
//! borrow outlives a call. What each function does, costs and requires is said in the header.

use core::mem::{align_of, size_of};
use core::{ptr, slice};

use crate::bindings::{
    self, up_core_t, up_entry_t, up_flag_t, up_list_t, up_mailbox_t, up_permits_t, up_pollfd_t,
    up_posts_t, up_record_t, up_todo_t, up_trace_t,
};
use crate::entry::{CORE_FLAGS, ENDED, Entry, JOINED, Kind, Level, TAG, WANTED};
use crate::schedule::policy::{Action, Scheduler};
use crate::schedule::poll::{FAST, FD, Interest, PollFd, READ, TRUE, WRITE};
use crate::sync::flag::{BACK, CLEARS, Flag, PARKS, URGENT, Wait};
use crate::sync::mailbox::{MAIL_LEN, Mailbox};
use crate::sync::permits::Permits;
use crate::sync::wait_list::WaitList;
use crate::tick::{MAX_DELAY, Tick};
use crate::trace::{POSTS_LEN, Posts, Trace};

// What the header says about memory holds on this target.
const _: () = {
    assert!(size_of::<Entry>() == size_of::<up_entry_t>());
    assert!(align_of::<Entry>() == align_of::<up_entry_t>());
    assert!(TAG as u32 == bindings::UP_TAG && Entry::NEW as u32 == bindings::UP_NEW);
    assert!(Entry::NEW_WATCHER as u32 == bindings::UP_NEW_WATCHER);
    assert!(MAX_DELAY == bindings::UP_MAX_DELAY);
    assert!(size_of::<Scheduler>() <= size_of::<up_core_t>());
    assert!(align_of::<Scheduler>() <= align_of::<up_core_t>());
    assert!(size_of::<WaitList>() == size_of::<up_list_t>());
    assert!(align_of::<WaitList>() == align_of::<up_list_t>());
    assert!(size_of::<Permits>() == size_of::<up_permits_t>());
    assert!(align_of::<Permits>() == align_of::<up_permits_t>());
    assert!(size_of::<Flag>() == size_of::<up_flag_t>());
    assert!(align_of::<Flag>() == align_of::<up_flag_t>());
    assert!(BACK == bindings::UP_BACK && CLEARS == bindings::UP_CLEARS);
    assert!(PARKS == bindings::UP_PARKS && URGENT == bindings::UP_URGENT);
    assert!(Wait::Parked as u32 == bindings::UP_WAITS && Wait::Over as u32 == bindings::UP_GOES_ON);
    assert!(Wait::SetMeanwhile as u32 == bindings::UP_SET_MEANWHILE);
    assert!(size_of::<Option<&Entry>>() == size_of::<*mut up_entry_t>());
    assert!(MAIL_LEN == bindings::UP_MAIL_LEN as usize);
    assert!(size_of::<Mailbox>() <= size_of::<up_mailbox_t>());
    assert!(align_of::<Mailbox>() <= align_of::<up_mailbox_t>());
    assert!(Level::Low as u32 == bindings::UP_LOW);
    assert!(Kind::Idle as u32 == bindings::UP_IDLE && Kind::Ready as u32 == bindings::UP_READY);
    assert!(Kind::Timer as u32 == bindings::UP_TIMER);
    assert!(Kind::Condition as u32 == bindings::UP_CONDITION);
    assert!(Kind::Parked as u32 == bindings::UP_PARKED);
    assert!(Kind::Stream as u32 == bindings::UP_STREAM);
    assert!(Kind::Joining as u32 == bindings::UP_JOINING);
    assert!(Kind::Held as u32 == bindings::UP_HELD);
    assert!(WANTED as u32 == bindings::UP_WANTED);
    assert!(JOINED as u32 == bindings::UP_JOINED);
    assert!(CORE_FLAGS as u32 == bindings::UP_CORE_FLAGS);
    assert!(ENDED as u32 == bindings::UP_ENDED);
    assert!(READ == bindings::UP_READ && WRITE == bindings::UP_WRITE);
    assert!(FAST == bindings::UP_FAST && FD == bindings::UP_FD && TRUE == bindings::UP_TRUE);
    assert!(size_of::<Action>() == size_of::<up_todo_t>());
    assert!(align_of::<Action>() == align_of::<up_todo_t>());
    let e = Entry::new(Level::Normal);
    assert!(number(&Action::Ask(&e)) == bindings::UP_ASK);
    assert!(number(&Action::AskStream(&e)) == bindings::UP_ASK_STREAM);
    assert!(number(&Action::AskFds) == bindings::UP_ASK_FDS);
    assert!(number(&Action::TakeMail) == bindings::UP_MAIL);
    assert!(number(&Action::Wait(0)) == bindings::UP_WAIT);
    assert!(number(&Action::WaitForever) == bindings::UP_WAIT_FOREVER);
    assert!(size_of::<PollFd>() == size_of::<up_pollfd_t>());
    assert!(align_of::<PollFd>() == align_of::<up_pollfd_t>());
    assert!(size_of::<Trace>() == size_of::<up_trace_t>());
    assert!(align_of::<Trace>() == align_of::<up_trace_t>());
    assert!(size_of::<Posts>() == size_of::<up_posts_t>());
    assert!(align_of::<Posts>() == align_of::<up_posts_t>());
    assert!(POSTS_LEN == bindings::UP_POSTS_LEN as usize);
};

/// What C has as the number of an action.
const fn number(action: &Action) -> u32 {
    // SAFETY: repr(C, u32) says that an action begins with it.
    unsafe { *ptr::from_ref(action).cast() }
}

/// The loop in the shim's memory.
///
/// # Safety
/// `core` is a core of the shim's that was all zero at first, and nobody else is in it until the result is dropped.
unsafe fn scheduler<'a>(core: *mut up_core_t) -> &'a Scheduler<'a> {
    // SAFETY: the caller's promise. Size and alignment are asserted above, and zero is a value of each field.
    unsafe { &*core.cast() }
}

/// An entry in the shim's memory.
///
/// # Safety
/// `entry` is the head of one of the shim's objects, as the header says, which lives while it is in a queue.
unsafe fn entry<'a>(entry: *mut up_entry_t) -> &'a Entry<'a> {
    // SAFETY: the caller's promise. Size and alignment are asserted above. All that changes is in cells, but the
    // first word, which is not read.
    unsafe { &*entry.cast() }
}

/// An entry, if it is not NULL.
///
/// # Safety
/// As [`entry`].
unsafe fn maybe<'a>(e: *mut up_entry_t) -> Option<&'a Entry<'a>> {
    // SAFETY: the caller's promise.
    (!e.is_null()).then(|| unsafe { entry(e) })
}

/// A wait list in the shim's memory.
///
/// # Safety
/// `list` is the head of one of the shim's objects, as the header says, which lives while a task waits there.
unsafe fn list<'a>(list: *mut up_list_t) -> &'a WaitList<'a> {
    // SAFETY: as entry().
    unsafe { &*list.cast() }
}

/// Permits in the shim's memory.
///
/// # Safety
/// As [`list`]; and nothing that the shim reads of them is written while it does.
unsafe fn permits<'a>(permits: *mut up_permits_t) -> &'a Permits<'a> {
    // SAFETY: as entry().
    unsafe { &*permits.cast() }
}

/// A flag in the shim's memory.
///
/// # Safety
/// As [`list`]. Other contexts use what is atomic in it, and what the mailbox guards.
unsafe fn flag<'a>(flag: *mut up_flag_t) -> &'a Flag<'a> {
    // SAFETY: as entry().
    unsafe { &*flag.cast() }
}

const fn raw(entry: Option<&Entry>) -> *mut up_entry_t {
    match entry {
        Some(entry) => ptr::from_ref(entry).cast_mut().cast(),
        None => ptr::null_mut(),
    }
}

/// The mailbox in the shim's memory.
///
/// # Safety
/// `mail` is a mailbox of the shim's, that was all zero at first.
unsafe fn mailbox<'a>(mail: *mut up_mailbox_t) -> &'a Mailbox<'a> {
    // SAFETY: the caller's promise. It may be shared: whatever changes in it does so behind a
    // critical section, or is atomic.
    unsafe { &*mail.cast() }
}

/// The head of a trace in the shim's memory.
///
/// # Safety
/// As for [`scheduler`], but that the shim has set where the records are, and how many.
const unsafe fn trace<'a>(trace: *const up_trace_t) -> &'a Trace<'a> {
    // SAFETY: the caller's promise. Size and alignment are asserted above. All that changes is in cells.
    unsafe { &*trace.cast() }
}

/// Posts in the shim's memory.
///
/// # Safety
/// As for [`mailbox`].
const unsafe fn posts<'a>(posts: *mut up_posts_t) -> &'a Posts {
    // SAFETY: the caller's promise. What changes does so behind a critical section, or is atomic.
    unsafe { &*posts.cast() }
}

/// `len` items in the shim's memory; none if `len` is 0, whatever `first` is: C may say NULL.
///
/// # Safety
/// `first` points to as many initialized items, which nobody writes until the result is dropped.
unsafe fn items<'a, T>(first: *const T, len: u32) -> &'a [T] {
    match len {
        0 => &[],
        // SAFETY: the caller's promise.
        n => unsafe { slice::from_raw_parts(first, n as usize) },
    }
}

/// The same, to be written.
///
/// # Safety
/// As for [`items`], and nothing else reads them either.
unsafe fn items_mut<'a, T>(first: *mut T, len: u32) -> &'a mut [T] {
    match len {
        0 => &mut [],
        // SAFETY: the caller's promise.
        n => unsafe { slice::from_raw_parts_mut(first, n as usize) },
    }
}

const fn level(level: u32) -> Option<Level> {
    match level {
        bindings::UP_HIGH => Some(Level::High),
        bindings::UP_NORMAL => Some(Level::Normal),
        bindings::UP_LOW => Some(Level::Low),
        _ => None,
    }
}

/// Defines the exports, and fails to compile if the header declares one of them differently.
macro_rules! export {
    ($(fn $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)? { $($body:tt)* })*) => {$(
        /// See `uasyncio_priority.h`.
        ///
        /// # Safety
        /// Pointers are as the header says, and nothing else uses what they point to meanwhile.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $ty),*) $(-> $ret)? {
            // SAFETY: this function's own contract is that of what it calls.
            unsafe { $($body)* }
        }
        const _: unsafe extern "C" fn($($ty),*) $(-> $ret)? = bindings::$name;
    )*};
}

export! {
    fn up_core_clear(core: *mut up_core_t) -> *mut up_entry_t {
        raw(scheduler(core).clear())
    }
    fn up_core_forget(core: *mut up_core_t, e: *mut up_entry_t) {
        scheduler(core).forget(entry(e))
    }
    fn up_core_set_level(core: *mut up_core_t, e: *mut up_entry_t, own: u32) {
        scheduler(core).set_level(entry(e), level(own).unwrap_or(Level::Normal))
    }
    fn up_core_set_max_overdue(core: *mut up_core_t, ms: u32) {
        scheduler(core).set_max_overdue(ms)
    }
    fn up_core_schedule(core: *mut up_core_t, e: *mut up_entry_t, at: u32, delay: u32, now: u32) {
        scheduler(core).schedule(entry(e), level(at), delay, Tick::new(now))
    }
    fn up_core_park(core: *mut up_core_t, e: *mut up_entry_t, at: *mut up_list_t) {
        scheduler(core).park(entry(e), list(at))
    }
    fn up_core_wake(core: *mut up_core_t, from: *mut up_list_t, at: u32, most: u32, now: u32) -> u32 {
        scheduler(core).wake_most(list(from), level(at), most, Tick::new(now))
    }
    fn up_core_revive(
        core: *mut up_core_t,
        e: *mut up_entry_t,
        awaits: u32,
        at: u32,
        delay: u32,
        now: u32
    ) {
        scheduler(core).revive(entry(e), awaits != 0, level(at), delay, Tick::new(now))
    }
    fn up_core_rouse(core: *mut up_core_t, e: *mut up_entry_t, awaits: u32, ended: *mut up_entry_t, now: u32) {
        scheduler(core).rouse(entry(e), awaits != 0, maybe(ended), Tick::new(now))
    }
    fn up_core_arm(core: *mut up_core_t, e: *mut up_entry_t, delay: u32, now: u32) {
        scheduler(core).arm(entry(e), delay, Tick::new(now))
    }
    fn up_core_call_back(core: *mut up_core_t, e: *mut up_entry_t, ended: *mut up_entry_t, now: u32) {
        scheduler(core).call_back(entry(e), entry(ended), Tick::new(now))
    }
    fn up_core_acquire(core: *mut up_core_t, of: *mut up_permits_t, e: *mut up_entry_t) -> u32 {
        scheduler(core).acquire(permits(of), maybe(e)).into()
    }
    fn up_core_release(core: *mut up_core_t, of: *mut up_permits_t, now: u32) -> u32 {
        scheduler(core).release(permits(of), Tick::new(now)).into()
    }
    fn up_core_lock(core: *mut up_core_t, of: *mut up_entry_t, e: *mut up_entry_t) -> u32 {
        scheduler(core).lock(entry(of), entry(e)).into()
    }
    fn up_core_unlock(core: *mut up_core_t, of: *mut up_entry_t, now: u32) -> u32 {
        scheduler(core).unlock(entry(of), Tick::new(now)).into()
    }
    fn up_core_refuse(core: *mut up_core_t, e: *mut up_entry_t) {
        scheduler(core).refuse(entry(e))
    }
    fn up_core_wait_flag(core: *mut up_core_t, e: *mut up_entry_t, of: *mut up_flag_t, how: u32) -> u32 {
        scheduler(core).wait_flag(maybe(e), flag(of), how) as u32
    }
    fn up_core_wake_flag(core: *mut up_core_t, of: *mut up_flag_t, now: u32) {
        scheduler(core).wake_flag(flag(of), Tick::new(now))
    }
    fn up_core_set_flag(core: *mut up_core_t, of: *mut up_flag_t, now: u32) {
        scheduler(core).set_flag(flag(of), Tick::new(now))
    }
    fn up_core_take_flag(core: *mut up_core_t, mail: *mut up_mailbox_t, now: u32) -> *mut up_flag_t {
        match scheduler(core).take_flag(mailbox(mail), Tick::new(now)) {
            Some(flag) => ptr::from_ref(flag).cast_mut().cast(),
            None => ptr::null_mut(),
        }
    }
    fn up_core_first(core: *mut up_core_t, of: *mut up_list_t) -> *mut up_entry_t {
        raw(scheduler(core).first(list(of)))
    }
    fn up_core_waiting(core: *mut up_core_t, at: *mut up_list_t) -> u32 {
        scheduler(core).waiting(list(at))
    }
    fn up_core_join(core: *mut up_core_t, e: *mut up_entry_t, task: *mut up_entry_t) -> u32 {
        scheduler(core).join(entry(e), entry(task)).into()
    }
    fn up_core_first_joiner(core: *mut up_core_t, task: *mut up_entry_t) -> *mut up_entry_t {
        raw(scheduler(core).first_joiner(entry(task)))
    }
    fn up_core_wake_joiner(core: *mut up_core_t, task: *mut up_entry_t, now: u32) -> *mut up_entry_t {
        raw(scheduler(core).wake_joiner(entry(task), Tick::new(now)))
    }
    fn up_core_set_deadline(core: *mut up_core_t, deadline: *mut up_entry_t, task: *mut up_entry_t, due: u32) {
        scheduler(core).set_deadline(entry(deadline), entry(task), Tick::new(due))
    }
    fn up_core_end_deadline(core: *mut up_core_t, deadline: *mut up_entry_t, now: u32) -> u32 {
        scheduler(core).end_deadline(entry(deadline), Tick::new(now))
    }
    fn up_core_when(core: *mut up_core_t, e: *mut up_entry_t) {
        scheduler(core).when(entry(e))
    }
    fn up_core_wait_stream(core: *mut up_core_t, e: *mut up_entry_t, interest: u32, key: usize, fd: u32) -> u32 {
        scheduler(core).wait_stream(entry(e), Interest::new(interest, key, fd)).into()
    }
    fn up_core_stream_waiter(core: *mut up_core_t, key: usize) -> *mut up_entry_t {
        raw(scheduler(core).stream_waiter(key))
    }
    fn up_core_fd_count(core: *mut up_core_t) -> u32 {
        scheduler(core).fd_count()
    }
    fn up_core_unqueue(core: *mut up_core_t, e: *mut up_entry_t) {
        scheduler(core).unqueue(entry(e))
    }
    fn up_core_found(core: *mut up_core_t, e: *mut up_entry_t, found: u32, now: u32) {
        scheduler(core).found(entry(e), found, Tick::new(now))
    }
    fn up_core_fds(
        core: *mut up_core_t,
        table: *mut up_pollfd_t,
        owners: *mut *mut up_entry_t,
        room: u32
    ) -> u32 {
        scheduler(core).fds(items_mut(table.cast(), room), items_mut(owners.cast(), room)) as u32
    }
    fn up_core_found_fds(
        core: *mut up_core_t,
        table: *const up_pollfd_t,
        owners: *mut *mut up_entry_t,
        rows: u32,
        now: u32
    ) {
        scheduler(core).found_fds(
            items(table.cast(), rows),
            items_mut(owners.cast(), rows),
            Tick::new(now)
        )
    }
    fn up_core_late(core: *mut up_core_t, of: u32, now: u32) -> u32 {
        scheduler(core).late(Level::from_bits(of as u16), Tick::new(now))
    }
    fn up_core_cancel(core: *mut up_core_t, e: *mut up_entry_t, now: u32) {
        scheduler(core).cancel(entry(e), Tick::new(now))
    }
    fn up_core_next(
        core: *mut up_core_t,
        mail: *mut up_mailbox_t,
        again: u32,
        now: u32,
        todo: *mut up_todo_t
    ) -> *mut up_entry_t {
        let again = (again != bindings::UP_NOT).then(|| level(again & bindings::UP_OWN));
        raw(scheduler(core).next(mailbox(mail), again, Tick::new(now), &mut *todo.cast()))
    }
    fn up_core_next_condition(core: *mut up_core_t, mail: *mut up_mailbox_t) -> *mut up_entry_t {
        raw(scheduler(core).next_condition(mailbox(mail)))
    }
    fn up_core_trace_record(of: *mut up_trace_t) -> *mut up_record_t {
        (*of).records.add(trace(of).claim() as usize)
    }
    fn up_core_trace_nth(of: *const up_trace_t, n: u32) -> *const up_record_t {
        match trace(of).nth(n) {
            Some(at) => (*of).records.add(at as usize),
            None => ptr::null(),
        }
    }
    fn up_core_trace_written(of: *const up_trace_t) -> u32 {
        trace(of).written()
    }
    fn up_core_trace_lost(of: *const up_trace_t) -> u32 {
        trace(of).lost()
    }
    fn up_core_trace_woken(
        core: *mut up_core_t,
        of: *mut up_trace_t,
        before: *mut up_entry_t,
        ran: *mut up_entry_t
    ) -> *mut up_entry_t {
        raw(scheduler(core).woken(trace(of), maybe(before), maybe(ran)))
    }
    fn up_core_trace_switch(of: *mut up_posts_t, on: u32) {
        posts(of).switch(on != 0)
    }
    fn up_core_trace_post(of: *mut up_posts_t, at: u32) {
        posts(of).post(at)
    }
    fn up_core_trace_posted(of: *mut up_posts_t, at: *mut u32) -> u32 {
        posts(of).take().is_some_and(|time| {
            at.write(time);
            true
        }).into()
    }
    fn up_core_trace_lost_posts(of: *mut up_posts_t) -> u32 {
        posts(of).take_lost()
    }
    fn up_mail_clear(mail: *mut up_mailbox_t) {
        // Not by way of what is there, which may be half of a post: a reset stopped who made it. No post comes between,
        // and nobody keeps a reference into it. Each word, since the collector looks at all of them; and each by itself, since
        // a compiler would make a call of them, for which a memset() of Rust's own came into the firmware.
        critical_section::with(|_| {
            let words = (&raw mut (*mail).words).cast::<usize>();
            for i in 0..bindings::UP_MAIL_WORDS as usize {
                // mutation: mail-of-before-a-reset
                words.add(i).write_volatile(0);
            }
        })
    }
    fn up_mail_post(mail: *mut up_mailbox_t, item: usize) -> u32 {
        mailbox(mail).post(item).into()
    }
    fn up_mail_lose(mail: *mut up_mailbox_t) {
        mailbox(mail).lose()
    }
    fn up_mail_pending(mail: *mut up_mailbox_t) -> u32 {
        mailbox(mail).is_pending().into()
    }
    fn up_mail_take(mail: *mut up_mailbox_t) -> usize {
        mailbox(mail).take().unwrap_or(0)
    }
    fn up_mail_lost(mail: *mut up_mailbox_t) -> u32 {
        mailbox(mail).take_lost()
    }
    fn up_flag_raise(of: *mut up_flag_t, mail: *mut up_mailbox_t) {
        flag(of).raise(mailbox(mail))
    }
    fn up_flag_lower(of: *mut up_flag_t) {
        flag(of).lower()
    }
    fn up_flag_is_set(of: *mut up_flag_t) -> u32 {
        flag(of).is_set().into()
    }
}

/// See `uasyncio_priority.h`. It takes nothing from the shim, so nothing in it is unsafe.
#[unsafe(no_mangle)]
pub extern "C" fn up_core_version() -> *const cty::c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
const _: unsafe extern "C" fn() -> *const cty::c_char = bindings::up_core_version;

/// What a critical section is: the shim's, which knows the port's.
#[cfg(panic = "abort")]
mod critical {
    use crate::bindings::{up_atomic_begin, up_atomic_end};

    struct Port;
    critical_section::set_impl!(Port);

    // SAFETY: up_atomic_begin() keeps interrupts and threads out until up_atomic_end(), and they nest.
    unsafe impl critical_section::Impl for Port {
        unsafe fn acquire() -> u32 {
            // SAFETY: it may be called from any context.
            unsafe { up_atomic_begin() }
        }
        unsafe fn release(state: u32) {
            // SAFETY: `state` is what acquire() returned, by this function's contract.
            unsafe { up_atomic_end(state) }
        }
    }
}

/// The same on the host, for the tests.
#[cfg(not(panic = "abort"))]
mod critical {
    use std::hint::spin_loop;
    use std::sync::atomic::{AtomicBool, Ordering};

    static TAKEN: AtomicBool = AtomicBool::new(false);

    struct Host;
    critical_section::set_impl!(Host);

    // SAFETY: one thread at a time has it. It does not nest, and nothing here nests it.
    unsafe impl critical_section::Impl for Host {
        unsafe fn acquire() -> u32 {
            while TAKEN.swap(true, Ordering::Acquire) {
                spin_loop();
            }
            0
        }
        unsafe fn release(_: u32) {
            TAKEN.store(false, Ordering::Release);
        }
    }
}

/// Where a panic ends, in a build without an operating system's own handler.
#[cfg(panic = "abort")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: the shim's function never returns. What it jumps over are frames of this crate, in which
    // nothing is to be dropped.
    unsafe { bindings::up_panic() }
}
