typedef int gpio_num_t;
typedef enum {
    GPIO_MODE_INPUT,
    GPIO_MODE_INPUT_OUTPUT,
    GPIO_MODE_INPUT_OUTPUT_OD,
} gpio_mode_t;

void esp_rom_gpio_pad_select_gpio(uint32_t pin);
esp_err_t gpio_set_direction(gpio_num_t pin, gpio_mode_t mode);
esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level);
int gpio_get_level(gpio_num_t pin);
