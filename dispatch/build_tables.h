/*
 * The tables of one build, from the registry. Included by a source that CMake writes for each build
 * (cmake/tables.c.in), which defines VACT_BUILD (avx2) and VACT_BUILD_ISA (VACT_ISA_AVX2). Each kernel is that of the
 * set `plain` or of the variant's set; the templates kernels/loop/<kind>.inc.h define them.
 */
#include "table.h"

#define JOIN_(a, b, c, d) a##b##_##c##_##d
#define JOIN(a, b, c, d) JOIN_(a, b, c, d)
#define KERNEL(name, set) JOIN(vacti_, name##_f32, VACT_BUILD, set)
#define TABLES_OF_(build) vacti_tables_##build
#define TABLES_OF(build) TABLES_OF_(build)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

/* The declarations of the kernels that a line of the registry stands for. */
#define DECLARE_BACKWARD_ROWS(name, keeps, set)
#define DECLARE_BACKWARD_CHANNELS(name, keeps, set)
#define DECLARE_BACKWARD_UNARY(name, keeps, set)                                                                       \
    vact_backward_f32_fn KERNEL(name##_backward, set);                                                                 \
    vact_backward_f32_fn KERNEL(name##_backward_from_output, set);
#define DECLARE_BACKWARD_GATE(name, keeps, set)                                                                        \
    vact_gate_backward_f32_fn KERNEL(name##_backward, set);                                                            \
    vact_interleaved_backward_f32_fn KERNEL(name##_backward_interleaved, set);
/* The other kernels of a kind: an epilogue, the forms of gated units for matrices. */
#define DECLARE_SECOND_UNARY(name, set) vact_epilogue_f32_fn KERNEL(name##_epilogue, set);
#define DECLARE_SECOND_GATE(name, set)                                                                                 \
    vact_gate_rows_f32_fn KERNEL(name##_rows, set);                                                                    \
    vact_interleaved_f32_fn KERNEL(name##_interleaved, set);
#define DECLARE_SECOND_CHANNELS(name, set)
#define DECLARE_SECOND_ROWS(name, set)
#define TYPE_UNARY vact_unary_f32_fn
#define TYPE_GATE vact_gate_f32_fn
#define TYPE_CHANNELS vact_channels_f32_fn
#define TYPE_ROWS vact_rows_f32_fn
#define SLEEF_OF_PLAIN plain
#define SLEEF_OF_NEAR plain
#if VACT_WITH_SLEEF
#define SLEEF_OF_MATH sleef
#else
#define SLEEF_OF_MATH fast /* declared twice; there is no table of the variant sleef */
#endif
#define SLEEF_OF_OWN fast
#define FAST_OF_PLAIN plain
#define FAST_OF_NEAR plain
#define FAST_OF_MATH fast
#define FAST_OF_OWN fast
#if VACT_WITH_CR
#define CR_OF_PLAIN plain
#define CR_OF_NEAR cr
#define CR_OF_MATH cr
#define CR_OF_OWN cr
#define WIDE_OF_PLAIN plain
#define WIDE_OF_NEAR wide
#define WIDE_OF_MATH wide
#define DECLARE_CR_UNARY(name, needs) vact_unary_f32_fn KERNEL(name, CR_OF_##needs);
#define DECLARE_CR_GATE(name, needs)                                                                                   \
    vact_gate_f32_fn KERNEL(name, WIDE_OF_##needs);                                                                    \
    DECLARE_SECOND_GATE(name, WIDE_OF_##needs)
#define DECLARE_CR_ROWS(name, needs) vact_rows_f32_fn KERNEL(name, wide);
#else
#define DECLARE_CR_UNARY(name, needs)
#define DECLARE_CR_GATE(name, needs)
#define DECLARE_CR_ROWS(name, needs)
#endif
#define DECLARE_CR_CHANNELS(name, needs)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    TYPE_##kind KERNEL(name, SLEEF_OF_##needs);                                                                        \
    TYPE_##kind KERNEL(name, FAST_OF_##needs);                                                                         \
    DECLARE_CR_##kind(name, needs) DECLARE_SECOND_##kind(name, SLEEF_OF_##needs)                                       \
        DECLARE_SECOND_##kind(name, FAST_OF_##needs) DECLARE_BACKWARD_##kind(name, keeps, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP

/* 16-bit elements: one implementation for every variant, of unary operations and conversions. */
#define TYPED(name, type, set) JOIN(vacti_, name##_##type, VACT_BUILD, set)
#define TYPED_UNARY(name, set)                                                                                         \
    vact_unary_bf16_fn TYPED(name, bf16, set);                                                                         \
    vact_unary_f16_fn TYPED(name, f16, set);
#define TYPED_CHANNELS(name, set)
#define TYPED_ROWS(name, set)
#define TYPED_GATE(name, set)
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    TYPED_##kind(name, FAST_OF_##needs)
#include "registry.def"
#undef VACT_OP
vacti_widen_fn TYPED(widen, bf16, plain), TYPED(widen, f16, plain);
vacti_narrow_fn TYPED(narrow, bf16, plain), TYPED(narrow, f16, plain);
#define TYPED_FAMILY(type)                                                                                             \
    vacti_rows_fn TYPED(softmax_rows, type, rows), TYPED(log_softmax_rows, type, rows);                                \
    vacti_logsumexp_fn TYPED(logsumexp, type, rows);                                                                   \
    vacti_axis_fn TYPED(softmax_axis, type, rows), TYPED(log_softmax_axis, type, rows),                                \
        TYPED(logsumexp_axis, type, rows);                                                                             \
    vacti_rows_backward_fn TYPED(softmax_backward, type, rows), TYPED(log_softmax_backward, type, rows);               \
    vacti_logsumexp_backward_fn TYPED(logsumexp_backward, type, rows);                                                 \
    vacti_axis_backward_fn TYPED(softmax_backward_axis, type, rows), TYPED(log_softmax_backward_axis, type, rows);     \
    vacti_logsumexp_axis_backward_fn TYPED(logsumexp_backward_axis, type, rows);                                       \
    vact_masked_backward_f32_fn TYPED(masked_backward, type, rows);                                                    \
    vacti_cross_entropy_fn TYPED(cross_entropy, type, rows);                                                           \
    vacti_bce_fn TYPED(bce_with_logits, type, rows);
TYPED_FAMILY(bf16)
TYPED_FAMILY(f16)
#if VACT_WITH_BF16
#define OF_BF16(name, set) TYPED(name, bf16, set)
#else
#define OF_BF16(name, set) NULL
#endif
#if VACT_WITH_F16
#define OF_F16(name, set) TYPED(name, f16, set)
#else
#define OF_F16(name, set) NULL
#endif

/* Doubles: no set `plain`, and in the set `sleef` what needs a transcendental function of SLEEF's. */
#define F64_UNARY(name, set)                                                                                           \
    vact_unary_f64_fn TYPED(name, f64, set);                                                                           \
    vact_backward_f64_fn TYPED(name##_backward, f64, set), TYPED(name##_backward_from_output, f64, set);
#define F64_CHANNELS(name, set)
#define F64_ROWS(name, set)
#define F64_GATE(name, set)                                                                                            \
    vact_gate_f64_fn TYPED(name, f64, set);                                                                            \
    vact_gate_backward_f64_fn TYPED(name##_backward, f64, set);
#define F64_SLEEF_OF_PLAIN fast
#define F64_SLEEF_OF_NEAR fast
#define F64_SLEEF_OF_OWN fast
#define F64_SLEEF_OF_MATH SLEEF_OF_MATH
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    F64_##kind(name, fast) F64_##kind(name, F64_SLEEF_OF_##needs)
#include "registry.def"
#undef VACT_OP
#if VACT_WITH_F64
#define OF_F64(name, set) TYPED(name, f64, set)
vacti_rows_f64_fn TYPED(softmax, f64, fast), TYPED(log_softmax, f64, fast);
vacti_logsumexp_f64_fn TYPED(logsumexp, f64, fast);
vacti_rows_backward_f64_fn TYPED(softmax_backward, f64, fast), TYPED(log_softmax_backward, f64, fast);
vacti_logsumexp_backward_f64_fn TYPED(logsumexp_backward, f64, fast);
vacti_cross_entropy_f64_fn TYPED(cross_entropy, f64, fast);
vacti_bce_f64_fn TYPED(bce_with_logits, f64, fast);
#else
#define OF_F64(name, set) NULL
#endif

/* Losses and the softmax family forward: of two sets, for `cr` and for all other variants. */
#define DECLARE_FORWARD(set)                                                                                           \
    vacti_cross_entropy_fn KERNEL(cross_entropy, set);                                                                 \
    vacti_bce_fn KERNEL(bce_with_logits, set);                                                                         \
    vact_masked_f32_fn KERNEL(softmax_masked, set), KERNEL(log_softmax_masked, set);                                   \
    vact_logsumexp_f32_fn KERNEL(logsumexp, set);                                                                      \
    vact_axis_f32_fn KERNEL(softmax_axis, set), KERNEL(log_softmax_axis, set), KERNEL(logsumexp_axis, set);
DECLARE_FORWARD(fast)
#if VACT_WITH_CR
DECLARE_FORWARD(wide)
#endif

/* Health and the rest of the family: one implementation for every variant. */
vact_zeros_f32_fn KERNEL(zeros, plain);
vact_outside_f32_fn KERNEL(outside, plain);
vact_dead_units_f32_fn KERNEL(dead_units, plain);
vact_online_f32_fn KERNEL(softmax_online, fast);
vact_rows_backward_f32_fn KERNEL(softmax_backward, fast), KERNEL(log_softmax_backward, fast);
vact_logsumexp_backward_f32_fn KERNEL(logsumexp_backward, fast);
vact_axis_backward_f32_fn KERNEL(softmax_backward_axis, fast), KERNEL(log_softmax_backward_axis, fast);
vact_logsumexp_axis_backward_f32_fn KERNEL(logsumexp_backward_axis, fast);
vact_masked_backward_f32_fn KERNEL(masked_backward, fast);
vact_softmax_exp_f32_fn KERNEL(softmax_exp, fast);
vacti_row_pieces_fn KERNEL(softmax_pieces, fast), KERNEL(log_softmax_pieces, fast);
vact_prelu_backward_f32_fn KERNEL(prelu_backward, fast);
vact_xielu_alpha_f32_fn KERNEL(xielu_alpha_backward, fast);
vact_lut_8_fn KERNEL(lut_8, plain);
#ifdef VACT_BUILD_HAS_VBMI
vact_lut_8_fn KERNEL(lut_8_vbmi, plain);
vact_lut_sum_fn KERNEL(lut_sum_vbmi, plain);
#define LUT_8_VBMI {KERNEL(lut_8_vbmi, plain), KERNEL(lut_sum_vbmi, plain)}
#else
#define LUT_8_VBMI {NULL, NULL}
#endif

/* A gradient's kernel, null in a library without gradients. */
#if VACT_WITH_GRADIENTS
#define GRADIENT(name, set) KERNEL(name, set)
#define TYPED_GRADIENT(name, type) TYPED(name, type, rows)
#define F64_GRADIENT(name, set) OF_F64(name, set)
#else
#define GRADIENT(name, set) NULL
#define TYPED_GRADIENT(name, type) NULL
#define F64_GRADIENT(name, set) NULL
#endif
#define NARROW_FAMILY(type)                                                                                            \
    {                                                                                                                  \
        .softmax = TYPED(softmax_rows, type, rows),                                                                    \
        .log_softmax = TYPED(log_softmax_rows, type, rows),                                                            \
        .logsumexp = TYPED(logsumexp, type, rows),                                                                     \
        .softmax_axis = TYPED(softmax_axis, type, rows),                                                               \
        .log_softmax_axis = TYPED(log_softmax_axis, type, rows),                                                       \
        .logsumexp_axis = TYPED(logsumexp_axis, type, rows),                                                           \
        .softmax_backward = TYPED_GRADIENT(softmax_backward, type),                                                    \
        .log_softmax_backward = TYPED_GRADIENT(log_softmax_backward, type),                                            \
        .logsumexp_backward = TYPED_GRADIENT(logsumexp_backward, type),                                                \
        .softmax_backward_axis = TYPED_GRADIENT(softmax_backward_axis, type),                                          \
        .log_softmax_backward_axis = TYPED_GRADIENT(log_softmax_backward_axis, type),                                  \
        .logsumexp_backward_axis = TYPED_GRADIENT(logsumexp_backward_axis, type),                                      \
        .masked_backward = TYPED_GRADIENT(masked_backward, type),                                                      \
        .cross_entropy = TYPED(cross_entropy, type, rows),                                                             \
        .bce_with_logits = TYPED(bce_with_logits, type, rows),                                                         \
    }
#if VACT_WITH_BF16
#define FAMILY_OF_BF16 NARROW_FAMILY(bf16)
#else
#define FAMILY_OF_BF16 {NULL}
#endif
#if VACT_WITH_F16
#define FAMILY_OF_F16 NARROW_FAMILY(f16)
#else
#define FAMILY_OF_F16 {NULL}
#endif

#define FAMILY_OF_F64                                                                                                  \
    {                                                                                                                  \
        .softmax = OF_F64(softmax, fast),                                                                              \
        .log_softmax = OF_F64(log_softmax, fast),                                                                      \
        .logsumexp = OF_F64(logsumexp, fast),                                                                          \
        .softmax_backward = F64_GRADIENT(softmax_backward, fast),                                                      \
        .log_softmax_backward = F64_GRADIENT(log_softmax_backward, fast),                                              \
        .logsumexp_backward = F64_GRADIENT(logsumexp_backward, fast),                                                  \
        .cross_entropy = OF_F64(cross_entropy, fast),                                                                  \
        .bce_with_logits = OF_F64(bce_with_logits, fast),                                                              \
    }

/* What is in the table of every variant. `set`: that of losses and of the softmax family forward. */
#define COMMON(variant, set)                                                                                           \
    [variant].build = TEXT(VACT_BUILD), [variant].isa = VACT_BUILD_ISA, [variant].math = variant,                      \
    [variant].cross_entropy = KERNEL(cross_entropy, set), [variant].bce_with_logits = KERNEL(bce_with_logits, set),    \
    [variant].zeros = KERNEL(zeros, plain), [variant].outside = KERNEL(outside, plain),                                \
    [variant].dead_units = KERNEL(dead_units, plain), [variant].lut_8 = KERNEL(lut_8, plain),                          \
    [variant].lut_8_vbmi = LUT_8_VBMI, [variant].widen[VACT_BF16] = OF_BF16(widen, plain),                             \
    [variant].widen[VACT_F16] = OF_F16(widen, plain), [variant].narrow[VACT_BF16] = OF_BF16(narrow, plain),            \
    [variant].narrow[VACT_F16] = OF_F16(narrow, plain), [variant].narrow_family[VACT_BF16] = FAMILY_OF_BF16,           \
    [variant].narrow_family[VACT_F16] = FAMILY_OF_F16, [variant].family_f64 = FAMILY_OF_F64,                           \
    [variant].family = {                                                                                               \
        .softmax = KERNEL(softmax_masked, set),                                                                        \
        .log_softmax = KERNEL(log_softmax_masked, set),                                                                \
        .logsumexp = KERNEL(logsumexp, set),                                                                           \
        .softmax_axis = KERNEL(softmax_axis, set),                                                                     \
        .log_softmax_axis = KERNEL(log_softmax_axis, set),                                                             \
        .logsumexp_axis = KERNEL(logsumexp_axis, set),                                                                 \
        .online = KERNEL(softmax_online, fast),                                                                        \
        .softmax_backward = GRADIENT(softmax_backward, fast),                                                          \
        .log_softmax_backward = GRADIENT(log_softmax_backward, fast),                                                  \
        .logsumexp_backward = GRADIENT(logsumexp_backward, fast),                                                      \
        .softmax_backward_axis = GRADIENT(softmax_backward_axis, fast),                                                \
        .log_softmax_backward_axis = GRADIENT(log_softmax_backward_axis, fast),                                        \
        .logsumexp_backward_axis = GRADIENT(logsumexp_backward_axis, fast),                                            \
        .masked_backward = GRADIENT(masked_backward, fast),                                                            \
        .softmax_exp = KERNEL(softmax_exp, fast),                                                                      \
        .softmax_pieces = KERNEL(softmax_pieces, fast),                                                                \
        .log_softmax_pieces = KERNEL(log_softmax_pieces, fast),                                                        \
        .prelu_backward = GRADIENT(prelu_backward, fast),                                                              \
        .xielu_alpha_backward = GRADIENT(xielu_alpha_backward, fast),                                                  \
    }

/* An operation's entries in the table of one variant: kernel, second kernel, derivatives. */
#define ENTRY(variant, member, NAME, kernel) [variant].member[VACT_OP_SLOT(VACT_OP_##NAME)] = kernel
#define ENTRIES_UNARY(variant, name, NAME, keeps, set, derivatives)                                                    \
    ENTRY(variant, unary, NAME, KERNEL(name, set)), ENTRIES_BESIDE(variant, name, NAME, keeps, set, derivatives)
#define ENTRIES_BESIDE(variant, name, NAME, keeps, set, derivatives)                                                   \
    ENTRY(variant, epilogue, NAME, KERNEL(name##_epilogue, set)),                                                      \
        ENTRY(variant, unary_bf16, NAME, OF_BF16(name, derivatives)),                                                  \
        ENTRY(variant, unary_f16, NAME, OF_F16(name, derivatives)),                                                    \
        ENTRY(variant, backward, NAME, GRADIENT(name##_backward, derivatives)),                                        \
        ENTRY(variant, from_output, NAME, FROM_##keeps(name, derivatives))
#define ENTRIES_CHANNELS(variant, name, NAME, keeps, set, derivatives) ENTRY(variant, channels, NAME, KERNEL(name, set))
#define ENTRIES_ROWS(variant, name, NAME, keeps, set, derivatives) ENTRY(variant, rows, NAME, KERNEL(name, set))
#define ENTRIES_GATE(variant, name, NAME, keeps, set, derivatives)                                                     \
    ENTRY(variant, gate, NAME, KERNEL(name, set)), ENTRY(variant, gate_rows, NAME, KERNEL(name##_rows, set)),          \
        ENTRY(variant, interleaved, NAME, KERNEL(name##_interleaved, set)),                                            \
        ENTRY(variant, gate_backward, NAME, GRADIENT(name##_backward, derivatives)),                                   \
        ENTRY(variant, interleaved_backward, NAME, GRADIENT(name##_backward_interleaved, derivatives))
#define FROM_INPUT(name, set) NULL
#define FROM_OUTPUT(name, set) GRADIENT(name##_backward_from_output, set)
/* Of doubles. */
#define ENTRIES_F64_UNARY(variant, name, NAME, keeps, set)                                                             \
    ENTRY(variant, unary_f64, NAME, OF_F64(name, set)),                                                                \
        ENTRY(variant, backward_f64, NAME, F64_GRADIENT(name##_backward, set)),                                        \
        ENTRY(variant, from_output_f64, NAME, F64_FROM_##keeps(name, set)),
#define ENTRIES_F64_CHANNELS(variant, name, NAME, keeps, set)
#define ENTRIES_F64_ROWS(variant, name, NAME, keeps, set)
#define ENTRIES_F64_GATE(variant, name, NAME, keeps, set)                                                              \
    ENTRY(variant, gate_f64, NAME, OF_F64(name, set)),                                                                 \
        ENTRY(variant, gate_backward_f64, NAME, F64_GRADIENT(name##_backward, set)),
#define F64_FROM_INPUT(name, set) NULL
#define F64_FROM_OUTPUT(name, set) F64_GRADIENT(name##_backward_from_output, set)
/* Correctly rounded operations, and gated units and rows in double lanes; all else is that of `fast`. */
#define ENTRIES_CR_UNARY(variant, name, NAME, keeps, needs)                                                            \
    ENTRY(variant, unary, NAME, KERNEL(name, CR_OF_##needs)),                                                          \
        ENTRIES_BESIDE(variant, name, NAME, keeps, FAST_OF_##needs, FAST_OF_##needs)
#define ENTRIES_CR_CHANNELS(variant, name, NAME, keeps, needs)                                                         \
    ENTRIES_CHANNELS(variant, name, NAME, keeps, FAST_OF_##needs, FAST_OF_##needs)
#define ENTRIES_CR_ROWS(variant, name, NAME, keeps, needs)                                                             \
    ENTRIES_ROWS(variant, name, NAME, keeps, wide, FAST_OF_##needs)
#define ENTRIES_CR_GATE(variant, name, NAME, keeps, needs)                                                             \
    ENTRIES_GATE(variant, name, NAME, keeps, WIDE_OF_##needs, FAST_OF_##needs)
#define SET_OF_AUTO_PLAIN plain
#define SET_OF_AUTO_SLEEF SLEEF_OF_MATH
#define SET_OF_AUTO_FAST fast

extern const vacti_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS];

/* Indexed by vact_math; a variant that does not exist has a null name. */
const vacti_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS] = {
    COMMON(VACT_MATH_AUTO, fast),
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRIES_##kind(VACT_MATH_AUTO, name, NAME, keeps, SET_OF_AUTO_##auto_math, FAST_OF_##needs),                       \
        ENTRIES_F64_##kind(VACT_MATH_AUTO, name, NAME, keeps, fast)
#include "registry.def"
#undef VACT_OP
#if VACT_WITH_SLEEF
    COMMON(VACT_MATH_SLEEF, fast),
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRIES_##kind(VACT_MATH_SLEEF, name, NAME, keeps, SLEEF_OF_##needs, FAST_OF_##needs),                             \
        ENTRIES_F64_##kind(VACT_MATH_SLEEF, name, NAME, keeps, F64_SLEEF_OF_##needs)
#include "registry.def"
#undef VACT_OP
#endif
    COMMON(VACT_MATH_FAST, fast),
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRIES_##kind(VACT_MATH_FAST, name, NAME, keeps, FAST_OF_##needs, FAST_OF_##needs),                               \
        ENTRIES_F64_##kind(VACT_MATH_FAST, name, NAME, keeps, fast)
#include "registry.def"
#undef VACT_OP
#if VACT_WITH_CR
    COMMON(VACT_MATH_CR, wide),
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, keeps, order, formula)                   \
    ENTRIES_CR_##kind(VACT_MATH_CR, name, NAME, keeps, needs), ENTRIES_F64_##kind(VACT_MATH_CR, name, NAME, keeps, fast)
#include "registry.def"
#undef VACT_OP
#endif
};
