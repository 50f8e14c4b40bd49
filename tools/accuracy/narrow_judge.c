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

/*
 * An operation without transcendental functions may have ties, of which the oracle's value is the exact one. The value
 * of a transcendental function is never a tie. Next to one the oracle stays on its side, but for terms that vanish
 * beside the others in double: tanh_shrink(x) is x - 1 and a little more.
 */
static bool is_undecided(const vacti_op_info *info, float x, double exact, vact_type type)
{
    return info->needs_math && isfinite(x) && x != 0.0f && isfinite(exact) &&
           vacti_narrow_is_near_tie(exact, 0.0, type);
}

static void judge_input(accuracy_narrow_tally *tally, const vacti_op_info *info, vact_type type, uint32_t input,
                        double exact, uint16_t result)
{
    const double error = vacti_narrow_error(result, exact, type);
    const bool undecided = is_undecided(info, vacti_narrow_widen((uint16_t)input, type), exact, type);
    accuracy_take_max(&tally->max_error, &tally->max_input, error, input);
    tally->undecided += undecided ? 1 : 0;
    const bool right =
        isnan(exact) || undecided ? !accuracy_beyond(error, 0.5) : result == vacti_narrow_nearest(exact, type);
    if (right)
        return;
    tally->failures += isinf(error) ? 1 : 0;
    if (tally->misrounded++ == 0)
        tally->first_misrounded = input;
}

void accuracy_narrow_judge(accuracy_narrow_tally *tally, const vacti_op_info *info, vact_type type,
                           const double exact[ACCURACY_NARROW_INPUTS], const uint16_t results[ACCURACY_NARROW_INPUTS])
{
    enum { PART = 4096 };
    float values[PART];
    *tally = (accuracy_narrow_tally){.misrounded = 0};
    for (uint32_t first = 0; first < ACCURACY_NARROW_INPUTS; first += PART) {
        for (uint32_t i = first; i < first + PART; i++) {
            values[i - first] = vacti_narrow_widen(results[i], type);
            judge_input(tally, info, type, i, exact[i], results[i]);
        }
        tally->bits = accuracy_hash_join(tally->bits, accuracy_hash(values, PART));
    }
}
