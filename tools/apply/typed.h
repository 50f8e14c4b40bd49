/* The types of vact apply's elements: float32, bfloat16 and float16. */
#ifndef VACT_TOOLS_APPLY_TYPED_H
#define VACT_TOOLS_APPLY_TYPED_H

#include "prelu.h"
#include "request.h"
#include "tools/output.h"

/* The argument of --type or --output-type; false where it is no type. */
bool vact_apply_element_of(const char *word, vact_element *element);

/* Settles what the elements of an input are, as --type has it, and refuses what the operation does not take. */
bool vact_apply_settle(const vact_apply_request *asked, vact_shape *shape, vact_reason *reason);

/* The type of OUT.npy for an input of that type. */
vact_element vact_apply_output_element(const vact_apply_request *asked, vact_element input);

/* These three print a message on failure, and leave nothing open. Open an input of any type that is taken; */
bool vact_apply_open(const vact_apply_request *asked, vact_npy *npy, const char *path, bool any_order);

/* one that is worked on as floats: elements of 16 bits are widened, in memory; */
bool vact_apply_open_floats(const vact_apply_request *asked, vact_npy *npy, const char *path, bool any_order);

/* and one whose shape and order are those of another array, called `whose` in messages. */
bool vact_apply_open_like(const vact_apply_request *asked, vact_npy *npy, const char *path, const vact_shape *shape,
                          const char *whose);

/* Widens the elements of an open file, if they are of 16 bits. Null, or an error message. */
const char *vact_apply_widen(vact_npy *npy);

/* One slice of `count` elements, forward. The operations that have no calls on 16-bit elements are computed in float
 * and rounded once. dst may be src where both have one type. `floats` has room for `count` of them. */
vact_status vact_apply_typed_slice(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape,
                                   void *dst, vact_element to, const void *src, vact_element from, size_t count,
                                   float *floats);

/* An output that is computed in float. `values` is where to, before it is finished. */
typedef struct vact_apply_result {
    float *values;
    void *elements; /* in the file */
    vact_shape shape;
} vact_apply_result;

/* Adds an output of this shape and type. On failure it prints a message and discards all outputs. */
bool vact_apply_result_add(vact_apply_result *result, vact_output *out, const char *path, const vact_shape *shape,
                           vact_element element);

/* Rounds the values to the type of the file. Null, or an error message. */
const char *vact_apply_result_finish(vact_apply_result *result);

/* Whatever became of it; also of {0}. */
void vact_apply_result_free(vact_apply_result *result);

#endif
