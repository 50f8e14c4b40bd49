/* The tables of kernels: one constant table per build (instruction set) and variant. Internal: not installed. */
#ifndef VACT_DISPATCH_TABLE_H
#define VACT_DISPATCH_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "abi.h"
#include "lut/lut.h"
#include "slots.h"

typedef struct vacti_table {
    const char *build; /* "scalar", "scalar_fma", "avx2", "avx512", "neon" */
    vact_isa isa;
    vact_math math;
    vact_unary_f32_fn *unary[VACT_TABLE_SLOTS];
    vact_backward_f32_fn *backward[VACT_TABLE_SLOTS];    /* of unary operations, from the input */
    vact_backward_f32_fn *from_output[VACT_TABLE_SLOTS]; /* from the output; null if no framework keeps the output */
    vact_channels_f32_fn *channels[VACT_TABLE_SLOTS];
    vact_rows_f32_fn *rows[VACT_TABLE_SLOTS];
    vacti_cross_entropy_fn *cross_entropy;
    vacti_bce_fn *bce_with_logits;
    vact_zeros_f32_fn *zeros;
    vact_outside_f32_fn *outside;
    vact_dead_units_f32_fn *dead_units;
    vact_epilogue_f32_fn *epilogue[VACT_TABLE_SLOTS]; /* of unary operations */
    vact_gate_f32_fn *gate[VACT_TABLE_SLOTS];
    vact_gate_rows_f32_fn *gate_rows[VACT_TABLE_SLOTS];
    vact_gate_backward_f32_fn *gate_backward[VACT_TABLE_SLOTS];
    vact_interleaved_f32_fn *interleaved[VACT_TABLE_SLOTS]; /* of gates */
    vact_interleaved_backward_f32_fn *interleaved_backward[VACT_TABLE_SLOTS];
    vacti_softmax_family family; /* forward `cr` has one of its own, else one implementation serves every variant */
    vact_lut_8_fn *lut_8;
    vact_unary_bf16_fn *unary_bf16[VACT_TABLE_SLOTS]; /* the same in every variant; null where the type is not built */
    vact_unary_f16_fn *unary_f16[VACT_TABLE_SLOTS];
    vacti_widen_fn *widen[VACT_F16 + 1]; /* by type */
    vacti_narrow_fn *narrow[VACT_F16 + 1];
    vacti_narrow_family narrow_family[VACT_F16 + 1];
    vact_unary_f64_fn *unary_f64[VACT_TABLE_SLOTS]; /* of doubles; null where the type is not built */
    vact_backward_f64_fn *backward_f64[VACT_TABLE_SLOTS], *from_output_f64[VACT_TABLE_SLOTS];
    vact_gate_f64_fn *gate_f64[VACT_TABLE_SLOTS];
    vact_gate_backward_f64_fn *gate_backward_f64[VACT_TABLE_SLOTS];
    vacti_family_f64 family_f64;
    vacti_softmax_8_kernels lut_8_vbmi; /* for CPUs that have AVX512_VBMI too; null but in the build avx512 */
} vacti_table;

/* The builds in this library, fastest first. The last one runs on every CPU. */
extern const char *const vacti_builds[];
extern const size_t vacti_build_count;

/* The table of a build by its name, whether or not the CPU runs it. Null if the variant does not exist. */
const vacti_table *vacti_table_of_build(const char *build, vact_math math);

/* Whether this CPU runs the build. */
bool vacti_build_runs(const char *build);

/* The fastest build of an instruction set that this CPU runs (AUTO: of all). Null if there is none. */
const vacti_table *vacti_table_find(vact_isa isa, vact_math math);

/* What calls use now; null before the first use. It is hidden, so that it is read without the global offset table. */
__attribute__((visibility("hidden"))) extern _Atomic(const vacti_table *) vacti_table_chosen;

/* Publishes the environment's choice unless one is published already. Returns the published one. */
const vacti_table *vacti_table_first(void);

/* What calls use now: the environment's choice at first, vact_select's after a call of it. Never null. */
static inline const vacti_table *vacti_table_current(void)
{
    const vacti_table *table = atomic_load_explicit(&vacti_table_chosen, memory_order_acquire);
    return table ? table : vacti_table_first();
}

#endif
