// The Cortex-M0+ instructions that touch nothing but registers, memory, the mask of interrupts, and of the RP2040 the divider, the spin locks and the time: what the
// emulator rp2040py does one at a time, many times as fast. Cycles are counted as it counts them, so board time is the same.
//
// Every other instruction is left to the emulator: what reads or writes a peripheral, enters or leaves an exception, sleeps,
// or is undefined. board.py calls up_run(), has the emulator do the instruction that it stopped at, and calls it again.

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    ROM_SIZE = 16 << 10,
    RAM_SIZE = 264 << 10,
    FLASH_SIZE = 16 << 20
};
#define RAM 0x20000000u
#define FLASH 0x10000000u
enum {
    SP = 13,
    LR = 14,
    PC = 15
};
enum {
    PRIMASK = 16
};

// Of the processor's own peripherals (SIO): which core it is, the divider, which all of C's divisions use, and the spin locks.
#define SIO 0xd0000000u
enum {
    CPUID = 0x00,
    UDIVIDEND = 0x60,
    UDIVISOR = 0x64,
    SDIVIDEND = 0x68,
    SDIVISOR = 0x6c,
    QUOTIENT = 0x70,
    REMAINDER = 0x74,
    CSR = 0x78,
    SPINLOCKS = 0x100, // 32 words
};
// The count of us, in two words, as it is.
#define TIMERAWH 0x40054024u
#define TIMERAWL 0x40054028u
enum {
    READY = 1,
    DIRTY = 2,
    DIVISION_CYCLES = 8,
    NS_A_CYCLE = 8,
};

// What board.py hands over. The pointers are to the emulator's own memory.
typedef struct {
    uint32_t *registers;
    uint8_t *ram;
    const uint8_t *flash, *rom;
    uint32_t n, z, c, v;
    uint32_t masked; // PRIMASK
    uint32_t pending; // an interrupt waits for its end
    uint32_t dividend, divisor, quotient, remainder, csr; // of the divider
    uint32_t spinlocks; // those that are taken, a bit each
    uint32_t event; // SEV was executed
    int64_t most; // cycles; the instruction that reaches them is the last
    double ns; // of the timer, at the beginning
    int64_t beside; // cycles of divisions, which the emulator counts for the core, not for the clock
} core_t;

// Where size bytes at this address are, if they are in memory that reads like memory; NULL otherwise.
static inline const uint8_t *readable(const core_t *core, uint32_t at, uint32_t size) {
    if (at & ((size < 4 ? size : 4) - 1)) {
        return NULL; // the emulator says what becomes of it
    }
    if (at - RAM <= RAM_SIZE - size) {
        return core->ram + (at - RAM);
    }
    if (at - FLASH <= FLASH_SIZE - size) {
        return core->flash + (at - FLASH);
    }
    return at <= ROM_SIZE - size ? core->rom + at : NULL;
}

static inline uint8_t *writable(const core_t *core, uint32_t at, uint32_t size) {
    bool fits = at - RAM <= RAM_SIZE - size && !(at & ((size < 4 ? size : 4) - 1));
    return fits ? core->ram + (at - RAM) : NULL;
}

static inline uint32_t get32(const uint8_t *from) {
    uint32_t value;
    memcpy(&value, from, 4);
    return value;
}

static inline uint32_t get16(const uint8_t *from) {
    uint16_t value;
    memcpy(&value, from, 2);
    return value;
}

static void divide(core_t *core, bool with_sign) {
    uint32_t x = core->dividend, y = core->divisor;
    bool minus_x = with_sign && x >> 31, minus_y = with_sign && y >> 31;
    uint32_t positive_x = minus_x ? -x : x, positive_y = minus_y ? -y : y;
    uint32_t quotient = positive_y ? positive_x / positive_y : UINT32_MAX;
    uint32_t remainder = positive_y ? positive_x % positive_y : positive_x;
    core->quotient = minus_x != minus_y ? -quotient : quotient;
    core->remainder = minus_x ? -remainder : remainder;
    core->csr = READY | DIRTY;
    core->beside += DIVISION_CYCLES;
}

// Read a word of the SIO; whether it is ours.
static bool sio_read(core_t *core, uint32_t at, uint32_t *value) {
    switch (at - SIO) {
        case CPUID:
            *value = 0;
            return true;
        case UDIVIDEND:
        case SDIVIDEND:
            *value = core->dividend;
            return true;
        case UDIVISOR:
        case SDIVISOR:
            *value = core->divisor;
            return true;
        case QUOTIENT:
            core->csr &= ~DIRTY;
            *value = core->quotient;
            return true;
        case REMAINDER:
            *value = core->remainder;
            return true;
        case CSR:
            *value = core->csr;
            return true;
        default:
            break;
    }
    uint32_t lock = (at - SIO - SPINLOCKS) / 4;
    if (lock >= 32) {
        return false;
    }
    *value = 1u << lock & ~core->spinlocks;
    core->spinlocks |= 1u << lock;
    return true;
}

// Write one; whether it is ours.
static bool sio_write(core_t *core, uint32_t at, uint32_t value) {
    uint32_t offset = at - SIO;
    switch (offset) {
        case UDIVIDEND:
        case SDIVIDEND:
            core->dividend = value;
            divide(core, offset == SDIVIDEND);
            return true;
        case UDIVISOR:
        case SDIVISOR:
            core->divisor = value;
            divide(core, offset == SDIVISOR);
            return true;
        case QUOTIENT:
            core->quotient = value;
            core->csr = READY | DIRTY;
            return true;
        case REMAINDER:
            core->remainder = value;
            core->csr = READY | DIRTY;
            return true;
        default:
            break;
    }
    uint32_t lock = (offset - SPINLOCKS) / 4;
    if (lock >= 32) {
        return false;
    }
    core->spinlocks &= ~(1u << lock);
    return true;
}

static inline bool holds(unsigned condition, bool n, bool z, bool c, bool v) {
    switch (condition >> 1) {
        case 0:
            return z ^ (condition & 1);
        case 1:
            return c ^ (condition & 1);
        case 2:
            return n ^ (condition & 1);
        case 3:
            return v ^ (condition & 1);
        case 4:
            return (c && !z) ^ (condition & 1);
        case 5:
            return (n == v) ^ (condition & 1);
        default:
            return (n == v && !z) ^ (condition & 1);
    }
}

// Run until `most` cycles are over, or up to an instruction that is the emulator's; how many cycles that took.
int64_t up_run(core_t *core) {
    uint32_t r[16];
    memcpy(r, core->registers, sizeof(r));
    bool n = core->n, z = core->z, c = core->c, v = core->v;
    int64_t cycles = 0;

// The value of an operation on the registers of these bits of the instruction.
#define LOW(bit) r[op >> (bit) & 7]
#define NZ(value) \
    do { \
        uint32_t nz = (value); \
        n = nz >> 31; \
        z = !nz; \
    } while (0)
// x + y + carry into `to`, with all flags. A subtraction adds the complement.
#define ADD(to, x, y, carry) \
    do { \
        uint32_t a = (x), b = (y); \
        uint64_t wide = (uint64_t)a + b + (carry); \
        uint32_t sum = (uint32_t)wide; \
        c = wide >> 32; \
        v = (~(a ^ b) & (a ^ sum)) >> 31; \
        NZ(sum); \
        to = sum; \
    } while (0)
#define LOAD(address, size, value) \
    do { \
        const uint8_t *from = readable(core, address, size); \
        if (!from) { \
            goto emulators; \
        } \
        LOW(0) = (value); \
        took = 2; \
    } while (0)
// The same of a word, which may be one of the SIO's.
#define LOAD32(address) \
    do { \
        uint32_t place = (address); \
        const uint8_t *from = readable(core, place, 4); \
        if (from) { \
            LOW(0) = get32(from); \
            took = 2; \
        } else if (place == TIMERAWL || place == TIMERAWH) { \
            uint64_t us = (uint64_t)((core->ns + (double)cycles * NS_A_CYCLE) / 1000); \
            LOW(0) = (uint32_t)(place == TIMERAWH ? us >> 32 : us); \
            took = 4; \
        } else if (!sio_read(core, place, &LOW(0))) { \
            goto emulators; \
        } \
    } while (0)
#define STORE(address, size) \
    do { \
        uint8_t *to = writable(core, address, size); \
        if (!to) { \
            goto emulators; \
        } \
        memcpy(to, &LOW(0), size); \
        took = 2; \
    } while (0)

#define STORE32(address) \
    do { \
        uint32_t place = (address); \
        uint8_t *to = writable(core, place, 4); \
        if (to) { \
            memcpy(to, &LOW(0), 4); \
            took = 2; \
        } else if (!sio_write(core, place, LOW(0))) { \
            goto emulators; \
        } \
    } while (0)

    core->beside = 0;
    while (cycles < core->most) {
        uint32_t at = r[PC] & ~1u;
        const uint8_t *code = readable(core, at, 2);
        if (!code) {
            goto emulators;
        }
        uint32_t op = get16(code), next = at + 2, ahead = at + 4;
        unsigned took = 1;
        switch (op >> 6) {
            case 0x000 ... 0x01f: { // LSLS, immediate
                uint32_t by = op >> 6 & 31, value = LOW(3);
                if (by) {
                    c = value >> (32 - by) & 1;
                }
                LOW(0) = value << by;
                NZ(LOW(0));
                break;
            }
            case 0x020 ... 0x03f: { // LSRS, immediate; 0 stands for 32
                uint32_t by = op >> 6 & 31, value = LOW(3);
                c = value >> (by ? by - 1 : 31) & 1;
                LOW(0) = by ? value >> by : 0;
                NZ(LOW(0));
                break;
            }
            case 0x040 ... 0x05f: { // ASRS, immediate; 0 stands for 32
                uint32_t by = op >> 6 & 31, value = LOW(3);
                c = value >> (by ? by - 1 : 31) & 1;
                LOW(0) = (uint32_t)((int32_t)value >> (by ? by : 31));
                NZ(LOW(0));
                break;
            }
            case 0x060 ... 0x067: // ADDS, register
                ADD(LOW(0), LOW(3), LOW(6), 0);
                break;
            case 0x068 ... 0x06f: // SUBS, register
                ADD(LOW(0), LOW(3), ~LOW(6), 1);
                break;
            case 0x070 ... 0x077: // ADDS, 3 bits
                ADD(LOW(0), LOW(3), op >> 6 & 7, 0);
                break;
            case 0x078 ... 0x07f: // SUBS, 3 bits
                ADD(LOW(0), LOW(3), ~(op >> 6 & 7), 1);
                break;
            case 0x080 ... 0x09f: // MOVS
                LOW(8) = op & 0xff;
                NZ(LOW(8));
                break;
            case 0x0a0 ... 0x0bf: { // CMP, immediate
                uint32_t none;
                ADD(none, LOW(8), ~(op & 0xff), 1);
                (void)none;
                break;
            }
            case 0x0c0 ... 0x0df: // ADDS, 8 bits
                ADD(LOW(8), LOW(8), op & 0xff, 0);
                break;
            case 0x0e0 ... 0x0ff: // SUBS, 8 bits
                ADD(LOW(8), LOW(8), ~(op & 0xff), 1);
                break;
            case 0x100: // ANDS
                LOW(0) &= LOW(3);
                NZ(LOW(0));
                break;
            case 0x101: // EORS
                LOW(0) ^= LOW(3);
                NZ(LOW(0));
                break;
            case 0x102: { // LSLS
                uint32_t by = LOW(3) & 0xff;
                uint64_t wide = by > 32 ? 0 : (uint64_t)LOW(0) << by;
                if (by) {
                    c = wide >> 32 & 1;
                }
                LOW(0) = (uint32_t)wide;
                NZ(LOW(0));
                break;
            }
            case 0x103: { // LSRS
                uint32_t by = LOW(3) & 0xff, value = LOW(0);
                if (by) {
                    c = by <= 32 ? value >> (by - 1) & 1 : 0;
                }
                LOW(0) = by < 32 ? value >> by : 0;
                NZ(LOW(0));
                break;
            }
            case 0x104: { // ASRS
                uint32_t by = LOW(3) & 0xff;
                int32_t value = (int32_t)LOW(0);
                if (by) {
                    c = value >> (by <= 32 ? by - 1 : 31) & 1;
                }
                LOW(0) = (uint32_t)(value >> (by < 32 ? by : 31));
                NZ(LOW(0));
                break;
            }
            case 0x105: // ADCS
                ADD(LOW(0), LOW(0), LOW(3), c);
                break;
            case 0x106: // SBCS
                ADD(LOW(0), LOW(0), ~LOW(3), c);
                break;
            case 0x107: { // RORS
                uint32_t by = LOW(3) & 0xff, value = LOW(0);
                if (by) {
                    value = value >> (by & 31) | value << (-by & 31);
                    c = value >> 31;
                }
                LOW(0) = value;
                NZ(value);
                break;
            }
            case 0x108: // TST
                NZ(LOW(0) & LOW(3));
                break;
            case 0x109: // RSBS, of 0
                ADD(LOW(0), 0, ~LOW(3), 1);
                break;
            case 0x10a: { // CMP, low registers
                uint32_t none;
                ADD(none, LOW(0), ~LOW(3), 1);
                (void)none;
                break;
            }
            case 0x10b: { // CMN
                uint32_t none;
                ADD(none, LOW(0), LOW(3), 0);
                (void)none;
                break;
            }
            case 0x10c: // ORRS
                LOW(0) |= LOW(3);
                NZ(LOW(0));
                break;
            case 0x10d: // MULS
                LOW(0) *= LOW(3);
                NZ(LOW(0));
                break;
            case 0x10e: // BICS
                LOW(0) &= ~LOW(3);
                NZ(LOW(0));
                break;
            case 0x10f: // MVNS
                LOW(0) = ~LOW(3);
                NZ(LOW(0));
                break;
            case 0x110 ... 0x113: // ADD, any registers
            case 0x118 ... 0x11b: { // MOV, any registers
                unsigned from = op >> 3 & 15, to = (op >> 4 & 8) | (op & 7);
                uint32_t value = from == PC ? ahead : r[from];
                if (op >> 8 == 0x44) {
                    value += to == PC ? ahead : r[to];
                }
                if (to == PC) {
                    next = value & ~1u;
                    took = 2;
                } else {
                    r[to] = to == SP ? value & ~3u : value;
                }
                break;
            }
            case 0x114 ... 0x117: { // CMP, any registers
                uint32_t none;
                ADD(none, r[(op >> 4 & 8) | (op & 7)], ~r[op >> 3 & 15], 1);
                (void)none;
                break;
            }
            case 0x11c ... 0x11f: { // BX, BLX
                uint32_t to = r[op >> 3 & 15];
                if (op & 7 || (!(op & 0x80) && to >> 28 == 0xf)) {
                    goto emulators; // the return from an exception
                }
                if (op & 0x80) {
                    r[LR] = next | 1;
                }
                next = to & ~1u;
                took = 2;
                break;
            }
            case 0x120 ... 0x13f: { // LDR, of a constant
                const uint8_t *from = readable(core, (ahead & ~3u) + (op & 0xff) * 4, 4);
                if (!from) {
                    goto emulators;
                }
                LOW(8) = get32(from);
                took = 2;
                break;
            }
            case 0x140 ... 0x147: // STR
                STORE32(LOW(3) + LOW(6));
                break;
            case 0x148 ... 0x14f: // STRH
                STORE(LOW(3) + LOW(6), 2);
                break;
            case 0x150 ... 0x157: // STRB
                STORE(LOW(3) + LOW(6), 1);
                break;
            case 0x158 ... 0x15f: // LDRSB
                LOAD(LOW(3) + LOW(6), 1, (uint32_t)(int8_t)*from);
                break;
            case 0x160 ... 0x167: // LDR
                LOAD32(LOW(3) + LOW(6));
                break;
            case 0x168 ... 0x16f: // LDRH
                LOAD(LOW(3) + LOW(6), 2, get16(from));
                break;
            case 0x170 ... 0x177: // LDRB
                LOAD(LOW(3) + LOW(6), 1, *from);
                break;
            case 0x178 ... 0x17f: // LDRSH
                LOAD(LOW(3) + LOW(6), 2, (uint32_t)(int16_t)get16(from));
                break;
            case 0x180 ... 0x19f: // STR, offset
                STORE32(LOW(3) + (op >> 6 & 31) * 4);
                break;
            case 0x1a0 ... 0x1bf: // LDR, offset
                LOAD32(LOW(3) + (op >> 6 & 31) * 4);
                break;
            case 0x1c0 ... 0x1df: // STRB, offset
                STORE(LOW(3) + (op >> 6 & 31), 1);
                break;
            case 0x1e0 ... 0x1ff: // LDRB, offset
                LOAD(LOW(3) + (op >> 6 & 31), 1, *from);
                break;
            case 0x200 ... 0x21f: // STRH, offset
                STORE(LOW(3) + (op >> 6 & 31) * 2, 2);
                break;
            case 0x220 ... 0x23f: // LDRH, offset
                LOAD(LOW(3) + (op >> 6 & 31) * 2, 2, get16(from));
                break;
            case 0x240 ... 0x25f: { // STR, on the stack
                uint8_t *to = writable(core, r[SP] + (op & 0xff) * 4, 4);
                if (!to) {
                    goto emulators;
                }
                memcpy(to, &LOW(8), 4);
                took = 2;
                break;
            }
            case 0x260 ... 0x27f: { // LDR, of the stack
                const uint8_t *from = readable(core, r[SP] + (op & 0xff) * 4, 4);
                if (!from) {
                    goto emulators;
                }
                LOW(8) = get32(from);
                took = 2;
                break;
            }
            case 0x280 ... 0x29f: // ADR
                LOW(8) = (ahead & ~3u) + (op & 0xff) * 4;
                break;
            case 0x2a0 ... 0x2bf: // ADD, to the stack pointer, into another register
                LOW(8) = r[SP] + (op & 0xff) * 4;
                break;
            case 0x2c0 ... 0x2c1: // ADD, to the stack pointer
                r[SP] = (r[SP] + (op & 0x7f) * 4) & ~3u;
                break;
            case 0x2c2 ... 0x2c3: // SUB, from the stack pointer
                r[SP] = (r[SP] - (op & 0x7f) * 4) & ~3u;
                break;
            case 0x2c8: // SXTH
                LOW(0) = (uint32_t)(int16_t)LOW(3);
                break;
            case 0x2c9: // SXTB
                LOW(0) = (uint32_t)(int8_t)LOW(3);
                break;
            case 0x2ca: // UXTH
                LOW(0) = (uint16_t)LOW(3);
                break;
            case 0x2cb: // UXTB
                LOW(0) = (uint8_t)LOW(3);
                break;
            case 0x2d0 ... 0x2d7: { // PUSH; the emulator does not count the link register
                unsigned size = (unsigned)__builtin_popcount(op & 0x1ff) * 4;
                uint8_t *to = size ? writable(core, r[SP] - size, size) : NULL;
                if (!to) {
                    goto emulators;
                }
                r[SP] -= size;
                for (unsigned i = 0; i < 8; i++) {
                    if (op >> i & 1) {
                        memcpy(to, &r[i], 4);
                        to += 4;
                        took++;
                    }
                }
                if (op & 0x100) {
                    memcpy(to, &r[LR], 4);
                }
                break;
            }
            case 0x2f0 ... 0x2f7: { // POP
                unsigned size = (unsigned)__builtin_popcount(op & 0x1ff) * 4;
                const uint8_t *from = size ? readable(core, r[SP], size) : NULL;
                if (!from || (op & 0x100 && get32(from + size - 4) >> 28 == 0xf)) {
                    goto emulators;
                }
                r[SP] += size;
                for (unsigned i = 0; i < 8; i++) {
                    if (op >> i & 1) {
                        r[i] = get32(from);
                        from += 4;
                        took++;
                    }
                }
                if (op & 0x100) {
                    next = get32(from) & ~1u;
                    took += 2;
                }
                break;
            }
            case 0x2d9: // CPSIE, CPSID
                if (op == 0xb672) {
                    core->masked = 1;
                } else if (op == 0xb662 && !core->pending) {
                    core->masked = 0;
                } else {
                    goto emulators;
                }
                break;
            case 0x2e8: // REV
                LOW(0) = __builtin_bswap32(LOW(3));
                break;
            case 0x2e9: { // REV16
                uint32_t value = LOW(3);
                LOW(0) = (value >> 8 & 0x00ff00ff) | (value << 8 & 0xff00ff00);
                break;
            }
            case 0x2eb: // REVSH
                LOW(0) = (uint32_t)(int16_t)__builtin_bswap16((uint16_t)LOW(3));
                break;
            case 0x300 ... 0x31f: { // STM
                unsigned size = (unsigned)__builtin_popcount(op & 0xff) * 4;
                uint8_t *to = size ? writable(core, LOW(8), size) : NULL;
                if (!to || op >> (op >> 8 & 7) & 1) {
                    goto emulators;
                }
                for (unsigned i = 0; i < 8; i++) {
                    if (op >> i & 1) {
                        memcpy(to, &r[i], 4);
                        to += 4;
                        took++;
                    }
                }
                LOW(8) += size;
                break;
            }
            case 0x320 ... 0x33f: { // LDM
                unsigned size = (unsigned)__builtin_popcount(op & 0xff) * 4;
                const uint8_t *from = size ? readable(core, LOW(8), size) : NULL;
                if (!from) {
                    goto emulators;
                }
                if (!(op >> (op >> 8 & 7) & 1)) {
                    LOW(8) += size;
                }
                for (unsigned i = 0; i < 8; i++) {
                    if (op >> i & 1) {
                        r[i] = get32(from);
                        from += 4;
                        took++;
                    }
                }
                break;
            }
            case 0x340 ... 0x377: // B, on a condition
                if (holds(op >> 8 & 15, n, z, c, v)) {
                    next = ahead + (uint32_t)(int8_t)op * 2;
                    took = 2;
                }
                break;
            case 0x380 ... 0x39f: // B
                next = ahead + ((op & 0x3ff) - (op & 0x400)) * 2;
                took = 2;
                break;
            case 0x3c0 ... 0x3df: { // BL, barriers, MRS and MSR of the mask
                const uint8_t *second = readable(core, next, 2);
                if (!second) {
                    goto emulators;
                }
                uint32_t op2 = get16(second);
                took = 3;
                next = ahead;
                if ((op2 & 0xd000) == 0xd000) {
                    uint32_t s = op >> 10 & 1, i1 = !(s ^ (op2 >> 13 & 1)), i2 = !(s ^ (op2 >> 11 & 1));
                    r[LR] = ahead | 1;
                    next += -(s << 24) + (i1 << 23) + (i2 << 22) + ((op & 0x3ff) << 12) + ((op2 & 0x7ff) << 1);
                } else if (op == 0xf3bf && op2 >> 4 >= 0x8f4 && op2 >> 4 <= 0x8f6) {
                    // DSB, DMB, ISB: each instruction is over before the next begins
                } else if (op == 0xf3ef && op2 >> 12 == 8 && (op2 & 0xff) == PRIMASK) {
                    r[op2 >> 8 & 15] = core->masked;
                } else if (op >> 4 == 0xf38 && op2 == (0x8800 | PRIMASK) && !core->pending) {
                    core->masked = r[op & 15] & 1;
                } else {
                    goto emulators;
                }
                break;
            }
            default:
                if (op == 0xbf40) { // SEV
                    core->event = true;
                } else if (op != 0xbf00) { // NOP
                    goto emulators;
                }
        }
        r[PC] = next;
        cycles += took;
    }
emulators:
    memcpy(core->registers, r, sizeof(r));
    core->n = n;
    core->z = z;
    core->c = c;
    core->v = v;
    return cycles;
}
