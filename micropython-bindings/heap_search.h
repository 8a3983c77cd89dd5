// A look for objects that begin with an entry in the whole heap.
#ifndef UASYNCIO_PRIORITY_HEAP_SEARCH_H
#define UASYNCIO_PRIORITY_HEAP_SEARCH_H

#include "shim.h"

up_entry_t *up_search_heap(const mp_obj_type_t *type, bool (*found)(up_entry_t *entry, void *arg), void *arg);

#endif
