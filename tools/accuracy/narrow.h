/* `vact accuracy --type`: operations on 16-bit elements, of which every input is tried. */
#ifndef VACT_TOOLS_ACCURACY_NARROW_H
#define VACT_TOOLS_ACCURACY_NARROW_H

#include "options.h"

enum { ACCURACY_NARROW_INPUTS = 1 << 16 };

/* What a build returned for all inputs. */
typedef struct accuracy_narrow_tally {
    uint32_t misrounded; /* not the exact value, rounded once */
    uint32_t first_misrounded;
    uint32_t failures;  /* of the misrounded: NaN, an infinity or a zero's sign where they are wrong */
    uint32_t differing; /* other bits than the reference build's */
    uint32_t first_differing;
    uint64_t bits;    /* equal for equal results; all NaNs are one */
    double max_error; /* in ULP of the type */
    uint32_t max_input;
} accuracy_narrow_tally;

/* The oracle's values of an operation at its default parameters. */
void accuracy_narrow_exact(double exact[ACCURACY_NARROW_INPUTS], const vacti_op_info *info, vact_type type);

/* Judges the results for all inputs, in order. It leaves `differing` and `first_differing` 0. */
void accuracy_narrow_judge(accuracy_narrow_tally *tally, vact_type type, const double exact[ACCURACY_NARROW_INPUTS],
                           const uint16_t results[ACCURACY_NARROW_INPUTS]);

/* Tries and shows what was asked for. False where a result is wrong, or, with a message, on failure. */
bool accuracy_narrow(const accuracy_options *options);

#endif
