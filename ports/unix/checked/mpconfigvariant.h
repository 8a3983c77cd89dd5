// The unix firmware that watches itself is configured as the ordinary one.
#include "../mpconfigvariant.h"
