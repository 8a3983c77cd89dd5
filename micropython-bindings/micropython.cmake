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
    ${CMAKE_CURRENT_LIST_DIR}/awaitables.c
    ${CMAKE_CURRENT_LIST_DIR}/flag.c
    ${CMAKE_CURRENT_LIST_DIR}/heap_search.c
    ${CMAKE_CURRENT_LIST_DIR}/idle.c
    ${CMAKE_CURRENT_LIST_DIR}/loop.c
    ${CMAKE_CURRENT_LIST_DIR}/mail.c
    ${CMAKE_CURRENT_LIST_DIR}/module.c
    ${CMAKE_CURRENT_LIST_DIR}/queue.c
    ${CMAKE_CURRENT_LIST_DIR}/resume.c
    ${CMAKE_CURRENT_LIST_DIR}/schedule.c
    ${CMAKE_CURRENT_LIST_DIR}/streams.c
    ${CMAKE_CURRENT_LIST_DIR}/sync.c
    ${CMAKE_CURRENT_LIST_DIR}/task.c
)
target_include_directories(usermod_uasyncio_priority INTERFACE ${CMAKE_CURRENT_LIST_DIR})
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
    target_compile_definitions(usermod_uasyncio_priority INTERFACE ${up_definitions})
    target_compile_options(usermod_uasyncio_priority INTERFACE ${up_options})
    target_compile_options(usermod_uasyncio_priority INTERFACE
        "SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/../ports/esp32/config.h")
endif()

target_link_libraries(usermod INTERFACE usermod_uasyncio_priority)
