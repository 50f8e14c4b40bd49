/* The options of an epilogue, and the kernel that serves those of them that few callers use. */
#ifndef VACT_LOOP_EPILOGUE_H
#define VACT_LOOP_EPILOGUE_H

#include "loop/matrix.h"
#include "loop/names.h"

typedef KERNEL_OPTIONS(epilogue) epilogue_options;

enum { EPILOGUE_FIRST = offsetof(epilogue_options, row_bias) }; /* the size of the options' first version */

/* The matrices of a call. */
typedef struct {
    elem *dst;
    const elem *x;
    size_t dst_stride, x_stride, rows, cols;
} epilogue_call;

/* loop/epilogue_blocks.h: for any options. `kernel` is the operation's, for those of the first version. */
typedef void epilogue_blocks_fn(const epilogue_call *call, const epilogue_options *options,
                                const vact_params_f32 *params, KERNEL_TYPE(epilogue) * kernel);
#define EPILOGUE_BLOCKS KERNEL_OF(epilogue_blocks, VACT_TYPE, VACT_BUILD, plain)
epilogue_blocks_fn EPILOGUE_BLOCKS;

/* Whether the options have members beyond the first version's. A caller's structure may be of any size. One branch for
 * all of them: a call of 16 elements takes 5 to 20 ns, and six branches were 1 ns more. */
VACT_INLINE int epilogue_has_more(const epilogue_options *o)
{
    if (!o || o->size <= EPILOGUE_FIRST)
        return 0;
    return o->size < sizeof *o || ((uintptr_t)o->row_bias | (uintptr_t)o->column_scale | (uintptr_t)o->row_scale |
                                   (uintptr_t)o->multiplier | (uintptr_t)o->clip | (uintptr_t)o->accumulators) != 0;
}

#endif
