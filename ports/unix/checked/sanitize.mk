# A unix firmware under AddressSanitizer and UndefinedBehaviorSanitizer, with a heap that watches what the collector freed
# (heap.c). CHECKED is this folder, HEAP_O what becomes of heap.c.

# Asserts on. GCC warns of what only its own instrumentation makes possible.
COPT = -O1 -fno-omit-frame-pointer
# Without these GCC puts two variables of the interpreter's loop at one place on the stack, since it does not know that
# nlr_push() may return a second time; the sanitizers' code leaves too few registers for that to go well.
SPILL = -fno-ira-share-spill-slots -fno-caller-saves
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS_EXTRA += -UNDEBUG $(SANITIZE) $(SPILL) -Wno-error
LDFLAGS_EXTRA += $(SANITIZE)

# What heap.c stands in front of.
WRAPPED += gc_init gc_alloc gc_free gc_realloc gc_collect_end mp_obj_gen_resume mp_resume \
	mp_call_function_n_kw mp_call_function_1 mp_call_function_2 mp_call_method_n_kw socket accept \
	gc_collect_start gc_collect_root gc_helper_collect_regs_and_stack mp_thread_gc_others mp_thread_start sem_post
LDFLAGS_EXTRA += $(addprefix -Wl$(COMMA)--wrap=,$(WRAPPED))
COMMA = ,

# The collector itself goes about in free blocks, and so do the memset() and memcpy() that it calls.
UNWATCHED = $(BUILD)/py/gc.o $(HEAP_O)
$(UNWATCHED): CFLAGS += -fno-sanitize=all -O2
$(BUILD)/py/gc.o: CFLAGS += -Dmemset=up_unwatched_memset -Dmemcpy=up_unwatched_memcpy
