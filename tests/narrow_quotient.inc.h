/*
 * The scalar kernels of one 16-bit type with a quotient that is off by a factor 1 + t. u16_avx512.h has one that is, by
 * a t that differs between CPUs; results in between those of two t are those of both, if they are the same, as rounding
 * is monotone. Included with the type's three headers defined.
 */
#include <math.h>

#include "narrow_quotient.h"

#define VACT_BUILD quotient
#define VACT_SET fast
#define VACT_SET_FAST

#include "vec/f32_scalar.h"

static double off;

#define vh_quotient vh_quotient
VACT_INLINE vf vh_quotient(vf a, vf b) { return (vf)((double)a / (double)b * (1.0 + off)); }

#include "vec/u16_scalar.h"

#include NARROW_ELEMENT
#include "abi.h"
#include "loop/names.h"
#include "loop/pick.h"
#include "loop/walk.h"
#include NARROW_ROUNDING
#include NARROW_TERMS

#define OP_DEFAULTS 0.0f
#define OP_COUNT 0

#include "act/fast/silu.h"
#define OP silu
#include "loop/narrow.inc.h"
#undef OP

#include "act/fast/sigmoid.h"
#define OP sigmoid
#include "loop/narrow.inc.h"
#undef OP

#include "act/fast/gelu_tanh.h"
#define OP gelu_tanh
#include "loop/narrow.inc.h"
#undef OP

#include "act/fast/gelu_quick.h"
#define OP gelu_quick
#include "loop/narrow.inc.h"
#undef OP
#undef OP_DEFAULTS
#undef OP_COUNT

#include "act/fast/swish.h"
#define OP swish
#define OP_DEFAULTS 1.0f
#define OP_COUNT 1
#include "loop/narrow.inc.h"

#define OF(type) JOIN(narrow_quotient, type)

int OF(VACT_TYPE)(vact_op op, double t, uint16_t *dst, const uint16_t *src, size_t n)
{
    elem *const results = (elem *)(void *)dst;
    const elem *const inputs = (const elem *)(const void *)src;
    off = t;
    switch (op) {
    case VACT_OP_SILU: KERNEL(silu)(results, inputs, n, NULL); return 1;
    case VACT_OP_SIGMOID: KERNEL(sigmoid)(results, inputs, n, NULL); return 1;
    case VACT_OP_GELU_TANH: KERNEL(gelu_tanh)(results, inputs, n, NULL); return 1;
    case VACT_OP_GELU_QUICK: KERNEL(gelu_quick)(results, inputs, n, NULL); return 1;
    case VACT_OP_SWISH: KERNEL(swish)(results, inputs, n, NULL); return 1;
    default: return 0;
    }
}
