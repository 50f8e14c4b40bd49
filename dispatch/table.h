/* The tables of kernels: one constant table per build (instruction set) and variant. Internal: not installed. */
#ifndef VACT_DISPATCH_TABLE_H
#define VACT_DISPATCH_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vact/vact.h"

/* dst and src are dense tensors [outer, channels, inner]; slope holds `channels` values. No checks. */
typedef void vact_channels_f32_fn(float *dst, const float *src, const float *slope, size_t outer, size_t channels,
                                  size_t inner);

/* Row r of cols elements at dst + r*dst_stride and src + r*src_stride. No checks. */
typedef void vact_rows_f32_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                              size_t cols);

/* ------------------------------------------------------------------------------------- losses and health */

/* A cross-entropy whose arguments have been checked (dispatch/losses.c). */
typedef struct vact_cross_entropy_call {
    float *loss;          /* null: no loss is wanted; one element where the reduction is not NONE */
    float *dx;            /* null: no gradient is wanted; may be logits, at the same stride */
    const float *dy;      /* null: ones; one element where the reduction is not NONE */
    const float *logits;  /* row r at logits + r*stride */
    const void *targets;  /* int64_t where wide, else int32_t; each ignored or below cols */
    const float *weights; /* null: ones */
    size_t rows, cols, stride, dx_stride;
    int64_t ignore_index;
    float smoothing;
    vact_reduction reduction;
    bool wide;
} vact_cross_entropy_call;

/* Element i takes weight i mod count; null: ones. */
typedef struct vact_periodic {
    const float *values;
    size_t count;
} vact_periodic;

/* A binary cross-entropy whose arguments have been checked. */
typedef struct vact_bce_call {
    float *loss, *dx;
    const float *dy, *x, *targets; /* dy, loss and dx as above; all of n elements */
    vact_periodic positive, weight;
    size_t n;
    vact_reduction reduction;
} vact_bce_call;

typedef void vact_cross_entropy_f32_fn(const vact_cross_entropy_call *call);
typedef void vact_bce_f32_fn(const vact_bce_call *call);

/* How many elements are 0; how many are <= low or >= high. */
typedef size_t vact_zeros_f32_fn(const float *x, size_t n);
typedef size_t vact_outside_f32_fn(const float *x, size_t n, float low, float high);

/* How many of the columns of [batch, units] hold zeros alone; mask, where it is not null, says which. */
typedef size_t vact_dead_units_f32_fn(unsigned char *mask, const float *x, size_t batch, size_t units);

/* Of n pairs (gate, up), side by side in src, and of their gradients in dsrc. No checks. */
typedef void vact_interleaved_f32_fn(float *dst, const float *src, size_t n);
typedef void vact_interleaved_backward_f32_fn(float *dsrc, const float *dy, const float *src, size_t n);

/* The softmax family, and prelu's gradient: as the functions of vact.h, without checks. */
typedef void vact_masked_f32_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                                size_t cols, const vact_softmax_options_f32 *options);
typedef void vact_logsumexp_f32_fn(float *dst, const float *src, size_t src_stride, size_t rows, size_t cols,
                                   const vact_softmax_options_f32 *options);
typedef void vact_axis_f32_fn(float *dst, const float *src, size_t outer, size_t axis, size_t inner);
typedef void vact_online_f32_fn(vact_softmax_online_f32 *state, float *rescale, float *dst, size_t dst_stride,
                                const float *src, size_t src_stride, size_t rows, size_t cols,
                                const vact_softmax_options_f32 *options);
typedef void vact_rows_backward_f32_fn(float *dx, size_t dx_stride, const float *dy, size_t dy_stride, const float *y,
                                       size_t y_stride, size_t rows, size_t cols, float scale);
typedef void vact_logsumexp_backward_f32_fn(float *dx, size_t dx_stride, const float *dy, const float *x,
                                            size_t x_stride, const float *y, size_t rows, size_t cols, float scale);
typedef void vact_prelu_backward_f32_fn(float *dx, float *dslope, const float *dy, const float *x, const float *slope,
                                        size_t outer, size_t channels, size_t inner);

typedef struct vact_softmax_family {
    vact_masked_f32_fn *softmax, *log_softmax;
    vact_logsumexp_f32_fn *logsumexp;
    vact_axis_f32_fn *softmax_axis, *log_softmax_axis;
    vact_online_f32_fn *online;
    vact_rows_backward_f32_fn *softmax_backward, *log_softmax_backward;
    vact_logsumexp_backward_f32_fn *logsumexp_backward;
    vact_prelu_backward_f32_fn *prelu_backward;
} vact_softmax_family;

enum {
    VACT_TABLE_SLOTS = 32, /* operations per kind; an initialiser beyond it does not compile */
    VACT_TABLE_MATHS = 4   /* values of vact_math */
};

/* Slot of an operation inside the array of its kind. */
#define VACT_OP_SLOT(op) ((unsigned)(op) & 0xffu)

typedef struct vact_table {
    const char *build; /* "scalar", "scalar_fma", "avx2", "avx512", "neon" */
    vact_isa isa;
    vact_math math;
    vact_unary_f32_fn *unary[VACT_TABLE_SLOTS];
    vact_backward_f32_fn *backward[VACT_TABLE_SLOTS];    /* of unary operations, from the input */
    vact_backward_f32_fn *from_output[VACT_TABLE_SLOTS]; /* from the output; null where no framework keeps that */
    vact_channels_f32_fn *channels[VACT_TABLE_SLOTS];
    vact_rows_f32_fn *rows[VACT_TABLE_SLOTS];
    vact_cross_entropy_f32_fn *cross_entropy;
    vact_bce_f32_fn *bce_with_logits;
    vact_zeros_f32_fn *zeros;
    vact_outside_f32_fn *outside;
    vact_dead_units_f32_fn *dead_units;
    vact_epilogue_f32_fn *epilogue[VACT_TABLE_SLOTS]; /* of unary operations */
    vact_gate_f32_fn *gate[VACT_TABLE_SLOTS];
    vact_gate_backward_f32_fn *gate_backward[VACT_TABLE_SLOTS];
    vact_interleaved_f32_fn *interleaved[VACT_TABLE_SLOTS]; /* of gates */
    vact_interleaved_backward_f32_fn *interleaved_backward[VACT_TABLE_SLOTS];
    vact_softmax_family family; /* one implementation for every variant */
} vact_table;

/* The builds in this library, strongest first, the plainest (which every CPU runs) last. */
extern const char *const vact_builds[];
extern const size_t vact_build_count;

/* The table of a build by its name, whether or not the CPU runs it; null for a variant that does not exist. */
const vact_table *vact_table_of_build(const char *build, vact_math math);

/* Whether this CPU runs the build. */
bool vact_build_runs(const char *build);

/* The strongest build of an instruction set that this CPU runs (AUTO: of all); null where there is none. */
const vact_table *vact_table_find(vact_isa isa, vact_math math);

/* What calls use now; null before the first use. Known to be of this library, it is read without a look at the table
 * of addresses. */
__attribute__((visibility("hidden"))) extern _Atomic(const vact_table *) vact_table_chosen;

/* Publishes the environment's choice unless there is one by now, and returns what is chosen. */
const vact_table *vact_table_first(void);

/* What calls use now: the environment's choice at first use, vact_select's after that. Never null. */
static inline const vact_table *vact_table_current(void)
{
    const vact_table *table = atomic_load_explicit(&vact_table_chosen, memory_order_acquire);
    return table ? table : vact_table_first();
}

#endif
