// Files of the host: to import, to run, and open() for reading.
#include <string.h>

#include "py/builtin.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/reader.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "host.h"

typedef struct _host_reader_t {
    int fd;
    uint8_t len;
    uint8_t pos;
    byte buf[250]; // each read stops the emulator
} host_reader_t;

static mp_uint_t host_reader_byte(void *self_in) {
    host_reader_t *self = self_in;
    if (self->pos >= self->len) {
        int n = host_read(self->fd, self->buf, sizeof(self->buf));
        self->pos = 0;
        self->len = n > 0 ? n : 0;
        if (n <= 0) {
            return MP_READER_EOF;
        }
    }
    return self->buf[self->pos++];
}

static void host_reader_close(void *self_in) {
    host_reader_t *self = self_in;
    host_close(self->fd);
    m_del_obj(host_reader_t, self);
}

void mp_reader_new_file(mp_reader_t *reader, qstr path) {
    host_reader_t *self = m_new_obj(host_reader_t);
    self->fd = host_open(qstr_str(path));
    self->len = self->pos = 0;
    if (self->fd < 0) {
        mp_raise_OSError_with_filename(MP_ENOENT, qstr_str(path));
    }
    reader->data = self;
    reader->readbyte = host_reader_byte;
    reader->close = host_reader_close;
}

mp_lexer_t *mp_lexer_new_from_file(qstr path) {
    mp_reader_t reader;
    mp_reader_new_file(&reader, path);
    return mp_lexer_new(path, reader);
}

// Only a folder has a "." in it. (A host may open one like a file, and then read nothing.)
static bool is_folder(const char *path) {
    size_t len = strlen(path);
    char *dot = alloca(len + 3);
    memcpy(dot, path, len);
    memcpy(dot + len, "/.", 3);
    int fd = host_open(dot);
    if (fd >= 0) {
        host_close(fd);
    }
    return fd >= 0;
}

mp_import_stat_t mp_import_stat(const char *path) {
    int fd = host_open(path);
    if (fd < 0) {
        return MP_IMPORT_STAT_NO_EXIST;
    }
    host_close(fd);
    return is_folder(path) ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_FILE;
}

// What open() returns.
typedef struct _host_file_t {
    mp_obj_base_t base;
    int fd; // -1 once it is closed
} host_file_t;

static mp_uint_t host_file_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    host_file_t *self = MP_OBJ_TO_PTR(self_in);
    int n = self->fd < 0 ? -1 : host_read(self->fd, buf, size);
    if (n < 0) {
        *errcode = self->fd < 0 ? MP_EBADF : MP_EIO;
        return MP_STREAM_ERROR;
    }
    return n;
}

static mp_uint_t host_file_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    host_file_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_CLOSE:
            if (self->fd >= 0) {
                host_close(self->fd);
                self->fd = -1;
            }
            return 0;
        case MP_STREAM_POLL:
            return arg & MP_STREAM_POLL_RD;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

static const mp_rom_map_elem_t host_file_table[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj) },
};
static MP_DEFINE_CONST_DICT(host_file_dict, host_file_table);

static const mp_stream_p_t host_file_binary = { .read = host_file_read, .ioctl = host_file_ioctl };
static const mp_stream_p_t host_file_text = { .read = host_file_read, .ioctl = host_file_ioctl, .is_text = true };

static MP_DEFINE_CONST_OBJ_TYPE(
    host_file_binary_type, MP_QSTR_FileIO, MP_TYPE_FLAG_ITER_IS_STREAM, protocol, &host_file_binary, locals_dict, &host_file_dict
);
static MP_DEFINE_CONST_OBJ_TYPE(
    host_file_text_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM, protocol, &host_file_text, locals_dict, &host_file_dict
);

// open(path, mode="r"): for reading only.
static mp_obj_t host_file_open(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    (void)kwargs;
    const char *mode = n_args > 1 ? mp_obj_str_get_str(args[1]) : "r";
    bool binary = strcmp(mode, "rb") == 0;
    if (!binary && strcmp(mode, "r") != 0 && strcmp(mode, "rt") != 0) {
        mp_raise_OSError(MP_EROFS);
    }
    const char *path = mp_obj_str_get_str(args[0]);
    if (is_folder(path)) {
        mp_raise_OSError_with_filename(MP_EISDIR, path);
    }
    host_file_t *self = mp_obj_malloc_with_finaliser(host_file_t, binary ? &host_file_binary_type : &host_file_text_type);
    self->fd = host_open(path);
    if (self->fd < 0) {
        mp_raise_OSError_with_filename(MP_ENOENT, path);
    }
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, host_file_open);
