#include "against_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------------------------- loading */

/* Writes the name of a new file with the same contents to `copy`. */
static bool copy_file(const char *path, char *copy, size_t size)
{
    const char *folder = getenv("TMPDIR");
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) {
        fprintf(stderr, "vact_bench: cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    snprintf(copy, size, "%s/vact_bench_XXXXXX", folder != NULL ? folder : "/tmp");
    int to = mkstemp(copy);
    ssize_t sent = to < 0 ? -1 : 1;
    while (sent > 0)
        sent = sendfile(to, from, NULL, 1 << 30);
    if (sent < 0)
        fprintf(stderr, "vact_bench: cannot copy %s to %s: %s\n", path, copy, strerror(errno));
    if (sent < 0 && to >= 0)
        unlink(copy);
    if (to >= 0)
        close(to);
    close(from);
    return sent == 0;
}

static library_function *symbol(const library *of, const char *name)
{
    void *found = dlsym(of->handle, name);
    library_function *function = NULL;
    memcpy((void *)&function, (const void *)&found, sizeof function); /* ISO C has no cast for it */
    return function;
}

static const library_dialect *dialect_of(const char *version);

bool library_open(library *to, const char *path)
{
    typedef const char *version_fn(void);
    char copy[4096];
    if (!copy_file(path, copy, sizeof copy))
        return false;
    to->handle = dlopen(copy, RTLD_NOW | RTLD_LOCAL);
    unlink(copy);
    if (to->handle == NULL) {
        fprintf(stderr, "vact_bench: cannot load %s: %s\n", path, dlerror());
        return false;
    }
    version_fn *version = (version_fn *)symbol(to, "vact_version");
    if (version == NULL || symbol(to, "vact_select") == NULL) {
        fprintf(stderr, "vact_bench: %s is not a vact library: it lacks vact_version or vact_select\n", path);
        return false;
    }
    to->version = version();
    to->dialect = dialect_of(to->version);
    if (to->dialect == NULL)
        fprintf(stderr, "vact_bench: %s: how to call version %s is not known here\n", path, to->version);
    return to->dialect != NULL;
}

bool library_select(const library *of, vact_isa isa, vact_math math)
{
    typedef vact_status select_fn(vact_isa isa, vact_math math);
    return ((select_fn *)symbol(of, "vact_select"))(isa, math) == VACT_OK;
}

/* ------------------------------------------------------------------------------------------------- version 0.1
 *
 * The types are written out, since vact.h has those of one version.
 */

typedef library_function *kernel_fn(vact_op op, vact_isa isa, vact_math math);
typedef library_function *backward_kernel_fn(vact_op op, vact_isa isa, vact_math math, int from_output);

typedef void unary_fn(float *dst, const float *src, size_t n, const vact_params_f32 *params);
typedef void backward_fn(float *dx, const float *dy, const float *x, size_t n, const vact_params_f32 *params);
typedef void epilogue_fn(const vact_params_f32 *params, float *dst, size_t dst_stride, const float *x, size_t x_stride,
                         size_t rows, size_t cols, float scale, const float *bias, const float *residual,
                         size_t residual_stride);
typedef vact_status channels_fn(float *dst, const float *src, const float *slopes, size_t outer, size_t channels,
                                size_t inner);
typedef vact_status rows_fn(float *dst, size_t dst_stride, const float *src, size_t src_stride, size_t rows,
                            size_t cols);
typedef void gate_fn(float *dst, const float *gate, const float *up, size_t n);
typedef void gate_backward_fn(float *dgate, float *dup, const float *dy, const float *gate, const float *up, size_t n);

/* Common to every version so far: a kernel, or a named function where there is none by code. */
static library_function *find_kernel(const library *of, library_part part, const vacti_op_info *op)
{
    static const char *const resolvers[PARTS] = {[PART_FORWARD] = "vact_kernel_f32",
                                                 [PART_BACKWARD] = "vact_backward_kernel_f32",
                                                 [PART_FROM_OUTPUT] = "vact_backward_from_output_kernel_f32",
                                                 [PART_EPILOGUE] = "vact_epilogue_kernel_f32",
                                                 [PART_RESIDUAL] = "vact_epilogue_kernel_f32",
                                                 [PART_GATE] = "vact_gate_kernel_f32",
                                                 [PART_GATE_BACKWARD] = "vact_gate_backward_kernel_f32"};
    char name[64];
    if (resolvers[part] == NULL) {
        snprintf(name, sizeof name, "vact_%s%s_f32", op->name, part == PART_ROWS ? "_rows" : "");
        return symbol(of, name);
    }
    library_function *resolver = symbol(of, resolvers[part]);
    return resolver ? ((kernel_fn *)resolver)(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO) : NULL;
}

static library_function *find_0_1(const library *of, library_part part, const vacti_op_info *op)
{
    if (part != PART_BACKWARD && part != PART_FROM_OUTPUT)
        return find_kernel(of, part, op);
    library_function *resolver = symbol(of, "vact_backward_kernel_f32");
    if (resolver == NULL)
        return NULL;
    return ((backward_kernel_fn *)resolver)(op->op, VACT_ISA_AUTO, VACT_MATH_AUTO, part == PART_FROM_OUTPUT);
}

static void run_unary(const void *user, size_t calls)
{
    const library_call *c = user;
    unary_fn *function = (unary_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->x, c->n, &c->params);
}

static void run_backward(const void *user, size_t calls)
{
    const library_call *c = user;
    backward_fn *function = (backward_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->second, c->x, c->n, &c->params);
}

static void run_epilogue(const void *user, size_t calls)
{
    const library_call *c = user;
    epilogue_fn *function = (epilogue_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(&c->params, c->dst, c->cols, c->x, c->cols, c->rows, c->cols, 1.0f, c->second, c->residual, c->cols);
}

static void run_channels(const void *user, size_t calls)
{
    const library_call *c = user;
    channels_fn *function = (channels_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->x, c->second, 1, c->rows, c->cols);
}

static void run_rows(const void *user, size_t calls)
{
    const library_call *c = user;
    rows_fn *function = (rows_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->cols, c->x, c->cols, c->rows, c->cols);
}

static void run_gate(const void *user, size_t calls)
{
    const library_call *c = user;
    gate_fn *function = (gate_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->x, c->second, c->n);
}

static void run_gate_backward(const void *user, size_t calls)
{
    const library_call *c = user;
    gate_backward_fn *function = (gate_backward_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->second_dst, c->second, c->x, c->second, c->n);
}

/* ---------------------------------------------------------------------------------------------- version 0.2 */

static void run_epilogue_0_2(const void *user, size_t calls)
{
    const library_call *c = user;
    vact_epilogue_f32_fn *function = (vact_epilogue_f32_fn *)c->function;
    const vact_epilogue_options_f32 options = {
        .size = sizeof options, .scale = 1.0f, .bias = c->second, .residual = c->residual, .residual_stride = c->cols};
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->cols, c->x, c->cols, c->rows, c->cols, &options, &c->params);
}

static void run_gate_0_2(const void *user, size_t calls)
{
    const library_call *c = user;
    vact_gate_f32_fn *function = (vact_gate_f32_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->x, c->second, c->n, NULL);
}

static void run_gate_backward_0_2(const void *user, size_t calls)
{
    const library_call *c = user;
    vact_gate_backward_f32_fn *function = (vact_gate_backward_f32_fn *)c->function;
    for (size_t i = 0; i < calls; i++)
        function(c->dst, c->second_dst, c->second, c->x, c->second, c->n, NULL);
}

/* ------------------------------------------------------------------------------------------------- dialects */

struct library_dialect {
    const char *version; /* "major.minor." of its versions */
    library_function *(*find)(const library *of, library_part part, const vacti_op_info *op);
    contender_fn *run[PARTS];
};

static const library_dialect dialects[] = {
    {"0.1.",
     find_0_1,
     {[PART_FORWARD] = run_unary,
      [PART_BACKWARD] = run_backward,
      [PART_FROM_OUTPUT] = run_backward,
      [PART_EPILOGUE] = run_epilogue,
      [PART_RESIDUAL] = run_epilogue,
      [PART_CHANNELS] = run_channels,
      [PART_ROWS] = run_rows,
      [PART_GATE] = run_gate,
      [PART_GATE_BACKWARD] = run_gate_backward}},
    {"0.2.",
     find_kernel,
     {[PART_FORWARD] = run_unary,
      [PART_BACKWARD] = run_backward,
      [PART_FROM_OUTPUT] = run_backward,
      [PART_EPILOGUE] = run_epilogue_0_2,
      [PART_RESIDUAL] = run_epilogue_0_2,
      [PART_CHANNELS] = run_channels,
      [PART_ROWS] = run_rows,
      [PART_GATE] = run_gate_0_2,
      [PART_GATE_BACKWARD] = run_gate_backward_0_2}},
};

static const library_dialect *dialect_of(const char *version)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        if (strncmp(version, dialects[i].version, strlen(dialects[i].version)) == 0)
            return &dialects[i];
    return NULL;
}

library_function *library_find(const library *of, library_part part, const vacti_op_info *op)
{
    return of->dialect->find(of, part, op);
}

contender_fn *library_runner(const library *of, library_part part) { return of->dialect->run[part]; }
