/* The libraries by name, their calls and the clock. */
#include "peers.h"

#include <alloca.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sleef.h>

#include "memory.h"
#include "registry.h"
#include "vector.h"

/* ------------------------------------------------------------------------------------------------- copying */

static void run_function(const peers_call *call) { call->function(call->dst, call->src, call->rows * call->cols); }

static bool open_function(peers_call *call, yardstick_fn *function)
{
    call->function = function;
    call->run = run_function;
    return function != NULL;
}

static bool open_memcpy(peers_call *call) { return open_function(call, yardstick_memcpy); }

static bool open_stream(peers_call *call) { return open_function(call, yardstick_stream); }

static const char *copy_version(void) { return gnu_get_libc_version(); }

static const char *stream_version(void) { return yardstick_stream != NULL ? "SSE2" : NULL; }

/* ---------------------------------------------------------------------------------------- SLEEF and libmvec */

/* Those of the instruction set that vact uses; null for the baseline. */
static const peers_vector *vector_functions(void)
{
    const char *build = vact_info()->isa;
#define VACT_BUILD_ENTRY(name, ISA)                                                                                    \
    if (strcmp(build, #name) == 0)                                                                                     \
        return &vact_peers_vector_##name;
#include "vact_builds.def"
#undef VACT_BUILD_ENTRY
    return NULL;
}

static const char *sleef_version(void)
{
#define TEXT_EXPANDED(x) #x
#define TEXT(x) TEXT_EXPANDED(x)
    return TEXT(SLEEF_VERSION_MAJOR) "." TEXT(SLEEF_VERSION_MINOR) "." TEXT(SLEEF_VERSION_PATCHLEVEL);
}

static const char *libmvec_version(void)
{
    const peers_vector *functions = vector_functions();
    return functions != NULL && functions->libmvec_exp != NULL ? gnu_get_libc_version() : NULL;
}

static bool open_sleef(peers_call *call)
{
    const peers_vector *functions = vector_functions();
    if (functions == NULL)
        return false;
    return open_function(call, call->op == VACT_OP_EXP    ? functions->sleef_exp
                               : call->op == VACT_OP_TANH ? functions->sleef_tanh
                                                          : NULL);
}

static bool open_sleef_u35(peers_call *call)
{
    const peers_vector *functions = vector_functions();
    return functions != NULL && open_function(call, call->op == VACT_OP_TANH ? functions->sleef_tanh_u35 : NULL);
}

static bool open_libmvec(peers_call *call)
{
    const peers_vector *functions = vector_functions();
    if (functions == NULL)
        return false;
    return open_function(call, call->op == VACT_OP_EXP    ? functions->libmvec_exp
                               : call->op == VACT_OP_TANH ? functions->libmvec_tanh
                                                          : NULL);
}

/* ---------------------------------------------------------------------------------------------------- vact */

static void run_unary(const peers_call *call)
{
    vact_forward_f32(call->op, NULL, call->dst, call->src, call->rows * call->cols);
}

static void run_prelu(const peers_call *call)
{
    static const float slope = 0.25f;
    vact_prelu_f32(call->dst, call->src, &slope, 1, 1, call->rows * call->cols);
}

static void run_softmax(const peers_call *call) { vact_softmax_f32(call->dst, call->src, call->rows, call->cols); }

static void run_log_softmax(const peers_call *call)
{
    vact_log_softmax_f32(call->dst, call->src, call->rows, call->cols);
}

static void run_backward(const peers_call *call)
{
    vact_backward_f32(call->op, NULL, call->dst, call->dy, call->src, call->rows * call->cols);
}

static void run_backward_from_output(const peers_call *call)
{
    vact_backward_from_output_f32(call->op, NULL, call->dst, call->dy, call->src, call->rows * call->cols);
}

static void run_softmax_backward(const peers_call *call)
{
    vact_softmax_backward_f32(call->dst, call->dy, call->src, call->rows, call->cols);
}

static void run_log_softmax_backward(const peers_call *call)
{
    vact_log_softmax_backward_f32(call->dst, call->dy, call->src, call->rows, call->cols);
}

static bool open_vact(peers_call *call)
{
    bool backward = call->dy != NULL;
    bool unary = VACT_OP_KIND(call->op) == VACT_KIND_UNARY;
    switch ((int)call->op) {
    case VACT_OP_PRELU: call->run = backward ? NULL : run_prelu; break;
    case VACT_OP_SOFTMAX: call->run = backward ? run_softmax_backward : run_softmax; break;
    case VACT_OP_LOG_SOFTMAX: call->run = backward ? run_log_softmax_backward : run_log_softmax; break;
    default:
        call->run = !unary ? NULL : !backward ? run_unary : call->from_output ? run_backward_from_output : run_backward;
    }
    return call->run != NULL;
}

static const char *own_version(void)
{
    static char text[128];
    const vact_info_t *info = vact_info();
    text[0] = '\0';
    const char *const words[] = {info->version, " (", info->isa, ", ", info->math, ")"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        strncat(text, words[i], sizeof text - strlen(text) - 1);
    return text;
}

/* ------------------------------------------------------------------------------------------------- by name */

#ifndef PEERS_ONEDNN
static const char *no_version(void) { return NULL; }
#endif

static const struct {
    const char *name;
    peers_version_fn *version;
    peers_open_fn *open;
    bool gradients;
} libraries[] = {
    {"memcpy", copy_version, open_memcpy, true},
    {"stream", stream_version, open_stream, true},
    {"vact", own_version, open_vact, true},
    {"SLEEF", sleef_version, open_sleef, false},
    {"SLEEF u35", sleef_version, open_sleef_u35, false},
    {"libmvec", libmvec_version, open_libmvec, false},
#ifdef PEERS_ONEDNN
    {"oneDNN", peers_onednn_version, peers_open_onednn, false},
#else
    {"oneDNN", no_version, NULL, false},
#endif
#ifdef PEERS_XNNPACK
    {"XNNPACK", peers_xnnpack_version, peers_open_xnnpack, false},
#endif
#ifdef PEERS_GGML
    {"ggml", peers_ggml_version, peers_open_ggml, false},
#endif
};

enum { LIBRARIES = sizeof libraries / sizeof libraries[0] };

const char *peers_library(size_t index) { return index < LIBRARIES ? libraries[index].name : NULL; }

static size_t find(const char *library)
{
    size_t i = 0;
    while (i < LIBRARIES && strcmp(libraries[i].name, library) != 0)
        i++;
    return i;
}

const char *peers_version(const char *library)
{
    size_t which = find(library);
    return which < LIBRARIES ? libraries[which].version() : NULL;
}

peers_call *peers_open(const char *library, const char *operation, float *dst, const float *src, const float *dy,
                       size_t rows, size_t cols)
{
    size_t which = find(library);
    const vacti_op_info *info = vacti_registry_by_name(operation);
    if (which == LIBRARIES || info == NULL || libraries[which].version() == NULL ||
        (dy != NULL && !libraries[which].gradients))
        return NULL;
    peers_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    call->dst = dst;
    call->src = src;
    call->dy = dy;
    call->from_output = dy != NULL && peers_takes_output(operation);
    call->rows = rows;
    call->cols = cols;
    call->op = info->op;
    if (!libraries[which].open(call)) {
        peers_close(call);
        return NULL;
    }
    return call;
}

static void run_narrow(const peers_call *call)
{
    vact_forward(call->op, NULL, call->dst, call->type, call->src, call->type, call->rows * call->cols);
}

static void run_narrow_rows(const peers_call *call)
{
    if (call->op == VACT_OP_SOFTMAX)
        vact_softmax(call->dst, call->type, call->cols, call->src, call->type, call->cols, call->rows, call->cols,
                     NULL);
    else
        vact_log_softmax(call->dst, call->type, call->cols, call->src, call->type, call->cols, call->rows, call->cols,
                         NULL);
}

peers_call *peers_open_narrow(const char *operation, vact_type type, void *dst, const void *src, size_t rows,
                              size_t cols)
{
    const vacti_op_info *info = vacti_registry_by_name(operation);
    if (info == NULL || (info->kind != VACT_KIND_UNARY && info->kind != VACT_KIND_ROWS) || type == VACT_F32)
        return NULL;
    peers_call *call = calloc(1, sizeof *call);
    if (call != NULL)
        *call = (peers_call){.run = info->kind == VACT_KIND_UNARY ? run_narrow : run_narrow_rows,
                             .dst = dst,
                             .src = src,
                             .rows = rows,
                             .cols = cols,
                             .op = info->op,
                             .type = type};
    return call;
}

bool peers_narrow(vact_type type, void *dst, const float *src, size_t n)
{
    return vact_forward(VACT_OP_IDENTITY, NULL, dst, type, src, VACT_F32, n) == VACT_OK;
}

void peers_close(peers_call *call)
{
    if (call->close != NULL)
        call->close(call->own);
    free(call);
}

/* --------------------------------------------------------------------------------------------------- clock */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double peers_seconds(const peers_call *call, size_t calls)
{
    double start = now();
    for (size_t i = 0; i < calls; i++)
        call->run(call);
    return now() - start;
}

void peers_deeper(size_t bytes, void (*function)(void))
{
    volatile char *room = alloca(bytes + 1);
    room[0] = 0; /* so that it is there, and no tail call */
    function();
    room[0] = 1;
}

/* -------------------------------------------------------------------------------------------------- arrays */

const float *peers_input(const char *name, size_t n)
{
    for (int kind = 0; kind < DISTRIBUTIONS; kind++)
        if (strcmp(name, distribution_names[kind]) == 0)
            return memory_input((distribution)kind, n);
    return NULL;
}

float *peers_output(void) { return memory_output(); }

float *peers_array(void) { return memory_new(); }
