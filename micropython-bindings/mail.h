// Takes in what interrupts and other threads left in the mailbox.
#ifndef UASYNCIO_PRIORITY_MAIL_H
#define UASYNCIO_PRIORITY_MAIL_H

#include "shim.h"

void up_mail_read(up_loop_t *loop, bool drop);

#endif
