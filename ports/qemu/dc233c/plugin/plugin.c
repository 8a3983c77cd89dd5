// dc233c for GNU's assembler and linker, which Debian builds for the lx106: they load this for what the environment variable
// XTENSA_GNU_CONFIG names, and so know the instructions with register windows. GCC has no plug-in: it knows the ABI, and
// of the rest uses what an lx106 has too.
#include "core-dc233c/core-isa.h"

// The instructions: `xtensa_modules`.
#include "core-dc233c/xtensa-modules.c.inc"

#define CALL0 (1)
#define WINDOWED (0)

// In the order of binutils' include/xtensa-dynconfig.h, struct xtensa_config_v1 and _v2.
const int xtensa_config_v1[] = {
    XCHAL_HAVE_BE,
    XCHAL_HAVE_DENSITY,
    XCHAL_HAVE_CONST16,
    XCHAL_HAVE_ABS,
    XCHAL_HAVE_ADDX,
    XCHAL_HAVE_L32R,
    0, // no absolute literals
    1, // literals in the text section
    XCHAL_HAVE_MAC16,
    XCHAL_HAVE_MUL16,
    XCHAL_HAVE_MUL32,
    XCHAL_HAVE_MUL32_HIGH,
    XCHAL_HAVE_DIV32,
    XCHAL_HAVE_NSA,
    XCHAL_HAVE_MINMAX,
    XCHAL_HAVE_SEXT,
    XCHAL_HAVE_LOOPS,
    XCHAL_HAVE_THREADPTR,
    XCHAL_HAVE_RELEASE_SYNC,
    XCHAL_HAVE_S32C1I,
    XCHAL_HAVE_BOOLEANS,
    XCHAL_HAVE_FP,
    0, // divide
    0, // reciprocal
    0, // square root
    0, // reciprocal of it
    0, // postincrement
    XCHAL_HAVE_DFP,
    0, // divide
    0, // reciprocal
    0, // square root
    0, // reciprocal of it
    XCHAL_HAVE_WINDOWED,
    XCHAL_NUM_AREGS,
    XCHAL_HAVE_WIDE_BRANCHES,
    XCHAL_HAVE_PREDICTED_BRANCHES,
    XCHAL_ICACHE_SIZE,
    XCHAL_DCACHE_SIZE,
    XCHAL_ICACHE_LINESIZE,
    XCHAL_DCACHE_LINESIZE,
    XCHAL_ICACHE_LINEWIDTH,
    XCHAL_DCACHE_LINEWIDTH,
    XCHAL_DCACHE_IS_WRITEBACK,
    XCHAL_HAVE_PTP_MMU,
    1, // the least page, of its logarithm
    XCHAL_HAVE_DEBUG,
    XCHAL_NUM_IBREAK,
    XCHAL_NUM_DBREAK,
    XCHAL_DEBUGLEVEL,
    XCHAL_MAX_INSTRUCTION_SIZE,
    XCHAL_INST_FETCH_WIDTH,
    WINDOWED,
    WINDOWED,
    CALL0,
};

const int xtensa_config_v2[] = {
    0, // the pipeline's stage
    XCHAL_HW_MAX_VERSION,
    XCHAL_HW_MIN_VERSION,
};
