// Where the mailbox is.
#include "mailbox.h"

// A root pointer: the collector sees what is in it, and an interrupt finds it whatever a soft reset did.
MP_REGISTER_ROOT_POINTER(uintptr_t up_mail[21]);
_Static_assert(UP_MAIL_WORDS == 21, "up_mail holds a mailbox");
