/* The slopes of vact apply --op prelu, and its gradients. */
#include "prelu.h"

#include <math.h>
#include <stdlib.h>

#include "tools/tool.h"
#include "typed.h"

static bool check(vact_slopes *slopes, const vact_shape *array, vact_reason *reason)
{
    size_t count = slopes->file.shape.count;
    size_t axis = array->dimensions >= 2 ? 1 : 0;
    size_t channels = array->dimensions == 0 ? 1 : array->sizes[axis];
    if (count != 1 && array->fortran)
        return vact_because(reason,
                            "has a slope per channel, for which the array must be in C order, not Fortran order");
    if (count != 1 && count != channels)
        return vact_because(reason, "has %zu slopes, but the array has %zu channels (axis %zu); 1 or %zu are needed",
                            count, channels, axis, channels);
    slopes->values = vact_npy_values(&slopes->file);
    if (slopes->values == NULL)
        return vact_because(reason, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (!isfinite(slopes->values[i]))
            return vact_because(reason, "slope %zu is not finite", i);
    if (count != 1) {
        slopes->channels = channels;
        for (int i = 2; i < array->dimensions; i++)
            slopes->inner *= array->sizes[i];
    }
    return true;
}

bool vact_slopes_open(vact_slopes *slopes, const vact_apply_request *asked, const vact_shape *array)
{
    static const float default_slope = 0.25f; /* PyTorch's initial value */
    *slopes = (vact_slopes){.values = &default_slope, .channels = 1, .inner = 1, .shape = {.count = 1}};
    const char *const path = asked->slope_path;
    vact_reason reason;
    if (path == NULL)
        return true;
    slopes->opened = vact_apply_open_floats(asked, &slopes->file, path, false);
    if (!slopes->opened)
        return false;
    if (check(slopes, array, &reason)) {
        slopes->shape = slopes->file.shape;
        return true;
    }
    vact_tool_fail(path, "%s", reason.text);
    vact_slopes_close(slopes);
    return false;
}

void vact_slopes_close(vact_slopes *slopes)
{
    if (slopes->opened)
        vact_npy_close(&slopes->file);
}

const char *vact_apply_prelu_backward(const vact_slopes *slopes, float *dx, float *dslope, vact_npy *dy, vact_npy *in)
{
    const float *given = vact_npy_values(dy), *x = vact_npy_values(in);
    const char *problem = "out of memory";
    size_t block = slopes->channels * slopes->inner, outer = block == 0 ? 0 : in->shape.count / block;
    float *unasked = dslope != NULL ? NULL : malloc(slopes->channels * sizeof *unasked + 1);
    if (dslope == NULL)
        dslope = unasked;
    if (dslope != NULL && given != NULL && x != NULL) {
        vact_status status =
            vact_prelu_backward_f32(dx, dslope, given, x, slopes->values, outer, slopes->channels, slopes->inner);
        problem = status == VACT_OK ? NULL : vact_status_string(status);
    }
    free(unasked);
    return problem;
}
