/* Constants that several files use. A number that is no float is a sum: name_HI + name_LO, or name + name_LO. */
#ifndef VACT_MATH_COMMON_CONSTANTS_H
#define VACT_MATH_COMMON_CONSTANTS_H

/* ln 2. HI has so few bits that its product with a whole number below 2^9 is exact. */
#define MATH_LN2 0x1.62e43p-1f
#define MATH_LN2_HI 0x1.62e4p-1f
#define MATH_LN2_LO 0x1.7f7d1cp-20f

/* 1/ln 2 */
#define MATH_LOG2E 0x1.715476p+0f
#define MATH_LOG2E_LO 0x1.4ae0cp-26f

/* 1/sqrt(2*pi), the density of the standard normal at 0. */
#define MATH_INV_SQRT_2PI 0x1.988454p-2f
#define MATH_INV_SQRT_2PI_LO (-0x1.857936p-27f)

#endif
