/*
 * logsumexp and the gradients of the softmax family along any axis: as columns they have the bits of rows, whose errors
 * other tests bound; and those bounds here too.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8 };
enum { SOFTMAX, LOG_SOFTMAX, LOGSUMEXP, KINDS };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const size_t SHAPES[][3] = {{1, 1, 5},    {2, 7, 3},     {3, 64, 17}, {1, 65, 1},
                                   {2, 130, 33}, {1, 1100, 20}, {2, 3, 1},   {1, 4200, 2}};

/* A tensor of n elements with `columns` columns, as columns and as rows. */
typedef struct tensor {
    size_t outer, axis, inner, n, columns;
    float *x, *dy, *y, *dx, *lse, *dlse;                         /* between guard pages */
    float *row_x, *row_dy, *row_y, *row_dx, *row_lse, *row_dlse; /* one row per column */
    test_guarded memory[6];
} tensor;

static void tensor_new(tensor *t, const size_t shape[3], bool rear)
{
    t->outer = shape[0], t->axis = shape[1], t->inner = shape[2];
    t->columns = t->outer * t->inner, t->n = t->columns * t->axis;
    float **const guarded[6] = {&t->x, &t->dy, &t->y, &t->dx, &t->lse, &t->dlse};
    float **const plain[6] = {&t->row_x, &t->row_dy, &t->row_y, &t->row_dx, &t->row_lse, &t->row_dlse};
    for (int i = 0; i < 6; i++) {
        const size_t count = i < 4 ? t->n : t->columns;
        t->memory[i] = test_guarded_new(count);
        test_fill(t->memory[i].first, t->memory[i].n);
        *guarded[i] = t->memory[i].first + (rear ? t->memory[i].n - count : 0);
        *plain[i] = calloc(count, sizeof(float));
        cr_assert(*plain[i] != NULL, "out of memory");
    }
}

static void tensor_free(tensor *t)
{
    float *const plain[6] = {t->row_x, t->row_dy, t->row_y, t->row_dx, t->row_lse, t->row_dlse};
    for (int i = 0; i < 6; i++) {
        test_guarded_free(&t->memory[i]);
        free(plain[i]);
    }
}

static size_t place_of(const tensor *t, size_t column, size_t a)
{
    return (column / t->inner * t->axis + a) * t->inner + column % t->inner;
}

static void as_columns(const tensor *t, float *to, const float *rows)
{
    for (size_t c = 0; c < t->columns; c++)
        for (size_t a = 0; a < t->axis; a++)
            to[place_of(t, c, a)] = rows[c * t->axis + a];
}

static void draw(tensor *t, size_t round, test_random *random)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, -0.0f, FLT_MAX, -FLT_MAX};
    for (size_t c = 0; c < t->columns; c++) {
        const double spread = round % 3 == 0 ? 30.0 : 3.0, size = round % 4 == 3 && c % 3 == 0 ? 0x1p125 : 1.0;
        for (size_t a = 0; a < t->axis; a++) {
            const size_t i = c * t->axis + a;
            t->row_x[i] = (float)(spread * test_random_normal(random)) + (c % 5 == 1 ? 700.0f : 0.0f);
            /* Large ones without small ones beside them, whose last bits depend on the vector's width there. */
            t->row_dy[i] =
                (float)(size * (test_random_unit(random) + 1.0) * (test_random_below(random, 2) ? 1.0 : -1.0));
        }
        t->row_dlse[c] = (float)(exp2(80.0 * test_random_unit(random) - 40.0) * test_random_normal(random));
        if (round % 5 == 4)
            t->row_x[c * t->axis + test_random_below(random, t->axis)] = odd[test_random_below(random, COUNT(odd))];
        if (round % 7 == 6 && c % 4 == 2)
            for (size_t a = 0; a < t->axis; a++)
                t->row_x[c * t->axis + a] = -INFINITY;
    }
}

static void by_rows(const tensor *t, const vacti_softmax_family *f, int kind)
{
    const size_t rows = t->columns, cols = t->axis;
    if (kind == LOGSUMEXP) {
        f->logsumexp(t->row_lse, t->row_x, cols, rows, cols, NULL);
        f->logsumexp_backward(t->row_dx, cols, t->row_dlse, t->row_x, cols, t->row_lse, rows, cols, 1.0f, NULL);
    } else if (kind == SOFTMAX) {
        f->softmax(t->row_y, cols, t->row_x, cols, rows, cols, NULL);
        f->softmax_backward(t->row_dx, cols, t->row_dy, cols, t->row_y, cols, rows, cols, 1.0f, NULL);
    } else {
        f->log_softmax(t->row_y, cols, t->row_x, cols, rows, cols, NULL);
        f->log_softmax_backward(t->row_dx, cols, t->row_dy, cols, t->row_y, cols, rows, cols, 1.0f, NULL);
    }
}

/* Returns where dx is: by itself, on dy or on y; for logsumexp by itself or on x. */
static const float *by_columns(const tensor *t, const vacti_softmax_family *f, int kind, size_t place)
{
    as_columns(t, t->x, t->row_x);
    as_columns(t, t->dy, t->row_dy);
    as_columns(t, t->y, t->row_y);
    memcpy(t->dlse, t->row_dlse, t->columns * sizeof(float));
    if (kind == LOGSUMEXP) {
        float *dx = place == 0 ? t->dx : t->x;
        f->logsumexp_axis(t->lse, t->x, t->outer, t->axis, t->inner);
        f->logsumexp_backward_axis(dx, t->dlse, t->x, t->lse, t->outer, t->axis, t->inner);
        return dx;
    }
    float *dx = place == 0 ? t->dx : place == 1 ? t->dy : t->y;
    (kind == SOFTMAX ? f->softmax_backward_axis : f->log_softmax_backward_axis)(dx, t->dy, t->y, t->outer, t->axis,
                                                                                t->inner);
    return dx;
}

static void compare(const tensor *t, const float *dx, int kind, const char *build)
{
    for (size_t c = 0; c < t->columns; c++) {
        if (kind == LOGSUMEXP)
            cr_assert(test_same(t->lse[c], t->row_lse[c]), "%s logsumexp %zux%zux%zu, column %zu: %a, as a row %a",
                      build, t->outer, t->axis, t->inner, c, (double)t->lse[c], (double)t->row_lse[c]);
        for (size_t a = 0; a < t->axis; a++) {
            const float got = dx[place_of(t, c, a)], want = t->row_dx[c * t->axis + a];
            cr_assert(test_same(got, want), "%s gradient %d %zux%zux%zu, element %zu of column %zu: %a, as a row %a",
                      build, kind, t->outer, t->axis, t->inner, a, c, (double)got, (double)want);
        }
    }
}

Test(axis, columns_have_the_bits_of_rows)
{
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES);
    test_random random = {81};
    for (size_t round = 0; round < (TEST_SANITIZED ? 1 : 20) * COUNT(SHAPES); round++) {
        tensor t;
        tensor_new(&t, SHAPES[round % COUNT(SHAPES)], round % 2 == 0);
        draw(&t, round / COUNT(SHAPES) + round, &random);
        for (size_t b = 0; b < builds; b++)
            for (int kind = 0; kind < KINDS; kind++) {
                if (tables[b]->family.softmax_backward == NULL)
                    continue;
                by_rows(&t, &tables[b]->family, kind);
                compare(&t, by_columns(&t, &tables[b]->family, kind, (round + b) % 3), kind, tables[b]->build);
            }
        tensor_free(&t);
    }
}

static double spacing(long double exact) { return exp2(fmax(floor(log2((double)fabsl(exact))) - 23.0, -149.0)); }

static void within(float got, long double exact, long double slack, const char *what)
{
    const long double room = 2.0L * (exact == 0.0L ? 0x1p-149L : (long double)spacing(exact)) + slack;
    cr_assert(fabsl((long double)got - exact) <= room, "%s: %a, exact %La, %Lg of the bound", what, (double)got, exact,
              fabsl((long double)got - exact) / room);
}

/* The bounds of vact.h, by the public functions. */
Test(axis, bounds)
{
    test_random random = {82};
    if (!VACT_WITH_GRADIENTS)
        cr_skip("no gradients");
    for (size_t round = 0; round < 40; round++) {
        tensor t;
        tensor_new(&t, SHAPES[round % COUNT(SHAPES)], true);
        draw(&t, 0, &random);
        as_columns(&t, t.x, t.row_x);
        as_columns(&t, t.dy, t.row_dy);
        memcpy(t.dlse, t.row_dlse, t.columns * sizeof(float));
        long double *z = calloc(t.axis, sizeof *z);
        cr_assert(z != NULL);
        for (int kind = 0; kind < KINDS; kind++) {
            vact_status status;
            if (kind == LOGSUMEXP)
                status = vact_logsumexp_axis_f32(t.lse, t.x, t.outer, t.axis, t.inner) |
                         vact_logsumexp_backward_axis_f32(t.dx, t.dlse, t.x, t.lse, t.outer, t.axis, t.inner);
            else if (kind == SOFTMAX)
                status = vact_softmax_axis_f32(t.y, t.x, t.outer, t.axis, t.inner) |
                         vact_softmax_backward_axis_f32(t.dx, t.dy, t.y, t.outer, t.axis, t.inner);
            else
                status = vact_log_softmax_axis_f32(t.y, t.x, t.outer, t.axis, t.inner) |
                         vact_log_softmax_backward_axis_f32(t.dx, t.dy, t.y, t.outer, t.axis, t.inner);
            cr_assert(status == VACT_OK);
            for (size_t c = 0; c < t.columns; c++) {
                long double dot = 0.0L, size = 0.0L, sum = 0.0L;
                for (size_t a = 0; a < t.axis; a++) {
                    const size_t i = place_of(&t, c, a);
                    z[a] = (long double)t.x[i];
                    dot += (long double)t.dy[i] * (long double)t.y[i];
                    size += fabsl((long double)t.dy[i] * (long double)t.y[i]);
                    sum += (long double)t.dy[i];
                }
                if (kind == LOGSUMEXP)
                    cr_assert(fabsl((long double)t.lse[c] - family_logsumexp(z, t.axis)) <=
                              2.0L * (long double)spacing(family_logsumexp_terms(z, t.axis)));
                for (size_t a = 0; a < t.axis; a++) {
                    const size_t i = place_of(&t, c, a);
                    const long double y = (long double)t.y[i], dy = (long double)t.dy[i], lse = (long double)t.lse[c];
                    if (kind == SOFTMAX)
                        within(t.dx[i], y * (dy - dot), 0x1p-40L * y * size, "softmax");
                    else if (kind == LOG_SOFTMAX)
                        within(t.dx[i], dy - expl(y) * sum, 0x1p-24L * fabsl(expl(y) * sum) + 0x1p-189L * fabsl(sum),
                               "log_softmax");
                    else
                        within(t.dx[i], (long double)t.dlse[c] * expl(z[a] - lse),
                               0x1p-189L * fabsl((long double)t.dlse[c]), "logsumexp");
                }
            }
        }
        free(z);
        tensor_free(&t);
    }
}

/* ------------------------------------------------------------------------------------------- what is refused */

enum { N = 24 };

static float area[4 * N + 64];
static float *const x = area, *const y = area + N, *const dy = area + 2 * N, *const out = area + 3 * N;

#define EXPECT(status, call)                                                                                           \
    do {                                                                                                               \
        test_fill(out, N + 64);                                                                                        \
        vact_status got_ = (call);                                                                                     \
        cr_expect(got_ == (status), "%s: %s", #call, vact_status_string(got_));                                        \
        cr_expect((status) == VACT_OK || test_untouched(out, N + 64), "%s wrote", #call);                              \
    } while (0)

Test(axis, arguments)
{
    EXPECT(VACT_EINVAL, vact_logsumexp_axis_f32(out, x, SIZE_MAX / 2, 4, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_axis_f32(out, x, 2, 0, SIZE_MAX));
    EXPECT(VACT_EINVAL, vact_logsumexp_axis_f32(NULL, x, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_axis_f32(out, NULL, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_axis_f32(out, out, 2, 3, 4));
    EXPECT(VACT_OK, vact_logsumexp_axis_f32(NULL, NULL, 0, 3, SIZE_MAX));
    EXPECT(VACT_OK, vact_logsumexp_axis_f32(out, NULL, 2, 0, 4));
    cr_expect(out[0] == -INFINITY && out[7] == -INFINITY && test_untouched(out + 8, N));
    if (!VACT_WITH_GRADIENTS)
        return;
    vact_status (*const run[])(float *, const float *, const float *, size_t, size_t,
                               size_t) = {vact_softmax_backward_axis_f32, vact_log_softmax_backward_axis_f32};
    for (size_t f = 0; f < 2; f++) {
        EXPECT(VACT_EINVAL, run[f](out, dy, y, SIZE_MAX / 2, 4, 4));
        EXPECT(VACT_EINVAL, run[f](NULL, dy, y, 2, 3, 4));
        EXPECT(VACT_EINVAL, run[f](out, NULL, y, 2, 3, 4));
        EXPECT(VACT_EINVAL, run[f](out, dy, NULL, 2, 3, 4));
        EXPECT(VACT_EOVERLAP, run[f](out, out + 1, y, 2, 3, 4));
        EXPECT(VACT_EOVERLAP, run[f](out, dy, out + 1, 2, 3, 4));
        EXPECT(VACT_OK, run[f](NULL, NULL, NULL, 2, 0, 4));
        EXPECT(VACT_OK, run[f](out, out, y, 2, 3, 4));
    }
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis_f32(out, dy, x, y, 2, SIZE_MAX / 2, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis_f32(NULL, dy, x, y, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis_f32(out, NULL, x, y, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis_f32(out, dy, NULL, y, 2, 3, 4));
    EXPECT(VACT_EINVAL, vact_logsumexp_backward_axis_f32(out, dy, x, NULL, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_axis_f32(out, out, x, y, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_axis_f32(out, dy, x, out + 3, 2, 3, 4));
    EXPECT(VACT_EOVERLAP, vact_logsumexp_backward_axis_f32(out, dy, out + 1, y, 2, 3, 4));
    EXPECT(VACT_OK, vact_logsumexp_backward_axis_f32(out, dy, out, y, 2, 3, 4));
}
