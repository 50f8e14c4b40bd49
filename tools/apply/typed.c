/* vact apply on bfloat16 and float16, and from one type to another. */
#include "typed.h"

#include <stdlib.h>
#include <string.h>

#include "apply.h"

bool vact_apply_element_of(const char *word, vact_element *element)
{
    static const char *const words[] = {"f32", "bf16", "f16"}; /* by element */
    for (*element = VACT_ELEMENT_F32; *element <= VACT_ELEMENT_F16; ++*element)
        if (strcmp(word, words[*element]) == 0)
            return true;
    return false;
}

static vact_type type_of(vact_element element)
{
    return element == VACT_ELEMENT_BF16 ? VACT_BF16 : element == VACT_ELEMENT_F16 ? VACT_F16 : VACT_F32;
}

static bool is_built(vact_element element, vact_reason *reason)
{
    if ((element == VACT_ELEMENT_BF16 && !VACT_WITH_BF16) || (element == VACT_ELEMENT_F16 && !VACT_WITH_F16))
        return vact_because(reason, "this build of vact has no %s", vact_npy_element_name(element));
    return true;
}

/* Elements of 2 bytes that are not said to be float16: what --type is for. */
static bool is_untyped(vact_element element)
{
    return element == VACT_ELEMENT_BF16 || element == VACT_ELEMENT_I16 || element == VACT_ELEMENT_U16;
}

bool vact_apply_settle(const vact_apply_request *asked, vact_shape *shape, vact_reason *reason)
{
    const char *const name = vact_npy_element_name(shape->element);
    if (asked->type_word != NULL && is_untyped(shape->element))
        shape->element = asked->type;
    else if (asked->type_word != NULL && shape->element != asked->type)
        return vact_because(reason, "its elements are %s; --type %s is for 16-bit elements without a type of their own",
                            name, asked->type_word);
    const bool bytes = shape->element == VACT_ELEMENT_I8 || shape->element == VACT_ELEMENT_U8;
    if (bytes && asked->output_word != NULL)
        return vact_because(reason, "its elements are %s, and --output-type is for float32, bfloat16 and float16",
                            name);
    if (shape->element == VACT_ELEMENT_I16 || shape->element == VACT_ELEMENT_U16)
        return vact_because(reason, "its elements are %s; --type bf16 or --type f16 says which format they hold", name);
    if (bytes && !vact_apply_takes_bytes(asked))
        return vact_npy_is_f32(shape, reason);
    return is_built(shape->element, reason) && is_built(vact_apply_output_element(asked, shape->element), reason);
}

vact_element vact_apply_output_element(const vact_apply_request *asked, vact_element input)
{
    return asked->output_word != NULL ? asked->output : input;
}

bool vact_apply_open(const vact_apply_request *asked, vact_npy *npy, const char *path, bool any_order)
{
    vact_reason reason;
    if (!vact_npy_open_any_type(npy, path, any_order))
        return false;
    if (vact_apply_settle(asked, &npy->shape, &reason))
        return true;
    vact_tool_fail(path, "%s", reason.text);
    vact_npy_close(npy);
    return false;
}

static vact_status widen(float *dst, const void *src, vact_element from, size_t count)
{
    return from == VACT_ELEMENT_BF16 ? vact_f32_from_bf16(dst, src, count) : vact_f32_from_f16(dst, src, count);
}

static vact_status narrow(void *dst, const float *src, vact_element to, size_t count)
{
    return to == VACT_ELEMENT_BF16 ? vact_bf16_from_f32(dst, src, count) : vact_f16_from_f32(dst, src, count);
}

const char *vact_apply_widen(vact_npy *npy)
{
    enum { PART = 4096 };
    uint16_t part[PART];
    const vact_element from = npy->shape.element;
    if (from != VACT_ELEMENT_BF16 && from != VACT_ELEMENT_F16)
        return NULL;
    npy->copy = malloc(npy->shape.count * sizeof *npy->copy + 1);
    if (npy->copy == NULL)
        return "out of memory";
    for (size_t done = 0; done < npy->shape.count; done += PART) {
        const size_t count = npy->shape.count - done < PART ? npy->shape.count - done : PART;
        const vact_status status = widen(npy->copy + done, vact_npy_part(npy, done, count, part), from, count);
        if (status != VACT_OK)
            return vact_status_string(status);
    }
    npy->bytes = (const unsigned char *)npy->copy;
    npy->shape.element = VACT_ELEMENT_F32;
    return NULL;
}

static bool widen_or_tell(vact_npy *npy)
{
    const char *const problem = vact_apply_widen(npy);
    if (problem == NULL)
        return true;
    vact_tool_fail(npy->path, "%s", problem);
    vact_npy_close(npy);
    return false;
}

bool vact_apply_open_floats(const vact_apply_request *asked, vact_npy *npy, const char *path, bool any_order)
{
    return vact_apply_open(asked, npy, path, any_order) && widen_or_tell(npy);
}

bool vact_apply_open_like(const vact_apply_request *asked, vact_npy *npy, const char *path, const vact_shape *shape,
                          const char *whose)
{
    if (!vact_apply_open(asked, npy, path, true))
        return false;
    if (vact_npy_is_like(npy, shape, whose))
        return widen_or_tell(npy);
    vact_npy_close(npy);
    return false;
}

vact_status vact_apply_typed_slice(const vact_apply_request *asked, const vact_slopes *slope, const vact_shape *shape,
                                   void *dst, vact_element to, const void *src, vact_element from, size_t count,
                                   float *floats)
{
    if (asked->op->kind == VACT_KIND_UNARY)
        return vact_forward(asked->op->op, &asked->params, dst, type_of(to), src, type_of(from), count);
    float *const results = to == VACT_ELEMENT_F32 ? dst : floats;
    vact_status status = VACT_OK;
    if (from != VACT_ELEMENT_F32) {
        status = widen(floats, src, from, count);
        src = floats;
    }
    if (status == VACT_OK)
        status = vact_apply_slice(asked, slope, shape, results, src, count);
    return status != VACT_OK || to == VACT_ELEMENT_F32 ? status : narrow(dst, results, to, count);
}

bool vact_apply_result_add(vact_apply_result *result, vact_output *out, const char *path, const vact_shape *shape,
                           vact_element element)
{
    *result = (vact_apply_result){.shape = *shape};
    result->shape.element = element;
    result->elements = vact_output_add_npy(out, path, &result->shape);
    if (result->elements == NULL)
        return false;
    result->values = element == VACT_ELEMENT_F32 ? result->elements : malloc(shape->count * sizeof(float) + 1);
    if (result->values != NULL)
        return true;
    vact_output_discard(out);
    vact_tool_fail(path, "out of memory");
    return false;
}

const char *vact_apply_result_finish(vact_apply_result *result)
{
    if (result->values == result->elements)
        return NULL;
    const vact_status status = narrow(result->elements, result->values, result->shape.element, result->shape.count);
    return status == VACT_OK ? NULL : vact_status_string(status);
}

void vact_apply_result_free(vact_apply_result *result)
{
    if (result->values != result->elements)
        free(result->values);
    result->values = result->elements = NULL;
}
