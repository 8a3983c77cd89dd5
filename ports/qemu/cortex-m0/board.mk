# A micro:bit whose nRF51 has more memory than any: a Cortex-M0, whose instructions a Raspberry Pi Pico executes.
QEMU = qemu-system-arm -machine microbit -global nrf51-soc.flash-size=0x100000 -global nrf51-soc.sram-size=0x30000
# 125 million instructions a second, about what a Pico does.
SHIFT = 3
RUST_TARGET = thumbv6m-none-eabi

CROSS_COMPILE ?= arm-none-eabi-
ARCH = -mthumb -mcpu=cortex-m0
MPY_CROSS_FLAGS += -march=armv6m
SRC_BOARD = cortex-m/processor.c cortex-m0/hal.c host_semihosting.c shared/runtime/gchelper_thumb1.s
