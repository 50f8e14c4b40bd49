/* The real numbers in the definitions of operations.
 * Made by docs/approximations/exact.py. */
#ifndef VACT_EXACT_CONSTANTS_H
#define VACT_EXACT_CONSTANTS_H

#include "dd.h"

static const dd ln_2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const dd sqrt_2 = {0x1.6a09e667f3bcdp+0, -0x1.bdd3413b26456p-54};
static const dd quick_factor = {0x1.b3b645a1cac08p+0, 0x1.89374bc6a7efap-55};
static const dd selu_gamma = {0x1.0cfabd6a91132p+0, 0x1.6fc7d272f2695p-55}; /* 1.0507009873554804934193349852946 */
static const dd selu_gamma_alpha = {0x1.c212cc640f031p+0,
                                    0x1.05161b045a1fep-56}; /* times 1.6732632423543772848170429916717 */
static const dd gelu_tanh_linear = {0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54}; /* 2*sqrt(2/pi) */
static const dd gelu_tanh_cubic = {0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c70p-61};  /* times 0.044715 */

#endif
