# uasyncio-priority as a user C module, for the ports that build with CMake:
#   make -C ports/PORT USER_C_MODULES=<this file> CMAKE_ARGS=-DUP_ARCHIVE=<libuasyncio_priority.a>
if(NOT EXISTS "${UP_ARCHIVE}")
    message(FATAL_ERROR "UP_ARCHIVE must name the Rust archive: cargo build --release")
endif()

add_library(usermod_uasyncio_priority INTERFACE)
target_sources(usermod_uasyncio_priority INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/args.c
    ${CMAKE_CURRENT_LIST_DIR}/awaitables.c
    ${CMAKE_CURRENT_LIST_DIR}/flag.c
    ${CMAKE_CURRENT_LIST_DIR}/idle.c
    ${CMAKE_CURRENT_LIST_DIR}/loop.c
    ${CMAKE_CURRENT_LIST_DIR}/mail.c
    ${CMAKE_CURRENT_LIST_DIR}/module.c
    ${CMAKE_CURRENT_LIST_DIR}/resume.c
    ${CMAKE_CURRENT_LIST_DIR}/store.c
    ${CMAKE_CURRENT_LIST_DIR}/streams.c
    ${CMAKE_CURRENT_LIST_DIR}/sync.c
    ${CMAKE_CURRENT_LIST_DIR}/task.c
)
target_include_directories(usermod_uasyncio_priority INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod_uasyncio_priority INTERFACE ${UP_ARCHIVE})
target_link_libraries(usermod INTERFACE usermod_uasyncio_priority)
