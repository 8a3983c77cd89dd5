//! The C border: `micropython-bindings/uasyncio_priority.h` in Rust, and the only `unsafe` code here.
//! (`bindings.rs` declares what the header says, in one `unsafe extern` block, as Rust 2024 spells them.)
//!
//! Each export builds a [`Scheduler`] from the shim's memory, makes one call and lets go of it, so
//! no borrow outlives a call. What each function does, costs and requires is said in the header.

use core::marker::PhantomData;
use core::mem::{align_of, offset_of, size_of};
use core::{ptr, slice};

use crate::bindings::{self, up_core_t, up_list_t, up_mailbox_t, up_pollfd_t};
use crate::entry::{Entry, Handle, INDEX_BITS, Kind, Level};
use crate::mailbox::{MAIL_LEN, Mailbox};
use crate::scheduler::{Action, Scheduler};
use crate::store::{CHUNK_LEN, Chunk};
use crate::streams::{FAST, FD, Interest, PollFd, TRUE};
use crate::tick::{MAX_DELAY, Tick};
use crate::waitlist::WaitList;

// What the header says about memory holds on this target.
const _: () = {
    let narrow = size_of::<usize>() == 4;
    let entry = if narrow {
        bindings::UP_ENTRY_BYTES_32
    } else {
        bindings::UP_ENTRY_BYTES_64
    };
    let index = if narrow {
        bindings::UP_INDEX_BITS_32
    } else {
        bindings::UP_INDEX_BITS_64
    };
    // The tests' mixture, narrow indices and wide pointers, is not for C to link.
    let mixed = cfg!(feature = "narrow-index") && !narrow;
    assert!(mixed || size_of::<Entry>() == entry as usize);
    assert!(mixed || INDEX_BITS == index);
    assert!(mixed || size_of::<Chunk>() == CHUNK_LEN * (size_of::<usize>() + entry as usize));
    assert!(CHUNK_LEN == bindings::UP_CHUNK_LEN as usize);
    assert!(MAX_DELAY == bindings::UP_MAX_DELAY);
    assert!(size_of::<Scheduler>() <= size_of::<up_core_t>());
    assert!(align_of::<Scheduler>() <= align_of::<up_core_t>());
    assert!(offset_of!(Scheduler, store.stamp) == offset_of!(up_core_t, lists));
    assert!(offset_of!(Scheduler, store.chunks.first) == offset_of!(up_core_t, chunks));
    assert!(offset_of!(Scheduler, store.chunks.count) == offset_of!(up_core_t, chunk_count));
    assert!(size_of::<WaitList>() == size_of::<up_list_t>());
    assert!(align_of::<WaitList>() == align_of::<up_list_t>());
    assert!(MAIL_LEN == bindings::UP_MAIL_LEN as usize);
    assert!(size_of::<Mailbox>() <= size_of::<up_mailbox_t>());
    assert!(align_of::<Mailbox>() <= align_of::<up_mailbox_t>());
    assert!(Level::Low as u32 == bindings::UP_LOW);
    assert!(Kind::Free as u32 == bindings::UP_FREE && Kind::Idle as u32 == bindings::UP_IDLE);
    assert!(Kind::Ready as u32 == bindings::UP_READY && Kind::Timer as u32 == bindings::UP_TIMER);
    assert!(Kind::Condition as u32 == bindings::UP_CONDITION);
    assert!(Kind::Parked as u32 == bindings::UP_PARKED);
    assert!(Kind::Stream as u32 == bindings::UP_STREAM);
    assert!(FAST == bindings::UP_FAST && FD == bindings::UP_FD && TRUE == bindings::UP_TRUE);
    assert!(size_of::<PollFd>() == size_of::<up_pollfd_t>());
    assert!(align_of::<PollFd>() == align_of::<up_pollfd_t>());
};

/// The chunks of entries, in memory that the shim allocates; none where a chunk was given back.
#[derive(Debug)]
#[repr(C)]
pub struct Chunks<'a> {
    first: *mut Option<&'a mut Chunk>,
    count: u32,
    _lent: PhantomData<&'a mut [Option<&'a mut Chunk>]>,
}

impl<'a> Chunks<'a> {
    /// No chunk at all.
    pub const NONE: Self = Self {
        first: ptr::null_mut(),
        count: 0,
        _lent: PhantomData,
    };

    /// These chunks.
    pub fn new(chunks: &'a mut [Option<&'a mut Chunk>]) -> Self {
        Self {
            first: chunks.as_mut_ptr(),
            count: chunks.len() as u32,
            _lent: PhantomData,
        }
    }

    /// A chunk, if it is there.
    #[inline(always)]
    pub(crate) fn get(&self, chunk: usize) -> Option<&Chunk> {
        if chunk >= self.count as usize {
            return None;
        }
        // SAFETY: `first` is the address of `count` items, new()'s or the shim's, each null or a chunk
        // that is zeroed or in use. They are ours while `self` is borrowed.
        unsafe { (*self.first.add(chunk)).as_deref() }
    }

    /// The number of the last chunk. The shim takes those that were given back off the end.
    pub(crate) const fn last(&self) -> usize {
        (self.count as usize).wrapping_sub(1)
    }

    /// Lets go of a chunk: the shim gives it back.
    pub(crate) fn remove(&mut self, chunk: usize) {
        if chunk < self.count as usize {
            // SAFETY: as in get(); and nobody else has borrowed them.
            unsafe { *self.first.add(chunk) = None }
        }
    }
}

/// The loop in the shim's memory.
///
/// # Safety
/// `core` is a core of the shim's that was all zero at first, and nothing else uses it, its
/// chunks or the result until the result is dropped.
unsafe fn scheduler<'a>(core: *mut up_core_t) -> &'a mut Scheduler<'static> {
    // SAFETY: the caller's promise. Size, alignment and the place of what C reads are asserted above; the
    // shim's part of it, the chunks, is what Chunks asks for (up_core_grown).
    unsafe { &mut *core.cast() }
}

/// The mailbox in the shim's memory.
///
/// # Safety
/// `mail` is a mailbox of the shim's, that was all zero at first.
unsafe fn mailbox<'a>(mail: *mut up_mailbox_t) -> &'a Mailbox {
    // SAFETY: the caller's promise. It may be shared: whatever changes in it does so behind a
    // critical section, or is atomic.
    unsafe { &*mail.cast() }
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

fn raw(handle: Option<Handle>) -> u32 {
    handle.map_or(0, Handle::raw)
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
    fn up_core_grown(core: *mut up_core_t, chunk: u32) -> u32 {
        scheduler(core).grown(chunk as usize).into()
    }
    fn up_core_shrink(core: *mut up_core_t, keep: u32) -> u32 {
        scheduler(core).shrink(keep).map_or(bindings::UP_NO_CHUNK, |chunk| chunk as u32)
    }
    fn up_core_room(core: *mut up_core_t) -> u32 {
        scheduler(core).room()
    }
    fn up_core_len(core: *mut up_core_t) -> u32 {
        scheduler(core).len()
    }
    fn up_core_create(core: *mut up_core_t) -> u32 {
        raw(scheduler(core).create(Level::Normal))
    }
    fn up_core_free(core: *mut up_core_t, handle: u32) {
        scheduler(core).free(Handle::from_raw(handle))
    }
    fn up_core_look(core: *mut up_core_t, handle: u32) -> u64 {
        scheduler(core).look(Handle::from_raw(handle))
    }
    fn up_core_set_level(core: *mut up_core_t, handle: u32, own: u32) {
        scheduler(core).set_level(Handle::from_raw(handle), level(own).unwrap_or(Level::Normal))
    }
    fn up_core_set_max_overdue(core: *mut up_core_t, ms: u32) {
        scheduler(core).set_max_overdue(ms)
    }
    fn up_core_schedule(core: *mut up_core_t, handle: u32, at: u32, delay: u32, now: u32) {
        scheduler(core).schedule(Handle::from_raw(handle), level(at), delay, Tick::new(now))
    }
    fn up_core_park(core: *mut up_core_t, handle: u32, list: *mut up_list_t) -> u32 {
        // Any bits are a valid list; size and alignment are asserted above.
        scheduler(core).park(Handle::from_raw(handle), &mut *list.cast()).into()
    }
    fn up_core_wake(core: *mut up_core_t, list: *mut up_list_t, at: u32, now: u32) -> u32 {
        raw(scheduler(core).wake(list.cast::<WaitList>().read(), level(at), Tick::new(now)))
    }
    fn up_core_first(core: *mut up_core_t, list: *mut up_list_t) -> u32 {
        raw(scheduler(core).first(list.cast::<WaitList>().read()))
    }
    fn up_core_waiting(core: *mut up_core_t, list: *mut up_list_t) -> u32 {
        scheduler(core).waiting(list.cast::<WaitList>().read())
    }
    fn up_core_when(core: *mut up_core_t, handle: u32) {
        scheduler(core).when(Handle::from_raw(handle))
    }
    fn up_core_wait_stream(
        core: *mut up_core_t,
        handle: u32,
        interest: u32,
        key: u32
    ) -> u32 {
        scheduler(core).wait_stream(Handle::from_raw(handle), Interest::new(interest, key)).into()
    }
    fn up_core_fd_count(core: *mut up_core_t) -> u32 {
        scheduler(core).fd_count()
    }
    fn up_core_unqueue(core: *mut up_core_t, handle: u32) {
        scheduler(core).unqueue(Handle::from_raw(handle))
    }
    fn up_core_found(core: *mut up_core_t, handle: u32, found: u32, now: u32) {
        scheduler(core).found(Handle::from_raw(handle), found, Tick::new(now))
    }
    fn up_core_fds(core: *mut up_core_t, table: *mut up_pollfd_t, owners: *mut u32, room: u32) -> u32 {
        scheduler(core).fds(items_mut(table.cast(), room), items_mut(owners, room)) as u32
    }
    fn up_core_found_fds(
        core: *mut up_core_t,
        table: *const up_pollfd_t,
        owners: *const u32,
        rows: u32,
        now: u32
    ) {
        scheduler(core).found_fds(items(table.cast(), rows), items(owners, rows), Tick::new(now))
    }
    fn up_core_cancel(core: *mut up_core_t, handle: u32, now: u32) {
        scheduler(core).cancel(Handle::from_raw(handle), Tick::new(now))
    }
    fn up_core_next(core: *mut up_core_t, mail: *mut up_mailbox_t, again: u32, now: u32) -> u64 {
        let again = (again != bindings::UP_NOT).then_some(level(again & 3));
        let (action, value) = match scheduler(core).next(mailbox(mail), again, Tick::new(now)) {
            Action::Run(handle) => (bindings::UP_RUN, handle.raw()),
            Action::Ask(handle) => (bindings::UP_ASK, handle.raw()),
            Action::AskStream(handle) => (bindings::UP_ASK_STREAM, handle.raw()),
            Action::AskFds => (bindings::UP_ASK_FDS, 0),
            Action::TakeMail => (bindings::UP_MAIL, 0),
            Action::Wait(ms) => (bindings::UP_WAIT, ms),
            Action::WaitForever => (bindings::UP_WAIT_FOREVER, 0),
            Action::Fault => (bindings::UP_FAULT, 0),
        };
        u64::from(action) << 32 | u64::from(value)
    }
    fn up_mail_clear(mail: *mut up_mailbox_t) {
        mailbox(mail).clear()
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
}

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
