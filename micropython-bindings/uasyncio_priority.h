// The border between the C shim and the Rust core (../src). It includes nothing of MicroPython:
// bindgen reads it too, and a Rust export that drifts from it does not compile.
//
// Rules for every function here:
// - It never raises, blocks, allocates, reads a clock or calls Python. EXCEPTION: none, except that
//   a defect of the core ends in up_panic().
// - `core` is a core that was all zero at first. Handles may be stale or invented: they are
//   checked, and a stale one does nothing (0, UP_FREE); but after 254 owners of the entry, or with a
//   chunk that came in place of its own, it may name another, so none is kept.
// - O(log n) is for timers, and as expected: see timers.rs.
// - `now` is the millisecond clock; it wraps at 2^32.
// - Not to be called from an interrupt or from another thread, except up_mail_*().
// - Only 32 and 64 bit integers and pointers are passed: narrower ones and structs by value are not
//   the same for GCC and LLVM on Xtensa.
#ifndef UASYNCIO_PRIORITY_H
#define UASYNCIO_PRIORITY_H

#include <stdint.h>

// Entries in a chunk.
#define UP_CHUNK_LEN 16
// Bytes of an entry: with 32 bit pointers, and with 64 bit ones.
#define UP_ENTRY_BYTES_32 12
#define UP_ENTRY_BYTES_64 20
// Words of the core's state.
#define UP_STATE_WORDS 42
// Low bits of a handle that hold the index: with 32 bit pointers, and with 64 bit ones. Handles
// are below 2^24 with 32 bit pointers, so that a byte is left in the word that holds one.
#define UP_INDEX_BITS_32 16
#define UP_INDEX_BITS_64 24
// The index of the first entry in the first chunk; each chunk has UP_CHUNK_LEN.
#define UP_FIRST_INDEX UP_CHUNK_LEN
// The longest delay that can be queued, in ms (12.4 days).
#define UP_MAX_DELAY 1073741823

// Levels (SPEC 2), the level of the entry itself, and none: for up_core_next().
#define UP_HIGH 0
#define UP_NORMAL 1
#define UP_LOW 2
#define UP_OWN 3
#define UP_NOT 4

// Where an entry is: UP_PLACE().
#define UP_FREE 0
#define UP_IDLE 1
#define UP_READY 2
#define UP_TIMER 3
#define UP_CONDITION 4
#define UP_PARKED 5
#define UP_STREAM 6

// What up_core_look() found: where an entry is, UP_FREE for a stale handle;
#define UP_PLACE(look) ((uint32_t)((look) >> 32) & 0xff)
// its own level, UP_NORMAL for a stale handle;
#define UP_LEVEL(look) ((uint32_t)((look) >> 40) & 0xff)
// the events that the task waits for, 0 if it does not wait for a stream;
#define UP_EVENTS(look) ((uint32_t)((look) >> 48))
// and when it is due, if it is in a ready queue or the timers; elsewhere 0.
#define UP_DUE(look) ((uint32_t)(look))

// What to do next: the upper half of what up_core_next() returns.
#define UP_RUN 0 // run the entry in the lower half
#define UP_ASK 1 // ask the condition of the task in the lower half, tell up_core_found()
#define UP_ASK_STREAM 2 // ask the stream of the task in the lower half, tell up_core_found()
#define UP_ASK_FDS 3 // ask about all descriptors of up_core_fds(), tell up_core_found_fds()
#define UP_MAIL 4 // take the mail: up_mail_lost(), then up_mail_take() until it returns 0
#define UP_WAIT 5 // wait the ms in the lower half, for a descriptor, or for an event
#define UP_WAIT_FOREVER 6 // wait for a descriptor or an event
#define UP_FAULT 7 // the state is damaged

// Directions of a stream, as in POLLIN and POLLOUT. Any other bit but UP_TRUE is an error or a hang-up, which
// wakes both.
#define UP_READ 1
#define UP_WRITE 4
// Beside them, in up_core_wait_stream().
#define UP_FAST 0x100
#define UP_FD 0x200
// A condition is true. No event of a stream has this bit.
#define UP_TRUE 0x80000000

// UP_CHUNK_LEN objects (pointer sized, the shim's) and as many entries (the core's), zeroed.
typedef struct up_chunk up_chunk_t;

// No chunk: up_core_shrink().
#define UP_NO_CHUNK 0xffffffff

// The core. All zero is an empty one. The shim allocates it where the garbage collector sees `chunks`, and
// clears it by zeroing all but `lists`; handles of before must not be used any more, wait lists may be.
typedef struct up_core {
    uint32_t lists; // counts wait lists
    up_chunk_t **chunks; // of chunk_count pointers; NULL where a chunk was given back
    uint32_t chunk_count;
    uintptr_t state[UP_STATE_WORDS];
} up_core_t;

// A wait list, kept by what is waited for. All zero is an empty list. It needs no clean-up.
typedef struct up_list {
    uint32_t handle;
    uint32_t stamp;
} up_list_t;

// Items that a mailbox holds.
#define UP_MAIL_LEN 15
// Words of a mailbox.
#define UP_MAIL_WORDS 21

// What interrupts and other threads leave for the loop. All zero is an empty one. The shim keeps it where
// the garbage collector sees it, and where a soft reset leaves it.
typedef struct up_mailbox {
    uintptr_t words[UP_MAIL_WORDS];
} up_mailbox_t;

// A row of poll(2)'s table.
typedef struct up_pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
} up_pollfd_t;

// Takes chunks[chunk], which is new and zeroed, into use; the others are as before, though the array
// may have moved or grown. 0 if its entries are more than handles can name: it is not used.
// O(UP_CHUNK_LEN).
uint32_t up_core_grown(up_core_t *core, uint32_t chunk);
// After up_core_free(): the number of a chunk that has become empty and that the core has set to
// NULL, for the shim to give back, or UP_NO_CHUNK. `keep` entries are kept. O(UP_CHUNK_LEN).
uint32_t up_core_shrink(up_core_t *core, uint32_t keep);
// Entries that can be had without a new chunk. O(1).
uint32_t up_core_room(up_core_t *core);
// Entries in use, including one for each wait list in which somebody waits. O(1).
uint32_t up_core_len(up_core_t *core);

// A new entry, idle, whose own level is UP_NORMAL; 0 if there is no room. O(1).
uint32_t up_core_create(up_core_t *core);
// Frees an entry wherever it is. O(log n) for a timer, else O(1).
void up_core_free(up_core_t *core, uint32_t handle);
// What is known of an entry: see UP_PLACE() and what follows it. O(1).
uint64_t up_core_look(up_core_t *core, uint32_t handle);
// Sets the own level, for the entry's next wake-ups. O(1).
void up_core_set_level(up_core_t *core, uint32_t handle, uint32_t level);
// How long a due low entry may wait behind normal ones, in ms; 0 is for ever. O(1).
void up_core_set_max_overdue(up_core_t *core, uint32_t ms);

// Queues an entry at `level` (or UP_OWN) to run `delay` ms from now, from wherever it is.
// O(1) for a zero delay, else O(log n).
void up_core_schedule(up_core_t *core, uint32_t handle, uint32_t level, uint32_t delay, uint32_t now);
// Parks an entry in a list, behind the others. 0, and nothing changed, if there is no room: not for
// a stale handle, which room would not help. O(1).
uint32_t up_core_park(up_core_t *core, uint32_t handle, up_list_t *list);
// Makes the first of a list due now at `level` (or UP_OWN); its handle, or 0 if none waits. O(1).
uint32_t up_core_wake(up_core_t *core, up_list_t *list, uint32_t level, uint32_t now);
// The first of a list, or 0. O(1).
uint32_t up_core_first(up_core_t *core, up_list_t *list);
// How many wait in a list. O(n).
uint32_t up_core_waiting(up_core_t *core, up_list_t *list);
// Lets a task wait until its condition is true. O(1).
void up_core_when(up_core_t *core, uint32_t handle);
// Lets a task wait for a stream: `interest` is UP_READ or UP_WRITE, with UP_FAST to wake it at high level, and with
// UP_FD if `key` is a descriptor; else that is a number that no other stream has. 0, and the task is in no queue, if
// another waits for that stream and direction. O(tasks that wait for streams).
uint32_t up_core_wait_stream(up_core_t *core, uint32_t handle, uint32_t interest, uint32_t key);
// How many tasks wait for a descriptor. O(1).
uint32_t up_core_fd_count(up_core_t *core);
// Takes an entry out of whatever queue it is in. O(log n).
void up_core_unqueue(up_core_t *core, uint32_t handle);
// What a task waits for was found to be: UP_TRUE if its condition is, which makes it due now at high level, or events of
// its stream, which wake it or not. What does not fit its wait does nothing. O(1).
void up_core_found(up_core_t *core, uint32_t handle, uint32_t found, uint32_t now);
// Fills poll(2)'s table, and beside it the handle that each row is about; the number of rows, at most
// `room`. Neither pointer may be NULL, also with no room. O(rows).
uint32_t up_core_fds(up_core_t *core, up_pollfd_t *table, uint32_t *owners, uint32_t room);
// What poll(2) found. O(rows).
void up_core_found_fds(up_core_t *core, const up_pollfd_t *table, const uint32_t *owners, uint32_t rows, uint32_t now);
// Makes an entry due now at its own level, unless it is due there or at high level. O(log n).
void up_core_cancel(up_core_t *core, uint32_t handle, uint32_t now);
// What to do next: UP_RUN ... UP_FAULT in the upper half. The entry that ran last
// is due again now, if it is in no queue: at the level `again`, unless that is UP_NOT. O(log n).
uint64_t up_core_next(up_core_t *core, up_mailbox_t *mail, uint32_t again, uint32_t now);

// The mailbox. All of these may be called from any context: an interrupt, another thread. O(1).

// Drops all of it. O(items).
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

// Provided by the shim: begin and end of a section that no interrupt and no other thread enters. They
// nest; the end is given what the begin returned. From any context. EXCEPTION: none.
uint32_t up_atomic_begin(void);
void up_atomic_end(uint32_t state);

// Provided by the shim: where a panic of the core ends. It does not return.
// EXCEPTION: raises RuntimeError. No frame of the core has anything to clean up.
__attribute__((noreturn)) void up_panic(void);

#endif
