#include "esp_idf_version.h"
