// The border between the C shim and the Rust core (../src). It includes nothing of MicroPython:
// bindgen reads it too, and a Rust export that drifts from it does not compile.
//
// Rules for every function here:
// - It never raises, blocks, allocates, reads a clock or calls Python. EXCEPTION: none, except that
//   a defect of the core ends in up_panic().
// - `core` is a core that was all zero at first. An entry is the head of an object that lives, and does not move while
//   it is in a queue. No pointer may be NULL unless it says so.
// - O(log n) is for timers, and as expected: see schedule/timers.rs.
// - `now` is the millisecond clock; it wraps at 2^32.
// - Not to be called from an interrupt or from another thread, except up_mail_*() and up_flag_*().
// - Only 32 and 64 bit integers and pointers are passed: narrower ones and structs by value are not
//   the same for GCC and LLVM on Xtensa.
#ifndef UASYNCIO_PRIORITY_H
#define UASYNCIO_PRIORITY_H

#include <stdint.h>

// Words of the core's state, where a pointer has 4 bytes; with longer ones it takes fewer.
#define UP_STATE_WORDS 43
// The longest delay that can be queued, in ms (12.4 days).
#define UP_MAX_DELAY 1073741823

// Levels (docs/behaviour.md, section 2), the level of the entry itself, and none: for up_core_next().
#define UP_HIGH 0
#define UP_NORMAL 1
#define UP_LOW 2
#define UP_OWN 3
#define UP_NOT 4

// Where an entry is: UP_PLACE().
#define UP_IDLE 0
#define UP_READY 1
#define UP_TIMER 2
#define UP_CONDITION 3
#define UP_PARKED 4
#define UP_STREAM 5
#define UP_JOINING 6
#define UP_HELD 7 // a lock, which a task has

// What to do when no entry is to run: see up_todo_t.
#define UP_ASK 1 // ask the condition of the task, tell up_core_found()
#define UP_ASK_STREAM 2 // ask the stream of the task, tell up_core_found()
#define UP_ASK_FDS 3 // ask about all descriptors of up_core_fds(), tell up_core_found_fds()
#define UP_MAIL 4 // take the mail: up_core_take_flag() until it returns NULL, up_mail_lost(), up_mail_take() until it returns 0; up_mail_pending() may say that this was all
#define UP_WAIT 5 // wait so many ms, for a descriptor, or for an event
#define UP_WAIT_FOREVER 6 // wait for a descriptor or an event

// Directions of a stream, as in POLLIN and POLLOUT. Any other bit but UP_TRUE is an error or a hang-up, which
// wakes both.
#define UP_READ 1
#define UP_WRITE 4
// Beside them, in up_core_wait_stream().
#define UP_FAST 2
#define UP_FD 8
// A condition is true. No event of a stream has this bit.
#define UP_TRUE 0x80000000

// What waits to run: the head of a task or a callback. The owner of the object sets `object` to its type word and
// `core` to UP_NEW; all else is zero at first, but `data`. The core never touches `object`, and of `flags` only UP_CORE_FLAGS.
typedef struct up_entry {
    const void *object;
    uint16_t core; // where it is, and its levels: see UP_PLACE(), UP_LEVEL(), UP_EVENTS()
    uint16_t flags; // the shim's, but for UP_CORE_FLAGS
    uint32_t due; // when it is due, if it is ready or a timer
    // Its neighbours, heads of other objects. The third link comes first, because the garbage collector marks the last
    // pointer of an object first: docs/architecture.md.
    void *up;
    struct up_entry *prev;
    struct up_entry *next;
    void *data; // a word of the shim's, or who has waited longest for its end: see UP_JOINED
} up_entry_t;

// In `flags`: somebody waits for its end. `data` is who has waited longest then, and keeps the shim's word for it.
#define UP_JOINED 0x8000
// All of `flags` that is the core's: UP_JOINED, and the levels that it has from those who wait for its end.
#define UP_CORE_FLAGS 0xf804
// One of them: a lock that it has is waited for. The shim clears this bit, and no other, before the first call for an entry that
// was known before up_core_clear().
#define UP_WANTED 4
// Of the shim's `flags` the core reads this: the task has ended, so it is not to be more urgent for anybody.
#define UP_ENDED 1

// Set in `core` of every entry. With these bits the word that it is in is no object of MicroPython's (representation A),
// so who searches the heap for entries does not take an array of objects for one.
#define UP_TAG 0x8006
// A new entry's `core`: idle, its own level is UP_NORMAL.
#define UP_NEW 0x81c6
// The same of one that only watches a task, or is a lock's: it waits for the task's end (up_core_join()), is as urgent as
// nobody but those who wait for it, and never runs.
#define UP_NEW_WATCHER 0x83c6
// Where an entry is: UP_IDLE ... UP_STREAM;
#define UP_PLACE(entry) ((entry)->core >> 3 & 7u)
// its own level;
#define UP_LEVEL(entry) ((entry)->core >> 8 & 3u)
// the level at which it is due, or at which its last step ran, if it was due before;
#define UP_QUEUED(entry) ((entry)->core >> 6 & 3u)
// the level that it has from those who wait for its end, or for a lock that it has; UP_OWN: nobody does;
#define UP_INHERITED(entry) (((entry)->flags & UP_WANTED) && ((entry)->flags >> 11 & 3u) < 2u ? UP_NORMAL : 3u - ((entry)->flags >> 11 & 3u))
// and the events that it waits for, if it waits for a stream.
#define UP_EVENTS(entry) ((entry)->core >> 11 & (UP_READ | UP_WRITE))

// The head of what tasks wait at. The owner sets `object` to its type word; NULL is an empty list. It needs no clean-up.
typedef struct up_list {
    const void *object;
    up_entry_t *first;
} up_list_t;

// What is counted, and handed over from task to task: a semaphore, the items of a Queue, its room. The owner sets
// the list's object, `level`, `bounded` and `free`; the rest is zero at first. It may read what follows `bounded`.
typedef struct up_permits {
    up_list_t waiters;
    uint16_t level; // where its wake-ups land: UP_HIGH ... UP_OWN
    uint16_t bounded; // 1: what nobody took cannot be given back
    uint32_t free; // how many nobody has, and nobody is to take
    int32_t taken; // how many were taken, less those that were given back
} up_permits_t;

// Whether an entry was handed one of these permits, or this lock, and its step has not taken it.
#define UP_IS_HANDED(entry, what) (UP_PLACE(entry) <= UP_READY && (entry)->up == (void *)(what))

// What is set, by a task or from anywhere: an Event, a ThreadSafeFlag. A WaitQueue is one that is never set. The owner sets
// the list's object and, whenever it likes, `level`; the rest is zero at first.
typedef struct up_flag {
    up_list_t waiters;
    struct up_flag *mailed; // another one in the mailbox, while it is in there
    uint8_t set; // see up_flag_is_set()
    uint8_t waited; // somebody may wait
    uint8_t posted; // it is in the mailbox
    uint8_t level; // where the wake-ups of those land who are not UP_URGENT: UP_HIGH ... UP_OWN
} up_flag_t;

// How a task comes to a flag: it comes back from waiting for it; whoever goes on clears it; it is parked, set or not, unless
// it comes back; its wake-up lands at high level.
#define UP_BACK 1
#define UP_CLEARS 2
#define UP_PARKS 4
#define UP_URGENT 8
// What becomes of it: it is parked; it goes on; it is parked, and the flag was set meanwhile.
#define UP_WAITS 0
#define UP_GOES_ON 1
#define UP_SET_MEANWHILE 2

// The core. All zero is an empty one. The shim allocates it where the garbage collector sees all of it.
typedef struct up_core {
    uintptr_t state[UP_STATE_WORDS];
} up_core_t;

// Items that a mailbox holds.
#define UP_MAIL_LEN 15
// Words of a mailbox.
#define UP_MAIL_WORDS 23

// What interrupts and other threads leave for the loop. All zero is an empty one. The shim keeps it where
// the garbage collector sees it, and where a soft reset leaves it.
typedef struct up_mailbox {
    uintptr_t words[UP_MAIL_WORDS];
} up_mailbox_t;
// What up_mail_pending() says, without a call, and without its fence: with interrupts off, where they are all that posts.
#define UP_MAIL_IS_PENDING(mail) ((uint32_t) * (volatile uintptr_t *)(mail)->words != 0)

// What is to be done when no entry is to run.
typedef struct up_todo {
    uint32_t action; // UP_ASK ... UP_WAIT_FOREVER
    union {
        up_entry_t *entry; // of UP_ASK and UP_ASK_STREAM
        uint32_t ms; // of UP_WAIT
    } of;
} up_todo_t;

// One record of a trace. What it says is the shim's.
typedef struct up_record {
    uintptr_t place; // an object's head, or 0: the collector sees it
    uint32_t at; // us
    uint32_t us; // how long that took, or who did it
    uint32_t who;
    uint16_t offset;
    uint16_t late;
    uint16_t of;
    uint8_t what;
    uint8_t level;
} up_record_t;

// A ring of records, the oldest of which make room for new ones. The shim sets `records` and `length`, which is not 0; the rest
// is zero at first. It lies where the garbage collector sees it.
typedef struct up_trace {
    up_record_t *records;
    uint32_t length;
    uint32_t next; // where the next one goes
    uint32_t laps; // how often the ring was full
    // Of each level, who was queued last of those who were noted, and when that was: see up_core_trace_woken().
    up_entry_t *youngest[3];
    uint32_t due[3];
} up_trace_t;

// Times that posts hold.
#define UP_POSTS_LEN 8

// When interrupts and other threads posted something, for a trace. All zero is switched off. It is static: an interrupt may
// outlive a soft reset, and with it the heap.
typedef struct up_posts {
    uint32_t on; // from any context. 0: off; 1: up_core_trace_post() is to be called; 2: so is up_core_trace_posted()
    uint32_t words[UP_POSTS_LEN + 1];
} up_posts_t;

// A row of poll(2)'s table.
typedef struct up_pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
} up_pollfd_t;

// Forgets all entries: who is parked in a list is not there any more, and those that were queued in the loop are idle.
// The latter are returned, linked by `next`, which the shim sets to NULL; NULL if there are none. What the loop was set
// to do stays. O(n log n).
up_entry_t *up_core_clear(up_core_t *core);
// An entry has ended: it is idle, and the core does not refer to it any more. O(log n) for a timer, else O(1).
void up_core_forget(up_core_t *core, up_entry_t *entry);
// Sets the own level, for the entry's next wake-ups, and for whom it waits. O(1) unless it waits for the end of a task.
void up_core_set_level(up_core_t *core, up_entry_t *entry, uint32_t level);
// How long a due low entry may wait behind normal ones, in ms; 0 is for ever. O(1).
void up_core_set_max_overdue(up_core_t *core, uint32_t ms);

// Queues an entry at `level` (or UP_OWN) to run `delay` ms from now, from wherever it is.
// O(1) for a zero delay, else O(log n).
void up_core_schedule(up_core_t *core, up_entry_t *entry, uint32_t level, uint32_t delay, uint32_t now);
// Parks an entry in a list, behind the others, from wherever it is. O(1).
void up_core_park(up_core_t *core, up_entry_t *entry, up_list_t *list);
// Makes the `most` tasks of a list due now that have waited longest, at `level` (or UP_OWN); how many there were.
// O(their number).
uint32_t up_core_wake(up_core_t *core, up_list_t *list, uint32_t level, uint32_t most, uint32_t now);
// Queues a task that somebody outside wakes, as up_core_schedule() does. `awaits`, 0 or 1: it comes back to what it waits at.
// Then it stays where it is, if it waits for a condition or in a list: it would ask again, and miss who wakes it meanwhile.
// One that was handed a permit or a lock and is due already stays too, without a delay. O(log n).
void up_core_revive(up_core_t *core, up_entry_t *entry, uint32_t awaits, uint32_t level, uint32_t delay, uint32_t now);
// Makes a task due now that somebody outside wakes: at its own level, or at that at which the task `ended` ran last (NULL: none),
// the more urgent of the two. One that is due already keeps its turn, and what it was handed, and is moved if that is at a less
// urgent level. Any other stays or goes as by up_core_revive(). O(log n).
void up_core_rouse(up_core_t *core, up_entry_t *entry, uint32_t awaits, up_entry_t *ended, uint32_t now);
// Queues a time-out to run `delay` ms from now: at its own level, but with no delay at high level. O(log n).
void up_core_arm(up_core_t *core, up_entry_t *entry, uint32_t delay, uint32_t now);
// Queues what is to be called because the task `ended` has: now, at the level of that one's last step, or of the task itself, or
// at normal level, whichever is the most urgent. O(1).
void up_core_call_back(up_core_t *core, up_entry_t *entry, up_entry_t *ended, uint32_t now);
// The first of a list, or NULL. O(1).
up_entry_t *up_core_first(up_core_t *core, up_list_t *list);
// How many wait in a list. O(n).
uint32_t up_core_waiting(up_core_t *core, up_list_t *list);
// Takes a permit: the one that was handed to the running entry, else one that is free: 1. If there is none, 0 and the entry
// is parked; without an entry (NULL) nothing happens. O(1).
uint32_t up_core_acquire(up_core_t *core, up_permits_t *permits, up_entry_t *entry);
// Gives a permit back, or for the first time: it is handed to the task that has waited longest, which is due now; else it is
// free. 0, and nothing happens, if they are bounded and none is taken. O(1).
uint32_t up_core_release(up_core_t *core, up_permits_t *permits, uint32_t now);
// A lock is an entry that is UP_NEW_WATCHER at first. If it is UP_HELD, its third link `up` is who has it, or was handed it.
// Takes a lock for the running task: the one that it was handed, or one that is free: 1. If another one has it, 0: the task
// waits behind those who do, as for the end of a task whose place the lock's entry takes; and who has it is as urgent as
// they are. O(1) if it has it, else O(tasks that wait one for the other).
uint32_t up_core_lock(up_core_t *core, up_entry_t *lock, up_entry_t *entry);
// Gives a lock back: it is handed to the task that has waited longest, which is due now; else it is free. 0, and nothing
// happens, if nobody has it. O(1) if nobody waits.
uint32_t up_core_unlock(up_core_t *core, up_entry_t *lock, uint32_t now);
// What was handed to an entry, and its step has not taken, goes to the next one. So it does when the entry is cancelled or
// taken out of its ready queue, and when its step ends. O(1).
void up_core_refuse(up_core_t *core, up_entry_t *entry);

// The running task comes to a flag, `how`: UP_BACK, UP_CLEARS, UP_PARKS and UP_URGENT, or 0. UP_WAITS, UP_GOES_ON, or UP_SET_MEANWHILE: then
// up_core_wake_flag() is to be called. Without an entry (NULL) none is parked. O(1).
uint32_t up_core_wait_flag(up_core_t *core, up_entry_t *entry, up_flag_t *flag, uint32_t how);
// Wakes all who wait for a flag, if it is set. O(those who wait).
void up_core_wake_flag(up_core_t *core, up_flag_t *flag, uint32_t now);
// Sets a flag that no other context sets, and wakes all who wait. O(those who wait).
void up_core_set_flag(up_core_t *core, up_flag_t *flag, uint32_t now);
// Takes the oldest flag out of the mailbox and wakes all who wait for it; NULL if there is none. O(those who wait).
up_flag_t *up_core_take_flag(up_core_t *core, up_mailbox_t *mail, uint32_t now);

// Lets an entry wait for the end of a task, behind those who do, from wherever it is; 0, and it is in no queue, if `task`
// waits for it. While `task` is joined its word is elsewhere: at the end of the chain of first joiners. An entry that waits
// no more has the address of `task` as its own word. O(tasks that wait one for the other).
uint32_t up_core_join(up_core_t *core, up_entry_t *entry, up_entry_t *task);
// Who has waited longest for the end of a task, or NULL. O(1).
up_entry_t *up_core_first_joiner(up_core_t *core, up_entry_t *task);
// A task has ended: makes due now who has waited longest for that, at its own level or that at which the task ran last,
// the more urgent of the two; a watcher is taken out. NULL if nobody is left. O(1).
up_entry_t *up_core_wake_joiner(up_core_t *core, up_entry_t *task, uint32_t now);
// A deadline is an entry that is UP_NEW_WATCHER at first, for one task, and is passed to these two functions only: `task` is to be
// done at `due`, at most UP_MAX_DELAY from now, in place of what it said before. Until that is ended the core refers to it, and it
// to the task. Of what is due at UP_HIGH, the earliest deadline goes first. Whom such a task waits for at UP_HIGH goes as early.
// O(1).
void up_core_set_deadline(up_core_t *core, up_entry_t *deadline, up_entry_t *task, uint32_t due);
// The task is done, or it is given up: the core does not refer to the deadline any more. By how many ms it was missed; 0 if it was
// met, or is not set, or up_core_clear() was called since. O(1).
uint32_t up_core_end_deadline(up_core_t *core, up_entry_t *deadline, uint32_t now);
// Lets a task wait until its condition is true. O(1).
void up_core_when(up_core_t *core, up_entry_t *entry);
// Lets a task wait for a stream: `interest` is UP_READ or UP_WRITE, with UP_FAST to wake it at high level, and with
// UP_FD if the operating system knows the stream by the descriptor `fd`. `key` is the address of the stream's object,
// which is kept alive by the entry. 0, and the task is in no queue, if another waits for that stream and direction.
// O(tasks that wait for streams).
uint32_t up_core_wait_stream(up_core_t *core, up_entry_t *entry, uint32_t interest, uintptr_t key, uint32_t fd);
// Some task that waits for the stream of this key, in any direction, or NULL. O(tasks that wait for streams).
up_entry_t *up_core_stream_waiter(up_core_t *core, uintptr_t key);
// How many tasks wait for a descriptor. O(1).
uint32_t up_core_fd_count(up_core_t *core);
// Takes an entry out of whatever queue it is in. O(log n).
void up_core_unqueue(up_core_t *core, up_entry_t *entry);
// What a task waits for was found to be: UP_TRUE if its condition is, which makes it due now at high level, or events of
// its stream, which wake it or not. What does not fit its wait does nothing. O(1).
void up_core_found(up_core_t *core, up_entry_t *entry, uint32_t found, uint32_t now);
// Fills poll(2)'s table, and beside it the entry that each row is about; the number of rows, at most
// `room`. The owners must be where the garbage collector sees them. O(rows).
uint32_t up_core_fds(up_core_t *core, up_pollfd_t *table, up_entry_t **owners, uint32_t room);
// What poll(2) found. Rows whose owner does not wait so any more are passed over. Sets all owners to NULL. O(rows).
void up_core_found_fds(up_core_t *core, const up_pollfd_t *table, up_entry_t **owners, uint32_t rows, uint32_t now);
// How long the first entry that is due at a level has been, ms; 0 if none is. O(1).
uint32_t up_core_late(up_core_t *core, uint32_t level, uint32_t now);
// Makes an entry due now at its own level, unless it is due there or at high level. O(log n).
void up_core_cancel(up_core_t *core, up_entry_t *entry, uint32_t now);
// The entry to run next, which is idle then; NULL: `todo` says what is to be done first.
// The entry that ran last is due again now, if it is in no queue: at the level `again`, unless that is UP_NOT. O(log n).
up_entry_t *up_core_next(up_core_t *core, up_mailbox_t *mail, uint32_t again, uint32_t now, up_todo_t *todo);
// After UP_ASK: the next condition to ask, as if up_core_next() had said UP_ASK again; NULL: that is to be called. O(1).
up_entry_t *up_core_next_condition(up_core_t *core, up_mailbox_t *mail);

// The place of the next record of a trace: that of the oldest one, if the ring is full. The shim writes all of it. O(1).
up_record_t *up_core_trace_record(up_trace_t *trace);
// The record before which `n` others are in the ring, or NULL. O(1).
const up_record_t *up_core_trace_nth(const up_trace_t *trace, uint32_t n);
// How many records were written; 2^32 - 1 is that or more. O(1).
uint32_t up_core_trace_written(const up_trace_t *trace);
// How many of them gave way to others. O(1).
uint32_t up_core_trace_lost(const up_trace_t *trace);
// An entry that became due since this was called last, and is still in its ready queue; it is noted. `before` is the one that this
// call's predecessor returned, if nothing happened since, or NULL: this is a new look. Not `ran`, or NULL: the entry that was due again
// behind its own step. NULL: no more. Of an entry that left its queue nothing is known, and if that was the youngest
// one, others of the same ms may be taken for new. O(those that became due) for all.
up_entry_t *up_core_trace_woken(up_core_t *core, up_trace_t *trace, up_entry_t *before, up_entry_t *ran);

// Switches posts on, 1, or off, 0, and forgets all times. O(1).
void up_core_trace_switch(up_posts_t *posts, uint32_t on);
// Notes a time, in us, while posts are on: the ninth that nobody took is lost. From any context. O(1).
void up_core_trace_post(up_posts_t *posts, uint32_t at);
// Takes the oldest time: 1, or 0 if there is none, and `on` is 1 then. O(1).
uint32_t up_core_trace_posted(up_posts_t *posts, uint32_t *at);
// How many times were lost since the last call. O(1).
uint32_t up_core_trace_lost_posts(up_posts_t *posts);

// The mailbox. All of these may be called from any context: an interrupt, another thread. O(1).

// Makes it anew, at start-up: empty, whatever was in it. A reset may have stopped another core within any of the calls below.
// A flag that is in it must not be used again.
void up_mail_clear(up_mailbox_t *mail);
// Leaves an item, which is not 0: 1, or 0 if the mailbox is full.
uint32_t up_mail_post(up_mailbox_t *mail, uintptr_t item);
// Counts an item that did not fit and will not be posted again.
void up_mail_lose(up_mailbox_t *mail);
// 1 if up_core_next() would say UP_MAIL.
uint32_t up_mail_pending(up_mailbox_t *mail);
// Takes out the oldest item; 0 if there is none.
uintptr_t up_mail_take(up_mailbox_t *mail);
// How many items were lost since the last call.
uint32_t up_mail_lost(up_mailbox_t *mail);

// Flags from any context: an interrupt, another thread. O(1).

// Sets it. The mailbox brings it to the loop, if somebody waits.
void up_flag_raise(up_flag_t *flag, up_mailbox_t *mail);
// Clears it.
void up_flag_lower(up_flag_t *flag);
// 1 if it is set.
uint32_t up_flag_is_set(up_flag_t *flag);

// The version of the whole, which Cargo.toml says: "1.2.3". From any context. EXCEPTION: none.
const char *up_core_version(void);

// Provided by the shim: begin and end of a section that no interrupt and no other thread enters. They
// nest; the end is given what the begin returned. From any context. EXCEPTION: none.
uint32_t up_atomic_begin(void);
void up_atomic_end(uint32_t state);

// Provided by the shim: where a panic of the core ends. It does not return.
// EXCEPTION: raises RuntimeError. No frame of the core has anything to clean up.
__attribute__((noreturn)) void up_panic(void);

#endif
