// The modules of a native .mpy: what its import does, and what only they have. Not part of a firmware.
#include "loop_object.h"
#include "module.h"
#include "native_module.h"

#if MICROPY_ENABLE_DYNRUNTIME

static void up_dynamic_module_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "<module '%q'>", up_str_qstr(mp_load_attr(self_in, MP_QSTR___name__)));
}

static void up_dynamic_module_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    mp_obj_dict_t *globals = ((mp_obj_module_t *)MP_OBJ_TO_PTR(self_in))->globals;
    if (dest[0] == MP_OBJ_NULL) {
        mp_map_elem_t *elem = mp_map_lookup(&globals->map, MP_OBJ_NEW_QSTR(attr), MP_MAP_LOOKUP);
        if (elem != NULL) {
            dest[0] = elem->value;
            return;
        }
        if (attr == MP_QSTR___dict__) {
            dest[0] = MP_OBJ_FROM_PTR(globals);
            return;
        }
    }
    up_module_attr(globals == up_module.globals ? MP_OBJ_FROM_PTR(&up_module) : self_in, attr, dest);
}

// A module of ours: MicroPython's own type of modules asks only built-in ones for what is not in their tables.
MP_DEFINE_CONST_OBJ_TYPE(
    up_dynamic_module_type,
    MP_QSTR_module,
    MP_TYPE_FLAG_NONE,
    print, up_dynamic_module_print,
    attr, up_dynamic_module_attr
);

// Notes a module in sys.modules under NAME.PART.
static void up_add_part(mp_obj_t name, const char *part, const mp_obj_module_t *module) {
    vstr_t vstr;
    vstr_init(&vstr, 24);
    vstr_printf(&vstr, "%s.%s", mp_obj_str_get_str(name), part);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(up_dynamic.modules), mp_obj_new_str_from_vstr(&vstr), MP_OBJ_FROM_PTR(module));
}

static mp_obj_t up_module_name(const mp_obj_module_t *module) {
    return mp_load_attr(MP_OBJ_FROM_PTR(module), MP_QSTR___name__);
}

// use(): `import asyncio` and `import uasyncio` give this loop from here on, and so do their submodules.
static mp_obj_t up_use(void) {
    static const char parts[][8] = { "event", "funcs", "lock", "stream" };
    static const mp_obj_module_t *const modules[] = { &up_asyncio_module, &up_uasyncio_module };
    for (size_t i = 0; i < MP_ARRAY_SIZE(modules); ++i) {
        mp_obj_t name = up_module_name(modules[i]);
        mp_obj_dict_store(MP_OBJ_FROM_PTR(up_dynamic.modules), name, MP_OBJ_FROM_PTR(modules[i]));
        up_add_part(name, "core", &up_priority_module);
        for (size_t part = 0; part < MP_ARRAY_SIZE(parts); ++part) {
            up_add_part(name, parts[part], &up_asyncio_module);
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(up_use_obj, up_use);

// _become(name): the module that is being imported under one of our names is ours from here on.
static mp_obj_t up_become(mp_obj_t name) {
    static const mp_obj_module_t *const modules[] = { &up_module, &up_priority_module, &up_asyncio_module, &up_uasyncio_module };
    mp_map_elem_t *elem = mp_map_lookup(&up_dynamic.modules->map, name, MP_MAP_LOOKUP);
    for (size_t i = 0; elem != NULL && i < MP_ARRAY_SIZE(modules); ++i) {
        if (up_module_name(modules[i]) == name) {
            *(mp_obj_module_t *)MP_OBJ_TO_PTR(elem->value) = *modules[i];
            elem->value = MP_OBJ_FROM_PTR(modules[i]);
            up_add_part(name, "core", &up_priority_module);
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(up_become_obj, up_become);

// _begin(handle_pending, generator): what the part in Python calls (ports/mpy/_dynamic.py). ImportError, MemoryError.
static mp_obj_t up_begin(mp_obj_t handle_pending, mp_obj_t generator) {
    up_dynamic_begin(handle_pending, generator);
    up_loop_make();
    up_become(up_module_name(&up_module));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(up_begin_obj, up_begin);

// What the file runs first. ImportError if objects are not as the file has them.
mp_obj_t mpy_init(struct _mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args) {
    MP_DYNRUNTIME_INIT_ENTRY(void)
    n_args;
    (void)n_kw;
    (void)args;
    up_dynamic.self = (mp_obj_module_t *)&self->context->module;
    if (mp_fun_table.const_none != mp_const_none || mp_fun_table.const_true != mp_const_true || mp_fun_table.native_to_obj(1, MP_NATIVE_TYPE_QSTR) != MP_OBJ_NEW_QSTR(1)) {
        mp_raise_msg(MP_OBJ_TO_PTR(mp_load_global(MP_QSTR_ImportError)), "made for another representation of objects");
    }
    mp_store_global(MP_QSTR__begin, MP_OBJ_FROM_PTR(&up_begin_obj));
    MP_DYNRUNTIME_INIT_EXIT
}

#endif
