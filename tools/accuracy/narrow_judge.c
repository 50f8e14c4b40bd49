/* The results of one operation on 16-bit elements, beside the oracle's. */
#include <math.h>

#include "hash.h"
#include "narrow.h"
#include "reference/narrow.h"
#include "reference/reference.h"

void accuracy_narrow_exact(double exact[ACCURACY_NARROW_INPUTS], const vacti_op_info *info, vact_type type)
{
    const vact_params_f32 params = vacti_registry_defaults(info);
    vacti_reference_fn *const oracle = vacti_reference_f32(info->op);
    for (uint32_t i = 0; i < ACCURACY_NARROW_INPUTS; i++)
        exact[i] = oracle((double)vacti_narrow_widen((uint16_t)i, type), &params);
}

static void judge_input(accuracy_narrow_tally *tally, vact_type type, uint32_t input, double exact, uint16_t result)
{
    const double error = vacti_narrow_error(result, exact, type);
    accuracy_take_max(&tally->max_error, &tally->max_input, error, input);
    const bool right = isnan(exact) ? !accuracy_beyond(error, 0.5) : result == vacti_narrow_nearest(exact, type);
    if (right)
        return;
    tally->failures += isinf(error) ? 1 : 0;
    if (tally->misrounded++ == 0)
        tally->first_misrounded = input;
}

void accuracy_narrow_judge(accuracy_narrow_tally *tally, vact_type type, const double exact[ACCURACY_NARROW_INPUTS],
                           const uint16_t results[ACCURACY_NARROW_INPUTS])
{
    enum { PART = 4096 };
    float values[PART];
    *tally = (accuracy_narrow_tally){.misrounded = 0};
    for (uint32_t first = 0; first < ACCURACY_NARROW_INPUTS; first += PART) {
        for (uint32_t i = first; i < first + PART; i++) {
            values[i - first] = vacti_narrow_widen(results[i], type);
            judge_input(tally, type, i, exact[i], results[i]);
        }
        tally->bits = accuracy_hash_join(tally->bits, accuracy_hash(values, PART));
    }
}
