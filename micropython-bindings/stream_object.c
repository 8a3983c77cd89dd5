// Stream: reads and writes whatever can be polled (docs/behaviour.md, section 4). Each method that is awaited returns a coroutine
// of ours, which runs no bytecode.
//
// What came and was not returned is in a buffer of the stream's. Each read adds to it and returns from it, so a read that is
// cancelled, timed out or finds no memory loses nothing. If all of the buffer is returned, it becomes the object's, and nothing
// is copied.
//
// An allocation may run a finaliser, which may close the stream or empty its buffer. So what is known of either is looked at again
// behind each.
#include <string.h>

#include "py/binary.h"
#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/objtype.h"
#include "py/stream.h"
#include "args.h"
#include "await.h"
#include "loop_state.h"
#include "stream_object.h"
#include "streams.h"
#include "sync.h"
#include "threads.h"

static const mp_obj_type_t up_stream_coro_type;

// How far a stream is closed, in this order: by close(); wait_closed() sends the rest; its descriptor is closed, and the
// number may be another stream's.
enum {
    UP_STREAM_OPEN,
    UP_STREAM_CLOSED,
    UP_STREAM_FLUSHES,
    UP_STREAM_GONE
};

typedef struct _up_stream_t {
    mp_obj_base_t base;
    uint8_t closed; // UP_STREAM_...
    bool direct; // `io` is native: it is read and written without a look for its methods
    bool tries; // its reads do not block
    bool more; // the last read had all that it asked for, so there may be more
    bool borrowed; // `out` is the caller's: write(copy=False)
    bool busy; // the driver reads into the buffer; what it has scheduled may run meanwhile
    mp_obj_t polled;
    mp_obj_t s; // the attribute
    mp_obj_t io; // what is read and written
    mp_obj_t e; // what get_extra_info() knows
    mp_obj_t fast;
    mp_obj_t flushed; // a WaitQueue, set at the end of the wait_closed() that sends the rest; or MP_OBJ_NULL
    mp_obj_t out; // what drain() has to send; MP_OBJ_NULL: nothing; None: nothing can be sent any more
    size_t sent; // so many bytes of it are
    size_t alloc;
    size_t len;
    byte *buf; // what came and was not returned: `len` bytes, in room for `alloc`
    mp_obj_t attrs; // a dict of what programs set besides, as on an object of a class in Python; or MP_OBJ_NULL
} up_stream_t;

// What is awaited, in `what`.
enum {
    UP_READ_SOME,
    UP_READ_INTO,
    UP_READ_EXACTLY,
    UP_READ_LINE,
    UP_READ_UNTIL,
    UP_DRAIN,
    UP_WRITE_ALL, // V2's awrite()
    UP_WRITE_EACH, // V2's awriteiter()
    UP_CLOSE,
    UP_FLUSH // wait_closed() that sends the rest
};

// In `state`.
enum {
    UP_CORO_NEW,
    UP_CORO_YIELDED, // drain() found nothing to send, and let others run
    UP_CORO_WAITS,
    UP_CORO_OVER
};

typedef struct _up_stream_coro_t {
    mp_obj_base_t base;
    uint8_t what; // UP_READ_SOME ...
    uint8_t state; // UP_CORO_...
    uint8_t closed; // drain(): how far the stream was when it began to wait
    up_stream_t *stream;
    mp_obj_t arg; // a buffer, a separator, an iterator; or MP_OBJ_NULL
    mp_int_t n; // bytes; -1: all
    size_t from; // before that the buffer has no newline, or separator
} up_stream_coro_t;

#define UP_SMALL (64) // a buffer of so many bytes is kept while it is empty
#define UP_AT_ONCE (15) // so many reads in a row find something at once: the next one leaves a turn to others

static mp_obj_t up_nothing_read(void) {
    return mp_obj_new_bytes((const byte *)"", 0);
}

// -- the buffer

static void up_stream_check_idle(up_stream_t *self) {
    if (self->busy) {
        mp_raise_msg_varg(&mp_type_RuntimeError, MP_ERROR_TEXT("another task %qs this stream already"), MP_QSTR_read);
    }
}

// Room for `n` bytes more, and one behind them.
static void up_stream_reserve(up_stream_t *self, size_t n) {
    while (self->alloc - self->len <= n) {
        size_t alloc = self->len + n + 1;
        if (alloc <= n || alloc > SIZE_MAX / 2) {
            mp_raise_type(&mp_type_MemoryError);
        }
        self->buf = m_renew(byte, self->buf, self->alloc, alloc);
        self->alloc = alloc;
    }
}

// A large buffer is given back when it is empty. EXCEPTION: none.
static void up_stream_let_go(up_stream_t *self) {
    if (self->len == 0 && self->alloc > UP_SMALL) {
        byte *buf = self->buf;
        size_t alloc = self->alloc;
        self->buf = NULL;
        self->alloc = 0;
        m_del(byte, buf, alloc);
        (void)alloc;
    }
}

// The first `n` bytes are returned. EXCEPTION: none.
static void up_stream_drop(up_stream_t *self, size_t n) {
    self->len -= n;
    memmove(self->buf, self->buf + n, self->len);
    up_stream_let_go(self);
}

// The first `n` bytes, or as many as there are.
static mp_obj_t up_stream_take(up_stream_t *self, size_t n) {
    if (n == 0 || self->len == 0) {
        return up_nothing_read();
    }
    if (n >= self->len) {
        mp_obj_str_t *all = mp_obj_malloc(mp_obj_str_t, &mp_type_bytes);
        if (self->len != 0) {
            n = self->len;
            byte *data = self->buf;
            data[n] = 0;
            if (self->alloc - n > sizeof(mp_obj_str_t)) {
                m_renew_maybe(byte, data, self->alloc, n + 1, false); // which frees what is behind, or leaves it
            }
            all->hash = 0; // nobody has asked yet
            all->len = n;
            all->data = data;
            self->buf = NULL;
            self->alloc = self->len = 0;
            return MP_OBJ_FROM_PTR(all);
        }
        return up_nothing_read();
    }
    mp_obj_t got = mp_obj_new_bytes(self->buf, n);
    if (self->len >= n) {
        up_stream_drop(self, n);
    }
    return got;
}

// Adds what a device returned.
static void up_stream_append(up_stream_t *self, mp_obj_t more) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(more, &buf, MP_BUFFER_READ);
    up_stream_check_idle(self);
    up_stream_reserve(self, buf.len);
    memcpy(self->buf + self->len, buf.buf, buf.len);
    self->len += buf.len;
}

// -- reading

// A native stream's own read. How many bytes came, 0 at the end; MP_STREAM_ERROR: it would block. OSError.
static mp_uint_t up_stream_read(mp_obj_t s, byte *to, size_t n) {
    int error;
    mp_uint_t got = mp_get_stream(s)->read(s, to, n, &error);
    if (got == MP_STREAM_ERROR && !mp_is_nonblocking_error(error)) {
        mp_raise_OSError(error);
    }
    return got;
}

// Reads into the buffer until that has `n` bytes more; or, 0, a newline; or there are no more. How many came, 0 at the end;
// MP_STREAM_ERROR: none did, it would block; of a line, what its last byte did. What came before an error stays. OSError.
static mp_uint_t up_stream_fill(up_stream_t *self, size_t n) {
    up_stream_check_idle(self);
    if (n != 0) {
        up_stream_reserve(self, n);
    }
    size_t begin = self->len; // mutation: bytes-that-came-before
    mp_uint_t got;
    nlr_buf_t nlr;
    self->busy = true;
    if (nlr_push(&nlr) != 0) {
        self->busy = false;
        nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    do {
        if (self->alloc - self->len < 2) {
            up_stream_reserve(self, MAX(self->len, UP_SMALL / 2 - 1));
        }
        size_t wants = n == 0 ? 1 : n - (self->len - begin);
        got = up_stream_read(self->io, self->buf + self->len, wants);
        self->more = got == wants;
        if (got == MP_STREAM_ERROR || got == 0) {
            break;
        }
        self->len += got;
    } while (n == 0 ? self->buf[self->len - 1] != '\n' : self->len - begin < n);
    nlr_pop();
    self->busy = false;
    return n != 0 && self->len != begin ? self->len - begin : got;
}

// Where the first `what` ends that does not begin before `from`; 0 if there is none. EXCEPTION: none.
static size_t up_stream_find(up_stream_t *self, size_t from, const byte *what, size_t n) {
    for (size_t end = from + MAX(n, 1); end <= self->len; ++end) {
        size_t left = n;
        while (left != 0 && self->buf[end - 1 - (n - left)] == what[left - 1]) {
            --left;
        }
        if (left == 0) {
            return end;
        }
    }
    return 0;
}

// How many bytes readinto() wants at most of what is in `buf`.
static size_t up_into(up_stream_coro_t *coro, mp_buffer_info_t *buf) {
    mp_get_buffer_raise(coro->arg, buf, MP_BUFFER_WRITE);
    return coro->n > 0 ? MIN((size_t)coro->n, buf->len) : buf->len;
}

// What the buffer has for a read, or MP_OBJ_NULL.
static mp_obj_t up_read_of_buffer(up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    size_t n = coro->n;
    if (coro->what == UP_READ_EXACTLY) {
        return self->len >= n ? up_stream_take(self, n) : MP_OBJ_NULL;
    }
    if (self->len == 0 || (coro->what == UP_READ_SOME && coro->n < 0)) {
        return MP_OBJ_NULL;
    }
    mp_buffer_info_t buf = { .buf = (void *)"\n", .len = 1 };
    switch (coro->what) {
        case UP_READ_INTO:
            n = MIN(up_into(coro, &buf), self->len);
            memcpy(buf.buf, self->buf, n);
            up_stream_drop(self, n);
            return MP_OBJ_NEW_SMALL_INT(n);
        case UP_READ_UNTIL:
            if (coro->arg != MP_OBJ_NULL) {
                mp_get_buffer_raise(coro->arg, &buf, MP_BUFFER_READ);
            }
            MP_FALLTHROUGH
        case UP_READ_LINE:
            n = up_stream_find(self, coro->from, buf.buf, buf.len);
            if (n == 0) {
                // It may have begun already.
                coro->from = self->len < buf.len ? 0 : self->len + 1 - buf.len;
                return MP_OBJ_NULL;
            }
            break;
    }
    return up_stream_take(self, n);
}

#define UP_READ_AHEAD (63) // readuntil() asks for so many bytes at a time
#define UP_READ_ALL (255) // and read() at first

// How many bytes a read asks for; 0: a line. EXCEPTION: none.
static size_t up_read_wants(up_stream_coro_t *coro) {
    size_t len = coro->stream->len;
    switch (coro->what) {
        case UP_READ_EXACTLY:
            return coro->n - len;
        case UP_READ_LINE:
            return 0;
        case UP_READ_UNTIL:
            return UP_READ_AHEAD;
        default:
            return coro->n >= 0 ? (size_t)MAX(coro->n, 1) : MAX(len, UP_READ_ALL);
    }
}

// Calls a method of a device in Python, or of whatever is not read as all native streams are.
static mp_obj_t up_device_read(up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    mp_obj_t call[4];
    size_t n = 0;
    if (coro->what == UP_READ_INTO) {
        mp_load_method(self->io, MP_QSTR_readinto, call);
        call[2 + n++] = coro->arg;
    } else {
        mp_load_method(self->io, coro->what == UP_READ_LINE ? MP_QSTR_readline : MP_QSTR_read, call);
    }
    if (coro->what != UP_READ_LINE && !(coro->what == UP_READ_INTO && coro->n == 0)) {
        mp_int_t wants = coro->what <= UP_READ_INTO ? coro->n : (mp_int_t)up_read_wants(coro);
        call[2 + n++] = mp_obj_new_int(wants);
    }
    return mp_call_method_n_kw(n, 0, call);
}

// Whether a read of a device needs no more than what the device returned.
static bool up_device_read_all(up_stream_coro_t *coro, mp_obj_t got) {
    if (coro->what == UP_READ_INTO || (coro->what == UP_READ_SOME && coro->n >= 0)) {
        return true;
    }
    mp_buffer_info_t buf;
    if (coro->stream->len != 0 || !mp_get_buffer(got, &buf, MP_BUFFER_READ)) {
        return false;
    }
    if (coro->what == UP_READ_LINE) {
        return mp_obj_is_type(got, &mp_type_bytes) && buf.len != 0 && ((byte *)buf.buf)[buf.len - 1] == '\n';
    }
    return coro->what == UP_READ_EXACTLY && buf.len == (size_t)coro->n;
}

// One read of the stream. What is returned then, or MP_OBJ_NULL: it has to wait. OSError, EOFError.
static mp_obj_t up_read_of_stream(up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    bool ends = self->closed;
    if (ends) {
        if (coro->what == UP_READ_INTO) {
            return MP_OBJ_NEW_SMALL_INT(0);
        }
    } else if (!self->direct) {
        mp_obj_t got = up_device_read(coro);
        self->more = got != mp_const_none;
        if (!self->more) {
            return MP_OBJ_NULL;
        }
        if (up_device_read_all(coro, got)) {
            return got;
        }
        ends = !mp_obj_is_true(got);
        if (!ends || coro->what == UP_READ_LINE) { // or it is a TypeError
            up_stream_append(self, got);
            coro->from = coro->what == UP_READ_LINE && !ends ? self->len - 1 : coro->from; // a device knows where its line ends
        }
    } else if (coro->what == UP_READ_INTO) {
        mp_buffer_info_t buf;
        size_t n = up_into(coro, &buf);
        mp_uint_t got = up_stream_read(self->io, buf.buf, n);
        self->more = got == n;
        return got == MP_STREAM_ERROR ? MP_OBJ_NULL : MP_OBJ_NEW_SMALL_INT(got);
    } else {
        mp_uint_t got = up_stream_fill(self, up_read_wants(coro));
        if (got == MP_STREAM_ERROR) {
            up_stream_let_go(self);
            return MP_OBJ_NULL;
        }
        ends = got == 0;
    }
    if (!ends) {
        return up_read_of_buffer(coro);
    }
    if (coro->what == UP_READ_EXACTLY || coro->what == UP_READ_UNTIL) {
        mp_raise_type(&mp_type_EOFError);
    }
    return up_stream_take(self, coro->n); // -1: all
}

static mp_obj_t up_read_resume(up_loop_t *loop, up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    mp_obj_t got = MP_OBJ_NULL;
    if (coro->state == UP_CORO_NEW) {
        coro->state = UP_CORO_WAITS;
        if (coro->what == UP_READ_EXACTLY && coro->n < 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("n must not be negative"));
        }
        if (coro->what == UP_READ_UNTIL && coro->arg != MP_OBJ_NULL && !mp_obj_is_true(coro->arg)) {
            mp_raise_ValueError(MP_ERROR_TEXT("separator must not be empty"));
        }
        got = up_read_of_buffer(coro);
        // mutation: read-tries-for-ever
        if (got == MP_OBJ_NULL && self->more && self->tries && !self->closed && loop->at_once < UP_AT_ONCE) {
            got = up_read_of_stream(coro);
            loop->at_once += got != MP_OBJ_NULL;
        }
    } else {
        got = up_read_of_stream(coro);
    }
    if (got != MP_OBJ_NULL) {
        coro->state = UP_CORO_OVER;
        coro->arg = got; // what is awaited returns it
        return MP_OBJ_STOP_ITERATION;
    }
    loop->at_once = 0;
    if (!self->closed) { // else it is over when others had their turn
        up_stream_wait(loop, self->polled, UP_READ, self->fast);
        self->more = false; // for whoever comes meanwhile
    }
    return mp_const_none;
}

// -- writing

// The bytes of `of` from one place to another, which are not copied.
static mp_obj_t up_part(mp_obj_t of, mp_obj_t from, mp_obj_t to) {
    mp_obj_t view = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_memoryview), of);
    return mp_obj_subscr(view, mp_obj_new_slice(from, to, mp_const_none), MP_OBJ_SENTINEL);
}

// Calls the write() of a device: of V2's with three arguments, if it takes no other.
static mp_obj_t up_device_write(mp_obj_t s, mp_obj_t part, size_t len) {
    mp_obj_t call[5];
    mp_obj_t error;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_load_method(s, MP_QSTR_write, call);
        call[2] = part;
        mp_obj_t n = mp_call_method_n_kw(1, 0, call);
        nlr_pop();
        return n;
    }
    error = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (mp_obj_exception_match(error, MP_OBJ_FROM_PTR(&mp_type_TypeError))) {
        if (nlr_push(&nlr) == 0) {
            mp_load_method(s, MP_QSTR_write, call);
            call[2] = part;
            call[3] = MP_OBJ_NEW_SMALL_INT(0);
            call[4] = MP_OBJ_NEW_SMALL_INT(len);
            mp_obj_t n = mp_call_method_n_kw(3, 0, call);
            nlr_pop();
            return n;
        }
        mp_obj_t again = MP_OBJ_FROM_PTR(nlr.ret_val);
        if (!mp_obj_exception_match(again, MP_OBJ_FROM_PTR(&mp_type_TypeError))) {
            error = again;
        }
    }
    nlr_raise(error);
}

// Sends what is behind the first `from` bytes of `what`, whose buffer this is. How many bytes were taken. OSError.
static size_t up_stream_send(up_stream_t *self, mp_obj_t what, mp_buffer_info_t *buf, size_t from) {
    size_t len = buf->len - MIN(from, buf->len);
    if (self->direct) {
        int error;
        mp_uint_t n = len == 0 ? 0 : mp_get_stream(self->io)->write(self->io, (byte *)buf->buf + from, len, &error);
        if (n != MP_STREAM_ERROR) {
            return n;
        }
        if (!mp_is_nonblocking_error(error)) {
            mp_raise_OSError(error);
        }
        return 0;
    }
    mp_obj_t part = from == 0 ? what : up_part(what, MP_OBJ_NEW_SMALL_INT(from), mp_const_none);
    mp_obj_t n = up_device_write(self->io, part, len);
    return n == mp_const_none ? 0 : MIN(len, (size_t)mp_obj_get_int(n));
}

// The stream is closed, or was while somebody waited.
__attribute__((noreturn)) static void up_stream_lost(void) {
    mp_raise_OSError(MP_ECONNRESET);
}

static bool up_stream_holds(up_stream_t *self) {
    return self->out != MP_OBJ_NULL && self->out != mp_const_none;
}

// Of what it holds so many bytes more are sent.
static void up_stream_sent(up_stream_t *self, size_t n) {
    mp_buffer_info_t buf;
    if (up_stream_holds(self)) { // else it was closed meanwhile
        mp_get_buffer_raise(self->out, &buf, MP_BUFFER_READ);
        self->sent += n;
        if (self->sent >= buf.len) {
            self->out = MP_OBJ_NULL;
            self->sent = 0;
        }
    }
}

// What it holds, and `more` behind that, as one. What was sent meanwhile is not looked for: nothing runs between.
static void up_stream_hold(up_stream_t *self, mp_obj_t more) {
    mp_obj_t out;
    mp_buffer_info_t held;
    mp_buffer_info_t buf;
    byte *data;
    size_t rest;
    mp_obj_str_t *both;
    do {
        out = self->out;
        if (!up_stream_holds(self)) { // closed by a finaliser
            up_stream_lost();
        }
        mp_get_buffer_raise(out, &held, MP_BUFFER_READ);
        mp_get_buffer_raise(more, &buf, MP_BUFFER_READ);
        rest = held.len - MIN(self->sent, held.len);
        data = m_new(byte, rest + buf.len + 1);
        both = mp_obj_malloc(mp_obj_str_t, &mp_type_bytes);
    } while (out != self->out);
    memcpy(data, (byte *)held.buf + held.len - rest, rest);
    memcpy(data + rest, buf.buf, buf.len);
    data[rest + buf.len] = 0;
    both->hash = 0;
    both->len = rest + buf.len;
    both->data = data;
    self->out = MP_OBJ_FROM_PTR(both);
    self->sent = 0;
}

// Sends what it can at once, and holds the rest: a copy, or the caller's own.
static void up_stream_write(up_stream_t *self, mp_obj_t what, bool copy) {
    mp_buffer_info_t buf;
    mp_get_buffer_raise(what, &buf, MP_BUFFER_READ);
    if (self->out == mp_const_none) {
        up_stream_lost();
    }
    if (up_stream_holds(self)) {
        if (!copy || self->borrowed) {
            mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("drain() must come first"));
        }
        up_stream_hold(self, what);
        return;
    }
    if (!self->direct && (mp_obj_is_str(what) || (buf.typecode != 'B' && buf.typecode != BYTEARRAY_TYPECODE))) {
        what = mp_obj_new_bytes(buf.buf, buf.len); // whose length is in bytes
        mp_get_buffer_raise(what, &buf, MP_BUFFER_READ);
    }
    self->more = false; // the peer has to answer first, mostly
    size_t n = up_stream_send(self, what, &buf, 0);
    if (n < buf.len) {
        mp_get_buffer_raise(what, &buf, MP_BUFFER_READ); // a device may have changed it
        n = MIN(n, buf.len);
        if (copy && !mp_obj_is_type(what, &mp_type_bytes)) {
            what = mp_obj_new_bytes((byte *)buf.buf + n, buf.len - n);
            n = 0;
        }
        if (self->out == mp_const_none) { // closed meanwhile
            up_stream_lost();
        }
        self->borrowed = !copy;
        self->out = what;
        self->sent = n;
    }
}

// Parks until the stream can be written.
static mp_obj_t up_drain_wait(up_loop_t *loop, up_stream_coro_t *coro) {
    up_stream_wait(loop, coro->stream->polled, UP_WRITE, coro->stream->fast);
    return mp_const_none;
}

// MP_OBJ_STOP_ITERATION when all is sent.
static mp_obj_t up_drain_resume(up_loop_t *loop, up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    if (coro->state == UP_CORO_WAITS) {
        if (self->closed != coro->closed) {
            up_stream_lost();
        }
        if (up_stream_holds(self)) {
            mp_buffer_info_t buf;
            mp_get_buffer_raise(self->out, &buf, MP_BUFFER_READ);
            up_stream_sent(self, up_stream_send(self, self->out, &buf, self->sent));
        }
        if (up_stream_holds(self)) {
            return up_drain_wait(loop, coro);
        }
        self->borrowed = false;
    } else if (up_stream_holds(self)) {
        coro->state = UP_CORO_WAITS;
        coro->closed = self->closed;
        return up_drain_wait(loop, coro);
    } else if (coro->state == UP_CORO_NEW) {
        coro->state = UP_CORO_YIELDED;
        return mp_const_none;
    }
    coro->state = UP_CORO_OVER;
    return MP_OBJ_STOP_ITERATION;
}

// V2: write() and drain() in one, for one buffer or each that an iterator has.
static mp_obj_t up_write_resume(up_loop_t *loop, up_stream_coro_t *coro) {
    for (;;) {
        if (coro->state == UP_CORO_NEW && coro->what != UP_DRAIN) {
            mp_obj_t what = coro->arg;
            if (coro->what == UP_WRITE_EACH) {
                what = mp_iternext(coro->arg);
                if (what == MP_OBJ_STOP_ITERATION) {
                    coro->state = UP_CORO_OVER;
                    return what;
                }
            } else {
                coro->what = UP_DRAIN;
            }
            up_stream_write(coro->stream, what, true);
        }
        mp_obj_t ret = up_drain_resume(loop, coro);
        if (ret != MP_OBJ_STOP_ITERATION || coro->what != UP_WRITE_EACH) {
            return ret;
        }
        coro->state = UP_CORO_NEW;
    }
}

// -- closing

// It is so far now: who waits is woken, and sees it.
static void up_stream_close(up_stream_t *self, uint8_t closed) {
    if (self->closed < closed) {
        self->closed = closed;
        // mutation: closed-and-not-woken
        up_stream_wake(self->polled);
    }
}

// Closes the descriptor now, whatever was not sent.
static void up_stream_close_now(up_stream_t *self) {
    // mutation: closed-twice
    if (self->closed != UP_STREAM_GONE) {
        up_stream_close(self, UP_STREAM_GONE);
        self->out = mp_const_none;
        if (self->flushed != MP_OBJ_NULL) {
            up_event_set(self->flushed);
        }
        mp_obj_t close[2];
        mp_load_method(self->io, MP_QSTR_close, close);
        mp_call_method_n_kw(0, 0, close);
    }
}

static mp_obj_t up_close_resume(up_loop_t *loop, up_stream_coro_t *coro) {
    up_stream_t *self = coro->stream;
    if (coro->what == UP_CLOSE) {
        if (self->flushed != MP_OBJ_NULL) {
            return up_flag_await(self->flushed, 0); // another task sends it, or did
        }
        if (self->closed != UP_STREAM_CLOSED || !up_stream_holds(self)) {
            coro->state = UP_CORO_OVER;
            up_stream_close_now(self);
            return MP_OBJ_STOP_ITERATION;
        }
        self->flushed = mp_call_function_0(MP_OBJ_FROM_PTR(&up_waitqueue_type));
        coro->what = UP_FLUSH;
        up_stream_close(self, UP_STREAM_FLUSHES);
    }
    mp_obj_t ret = up_drain_resume(loop, coro);
    if (ret == MP_OBJ_STOP_ITERATION) {
        up_stream_close_now(self);
    }
    return ret;
}

// -- the coroutine

// It is over, by `exc` or, MP_OBJ_NULL, a close(). wait_closed() that had begun to send the rest closes; that is no error if
// nobody is there to take more.
static mp_obj_t up_stream_coro_end(up_stream_coro_t *coro, mp_obj_t exc) {
    bool flushes = coro->what == UP_FLUSH && coro->state != UP_CORO_OVER;
    coro->state = UP_CORO_OVER;
    if (flushes) {
        up_stream_close_now(coro->stream);
    }
    if (exc == MP_OBJ_NULL || (flushes && mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_OSError)))) {
        return MP_OBJ_STOP_ITERATION;
    }
    if (mp_obj_exception_match(exc, MP_OBJ_FROM_PTR(&mp_type_StopIteration))) {
        up_raise_runtime(MP_ERROR_TEXT("generator raised StopIteration"));
    }
    nlr_raise(exc);
}

// What a coroutine yields; MP_OBJ_STOP_ITERATION: it is over, and what a read returns is in `arg`.
static mp_obj_t up_stream_coro_resume(up_loop_t *loop, up_stream_coro_t *coro) {
    if (coro->what < UP_DRAIN) {
        return up_read_resume(loop, coro);
    }
    return coro->what < UP_CLOSE ? up_write_resume(loop, coro) : up_close_resume(loop, coro);
}

static mp_obj_t up_stream_coro_iternext(mp_obj_t self_in) {
    up_loop_t *loop = up_loop();
    up_stream_coro_t *coro = MP_OBJ_TO_PTR(self_in);
    if (coro->state == UP_CORO_OVER) {
        return MP_OBJ_STOP_ITERATION;
    }
    mp_obj_t ret;
    nlr_buf_t nlr;
    if (coro->stream->direct && coro->what <= UP_DRAIN) {
        ret = up_stream_coro_resume(loop, coro); // it runs no Python that may raise StopIteration
    } else if (nlr_push(&nlr) == 0) {
        ret = up_stream_coro_resume(loop, coro);
        nlr_pop();
    } else {
        ret = up_stream_coro_end(coro, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    if (ret == MP_OBJ_STOP_ITERATION && coro->what < UP_DRAIN) {
        mp_obj_t got = coro->arg;
        coro->arg = MP_OBJ_NULL;
        return mp_make_stop_iteration(got);
    }
    return ret;
}

static mp_obj_t up_stream_coro_send(mp_obj_t self_in, mp_obj_t value) {
    (void)value;
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    return up_yield_or_stop(up_stream_coro_iternext(self_in));
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_stream_coro_send_obj, up_stream_coro_send);

static mp_obj_t up_stream_coro_throw(size_t n_args, const mp_obj_t *args) {
    MP_STATE_THREAD(stop_iteration_arg) = MP_OBJ_NULL;
    mp_obj_t exc = n_args > 2 && args[2] != mp_const_none ? args[2] : args[1];
    return up_yield_or_stop(up_stream_coro_end(MP_OBJ_TO_PTR(args[0]), mp_make_raise_obj(exc)));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_stream_coro_throw_obj, 2, 4, up_stream_coro_throw);

static mp_obj_t up_stream_coro_close(mp_obj_t self_in) {
    up_stream_coro_end(MP_OBJ_TO_PTR(self_in), MP_OBJ_NULL);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_coro_close_obj, up_stream_coro_close);

static const mp_rom_map_elem_t up_stream_coro_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&up_stream_coro_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_throw), MP_ROM_PTR(&up_stream_coro_throw_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&up_stream_coro_close_obj) },
};
static MP_DEFINE_CONST_DICT(up_stream_coro_locals_dict, up_stream_coro_locals_dict_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    up_stream_coro_type,
    MP_QSTR_Stream,
    UP_TYPE_AWAITABLE,
    iter, up_stream_coro_iternext,
    locals_dict, &up_stream_coro_locals_dict
);

static mp_obj_t up_stream_coro_new(mp_obj_t stream, uint8_t what, mp_obj_t arg, mp_int_t n) {
    up_stream_coro_t *coro = mp_obj_malloc(up_stream_coro_t, &up_stream_coro_type);
    coro->what = what;
    coro->state = UP_CORO_NEW;
    coro->closed = UP_STREAM_OPEN;
    coro->stream = MP_OBJ_TO_PTR(stream);
    coro->arg = arg;
    coro->n = n;
    coro->from = 0;
    return MP_OBJ_FROM_PTR(coro);
}

// -- the methods

// read(n=-1): some bytes, `n` at most, b"" at the end; without `n` all until the end.
static mp_obj_t up_stream_read_(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_n, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(-1) } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(n_args - 1, args + 1, kw, 1, allowed, a);
    return up_stream_coro_new(args[0], UP_READ_SOME, MP_OBJ_NULL, MAX(up_arg_size(a[0].u_obj, MP_QSTR_n), -1));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_read_obj, 1, up_stream_read_);

// readinto(buf, n=0): reads into `buf`, `n` bytes at most if it is given; how many.
static mp_obj_t up_stream_readinto(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_buf, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_n, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
    };
    mp_arg_val_t a[2];
    mp_arg_parse_all(n_args - 1, args + 1, kw, 2, allowed, a);
    return up_stream_coro_new(args[0], UP_READ_INTO, a[0].u_obj, up_arg_size(a[1].u_obj, MP_QSTR_n));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_readinto_obj, 1, up_stream_readinto);

// readexactly(n): `n` bytes. EOFError if the end comes before: read() has what there was. ValueError if `n` is negative.
static mp_obj_t up_stream_readexactly(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_n, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[1];
    if (n_args == 2 && kw->used == 0) {
        a[0].u_obj = args[1];
    } else {
        mp_arg_parse_all(n_args - 1, args + 1, kw, 1, allowed, a);
    }
    return up_stream_coro_new(args[0], UP_READ_EXACTLY, MP_OBJ_NULL, up_arg_size(a[0].u_obj, MP_QSTR_n));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_readexactly_obj, 1, up_stream_readexactly);

// readline(): a line with its newline, or what there is of it at the end.
static mp_obj_t up_stream_readline(mp_obj_t self_in) {
    return up_stream_coro_new(self_in, UP_READ_LINE, MP_OBJ_NULL, -1);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_readline_obj, up_stream_readline);

// readuntil(separator=b"\n"): all up to `separator`, and that. EOFError if the end comes before: read() has what there was.
// ValueError if `separator` is empty. What came behind it is there for the next read.
static mp_obj_t up_stream_readuntil(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_separator, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_PTR(NULL) } },
    };
    mp_arg_val_t a[1];
    mp_arg_parse_all(n_args - 1, args + 1, kw, 1, allowed, a);
    return up_stream_coro_new(args[0], UP_READ_UNTIL, a[0].u_obj, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_readuntil_obj, 1, up_stream_readuntil);

// write(buf, copy=True): sends what it can at once; drain() sends the rest. With copy=False that is sent from `buf` itself:
// OSError if something else waits for drain() or is written before drain() is done.
static mp_obj_t up_stream_write_(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_buf, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_copy, MP_ARG_BOOL, { .u_bool = true } },
    };
    mp_arg_val_t a[2];
    if (n_args == 2 && kw->used == 0) {
        a[0].u_obj = args[1];
        a[1].u_bool = true;
    } else {
        mp_arg_parse_all(n_args - 1, args + 1, kw, 2, allowed, a);
    }
    up_stream_write(MP_OBJ_TO_PTR(args[0]), a[0].u_obj, a[1].u_bool);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_write_obj, 1, up_stream_write_);

// drain(): waits until all is sent. It always lets others run. OSError if the stream is closed meanwhile.
static mp_obj_t up_stream_drain(mp_obj_t self_in) {
    return up_stream_coro_new(self_in, UP_DRAIN, MP_OBJ_NULL, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_drain_obj, up_stream_drain);

// awrite(buf, off=0, sz=-1), awritestr(): V2's write() and drain() in one.
static mp_obj_t up_stream_awrite(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_buf, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_off, MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_sz, MP_ARG_INT, { .u_int = -1 } },
    };
    mp_arg_val_t a[3];
    mp_arg_parse_all(n_args - 1, args + 1, kw, 3, allowed, a);
    mp_obj_t buf = a[0].u_obj;
    mp_int_t off = a[1].u_int;
    mp_int_t sz = a[2].u_int;
    if (off != 0 || sz >= 0) {
        buf = up_part(buf, MP_OBJ_NEW_SMALL_INT(off), mp_const_none);
        if (sz >= 0) {
            buf = up_part(buf, mp_const_none, MP_OBJ_NEW_SMALL_INT(sz));
        }
    }
    return up_stream_coro_new(args[0], UP_WRITE_ALL, buf, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_awrite_obj, 1, up_stream_awrite);

// awriteiter(iterable): awrite() of each that it has.
static mp_obj_t up_stream_awriteiter(mp_obj_t self_in, mp_obj_t iterable) {
    return up_stream_coro_new(self_in, UP_WRITE_EACH, mp_getiter(iterable, NULL), 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_stream_awriteiter_obj, up_stream_awriteiter);

// close(): wakes who waits: a reader gets b"" (EOFError, where that is one), drain() raises OSError. wait_closed() sends what
// write() holds, then, and closes the descriptor.
static mp_obj_t up_stream_close_(mp_obj_t self_in) {
    up_stream_close(MP_OBJ_TO_PTR(self_in), UP_STREAM_CLOSED);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_close_obj, up_stream_close_);

// _close_now(): closes the descriptor, whatever was not sent.
static mp_obj_t up_stream_close_now_(mp_obj_t self_in) {
    up_stream_close_now(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_close_now_obj, up_stream_close_now_);

// wait_closed(), aclose(): closes, after close() once what write() holds is sent or the peer takes no more of it; else at once,
// as in V3.
static mp_obj_t up_stream_wait_closed(mp_obj_t self_in) {
    return up_stream_coro_new(self_in, UP_CLOSE, MP_OBJ_NULL, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(up_stream_wait_closed_obj, up_stream_wait_closed);

// get_extra_info(name, default): KeyError if there is no such information and no default.
static mp_obj_t up_stream_get_extra_info(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_name, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_default, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_PTR(NULL) } },
    };
    mp_arg_val_t a[2];
    mp_arg_parse_all(n_args - 1, args + 1, kw, 2, allowed, a);
    up_stream_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_map_elem_t *found = mp_map_lookup(mp_obj_dict_get_map(self->e), a[0].u_obj, MP_MAP_LOOKUP);
    mp_obj_t info = found == NULL ? a[1].u_obj : found->value;
    if (info == MP_OBJ_NULL) {
        mp_obj_subscr(self->e, a[0].u_obj, MP_OBJ_SENTINEL); // raises
    }
    return info;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(up_stream_get_extra_info_obj, 1, up_stream_get_extra_info);

// Whether `s` is native and read and written as all such streams of bytes are.
static bool up_is_direct(mp_obj_t s) {
    const mp_obj_type_t *type = mp_obj_get_type(s);
    if (mp_obj_is_instance_type(type) || !MP_OBJ_TYPE_HAS_SLOT(type, protocol)) {
        return false;
    }
    mp_obj_t read[2];
    mp_obj_t write[2];
    mp_load_method_maybe(s, MP_QSTR_read, read);
    mp_load_method_maybe(s, MP_QSTR_write, write);
    return read[0] == MP_OBJ_FROM_PTR(&mp_stream_read_obj) && write[0] == MP_OBJ_FROM_PTR(&mp_stream_write_obj) && !mp_get_stream(s)->is_text;
}

static mp_obj_t up_stream_get_out(up_stream_t *self) {
    if (!up_stream_holds(self)) {
        return self->out == MP_OBJ_NULL ? up_nothing_read() : self->out;
    }
    return self->sent == 0 ? self->out : up_part(self->out, mp_obj_new_int_from_uint(self->sent), mp_const_none);
}

// What a program keeps with the stream: a web server the path and the headers of its request.
static void up_stream_other_attr(up_stream_t *self, qstr attr, mp_obj_t *dest) {
    mp_obj_t key = MP_OBJ_NEW_QSTR(attr);
    mp_map_elem_t *found = NULL;
    if (self->attrs != MP_OBJ_NULL) {
        found = mp_map_lookup(mp_obj_dict_get_map(self->attrs), key, MP_MAP_LOOKUP);
    }
    if (dest[0] == MP_OBJ_NULL) {
        if (found != NULL) {
            dest[0] = found->value;
        } else {
            dest[1] = MP_OBJ_SENTINEL; // a method
        }
        return;
    }
    if (dest[1] != MP_OBJ_NULL) {
        if (self->attrs == MP_OBJ_NULL) {
            mp_obj_t made = mp_obj_new_dict(1);
            if (self->attrs == MP_OBJ_NULL) { // else a finaliser set one
                self->attrs = made;
            }
        }
        mp_obj_dict_store(self->attrs, key, dest[1]);
    } else if (found == NULL) {
        return;
    } else {
        mp_obj_subscr(self->attrs, key, MP_OBJ_NULL); // deletes it
    }
    dest[0] = MP_OBJ_NULL; // it is done
}

static void up_stream_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    up_stream_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_s) {
            dest[0] = self->s;
        } else if (attr == MP_QSTR_e) {
            dest[0] = self->e;
        } else if (attr == MP_QSTR_fast) {
            dest[0] = self->fast;
        } else if (attr == MP_QSTR_in_buf) {
            dest[0] = mp_obj_new_bytes(self->buf, self->len);
        } else if (attr == MP_QSTR_out_buf) {
            dest[0] = up_stream_get_out(self);
        } else {
            up_stream_other_attr(self, attr, dest);
        }
    } else if (dest[1] != MP_OBJ_NULL) {
        if (attr == MP_QSTR_fast) {
            self->fast = dest[1];
        } else if (attr == MP_QSTR__io) {
            // What is read and written in place of `s`, and does not block: a socket of ours, or what has to do with TLS.
            self->io = dest[1];
            self->direct = up_is_direct(dest[1]);
            // A TLS client speaks first: its first read does not wait for an answer to nothing.
            self->more = dest[1] != self->polled; // mutation: tls-client-waits
            self->tries = self->direct || self->more;
        } else if (attr == MP_QSTR_in_buf) {
            up_stream_check_idle(self);
            self->len = 0;
            up_stream_append(self, dest[1]);
        } else if (attr == MP_QSTR_out_buf) {
            self->out = dest[1] == mp_const_none || mp_obj_is_true(dest[1]) ? dest[1] : MP_OBJ_NULL;
            self->sent = 0;
        } else {
            if (attr != MP_QSTR_s && attr != MP_QSTR_e) {
                up_stream_other_attr(self, attr, dest);
            }
            return;
        }
        dest[0] = MP_OBJ_NULL; // it is done
    } else {
        up_stream_other_attr(self, attr, dest);
    }
}

// Stream(s, e={}, fast=None, ios=None): reads and writes `s`; `e` is what get_extra_info() knows. fast: whether its tasks are
// woken at high level; None: as get_event_loop(ioq_len=) says. It is an attribute too. V2's StreamReader(polls, ios): `ios` is
// read and written when `polls` is ready. One may read while another writes.
static mp_obj_t up_stream_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    UP_ARG_TABLE allowed[] = {
        { MP_QSTR_s, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_e, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_fast, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_ios, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t a[4];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, 4, allowed, a);
    mp_obj_t e = a[1].u_obj;
    mp_obj_t ios = a[3].u_obj;
    if (!mp_obj_is_dict_or_ordereddict(e)) {
        ios = e == mp_const_none ? ios : e;
        e = mp_obj_new_dict(0);
    }
    up_stream_t *self = m_new0(up_stream_t, 1);
    self->base.type = type;
    self->polled = a[0].u_obj;
    self->s = self->io = ios == mp_const_none ? self->polled : ios;
    self->e = e;
    self->fast = a[2].u_obj;
    self->direct = up_is_direct(self->io);
    return MP_OBJ_FROM_PTR(self);
}

// A look-up goes through it from the start.
static const mp_rom_map_elem_t up_stream_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&up_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&up_stream_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&up_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_drain), MP_ROM_PTR(&up_stream_drain_obj) },
    { MP_ROM_QSTR(MP_QSTR_readexactly), MP_ROM_PTR(&up_stream_readexactly_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&up_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readuntil), MP_ROM_PTR(&up_stream_readuntil_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&up_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_wait_closed), MP_ROM_PTR(&up_stream_wait_closed_obj) },
    { MP_ROM_QSTR(MP_QSTR_aclose), MP_ROM_PTR(&up_stream_wait_closed_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_extra_info), MP_ROM_PTR(&up_stream_get_extra_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_awrite), MP_ROM_PTR(&up_stream_awrite_obj) },
    { MP_ROM_QSTR(MP_QSTR_awritestr), MP_ROM_PTR(&up_stream_awrite_obj) },
    { MP_ROM_QSTR(MP_QSTR_awriteiter), MP_ROM_PTR(&up_stream_awriteiter_obj) },
    { MP_ROM_QSTR(MP_QSTR__close_now), MP_ROM_PTR(&up_stream_close_now_obj) },
};
static MP_DEFINE_CONST_DICT(up_stream_locals_dict, up_stream_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    up_stream_type,
    MP_QSTR_Stream,
    MP_TYPE_FLAG_NONE,
    make_new, up_stream_make_new,
    attr, up_stream_attr,
    locals_dict, &up_stream_locals_dict
);
