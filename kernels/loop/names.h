/*
 * The names that the templates loop/<kind>.inc.h make. OP is the operation (gelu), VACT_TYPE its element, VACT_BUILD
 * the instruction set and VACT_SET the set of mathematics. elem/ defines VACT_TYPE, the source that CMake writes the
 * others.
 */
#ifndef VACT_LOOP_NAMES_H
#define VACT_LOOP_NAMES_H

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define KERNEL_(name, type, build, set) vacti_##name##_##type##_##build##_##set
#define KERNEL_OF(name, type, build, set) KERNEL_(name, type, build, set)

/* vacti_gelu_f32_avx2_fast: a kernel, as the tables hold it. */
#define KERNEL(name) KERNEL_OF(name, VACT_TYPE, VACT_BUILD, VACT_SET)

/* vacti_exact_gelu: the slow and exact function of an operation. */
#define EXACT_(name) vacti_exact_##name
#define EXACT(name) EXACT_(name)

/* gelu_common: a part of the activation. */
#define ACT(part) JOIN(OP, part)

/* gelu_epilogue_fours: a part of the activation's loop of one kind. Each template defines LOOP, the kind. */
#define WALK(part) JOIN(JOIN(OP, LOOP), part)

/* vact_unary_f32_fn */
#define KERNEL_TYPE_(kind, type) vact_##kind##_##type##_fn
#define KERNEL_TYPE_OF(kind, type) KERNEL_TYPE_(kind, type)
#define KERNEL_TYPE(kind) KERNEL_TYPE_OF(kind, VACT_TYPE)

/* vact_epilogue_options_f32 */
#define KERNEL_OPTIONS_(kind, type) vact_##kind##_options_##type
#define KERNEL_OPTIONS_OF(kind, type) KERNEL_OPTIONS_(kind, type)
#define KERNEL_OPTIONS(kind) KERNEL_OPTIONS_OF(kind, VACT_TYPE)

#endif
