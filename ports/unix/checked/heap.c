// MicroPython's heap is one block of malloc(), so a sanitizer sees nothing of what the collector frees. Here free
// blocks are poisoned, hold a pattern, and are handed out again as late as possible: whoever still uses one is told.
//
// It also makes trouble, as the environment's UP_WATCH or the module `faults` asks for: a collection at every
// allocation or step, allocations that fail, no memory at all for the loop itself.
//
// All of it by ld's --wrap, for nothing is edited in MicroPython's tree: calls within gc.c do not come by here.
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sanitizer/asan_interface.h>

#include "heap.h"
#include "py/gc.h"
#include "py/mpstate.h"
#include "py/mpthread.h"
#include "py/objgenerator.h"
#include "py/runtime.h"

#define BLOCK (MICROPY_BYTES_PER_GC_BLOCK)
#define BLOCKS_PER_ATB (4)
#define PATTERN (0xdb)

#if MICROPY_GC_SPLIT_HEAP
#error "one heap area is expected here"
#endif

up_watch_t up_watch;

// How deep it is in calls of the user's code, in this thread.
static __thread unsigned in_user_code;

// -- free blocks

// Bytewise and volatile: neither a call of the library's nor anything that a sanitizer looks at.
void *up_unwatched_memset(void *to, int c, size_t n);
void *up_unwatched_memset(void *to, int c, size_t n) {
    for (volatile char *p = to; n != 0; --n) {
        *p++ = c;
    }
    return to;
}

void *up_unwatched_memcpy(void *restrict to, const void *restrict from, size_t n);
void *up_unwatched_memcpy(void *restrict to, const void *restrict from, size_t n) {
    const volatile char *q = from;
    for (volatile char *p = to; n != 0; --n) {
        *p++ = *q++;
    }
    return to;
}

static void forbid(void *start, size_t n) {
    if (n != 0) {
        up_unwatched_memset(start, PATTERN, n);
        ASAN_POISON_MEMORY_REGION(start, n);
    }
}

#define AREA (&MP_STATE_MEM(area))

static void lock(void) {
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    mp_thread_recursive_mutex_lock(&MP_STATE_MEM(gc_mutex), 1);
#endif
}

static void unlock(void) {
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    mp_thread_recursive_mutex_unlock(&MP_STATE_MEM(gc_mutex));
#endif
}

// The search for free blocks goes on behind what was handed out last, until it is at the end of the heap.
static size_t cursor;

static void move_on(void *ptr, size_t n) {
    size_t end = ((byte *)ptr + n - AREA->gc_pool_start) / BLOCK / BLOCKS_PER_ATB;
    cursor = end >= AREA->gc_alloc_table_byte_len - 1 ? 0 : end;
    AREA->gc_last_free_atb_index = cursor;
}

// The kinds of all blocks before a sweep.
static byte *kinds_before;

void __real_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end) {
    __real_gc_init(start, end);
    kinds_before = malloc(AREA->gc_alloc_table_byte_len);
    forbid(AREA->gc_pool_start, AREA->gc_pool_end - AREA->gc_pool_start);
}

// -- trouble

// Whether this allocation is to fail.
static bool fails(void) {
    if (gc_is_locked()) {
        return false; // it does so by itself
    }
    if (up_watch.lock_loop && in_user_code == 0 && up_watch_loop_runs()) {
        ++up_watch.denied;
        return true;
    }
    if (up_watch.fail_at == 0) {
        return false;
    }
    if (up_watch.granted != 0) {
        --up_watch.granted;
        return false;
    }
    ++up_watch.allocations;
    if (up_watch.allocations < up_watch.fail_at || up_watch.allocations - up_watch.fail_at >= up_watch.fail_count) {
        return false;
    }
    ++up_watch.failed;
    return true;
}

static void collect_now_and_then(void) {
    static size_t n;
    if (up_watch.calls && !gc_is_locked()) {
        up_watch.calls = false; // not within itself
        ++in_user_code;
        up_watch_call();
        --in_user_code;
        up_watch.calls = true;
    }
    if (up_watch.collect_every != 0 && MP_STATE_MEM(gc_auto_collect_enabled) && !gc_is_locked() && ++n >= up_watch.collect_every) {
        n = 0;
        gc_collect();
    }
}

void *__real_gc_alloc(size_t n, unsigned flags);
void *__wrap_gc_alloc(size_t n, unsigned flags);
void *__wrap_gc_alloc(size_t n, unsigned flags) {
    if (n == 0 || fails()) {
        return NULL;
    }
    collect_now_and_then();
    lock();
    void *ptr = __real_gc_alloc(n, flags);
    if (ptr == NULL && cursor != 0) {
        AREA->gc_last_free_atb_index = cursor = 0; // what is free may be before it
        ptr = __real_gc_alloc(n, flags);
    }
    if (ptr != NULL) {
        // Up to the last byte that was asked for: the collector alone looks at the rest of the block.
        ASAN_UNPOISON_MEMORY_REGION(ptr, n);
        move_on(ptr, gc_nbytes(ptr));
    }
    unlock();
    return ptr;
}

void __real_gc_free(void *ptr);
void __wrap_gc_free(void *ptr);
void __wrap_gc_free(void *ptr) {
    lock();
    size_t n = ptr == NULL ? 0 : gc_nbytes(ptr);
    __real_gc_free(ptr);
    if (n != 0 && gc_nbytes(ptr) == 0) {
        forbid(ptr, n);
        AREA->gc_last_free_atb_index = cursor;
    }
    unlock();
}

void *__real_gc_realloc(void *ptr, size_t n, bool allow_move);
void *__wrap_gc_realloc(void *ptr, size_t n, bool allow_move);
void *__wrap_gc_realloc(void *ptr, size_t n, bool allow_move) {
    if (ptr == NULL) {
        return __wrap_gc_alloc(n, 0);
    }
    if (n == 0) {
        __wrap_gc_free(ptr);
        return NULL;
    }
    size_t before = gc_nbytes(ptr);
    if (n > before) { // to shrink cannot fail
        if (fails()) {
            return NULL;
        }
        collect_now_and_then();
    }
    lock();
    void *to = __real_gc_realloc(ptr, n, allow_move);
    if (to == NULL && cursor != 0) {
        AREA->gc_last_free_atb_index = cursor = 0;
        to = __real_gc_realloc(ptr, n, allow_move);
    }
    if (to != NULL) {
        size_t after = gc_nbytes(to);
        if (to != ptr) {
            forbid(ptr, before);
            move_on(to, after);
        } else if (after < before) {
            forbid((byte *)ptr + after, before - after);
        }
        ASAN_UNPOISON_MEMORY_REGION(to, n);
        ASAN_POISON_MEMORY_REGION((byte *)to + n, after - n);
        AREA->gc_last_free_atb_index = cursor;
    }
    unlock();
    return to;
}

// -- other threads

// MicroPython's collector lets a thread go on once it has looked at its stack (mp_thread_gc_others() in
// ports/unix/mpthreadport.c), and looks at the globals before. What a thread moves meanwhile to where the collector has been,
// and nobody else knows, is freed. Here all threads stop before it begins, until it is over; so what is freed in use is our fault.
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
#include <sched.h>
#include <semaphore.h>
#include <unistd.h>

enum {
    GO,
    STOP,
    STAY, // the collector looks at the globals and at its own stack
    LOOK
};
static int phase; // what the others are to do
static unsigned collections; // how many are over
static unsigned stopped, looked, gone; // how many of the others, in this one
static void *thread_args[256]; // of theirs, which have roots beside their stacks
static size_t thread_arg_count;
static __thread bool asked; // this one is in the signal handler by which threads are asked

void __real_mp_thread_gc_others(void);
void __real_gc_collect_start(void);
void __wrap_gc_collect_start(void);
void __wrap_gc_collect_start(void) {
    lock();
    stopped = looked = gone = thread_arg_count = 0;
    __atomic_store_n(&phase, STOP, __ATOMIC_SEQ_CST);
    __real_mp_thread_gc_others();
    __atomic_store_n(&phase, STAY, __ATOMIC_SEQ_CST);
    __real_gc_collect_start();
    unlock(); // it has it too
}

// Beside its use below, mp_thread_gc_others() asks for the threads' arguments by it.
void __real_gc_collect_root(void **ptrs, size_t n);
void __wrap_gc_collect_root(void **ptrs, size_t n);
void __wrap_gc_collect_root(void **ptrs, size_t n) {
    if (phase != STOP) {
        __real_gc_collect_root(ptrs, n);
    } else if (thread_arg_count == MP_ARRAY_SIZE(thread_args)) {
        abort();
    } else {
        thread_args[thread_arg_count++] = ptrs[0];
    }
}

void __real_gc_helper_collect_regs_and_stack(void);
void __wrap_gc_helper_collect_regs_and_stack(void);
void __wrap_gc_helper_collect_regs_and_stack(void) {
    if (phase == STOP) {
        asked = true;
    } else {
        up_watch_roots();
        __real_gc_helper_collect_regs_and_stack();
    }
}

void __wrap_mp_thread_gc_others(void);
void __wrap_mp_thread_gc_others(void) {
    __real_gc_collect_root(thread_args, thread_arg_count);
    __atomic_store_n(&phase, LOOK, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&looked, __ATOMIC_SEQ_CST) != stopped) {
        sched_yield();
    }
}

// The end of that signal handler: the thread stays here.
int __real_sem_post(sem_t *sem);
int __wrap_sem_post(sem_t *sem);
int __wrap_sem_post(sem_t *sem) {
    if (!asked) {
        return __real_sem_post(sem); // somebody else's
    }
    asked = false;
    static int turn; // they look one after the other
    unsigned mine = __atomic_load_n(&collections, __ATOMIC_SEQ_CST);
    bool done = false;
    __atomic_add_fetch(&stopped, 1, __ATOMIC_SEQ_CST);
    int result = __real_sem_post(sem);
    while (__atomic_load_n(&collections, __ATOMIC_SEQ_CST) == mine) {
        if (!done && __atomic_load_n(&phase, __ATOMIC_SEQ_CST) == LOOK && !__atomic_exchange_n(&turn, 1, __ATOMIC_SEQ_CST)) {
            __real_gc_helper_collect_regs_and_stack();
            done = true;
            __atomic_store_n(&turn, 0, __ATOMIC_SEQ_CST);
            __atomic_add_fetch(&looked, 1, __ATOMIC_SEQ_CST);
        }
        sched_yield();
    }
    __atomic_add_fetch(&gone, 1, __ATOMIC_SEQ_CST);
    return result;
}

// One that begins while the others stop was not asked.
void __real_mp_thread_start(void);
void __wrap_mp_thread_start(void);
void __wrap_mp_thread_start(void) {
    __real_mp_thread_start();
    while (__atomic_load_n(&phase, __ATOMIC_SEQ_CST) != GO) {
        sched_yield();
    }
}

// Whether there was anybody.
static bool let_go(void) {
    __atomic_store_n(&phase, GO, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&collections, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&gone, __ATOMIC_SEQ_CST) != stopped) {
        sched_yield();
    }
    return stopped != 0;
}
#else
static bool let_go(void) {
    return false;
}
#endif

// With the collector's lock held, by gc_collect_start().
void __real_gc_collect_end(void);
void __wrap_gc_collect_end(void);
void __wrap_gc_collect_end(void) {
    lock();
    // gc_realloc() counts the block behind the last one as used, and that may be behind the heap.
    size_t len = MIN(AREA->gc_last_used_block / BLOCKS_PER_ATB + 1, AREA->gc_alloc_table_byte_len);
    memcpy(kinds_before, AREA->gc_alloc_table_start, len);
    __real_gc_collect_end();
    for (size_t i = 0; i < len; ++i) {
        for (unsigned before = kinds_before[i], after = AREA->gc_alloc_table_start[i], block = 0; before != 0; before >>= 2, after >>= 2, ++block) {
            if ((before & 3) != 0 && (after & 3) == 0) {
                forbid(AREA->gc_pool_start + (i * BLOCKS_PER_ATB + block) * BLOCK, BLOCK);
            }
        }
    }
    AREA->gc_last_free_atb_index = cursor;
    bool others = let_go();
    unlock();
    if (others) {
        usleep(50); // who collects without end leaves them some time
    }
}

// -- steps and calls

static void collect_at_step(void) {
    if (up_watch.collect_steps && !gc_is_locked()) {
        gc_collect();
    }
}

mp_vm_return_kind_t __real_mp_obj_gen_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret);
mp_vm_return_kind_t __wrap_mp_obj_gen_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret);
mp_vm_return_kind_t __wrap_mp_obj_gen_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret) {
    collect_at_step();
    ++in_user_code;
    mp_vm_return_kind_t kind;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        kind = __real_mp_obj_gen_resume(self, send, exc, ret);
        nlr_pop();
    } else {
        --in_user_code;
        nlr_jump(nlr.ret_val);
    }
    --in_user_code;
    collect_at_step();
    return kind;
}

mp_vm_return_kind_t __real_mp_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret);
mp_vm_return_kind_t __wrap_mp_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret);
mp_vm_return_kind_t __wrap_mp_resume(mp_obj_t self, mp_obj_t send, mp_obj_t exc, mp_obj_t *ret) {
    ++in_user_code;
    mp_vm_return_kind_t kind;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        kind = __real_mp_resume(self, send, exc, ret);
        nlr_pop();
    } else {
        --in_user_code;
        nlr_jump(nlr.ret_val);
    }
    --in_user_code;
    return kind;
}

// A call of the user's code from anywhere.
#define WRAP_CALL(name, parameters, arguments) \
    mp_obj_t __real_##name parameters; \
    mp_obj_t __wrap_##name parameters; \
    mp_obj_t __wrap_##name parameters { \
        nlr_buf_t nlr; \
        ++in_user_code; \
        if (nlr_push(&nlr) != 0) { \
            --in_user_code; \
            nlr_jump(nlr.ret_val); \
        } \
        mp_obj_t result = __real_##name arguments; \
        nlr_pop(); \
        --in_user_code; \
        return result; \
    }

WRAP_CALL(mp_call_function_n_kw, (mp_obj_t fun, size_t n, size_t n_kw, const mp_obj_t *args), (fun, n, n_kw, args))
WRAP_CALL(mp_call_function_1, (mp_obj_t fun, mp_obj_t arg), (fun, arg))
WRAP_CALL(mp_call_function_2, (mp_obj_t fun, mp_obj_t arg1, mp_obj_t arg2), (fun, arg1, arg2))
WRAP_CALL(mp_call_method_n_kw, (size_t n, size_t n_kw, const mp_obj_t *args), (n, n_kw, args))

// -- descriptors

// MicroPython makes the object of a descriptor after it has the descriptor: if there is no memory for it, nobody can close
// that one any more (ports/unix/modsocket.c, socket_make_new() and socket_accept()). So these objects get theirs.
int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol) {
    up_watch.granted = 1;
    return __real_socket(domain, type, protocol);
}

int __real_accept(int fd, struct sockaddr *address, socklen_t *len);
int __wrap_accept(int fd, struct sockaddr *address, socklen_t *len);
int __wrap_accept(int fd, struct sockaddr *address, socklen_t *len) {
    int to = __real_accept(fd, address, len);
    up_watch.granted = to < 0 ? 0 : 4; // a tuple, the socket, the address in a bytearray
    return to;
}

// -- from the environment

// What ASan does unless ASAN_OPTIONS says otherwise. The heap is freed as a whole, so there are no leaks to find; a
// stack of ASan's own making would hide local variables from the collector.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) {
    return "print_stacktrace=1";
}

// UP_WATCH: words out of collect=N, steps, locked.
static __attribute__((constructor)) void read_environment(void) {
    const char *watch = getenv("UP_WATCH");
    if (watch != NULL) {
        const char *collect = strstr(watch, "collect=");
        up_watch.collect_every = collect == NULL ? 0 : atol(collect + 8);
        up_watch.collect_steps = strstr(watch, "steps") != NULL;
        up_watch.lock_loop = strstr(watch, "locked") != NULL;
    }
}
