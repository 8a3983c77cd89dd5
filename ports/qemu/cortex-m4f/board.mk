# Netduino Plus 2: an STM32F405, the Pyboard's microcontroller.
QEMU = qemu-system-arm -machine netduinoplus2
# About 125 million instructions a second.
SHIFT = 3
RUST_TARGET = thumbv7em-none-eabihf

CROSS_COMPILE ?= arm-none-eabi-
ARCH = -mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
MPY_CROSS_FLAGS += -march=armv7emsp
SRC_BOARD = cortex-m/processor.c cortex-m4f/hal.c host_semihosting.c shared/runtime/gchelper_thumb2.s
