// `page`: what the page around the firmware offers to a program.
#include "py/runtime.h"
#include "js.h"

#define VALUES (4)

// value(n): what the reader has set with the page's slider n; 0 where there is no page.
static mp_obj_t page_value(mp_obj_t number_in) {
    mp_int_t number = mp_obj_get_int(number_in);
    if (number < 0 || number >= VALUES) {
        mp_raise_ValueError(MP_ERROR_TEXT("number must be 0 to 3"));
    }
    return MP_OBJ_NEW_SMALL_INT(js_value(number));
}
static MP_DEFINE_CONST_FUN_OBJ_1(page_value_obj, page_value);

static const mp_rom_map_elem_t page_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_page) },
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&page_value_obj) },
};
static MP_DEFINE_CONST_DICT(page_globals, page_globals_table);

const mp_obj_module_t page_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&page_globals,
};

MP_REGISTER_MODULE(MP_QSTR_page, page_module);
