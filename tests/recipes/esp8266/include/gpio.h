#define READ_PERI_REG(address) (*(volatile uint32_t *)(address))
#define GPIO_REG_READ(offset) READ_PERI_REG(0x60000300 + (offset))
#define GPIO_OUT_ADDRESS 0
#define RTC_GPIO_OUT 0x60000768
