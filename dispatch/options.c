/* The options of the public calls: read and initialised, whatever their size. */
#include "options.h"

#include <string.h>

/* The size of a structure whose last member is that one, without padding. */
#define ENDING_WITH(type, member) (offsetof(type, member) + sizeof(((type *)NULL)->member))

#define KIND(name, TYPE, type, last)                                                                                   \
    static const type name##_defaults = TYPE;                                                                          \
    _Static_assert(ENDING_WITH(type, last) % _Alignof(type) == 0, "the first version ended in padding");               \
    _Static_assert(sizeof(type) <= VACT_OPTIONS_LIMIT, "too large");                                                   \
    const vacti_options_kind vacti_##name##_options_kind = {&name##_defaults, sizeof(type), ENDING_WITH(type, last)};

/* Each with the last member of its first version, that of release 0.2. */
KIND(cross_entropy, VACT_CROSS_ENTROPY_OPTIONS_F32, vact_cross_entropy_options_f32, dx_stride)
KIND(bce_with_logits, VACT_BCE_WITH_LOGITS_OPTIONS_F32, vact_bce_with_logits_options_f32, weight_count)
KIND(epilogue, VACT_EPILOGUE_OPTIONS_F32, vact_epilogue_options_f32, residual_stride)
KIND(softmax, VACT_SOFTMAX_OPTIONS_F32, vact_softmax_options_f32, causal_offset)
KIND(gate, VACT_GATE_OPTIONS, vact_gate_options, reserved)
KIND(cross_entropy_f64, VACT_CROSS_ENTROPY_OPTIONS_F64, vact_cross_entropy_options_f64, z_loss)
KIND(bce_with_logits_f64, VACT_BCE_WITH_LOGITS_OPTIONS_F64, vact_bce_with_logits_options_f64, weight_count)

_Static_assert(sizeof(vact_mask_layout) == 5 * sizeof(size_t), "vact_mask_layout stands in options: it never grows");

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

vact_status vacti_options_read(const vacti_options_kind *kind, void *known, const void *given)
{
    size_t size;
    if (given == NULL) {
        memcpy(known, kind->defaults, kind->size);
        return VACT_OK;
    }
    memcpy(&size, given, sizeof size);
    if (size < kind->first || size > VACT_OPTIONS_LIMIT)
        return VACT_EINVAL;
    for (size_t i = kind->size; i < size; i++)
        if (((const unsigned char *)given)[i] != 0)
            return VACT_EUNSUPPORTED;
    memset(known, 0, kind->size);
    memcpy(known, given, smaller(size, kind->size));
    return VACT_OK;
}

/* The size is set to the caller's; the caller may have members that this library does not know. */
static vact_status init(const vacti_options_kind *kind, void *options, size_t size)
{
    if (options == NULL || size < kind->first || size > VACT_OPTIONS_LIMIT)
        return VACT_EINVAL;
    memset(options, 0, size);
    memcpy(options, kind->defaults, smaller(size, kind->size));
    memcpy(options, &size, sizeof size);
    return VACT_OK;
}

vact_status vact_cross_entropy_options_init_f32(void *options, size_t size)
{
    return init(&vacti_cross_entropy_options_kind, options, size);
}

vact_status vact_bce_with_logits_options_init_f32(void *options, size_t size)
{
    return init(&vacti_bce_with_logits_options_kind, options, size);
}

vact_status vact_cross_entropy_options_init_f64(void *options, size_t size)
{
    return init(&vacti_cross_entropy_f64_options_kind, options, size);
}

vact_status vact_bce_with_logits_options_init_f64(void *options, size_t size)
{
    return init(&vacti_bce_with_logits_f64_options_kind, options, size);
}

vact_status vact_epilogue_options_init_f32(void *options, size_t size)
{
    return init(&vacti_epilogue_options_kind, options, size);
}

vact_status vact_softmax_options_init_f32(void *options, size_t size)
{
    return init(&vacti_softmax_options_kind, options, size);
}

vact_status vact_gate_options_init(void *options, size_t size) { return init(&vacti_gate_options_kind, options, size); }
