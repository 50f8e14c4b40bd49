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
#define TYPE_UNARY vact_unary_f32_fn
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
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, order, formula)                          \
    TYPE_##kind KERNEL(name, SLEEF_OF_##needs);                                                                        \
    TYPE_##kind KERNEL(name, FAST_OF_##needs);
#include "registry.def"
#undef VACT_OP

#define MEMBER_UNARY unary
#define MEMBER_CHANNELS channels
#define MEMBER_ROWS rows
#define SET_OF_AUTO_PLAIN plain
#define SET_OF_AUTO_SLEEF SLEEF_OF_MATH
#define SET_OF_AUTO_FAST fast

extern const vact_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS];

/* Indexed by vact_math; a variant that does not exist has a null name. */
const vact_table TABLES_OF(VACT_BUILD)[VACT_TABLE_MATHS] = {
    [VACT_MATH_AUTO] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_AUTO,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, order, formula)                          \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, SET_OF_AUTO_##auto_math),
#include "registry.def"
#undef VACT_OP
        },
#if VACT_WITH_SLEEF
    [VACT_MATH_SLEEF] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_SLEEF,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, order, formula)                          \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, SLEEF_OF_##needs),
#include "registry.def"
#undef VACT_OP
        },
#endif
    [VACT_MATH_FAST] =
        {
            .build = TEXT(VACT_BUILD),
            .isa = VACT_BUILD_ISA,
            .math = VACT_MATH_FAST,
#define VACT_OP(name, NAME, kind, needs, auto_math, parameters, bound, range, order, formula)                          \
    .MEMBER_##kind[VACT_OP_SLOT(VACT_OP_##NAME)] = KERNEL(name, FAST_OF_##needs),
#include "registry.def"
#undef VACT_OP
        },
};
