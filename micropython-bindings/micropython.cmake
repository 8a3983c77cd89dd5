# uasyncio-priority as a user C module, for the ports that build with CMake:
#   make -C ports/PORT USER_C_MODULES=<this file> UP_ARCHIVE=<libuasyncio_priority.a> ...
# ports/build-core.sh makes the archive. Its path comes from the environment, where make puts what it is given, or by
# -DUP_ARCHIVE=...; the build remembers it.
if(NOT "$ENV{UP_ARCHIVE}" STREQUAL "")
    set(UP_ARCHIVE "$ENV{UP_ARCHIVE}" CACHE FILEPATH "The Rust archive of uasyncio-priority" FORCE)
endif()
if(NOT EXISTS "${UP_ARCHIVE}")
    message(FATAL_ERROR "UP_ARCHIVE must name the Rust archive, see ports/build-core.sh: \"${UP_ARCHIVE}\"")
endif()

# Interface only: whoever links `usermod` compiles the sources, with the options below and its own. In the esp32 port
# that is MicroPython's library, and the executable once more.
add_library(usermod_uasyncio_priority INTERFACE)
target_sources(usermod_uasyncio_priority INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/args.c
    ${CMAKE_CURRENT_LIST_DIR}/await.c
    ${CMAKE_CURRENT_LIST_DIR}/callbacks.c
    ${CMAKE_CURRENT_LIST_DIR}/clock.c
    ${CMAKE_CURRENT_LIST_DIR}/deadline.c
    ${CMAKE_CURRENT_LIST_DIR}/diagnostics.c
    ${CMAKE_CURRENT_LIST_DIR}/flag.c
    ${CMAKE_CURRENT_LIST_DIR}/garbage.c
    ${CMAKE_CURRENT_LIST_DIR}/gather.c
    ${CMAKE_CURRENT_LIST_DIR}/heap_search.c
    ${CMAKE_CURRENT_LIST_DIR}/help.c
    ${CMAKE_CURRENT_LIST_DIR}/idle.c
    ${CMAKE_CURRENT_LIST_DIR}/inspect.c
    ${CMAKE_CURRENT_LIST_DIR}/lock.c
    ${CMAKE_CURRENT_LIST_DIR}/loop_object.c
    ${CMAKE_CURRENT_LIST_DIR}/mail.c
    ${CMAKE_CURRENT_LIST_DIR}/mailbox.c
    ${CMAKE_CURRENT_LIST_DIR}/module.c
    ${CMAKE_CURRENT_LIST_DIR}/native_module.c
    ${CMAKE_CURRENT_LIST_DIR}/posts.c
    ${CMAKE_CURRENT_LIST_DIR}/queue.c
    ${CMAKE_CURRENT_LIST_DIR}/report.c
    ${CMAKE_CURRENT_LIST_DIR}/run_loop.c
    ${CMAKE_CURRENT_LIST_DIR}/schedule.c
    ${CMAKE_CURRENT_LIST_DIR}/sleep.c
    ${CMAKE_CURRENT_LIST_DIR}/stream_object.c
    ${CMAKE_CURRENT_LIST_DIR}/streams.c
    ${CMAKE_CURRENT_LIST_DIR}/sync.c
    ${CMAKE_CURRENT_LIST_DIR}/task.c
    ${CMAKE_CURRENT_LIST_DIR}/taskgroup.c
    ${CMAKE_CURRENT_LIST_DIR}/threads.c
    ${CMAKE_CURRENT_LIST_DIR}/timeout.c
    ${CMAKE_CURRENT_LIST_DIR}/trace.c
    ${CMAKE_CURRENT_LIST_DIR}/when.c
    ${CMAKE_CURRENT_LIST_DIR}/where.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/atomic.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/dynamic.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/freertos.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/generic.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/unix.c
    ${CMAKE_CURRENT_LIST_DIR}/platform/wfi.c
)
# What is left out, if make or cmake is told so (1: it is there): V2's names and `asyn`; what only CPython's asyncio has;
# what shows what the loop does. See shim.h. From the environment as above, and what that does not have any more is there again.
foreach(switch MICROPY_UASYNCIO_PRIORITY_V2 MICROPY_UASYNCIO_PRIORITY_CPYTHON MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS)
    if(NOT "$ENV{${switch}}" STREQUAL "")
        set(${switch} "$ENV{${switch}}")
    endif()
    if(NOT "${${switch}}" STREQUAL "")
        target_compile_definitions(usermod_uasyncio_priority INTERFACE ${switch}=${${switch}})
    endif()
endforeach()
# For `import asyncio.core`.
target_compile_definitions(usermod_uasyncio_priority INTERFACE MICROPY_MODULE_BUILTIN_SUBPACKAGES=1)
target_link_libraries(usermod_uasyncio_priority INTERFACE ${UP_ARCHIVE})
# The core calls back. Linkers read archives in order, and MicroPython's comes before the core's.
foreach(function up_panic up_atomic_begin up_atomic_end)
    target_link_options(usermod_uasyncio_priority INTERFACE -Wl,--undefined=${function})
endforeach()

# What some ports need besides.
if(ESP_PLATFORM)
    # The executable's copy of our objects is the one that is linked, and ESP-IDF gives an executable none of the options
    # that its components have: no ESP_PLATFORM, no NDEBUG, no -O.
    idf_build_get_property(up_definitions COMPILE_DEFINITIONS)
    idf_build_get_property(up_options COMPILE_OPTIONS)
    # mutation: executable-without-definitions
    target_compile_definitions(usermod_uasyncio_priority INTERFACE ${up_definitions})
    # mutation: executable-without-options
    target_compile_options(usermod_uasyncio_priority INTERFACE ${up_options})
    target_compile_options(usermod_uasyncio_priority INTERFACE
        "SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/../ports/esp32/config.h")
endif()

target_link_libraries(usermod INTERFACE usermod_uasyncio_priority)
