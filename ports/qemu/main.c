// The firmware's start: what the command line says, then a script or the REPL.
//
//   [heap=BYTES] [ticks=MS] [serial=1] [SCRIPT [ARGUMENT...]]
//
// heap: how much of its memory the garbage collector gets. ticks: where the ms count starts, so that a
// test sees it wrap. Without a script: the REPL; serial: with a keyboard at the serial port, see host.h.
#include <stdlib.h>
#include <string.h>

#include "py/compile.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "host.h"

// pyb.c
void board_timers_stop(void);

static char args[512];

// If `*arg` is "NAME=NUMBER", take it.
static bool option(const char *arg, const char *name, uint32_t *number) {
    size_t len = strlen(name);
    if (strncmp(arg, name, len) != 0) {
        return false;
    }
    uint64_t n = 0;
    for (const char *digit = arg + len; *digit != '\0'; ++digit) {
        n = n * 10 + (*digit - '0');
    }
    *number = (uint32_t)n;
    return true;
}

// The next word of the command line, or NULL.
static char *word(char **at) {
    char *begin = *at + strspn(*at, " ");
    if (*begin == '\0') {
        return NULL;
    }
    *at = begin + strcspn(begin, " ");
    if (**at != '\0') {
        *(*at)++ = '\0';
    }
    return begin;
}

// `path`, if there is one, is looked into before the script's folder: folders with ':' between.
static void set_paths(const char *path, const char *script, char *more) {
    // What is frozen goes first: that is what is to be tested.
    size_t folder = 0;
    for (size_t i = 0; script != NULL && script[i] != '\0'; ++i) {
        folder = script[i] == '/' ? i : folder;
    }
    mp_obj_list_init(mp_sys_path, 0);
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen));
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        mp_obj_list_append(mp_sys_path, mp_obj_new_str(path, len));
        path += len + (path[len] == ':');
    }
    mp_obj_list_append(mp_sys_path, mp_obj_new_str(script, folder));
    mp_obj_list_init(mp_sys_argv, 0);
    for (const char *arg = script; arg != NULL; arg = word(&more)) {
        mp_obj_list_append(mp_sys_argv, mp_obj_new_str(arg, strlen(arg)));
    }
}

// Run it; the exit status.
static int run(const char *script) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        qstr name = qstr_from_str(script);
        mp_lexer_t *lexer = mp_lexer_new_from_file(name);
        mp_store_global(MP_QSTR___file__, MP_OBJ_NEW_QSTR(name));
        mp_parse_tree_t tree = mp_parse(lexer, MP_PARSE_FILE_INPUT);
        mp_call_function_0(mp_compile(&tree, name, false));
        mp_handle_pending(true);
        nlr_pop();
        return 0;
    }
    mp_obj_t exc = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exc)), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        mp_obj_t value = mp_obj_exception_get_value(exc);
        mp_int_t status;
        if (value == mp_const_none) {
            return 0;
        }
        if (mp_obj_get_int_maybe(value, &status)) {
            return status & 0xff;
        }
        mp_obj_print(value, PRINT_STR);
        mp_print_str(&mp_plat_print, "\n");
        return 1;
    }
    mp_obj_print_exception(&mp_plat_print, exc);
    return 1;
}

int main(void) {
    hal_init();

    host_args(args, sizeof(args));
    char *more = args;
    char *script;
    const char *path = NULL;
    uint32_t heap = BOARD_HEAP, ticks = 0, serial = 0;
    do {
        script = word(&more);
        if (script != NULL && strncmp(script, "path=", 5) == 0) {
            path = script + 5;
            script = word(&more);
        }
    } while (script != NULL && (option(script, "heap=", &heap) || option(script, "ticks=", &ticks) || option(script, "serial=", &serial)));
    board_ticks_start(ticks);
    if (serial != 0) {
        board_keyboard();
    }
    if (heap > (size_t)(_heap_end - _heap_start)) {
        mp_printf(&mp_plat_print, "heap=%u: there are %u bytes\n", (unsigned)heap, (unsigned)(_heap_end - _heap_start));
        host_exit(1);
    }

    mp_cstack_init_with_top(_stack_top, _stack_top - _stack_bottom);
    for (;;) {
        gc_init(_heap_start, _heap_start + heap);
        mp_init();
        readline_init0(); // the lines it knows were in the heap
        set_paths(path, script, more);
        if (script != NULL) {
            int status = run(script);
            board_timers_stop();
            mp_deinit();
            host_exit(status);
        }
        while ((pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl()) == 0) {
        }
        mp_print_str(&mp_plat_print, "MPY: soft reboot\r\n"); // mpremote waits for these bytes
        board_timers_stop();
        gc_sweep_all();
        mp_deinit();
    }
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

void nlr_jump_fail(void *val) {
    (void)val;
    static const char text[] = "An exception that nobody catches.\n";
    host_write(text, sizeof(text) - 1);
    host_exit(98);
}

// MicroPython's assert() and libgcc end here.
void NORETURN abort(void) {
    static const char text[] = "abort()\n";
    host_write(text, sizeof(text) - 1);
    host_exit(97);
}
