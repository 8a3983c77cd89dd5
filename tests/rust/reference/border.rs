//! The core through the C border, in memory as the shim gives it: chunks and the array of their
//! addresses one by one from the allocator, each as large as the header says and not a byte more, so
//! that a sanitizer sees every step beside them. The array moves whenever it grows or shrinks.
#![allow(unsafe_code)] // calls the border

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};

// The exports that bindings.rs declares: this links them.
use uasyncio_priority as _;
use uasyncio_priority::entry::{Handle, Level};
use uasyncio_priority::scheduler::Action;
use uasyncio_priority::streams::{Interest, PollFd};
use uasyncio_priority::tick::Tick;

#[allow(missing_docs, non_camel_case_types, clippy::all)]
#[path = "../../../src/bindings.rs"]
pub mod c;

/// Bytes of an entry, in the build that is tested.
const ENTRY_BYTES: usize = if cfg!(any(feature = "narrow-index", target_pointer_width = "32")) {
    c::UP_ENTRY_BYTES_32 as usize
} else {
    c::UP_ENTRY_BYTES_64 as usize
};
/// Entries in a chunk.
pub const CHUNK: usize = c::UP_CHUNK_LEN as usize;
/// Rows behind the room that the core was told of, and what they hold: nothing is written there.
const SPARE: usize = 2;
const UNTOUCHED: PollFd = PollFd {
    fd: -7,
    events: 77,
    revents: 777,
};

fn zeroed<T>(layout: Layout) -> *mut T {
    // SAFETY: no layout here has size 0.
    let at = unsafe { alloc_zeroed(layout) };
    if at.is_null() {
        handle_alloc_error(layout);
    }
    at.cast()
}

fn chunk_layout() -> Layout {
    let bytes = CHUNK * (size_of::<usize>() + ENTRY_BYTES);
    Layout::from_size_align(bytes, align_of::<usize>()).expect("a chunk is small")
}

fn array_layout(count: usize) -> Layout {
    Layout::array::<*mut c::up_chunk_t>(count).expect("there are few chunks")
}

const fn at(level: Option<Level>) -> u32 {
    match level {
        Some(level) => level as u32,
        None => c::UP_OWN,
    }
}

fn handle(raw: u32) -> Option<Handle> {
    (raw != 0).then_some(Handle::from_raw(raw))
}

/// What the shim's object of an entry is.
const fn object(chunk: usize, place: usize) -> usize {
    0x5eed_0000 + chunk * CHUNK + place
}

/// A core in memory of its own.
#[derive(Debug)]
pub struct Core {
    core: *mut c::up_core_t,
    mail: *mut c::up_mailbox_t,
    /// Entries that are never given back.
    pub keep: u32,
    /// So many requests for memory are refused from here on.
    pub refuse: u32,
    /// Chunks taken and given back so far.
    pub grown: u32,
    /// See `grown`.
    pub shrunk: u32,
}

// Each call below is SAFETY: `self.core` and `self.mail` are the addresses of a core and a mailbox that were
// all zero at first, and of nobody else's; the chunks are as grow() and free() leave them, as the header asks.
macro_rules! call {
    ($name:ident($($arg:expr),*)) => {
        // SAFETY: see above.
        unsafe { c::$name($($arg),*) }
    };
}

impl Core {
    /// A core without room, and an empty mailbox.
    pub fn new() -> Self {
        Self {
            core: zeroed(Layout::new::<c::up_core_t>()),
            mail: zeroed(Layout::new::<c::up_mailbox_t>()),
            keep: 0,
            refuse: 0,
            grown: 0,
            shrunk: 0,
        }
    }

    /// The addresses of the chunks, null where one was given back.
    fn chunks(&self) -> Vec<*mut c::up_chunk_t> {
        // SAFETY: the core is ours, and the array has as many items as it says.
        unsafe {
            let core = &*self.core;
            let count = core.chunk_count as usize;
            (0..count).map(|n| *core.chunks.add(n)).collect()
        }
    }

    /// Puts the addresses into an array of just their number, elsewhere.
    fn set_chunks(&mut self, chunks: &[*mut c::up_chunk_t]) {
        let new = match chunks.len() {
            0 => std::ptr::null_mut(),
            n => zeroed::<*mut c::up_chunk_t>(array_layout(n)),
        };
        // SAFETY: the core is ours; the old array was made here and nobody else has its address.
        unsafe {
            let core = &mut *self.core;
            for (n, &chunk) in chunks.iter().enumerate() {
                *new.add(n) = chunk;
            }
            if core.chunk_count != 0 {
                dealloc(core.chunks.cast(), array_layout(core.chunk_count as usize));
            }
            core.chunks = new;
            core.chunk_count = chunks.len() as u32;
        }
    }

    /// A chunk more, in place of one that was given back or at the end; false if memory is refused.
    pub fn grow(&mut self) -> bool {
        if self.refuse > 0 {
            self.refuse -= 1;
            return false;
        }
        let gap = self.chunks().iter().position(|chunk| chunk.is_null());
        let number = gap.unwrap_or(self.chunks().len());
        assert!(self.grow_at(number));
        true
    }

    /// A chunk more by this number, however many there are none before it; false if the core has no
    /// handles for it.
    pub fn grow_at(&mut self, number: usize) -> bool {
        let mut chunks = self.chunks();
        if chunks.len() <= number {
            chunks.resize(number + 1, std::ptr::null_mut());
        }
        chunks[number] = zeroed(chunk_layout());
        for place in 0..CHUNK {
            // SAFETY: a chunk begins with as many objects, which are ours.
            unsafe { *chunks[number].cast::<usize>().add(place) = object(number, place) };
        }
        self.set_chunks(&chunks);
        let taken = call!(up_core_grown(self.core, number as u32)) != 0;
        if taken {
            self.grown += 1;
        } else {
            self.drop_chunk(number, chunks[number]);
            chunks[number] = std::ptr::null_mut();
            self.set_chunks(&chunks);
        }
        taken
    }

    /// Gives a chunk's memory back, in which no object was touched.
    fn drop_chunk(&mut self, number: usize, chunk: *mut c::up_chunk_t) {
        for place in 0..CHUNK {
            // SAFETY: as in grow().
            let seen = unsafe { *chunk.cast::<usize>().add(place) };
            assert_eq!(seen, object(number, place), "the core touched an object");
        }
        // SAFETY: it was made in grow(), and is used no more.
        unsafe { dealloc(chunk.cast(), chunk_layout()) };
    }

    /// Frees an entry, and the chunks that the core gives back.
    pub fn free(&mut self, h: Handle) {
        call!(up_core_free(self.core, h.raw()));
        loop {
            let before = self.chunks();
            let given = call!(up_core_shrink(self.core, self.keep));
            let mut chunks = self.chunks();
            let changed: Vec<_> = (0..before.len())
                .filter(|&n| chunks[n] != before[n])
                .collect();
            if given == c::UP_NO_CHUNK {
                assert_eq!(changed, []);
                return;
            }
            let number = given as usize;
            assert_eq!(changed, [number], "given back once, and set to NULL");
            assert!(chunks[number].is_null());
            self.drop_chunk(number, before[number]);
            self.shrunk += 1;
            while chunks.last().is_some_and(|chunk| chunk.is_null()) {
                chunks.pop();
            }
            self.set_chunks(&chunks);
        }
    }

    /// Forgets everything but the number of wait lists, as the header says how; the memory goes back.
    pub fn clear(&mut self) {
        for (number, chunk) in self.chunks().into_iter().enumerate() {
            if !chunk.is_null() {
                self.drop_chunk(number, chunk);
            }
        }
        self.set_chunks(&[]);
        // SAFETY: the core is ours. Zero is a value of each of its fields.
        unsafe {
            let lists = (*self.core).lists;
            self.core.write_bytes(0, 1);
            (*self.core).lists = lists;
        }
    }

    /// Whether there is the chunk in which this handle's entry would be.
    pub fn has_chunk_of(&self, h: Handle) -> bool {
        let chunk = h.place() / CHUNK;
        self.chunks().get(chunk).is_some_and(|at| !at.is_null())
    }

    /// Entries in all chunks.
    pub fn size(&self) -> u32 {
        let there = self
            .chunks()
            .into_iter()
            .filter(|chunk| !chunk.is_null())
            .count();
        (there * CHUNK) as u32
    }

    /// Entries to be had without growing.
    pub fn room(&self) -> u32 {
        call!(up_core_room(self.core))
    }

    /// Entries in use.
    pub fn len(&self) -> u32 {
        call!(up_core_len(self.core))
    }

    /// A new entry, if there is room.
    pub fn create(&mut self, own: Level) -> Option<Handle> {
        let h = handle(call!(up_core_create(self.core)))?;
        self.set_level(h, own);
        Some(h)
    }

    fn look(&self, h: Handle) -> u64 {
        call!(up_core_look(self.core, h.raw()))
    }

    /// Where an entry is: `UP_FREE` to `UP_STREAM`.
    pub fn place(&self, h: Handle) -> u32 {
        (self.look(h) >> 32) as u32 & 0xff
    }

    /// When it is due.
    pub fn due(&self, h: Handle) -> u32 {
        self.look(h) as u32
    }

    /// Its own level.
    pub fn level(&self, h: Handle) -> u32 {
        (self.look(h) >> 40) as u32 & 0xff
    }

    /// The events that it waits for.
    pub fn events(&self, h: Handle) -> u32 {
        (self.look(h) >> 48) as u32
    }

    /// How many wait for a descriptor.
    pub fn fd_count(&self) -> u32 {
        call!(up_core_fd_count(self.core))
    }

    /// Sets its own level.
    pub fn set_level(&mut self, h: Handle, own: Level) {
        call!(up_core_set_level(self.core, h.raw(), own as u32));
    }

    /// Sets the limit of overdue.
    pub fn set_max_overdue(&mut self, ms: u32) {
        call!(up_core_set_max_overdue(self.core, ms));
    }

    /// Queues an entry.
    pub fn schedule(&mut self, h: Handle, level: Option<Level>, delay: u32, now: Tick) {
        call!(up_core_schedule(
            self.core,
            h.raw(),
            at(level),
            delay,
            now.raw()
        ));
    }

    /// Parks an entry in a list; false if there is no room.
    pub fn park(&mut self, h: Handle, list: &mut c::up_list_t) -> bool {
        call!(up_core_park(self.core, h.raw(), list)) != 0
    }

    /// Wakes the first of a list.
    pub fn wake(
        &mut self,
        list: &mut c::up_list_t,
        level: Option<Level>,
        now: Tick,
    ) -> Option<Handle> {
        handle(call!(up_core_wake(self.core, list, at(level), now.raw())))
    }

    /// The first of a list, and how many wait there.
    pub fn waiting(&self, list: &mut c::up_list_t) -> (Option<Handle>, u32) {
        let first = handle(call!(up_core_first(self.core, list)));
        (first, call!(up_core_waiting(self.core, list)))
    }

    /// Lets a task wait for its condition.
    pub fn when(&mut self, h: Handle) {
        call!(up_core_when(self.core, h.raw()));
    }

    /// What its condition answered.
    pub fn answer(&mut self, h: Handle, truth: u32, now: Tick) {
        let found = if truth != 0 { c::UP_TRUE } else { 0 };
        call!(up_core_found(self.core, h.raw(), found, now.raw()));
    }

    /// Lets a task wait for a stream; false if another does.
    pub fn wait_stream(&mut self, h: Handle, interest: Interest) -> bool {
        let bits = interest.events
            | if interest.fast { c::UP_FAST } else { 0 }
            | if interest.fd { c::UP_FD } else { 0 };
        call!(up_core_wait_stream(self.core, h.raw(), bits, interest.key)) != 0
    }

    /// Takes an entry out of its queue.
    pub fn unqueue(&mut self, h: Handle) {
        call!(up_core_unqueue(self.core, h.raw()));
    }

    /// What a task's stream was found to be.
    pub fn found(&mut self, h: Handle, events: u32, now: Tick) {
        call!(up_core_found(self.core, h.raw(), events, now.raw()));
    }

    /// The table of descriptors with so much room, and whose rows they are.
    pub fn fds(&mut self, room: usize) -> (Vec<PollFd>, Vec<u32>) {
        let mut table = vec![UNTOUCHED; room + SPARE];
        let mut owners = vec![77; room + SPARE];
        let rows = call!(up_core_fds(
            self.core,
            table.as_mut_ptr().cast(),
            owners.as_mut_ptr(),
            room as u32
        )) as usize;
        let untouched = table[rows..].iter().zip(&owners[rows..]);
        let row = |row: &PollFd| (row.fd, row.events, row.revents);
        for (seen, &owner) in untouched {
            assert_eq!((row(seen), owner), (row(&UNTOUCHED), 77));
        }
        table.truncate(rows);
        owners.truncate(rows);
        (table, owners)
    }

    /// What poll(2) found.
    pub fn found_fds(&mut self, table: &[PollFd], owners: &[u32], now: Tick) {
        assert_eq!(table.len(), owners.len());
        call!(up_core_found_fds(
            self.core,
            table.as_ptr().cast(),
            owners.as_ptr(),
            owners.len() as u32,
            now.raw()
        ));
    }

    /// Makes an entry due.
    pub fn cancel(&mut self, h: Handle, now: Tick) {
        call!(up_core_cancel(self.core, h.raw(), now.raw()));
    }

    /// What to do next.
    pub fn next(&mut self, again: Option<Option<Level>>, now: Tick) -> Action {
        let again = again.map_or(c::UP_NOT, at);
        let word = call!(up_core_next(self.core, self.mail, again, now.raw()));
        let value = word as u32;
        match (word >> 32) as u32 {
            c::UP_RUN => Action::Run(Handle::from_raw(value)),
            c::UP_ASK => Action::Ask(Handle::from_raw(value)),
            c::UP_ASK_STREAM => Action::AskStream(Handle::from_raw(value)),
            c::UP_ASK_FDS => Action::AskFds,
            c::UP_MAIL => Action::TakeMail,
            c::UP_WAIT => Action::Wait(value),
            c::UP_WAIT_FOREVER => Action::WaitForever,
            _ => Action::Fault,
        }
    }

    /// Leaves an item in the mailbox; false if it is full.
    pub fn post(&self, item: usize) -> bool {
        call!(up_mail_post(self.mail, item)) != 0
    }

    /// Counts an item that did not fit.
    pub fn lose(&self) {
        call!(up_mail_lose(self.mail));
    }

    /// Whether there may be mail.
    pub fn mail_pending(&self) -> bool {
        call!(up_mail_pending(self.mail)) != 0
    }

    /// The oldest item, or 0.
    pub fn take(&self) -> usize {
        call!(up_mail_take(self.mail))
    }

    /// How many were lost.
    pub fn lost(&self) -> u32 {
        call!(up_mail_lost(self.mail))
    }

    /// Drops all mail.
    pub fn clear_mail(&self) {
        call!(up_mail_clear(self.mail));
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.clear();
        }
        // SAFETY: both were made in new(), and are used no more.
        unsafe {
            dealloc(self.core.cast(), Layout::new::<c::up_core_t>());
            dealloc(self.mail.cast(), Layout::new::<c::up_mailbox_t>());
        }
    }
}
