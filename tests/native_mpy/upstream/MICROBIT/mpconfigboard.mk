HAL = $(BOARD_DIR)/../../../../ports/qemu/cortex-m0
include $(BOARD_DIR)/../common.mk
LDFLAGS += -Wl,--wrap=PendSV_Handler,--wrap=SysTick_Handler
# Linked behind upstream's vectors, which are the first 16.
SRC_BOARD_O += vectors.o
