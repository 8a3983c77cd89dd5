HAL = $(BOARD_DIR)
include $(BOARD_DIR)/../common.mk
LDFLAGS += -Wl,--wrap=PendSV_Handler,--wrap=SysTick_Handler
