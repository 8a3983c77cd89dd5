// The module `library`: loads the objects that a native .mpy is made of from a shared library. There the sanitizers' code can
// call what it needs, which a native module cannot. Else it is as in a .mpy: the same macros, the same table of functions.
#define _GNU_SOURCE // dladdr(), dl_iterate_phdr()
#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>

#include "../../../ports/unix/checked/heap.h"
#include "py/bc.h"
#include "py/builtin.h"
#include "py/gc.h"
#include "py/objfun.h"
#include "py/objmodule.h"
#include "py/qstr.h"
#include "py/runtime.h"

// What heap.c asks.
bool up_watch_loop_runs(void) {
    return false;
}
void up_watch_call(void) {
}

// Parts of the library that are written to.
static struct {
    uintptr_t *begin;
    uintptr_t *end;
} parts[8];
static size_t parts_n;

static int note_parts(struct dl_phdr_info *info, size_t size, void *data) {
    if (info->dlpi_addr != *(ElfW(Addr) *)data) {
        return 0;
    }
    for (size_t i = 0; i < info->dlpi_phnum; ++i) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && !(part->p_flags & PF_X)) {
            uintptr_t begin = info->dlpi_addr + part->p_vaddr;
            uintptr_t end = begin + part->p_memsz;
            // In a .mpy constants lie in RAM, and the import writes qstrs into them.
            if (mprotect((void *)(begin & ~(uintptr_t)4095), end - (begin & ~(uintptr_t)4095), PROT_READ | PROT_WRITE) == 0 && parts_n < MP_ARRAY_SIZE(parts)) {
                parts[parts_n].begin = (uintptr_t *)((begin + 7) & ~(uintptr_t)7);
                parts[parts_n++].end = (uintptr_t *)(end & ~(uintptr_t)7);
            }
        }
    }
    return 1;
}

void up_watch_roots(void) {
    for (size_t i = 0; i < parts_n; ++i) {
        gc_collect_root((void **)parts[i].begin, parts[i].end - parts[i].begin);
    }
}

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) {
        mp_raise_msg_varg(&mp_type_ImportError, MP_ERROR_TEXT("%s"), dlerror());
    }
    return found;
}

// load(path, module): runs what a native .mpy begins with, for a module that is being imported. Once.
static mp_obj_t library_load(mp_obj_t path, mp_obj_t module) {
    void *library = dlopen(mp_obj_str_get_str(path), RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        mp_raise_msg_varg(&mp_type_ImportError, MP_ERROR_TEXT("%s"), dlerror());
    }
    uint16_t *table = symbol(library, "mp_native_qstr_table");
    const char *const *names = symbol(library, "up_library_names");
    for (size_t i = 0; names[i] != NULL; ++i) {
        table[i] = qstr_from_str(names[i]);
    }
    Dl_info info;
    dladdr(table, &info);
    ElfW(Addr) base = (ElfW(Addr))info.dli_fbase;
    dl_iterate_phdr(note_parts, &base);

    mp_obj_t (*begin)(mp_obj_fun_bc_t *, size_t, size_t, mp_obj_t *) = symbol(library, "up_library_init");
    mp_obj_fun_bc_t *self = m_new0(mp_obj_fun_bc_t, 1);
    self->context = MP_OBJ_TO_PTR(module);
    return begin(self, 0, 0, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_2(library_load_obj, library_load);

static const mp_rom_map_elem_t library_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_library) },
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&library_load_obj) },
};
static MP_DEFINE_CONST_DICT(library_globals, library_globals_table);

const mp_obj_module_t library_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&library_globals,
};

MP_REGISTER_MODULE(MP_QSTR_library, library_module);
