/* What the tests of calls on 16-bit elements by blocks share: builds, inputs, comparison. */
#ifndef VACT_TESTS_NARROW_SUPPORT_H
#define VACT_TESTS_NARROW_SUPPORT_H

#include "narrow_exact.h"
#include "support.h"

/* Makes the public calls use the build's table of the variant `fast`; skips the test where this CPU lacks it. */
const vacti_table *narrow_begin(int build);

/* Elements: any bits, or such as activations see. About one of 40 is a zero, an infinity, a NaN or a subnormal. */
void narrow_fill(uint16_t *to, size_t n, vact_type type, test_random *random);

/* Numbers alone, normal of the deviation. */
void narrow_fill_normal(uint16_t *to, size_t n, double deviation, vact_type type, test_random *random);

/* The same bits, or two NaN. */
bool narrow_same(uint16_t a, uint16_t b, vact_type type);

/* The float rounded once; a NaN for a NaN. */
uint16_t narrow_rounded(float value, vact_type type);

/* The error with a control: `computed` rounded to 5 bits more than the type has, then once more. */
double narrow_error_of_two_roundings(double exact, vact_type type);

const char *narrow_name(vact_type type);

#endif
