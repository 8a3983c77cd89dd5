# MicroPython's own port for QEMU, with what it lacks and the loop asks of a firmware: a clock and `select`; and our boards'
# interrupts, for tests. A board definition, none of our loop. The rest is upstream's.
BOARDS := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
OURS := $(abspath $(BOARDS)/../../../ports/qemu)
include boards/$(BOARD)/mpconfigboard.mk
# Behind all others: it has an mpconfigport.h too.
CFLAGS += -DMP_CONFIGFILE='"stock.h"' -DQEMU_STOCK=1 -fsingle-precision-constant -I$(BOARD_DIR) -I$(BOARDS) -idirafter $(OURS)
vpath %.c $(BOARD_DIR) $(BOARDS) $(HAL) $(OURS)
QSTR_GLOBAL_DEPENDENCIES += $(BOARDS)/stock.h $(BOARD_DIR)/board.h
SRC_C += stock.c clock.c hal.c deadline.c pyb.c
