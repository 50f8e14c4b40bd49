/*
 * The tables of one build, from the registry: included by a source that CMake writes per build
 * (cmake/tables.c.in), which defines VACT_BUILD (avx2) and VACT_BUILD_ISA (VACT_ISA_AVX2). A table takes each kernel
 * from the set `plain` or from that of its variant; kernels/kernel.c made them.
 */
#include "table.h"

#define JOIN_(a, b, c, d) a##b##_##c##_##d
#define JOIN(a, b, c, d) JOIN_(a, b, c, d)
#define KERNEL(name, set) JOIN(vact_, name##_f32, VACT_BUILD, set)
#define TABLES_OF_(build) vact_tables_##build
#define TABLES_OF(build) TABLES_OF_(build)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

/* The declarations: those of the sets that the registry's line makes, unary_f32_fn, channels_f32_fn, rows_f32_fn. */
#define DECLARE_BACKWARD_ROWS(name, keeps, set)
#define DECLARE_BACKWARD_CHANNELS(name, keeps, set)
#define DECLARE_BACKWARD_UNARY(name, keeps, set)                                                                       \
    vact_backward_f32_fn KERNEL(name##_backward, set);                                                                 \
    vact_backward_f32_fn KERNEL(name##_backward_from_output, set);
#define DECLARE_BACKWARD_GATE(name, keeps, set)                                                                        \
    vact_gate_backward_f32_fn KERNEL(name##_backward, set);                                                            \
    vact_interleaved_backward_f32_fn KERNEL(name##_backward_interleaved, set);
/* The second form that a kind has in every variant. */
#define DECLARE_SECOND_UNARY(name, set) vact_epilogue_f32_fn KERNEL(name##_epilogue, set);
#define DECLARE_SECOND_GATE(name, set) vact_interleaved_f32_fn KERNEL(name##_interleaved, set);
#define DECLARE_SECOND_CHANNELS(name, set)
#define DECLARE_SECOND_ROWS(name, set)
#define TYPE_UNARY vact_unary_f32_fn
#define TYPE_GATE vact_gate_f32_fn
#define TYPE_CHANNELS vact_channels_f32_fn
#define TYPE_ROWS vact_rows_f32_fn
#define SLEEF_OF_PLAIN plain
#if VACT_WITH_SLEEF
#define SLEEF_OF_MATH sleef
#else
#define SLEEF_OF_MATH fast /* declared twice, and in no table under the name of sleef */
#endif
#define FAST_OF_PLAIN plain
#define FAST_OF_MATH fast
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    TYPE_##kind KERNEL(name, SLEEF_OF_##needs);                                                                        \
    TYPE_##kind KERNEL(name, FAST_OF_##needs);                                                                         \
    DECLARE_SECOND_##kind(name, SLEEF_OF_##needs) DECLARE_SECOND_##kind(name, FAST_OF_##needs)                         \
        DECLARE_BACKWARD_##kind(name, keeps, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP

#define MEMBER_UNARY unary
#define MEMBER_CHANNELS channels
#define MEMBER_ROWS rows
#define MEMBER_GATE gate
#define SECOND_UNARY(name, NAME, set) .epilogue[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_epilogue, set),
#define SECOND_GATE(name, NAME, set) .interleaved[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_interleaved, set),
#define SECOND_CHANNELS(name, NAME, set)
#define SECOND_ROWS(name, NAME, set)
#define SET_OF_AUTO_PLAIN plain
#define SET_OF_AUTO_SLEEF SLEEF_OF_MATH
#define SET_OF_AUTO_FAST fast

/* The derivatives: one implementation for every variant. */
#define BACKWARD_ROWS(name, NAME, keeps, set)
#define BACKWARD_CHANNELS(name, NAME, keeps, set)
#define BACKWARD_UNARY(name, NAME, keeps, set)                                                                         \
    .backward[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_backward, set), FROM_##keeps(name, NAME, set)
#define BACKWARD_GATE(name, NAME, keeps, set)                                                                          \
    .gate_backward[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_backward, set),                                       \
    .interleaved_backward[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_backward_interleaved, set),
#define FROM_INPUT(name, NAME, set)
#define FROM_OUTPUT(name, NAME, set)                                                                                   \
    .from_output[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name##_backward_from_output, set),

/* Losses and health: one implementation for every variant. */
vact_cross_entropy_f32_fn KERNEL(cross_entropy, fast);
vact_bce_f32_fn KERNEL(bce_with_logits, fast);
vact_zeros_f32_fn KERNEL(zeros, plain);
vact_outside_f32_fn KERNEL(outside, plain);
vact_dead_units_f32_fn KERNEL(dead_units, plain);
#define LOSSES_AND_HEALTH                                                                                              \
    .cross_entropy = KERNEL(cross_entropy, fast), .bce_with_logits = KERNEL(bce_with_logits, fast),                    \
    .zeros = KERNEL(zeros, plain), .outside = KERNEL(outside, plain), .dead_units = KERNEL(dead_units, plain)

/* The softmax family: one implementation for every variant. */
vact_masked_f32_fn KERNEL(softmax_masked, fast), KERNEL(log_softmax_masked, fast);
vact_logsumexp_f32_fn KERNEL(logsumexp, fast);
vact_axis_f32_fn KERNEL(softmax_axis, fast), KERNEL(log_softmax_axis, fast);
vact_online_f32_fn KERNEL(softmax_online, fast);
vact_rows_backward_f32_fn KERNEL(softmax_backward, fast), KERNEL(log_softmax_backward, fast);
vact_logsumexp_backward_f32_fn KERNEL(logsumexp_backward, fast);
vact_prelu_backward_f32_fn KERNEL(prelu_backward, fast);
#define SOFTMAX_FAMILY                                                                                                 \
    {                                                                                                                  \
        .softmax = KERNEL(softmax_masked, fast),                                                                       \
        .log_softmax = KERNEL(log_softmax_masked, fast),                                                               \
        .logsumexp = KERNEL(logsumexp, fast),                                                                          \
        .softmax_axis = KERNEL(softmax_axis, fast),                                                                    \
        .log_softmax_axis = KERNEL(log_softmax_axis, fast),                                                            \
        .online = KERNEL(softmax_online, fast),                                                                        \
        .softmax_backward = KERNEL(softmax_backward, fast),                                                            \
        .log_softmax_backward = KERNEL(log_softmax_backward, fast),                                                    \
        .logsumexp_backward = KERNEL(logsumexp_backward, fast),                                                        \
        .prelu_backward = KERNEL(prelu_backward, fast),                                                                \
    }

extern const vact_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS];

/* Indexed by vact_math; a variant that does not exist has a null name. */
const vact_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS] = {
    [VACT_MATH_AUTO] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_AUTO,
            LOSSES_AND_HEALTH,
            .family = SOFTMAX_FAMILY,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, SET_OF_AUTO_##auto_math),                              \
    SECOND_##kind(name, NAME, SET_OF_AUTO_##auto_math) BACKWARD_##kind(name, NAME, keeps, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP
        },
#if VACT_WITH_SLEEF
    [VACT_MATH_SLEEF] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_SLEEF,
            LOSSES_AND_HEALTH,
            .family = SOFTMAX_FAMILY,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, SLEEF_OF_##needs),                                     \
    SECOND_##kind(name, NAME, SLEEF_OF_##needs) BACKWARD_##kind(name, NAME, keeps, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP
        },
#endif
    [VACT_MATH_FAST] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_FAST,
            LOSSES_AND_HEALTH,
            .family = SOFTMAX_FAMILY,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, FAST_OF_##needs),                                      \
    SECOND_##kind(name, NAME, FAST_OF_##needs) BACKWARD_##kind(name, NAME, keeps, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP
        },
};
