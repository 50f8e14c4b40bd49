/*
 * A program linked against one release that runs with another. Built twice, against vact.h as it stands and against one
 * whose options have a member more (VACT_LATER); test_options.c runs each with both libraries and knows what to expect.
 *
 * A line for each kind of options, their defaults made by the init function and by the macro: the statuses of a call
 * with both, and whether the results are those of a null pointer; then, of the later header, the status with its last
 * member set.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vact/vact.h"

enum { N = 8, MEMORY = 4096, GARBAGE = 0xff };

static const float x[N] = {-3.0f, -1.0f, -0.5f, 0.0f, 0.25f, 1.0f, 2.0f, 4.0f};
static const float shares[N] = {0.0f, 1.0f, 0.5f, 0.0f, 0.0f, 1.0f, 1.0f, 0.25f};
static const int32_t classes[2] = {1, 3};

static vact_status cross_entropy(float *dst, const void *options)
{
    return vact_cross_entropy_i32_f32(dst, x, classes, 2, 4, options);
}

static vact_status bce_with_logits(float *dst, const void *options)
{
    return vact_bce_with_logits_f32(dst, x, shares, N, options);
}

static vact_status epilogue(float *dst, const void *options)
{
    return vact_epilogue_f32(VACT_OP_GELU, NULL, dst, N, x, N, 1, N, options);
}

static vact_status softmax(float *dst, const void *options)
{
    return vact_softmax_masked_f32(dst, N, x, N, 1, N, options);
}

static const vact_cross_entropy_options_f32 cross_entropy_macro = VACT_CROSS_ENTROPY_OPTIONS_F32;
static const vact_bce_with_logits_options_f32 bce_macro = VACT_BCE_WITH_LOGITS_OPTIONS_F32;
static const vact_epilogue_options_f32 epilogue_macro = VACT_EPILOGUE_OPTIONS_F32;
static const vact_softmax_options_f32 softmax_macro = VACT_SOFTMAX_OPTIONS_F32;

static const struct {
    const char *name;
    vact_status (*call)(float *dst, const void *options);
    vact_status (*init)(void *options, size_t size);
    const void *macro;
    size_t size;
} kinds[] = {
    {"cross_entropy", cross_entropy, vact_cross_entropy_options_init_f32, &cross_entropy_macro,
     sizeof cross_entropy_macro},
    {"bce_with_logits", bce_with_logits, vact_bce_with_logits_options_init_f32, &bce_macro, sizeof bce_macro},
    {"epilogue", epilogue, vact_epilogue_options_init_f32, &epilogue_macro, sizeof epilogue_macro},
    {"softmax", softmax, vact_softmax_options_init_f32, &softmax_macro, sizeof softmax_macro},
};

/* The options, followed by bytes that are not part of them. */
static union {
    size_t aligned;
    unsigned char bytes[MEMORY];
} memory;

static bool garbage_from(size_t first)
{
    for (size_t i = first; i < MEMORY; i++)
        if (memory.bytes[i] != GARBAGE)
            return false;
    return true;
}

int main(void)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        float want[N] = {0}, by_init[N] = {0}, by_macro[N] = {0};
        vact_status none = kinds[k].call(want, NULL);
        memset(memory.bytes, GARBAGE, MEMORY);
        vact_status made = kinds[k].init(memory.bytes, kinds[k].size);
        bool within = garbage_from(kinds[k].size);
        vact_status with_init = kinds[k].call(by_init, memory.bytes);
        memcpy(memory.bytes, kinds[k].macro, kinds[k].size);
        vact_status with_macro = kinds[k].call(by_macro, memory.bytes);
        bool same = memcmp(by_init, want, sizeof want) == 0 && memcmp(by_macro, want, sizeof want) == 0;
        printf("%s: %d %d %d %d, %s, %s", kinds[k].name, none, made, with_init, with_macro, same ? "same" : "different",
               within ? "within" : "beyond");
#ifdef VACT_LATER
        const size_t later = 1;
        memcpy(memory.bytes + kinds[k].size - sizeof later, &later, sizeof later);
        printf(", later %d", kinds[k].call(by_macro, memory.bytes));
#endif
        puts("");
    }
    return 0;
}
