typedef int esp_err_t;
typedef int spi_host_device_t;
