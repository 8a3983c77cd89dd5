// What this core has, for MicroPython since 1.28. Its maker's own header is not in Debian's packages.
#define XCHAL_HAVE_WINDOWED 1
