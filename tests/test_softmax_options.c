/* The options of the softmax family, each alone and in random combinations, against plain long double (family.c): of
 * `fast`, and of `cr`. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "reference/reference.h"

enum { TABLES = 8, ROWS = 6, MOST = 4096 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct problem {
    vact_math math;
    vact_softmax_options_f32 options;
    size_t cols;
    float x[ROWS * MOST], bias[ROWS * MOST], sinks[ROWS], slopes[ROWS];
    unsigned char keep[ROWS * MOST];
    int64_t lengths[ROWS], offsets[ROWS];
    float got[2][2 * ROWS * MOST + ROWS];
    long double z[MOST], y[MOST];
} problem;

static problem data;

static float uniform(test_random *random, double limit)
{
    return (float)(limit * (2.0 * test_random_unit(random) - 1.0));
}

static size_t any_of(test_random *random, size_t n) { return test_random_below(random, n); }

/* --------------------------------------------------------------------------------------------- problems */

typedef enum {
    SCALE,
    BIAS,
    KEEP,
    SLOPE,
    CAUSAL,
    OFFSETS,
    WINDOW,
    LENGTHS,
    SINK,
    CAP,
    CAP_AFTER,
    LARGE,
    OPTIONS
} option;

static void fill_values(problem *p, test_random *random, unsigned set)
{
    const double spread = any_of(random, 3) == 0 ? 100.0 : 8.0;
    const float large = set & 1u << LARGE ? 0x1p90f : 1.0f;
    for (size_t i = 0; i < ROWS * p->cols; i++) {
        p->x[i] = uniform(random, spread) * large;
        p->bias[i] = any_of(random, 5) == 0 ? -INFINITY : uniform(random, 6.0) * large;
        p->keep[i] = any_of(random, 5) != 0;
    }
    for (size_t r = 0; r < ROWS; r++) {
        p->sinks[r] = uniform(random, spread) * (any_of(random, 4) == 0 ? 4.0f : 1.0f) * large;
        p->slopes[r] = any_of(random, 4) == 0 ? -0.7f : exp2f(-(float)r);
        p->lengths[r] = (int64_t)any_of(random, p->cols + 3) - 1;
        p->offsets[r] = (int64_t)any_of(random, 2 * p->cols + 1) - (int64_t)p->cols;
    }
}

static vact_mask_layout any_layout(test_random *random, size_t cols)
{
    const vact_mask_layout layouts[] = {{cols, 0, 0, 0, 0}, {cols, 3, 1, 0, 0}, {cols, 2, 3, 0, 0},
                                        {0, 0, 0, 0, 0},    {cols, 4, 0, 3, 2}, {cols, 5, 2, 5, 3}};
    return layouts[any_of(random, COUNT(layouts))];
}

static vact_values_layout any_values(test_random *random)
{
    return (vact_values_layout){any_of(random, ROWS + 1), any_of(random, 4)};
}

static void fill(problem *p, test_random *random, unsigned set, size_t cols)
{
    static const float scales[] = {0.125f, 0.0883883461f, -0.7f, 3.0f, 0.0f, -1.0f, 0x1p-30f};
    static const float caps[] = {30.0f, 50.0f, 1.5f, 0.1f, 1000.0f, 1e30f, FLT_MAX, 1e-30f};
    vact_softmax_options_f32 *o = &p->options;
    *o = (vact_softmax_options_f32)VACT_SOFTMAX_OPTIONS_F32;
    p->cols = cols;
    fill_values(p, random, set);
    if (set & 1u << SCALE)
        o->scale = scales[any_of(random, COUNT(scales))];
    if (set & 1u << BIAS)
        o->bias = p->bias, o->bias_layout = any_layout(random, cols);
    if (set & 1u << KEEP)
        o->keep = p->keep, o->keep_layout = any_layout(random, cols);
    if (set & 1u << SLOPE)
        o->slopes = p->slopes;
    if (set & 1u << SINK)
        o->sinks = p->sinks;
    o->heads_layout = any_values(random);
    if (set & 1u << LENGTHS)
        o->lengths = p->lengths, o->lengths_layout = any_values(random);
    if (set & (1u << CAUSAL | 1u << OFFSETS | 1u << WINDOW)) {
        o->causal_queries = 1 + any_of(random, ROWS);
        o->causal_offset = (ptrdiff_t)any_of(random, cols + 10) - 3;
    }
    if (set & 1u << OFFSETS)
        o->causal_offsets = p->offsets, o->causal_layout = any_values(random);
    if (set & 1u << WINDOW) {
        o->window_before = any_of(random, 2) == 0 ? 0 : 1 + any_of(random, cols + 2);
        o->window_after = any_of(random, 3) == 0 ? any_of(random, cols + 2) : any_of(random, 2) == 0 ? SIZE_MAX : 0;
    }
    if (any_of(random, 3) == 0)
        o->first_column = any_of(random, cols + 1);
    if (set & (1u << CAP | 1u << CAP_AFTER))
        o->softcap = caps[any_of(random, COUNT(caps))];
    if (set & 1u << CAP_AFTER)
        o->softcap_order = VACT_SOFTCAP_AFTER_MASK;
}

static bool has_cap(const problem *p) { return p->options.softcap > 0.0f && isfinite(p->options.softcap); }

/* --------------------------------------------------------------------------------------------- forward */

/* What vact.h grants a logit of `fast`, for the soft cap, and a result, in ULP. */
static long double cap_error(const problem *p)
{
    return has_cap(p) && p->math == VACT_MATH_FAST ? 0x1p-23L * (long double)p->options.softcap : 0.0L;
}

static long double bound(const problem *p) { return p->math == VACT_MATH_CR ? 0.501L : 2.0L; }

static double spacing(long double v)
{
    return v == 0.0L ? 0x1p-149 : exp2(fmax(floor(log2((double)fabsl(v))) - 23.0, -149.0));
}

/* The largest error of `cr`: the check must see it. */
static long double worst_of_cr;

/* Whether `got` is within so many ULP of `exact`, and `more`. */
static bool is_near(float got, long double exact, long double ulp, long double more)
{
    if (!isfinite(exact) || isnan(got))
        return test_same(got, (float)exact);
    if (ulp < 1.0L && isfinite(got))
        worst_of_cr = fmaxl(worst_of_cr, fabsl((long double)got - exact) / (long double)spacing(exact));
    return isfinite(got) ? fabsl((long double)got - exact) <= ulp * (long double)spacing(exact) + more
                         : fabsl(exact) + more > (long double)FLT_MAX;
}

static void check_value(const problem *p, const char *what, size_t r, size_t c, float got, long double exact,
                        long double more)
{
    const vact_softmax_options_f32 *o = &p->options;
    cr_assert(
        is_near(got, exact, bound(p), more),
        "%s, row %zu, column %zu of %zu: %a, exact %La (%Lg of more); scale %g, cap %g %d, sink %Lg, bias %d, keep "
        "%d, slopes %d, causal %zu",
        what, r, c, p->cols, (double)got, exact, more, (double)o->scale, (double)o->softcap, o->softcap_order,
        family_sink(r, o), o->bias != NULL, o->keep != NULL, o->slopes != NULL, o->causal_queries);
}

static void check_row(problem *p, const float *softmax, const float *log_softmax, float lse, size_t r)
{
    const vact_softmax_options_f32 *o = &p->options;
    const size_t length = family_length(r, p->cols, o), cols = p->cols;
    const long double sink = family_sink(r, o), error = cap_error(p);
    family_logits(p->z, p->x + r * cols, r, ROWS, cols, o);
    family_softmax_sink(p->y, p->z, length, family_masked(o), sink);
    for (size_t c = 0; c < length; c++)
        check_value(p, "softmax", r, c, softmax[c], p->y[c], fabsl(p->y[c]) * expm1l(fminl(2.0L * error, 700.0L)));
    family_log_softmax_sink(p->y, p->z, length, family_masked(o), sink);
    for (size_t c = 0; c < length; c++)
        check_value(p, "log_softmax", r, c, log_softmax[c], p->y[c], 2.0L * error);
    const long double terms = family_logsumexp_terms_sink(p->z, length, sink);
    check_value(p, "logsumexp", r, 0, lse, family_logsumexp_sink(p->z, length, sink),
                p->math == VACT_MATH_CR ? 0.0L : error + 2.0L * (long double)spacing(terms));
    cr_assert(test_untouched(softmax + length, cols - length) && test_untouched(log_softmax + length, cols - length),
              "row %zu: written beyond its length %zu of %zu", r, length, cols);
}

/* Every build has the bits of the first, which are near the exact results. */
static void check_variant(problem *p, vact_math math)
{
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables_of(math, tables, TABLES), cols = p->cols, n = ROWS * cols;
    p->math = math;
    for (size_t b = 0; b < builds; b++) {
        const vacti_softmax_family *family = &tables[b]->family;
        float *to = p->got[b != 0];
        test_fill(to, 2 * n + ROWS);
        family->softmax(to, cols, p->x, cols, ROWS, cols, &p->options);
        family->log_softmax(to + n, cols, p->x, cols, ROWS, cols, &p->options);
        family->logsumexp(to + 2 * n, p->x, cols, ROWS, cols, &p->options);
        for (size_t i = 0; b != 0 && i < 2 * n + ROWS; i++)
            cr_assert(test_same(p->got[0][i], to[i]), "%s and %s differ: element %zu of %u x %zu: %a, %a",
                      tables[0]->build, tables[b]->build, i, (unsigned)ROWS, cols, (double)p->got[0][i], (double)to[i]);
    }
    for (size_t r = 0; r < ROWS && builds > 0; r++)
        check_row(p, p->got[0] + r * cols, p->got[0] + n + r * cols, p->got[0][2 * n + r], r);
}

static void check_forward(problem *p)
{
    check_variant(p, VACT_MATH_FAST);
    check_variant(p, VACT_MATH_CR);
}

static size_t any_columns(test_random *random)
{
    static const size_t usual[] = {0, 1, 2, 15, 16, 17, 63, 64, 65, 100, 257, 1024, 1025};
    return any_of(random, 8) == 0   ? any_of(random, MOST + 1)
           : any_of(random, 2) == 0 ? any_of(random, 130)
                                    : usual[any_of(random, COUNT(usual))];
}

Test(softmax_options, each_alone)
{
    test_random random = {2201};
    for (unsigned which = 0; which < OPTIONS; which++)
        for (int round = 0; round < (TEST_SANITIZED ? 3 : 12); round++) {
            /* A cap after the mask and a slope need a bias. */
            const unsigned bias = which == SLOPE || which == CAP_AFTER || which == LARGE ? 1u << BIAS : 0;
            fill(&data, &random, 1u << which | bias, any_columns(&random));
            check_forward(&data);
        }
}

Test(softmax_options, combinations)
{
    test_random random = {2202};
    for (int round = 0; round < (TEST_SANITIZED ? 40 : 500); round++) {
        unsigned set = (unsigned)any_of(&random, 1u << OPTIONS);
        if (any_of(&random, 4) != 0)
            set &= ~(1u << LARGE);
        fill(&data, &random, set, any_columns(&random));
        check_forward(&data);
    }
    cr_assert(worst_of_cr > 0.499L || !VACT_WITH_CR, "the largest error of cr was %Lg ULP", worst_of_cr);
}

/* A structure of the first version has the defaults of what it lacks. */
Test(softmax_options, of_the_first_version)
{
    test_random random = {2203};
    fill(&data, &random, 1u << SCALE | 1u << BIAS | 1u << KEEP | 1u << CAUSAL, 100);
    data.options.first_column = 0;
    vact_softmax_options_f32 later = data.options;
    data.options.size = offsetof(vact_softmax_options_f32, causal_offset) + sizeof data.options.causal_offset;
    memset((char *)&data.options + data.options.size, 0xff, sizeof data.options - data.options.size);
    later.heads_layout = (vact_values_layout){0, 0};
    cr_assert(vact_softmax_masked_f32(data.got[0], 100, data.x, 100, ROWS, 100, &data.options) == VACT_OK);
    cr_assert(vact_softmax_masked_f32(data.got[1], 100, data.x, 100, ROWS, 100, &later) == VACT_OK);
    for (size_t i = 0; i < 100 * ROWS; i++)
        cr_assert(test_same(data.got[0][i], data.got[1][i]), "element %zu", i);
}

/* --------------------------------------------------------------------------------------------- limits */

Test(softmax_options, limits_of_sinks)
{
    static const float sinks[] = {-INFINITY, -FLT_MAX, 0.0f, FLT_MAX, INFINITY, NAN};
    static const float rows[][3] = {{1.0f, 2.0f, 3.0f},
                                    {-INFINITY, -INFINITY, -INFINITY},
                                    {NAN, 1.0f, 2.0f},
                                    {INFINITY, 1.0f, 2.0f},
                                    {FLT_MAX, -FLT_MAX, FLT_MAX}};
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables_of_both(tables, TABLES);
    long double z[3], y[3];
    for (size_t b = 0; b < builds; b++)
        for (size_t s = 0; s < COUNT(sinks); s++)
            for (size_t k = 0; k < COUNT(rows); k++)
                for (int scaled = 0; scaled < 2; scaled++) {
                    vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
                    options.sinks = &sinks[s];
                    options.scale = scaled ? 0.5f : 1.0f;
                    float got[3], logs[3], lse;
                    tables[b]->family.softmax(got, 3, rows[k], 3, 1, 3, &options);
                    tables[b]->family.log_softmax(logs, 3, rows[k], 3, 1, 3, &options);
                    tables[b]->family.logsumexp(&lse, rows[k], 3, 1, 3, &options);
                    family_logits(z, rows[k], 0, 1, 3, &options);
                    family_softmax_sink(y, z, 3, true, (long double)sinks[s]);
                    for (size_t c = 0; c < 3; c++)
                        cr_assert(is_near(got[c], y[c], 2.0L, 0.0L), "%s, row %zu, sink %g, column %zu: %g, exact %Lg",
                                  tables[b]->build, k, (double)sinks[s], c, (double)got[c], y[c]);
                    family_log_softmax_sink(y, z, 3, true, (long double)sinks[s]);
                    for (size_t c = 0; c < 3; c++)
                        cr_assert(is_near(logs[c], y[c], 2.0L, 0.0L),
                                  "%s, row %zu, sink %g, column %zu: log %g, exact %Lg", tables[b]->build, k,
                                  (double)sinks[s], c, (double)logs[c], y[c]);
                    cr_assert(is_near(lse, family_logsumexp_sink(z, 3, (long double)sinks[s]), 2.0L, 0.0L),
                              "%s, row %zu, sink %g: logsumexp %g", tables[b]->build, k, (double)sinks[s], (double)lse);
                }
}

/* An infinite logit is +-c; a bias of -inf leaves out in both orders; a cap of +inf is none. */
Test(softmax_options, limits_of_caps)
{
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables_of_both(tables, TABLES);
    const float x[4] = {INFINITY, -INFINITY, 0.0f, 5.0f}, bias[4] = {0.0f, 0.0f, 0.0f, -INFINITY};
    for (size_t b = 0; b < builds; b++)
        for (int order = 0; order < 2; order++) {
            vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
            float y[4], plain[4];
            options.bias = bias;
            options.softcap = 2.0f;
            options.softcap_order = (vact_softcap_order)order;
            tables[b]->family.softmax(y, 4, x, 4, 1, 4, &options);
            const double sum = exp(2.0) + exp(-2.0) + 1.0;
            cr_assert(fabs((double)y[0] - exp(2.0) / sum) < 1e-6 && fabs((double)y[1] - exp(-2.0) / sum) < 1e-7 &&
                          fabs((double)y[2] - 1.0 / sum) < 1e-6 && y[3] == 0.0f,
                      "%s, order %d: %g %g %g %g", tables[b]->build, order, (double)y[0], (double)y[1], (double)y[2],
                      (double)y[3]);
            options.softcap = INFINITY;
            tables[b]->family.softmax(y, 4, data.x, 4, 1, 4, &options);
            options.softcap = 0.0f;
            tables[b]->family.softmax(plain, 4, data.x, 4, 1, 4, &options);
            cr_assert(memcmp(y, plain, sizeof y) == 0, "%s: a cap of +inf", tables[b]->build);
            options.scale = 0.0f;
            options.bias = NULL;
            tables[b]->family.softmax(y, 4, x, 4, 1, 4, &options);
            cr_assert(isnan(y[0]) && isnan(y[3]), "%s: a scale of 0 times an infinity", tables[b]->build);
            tables[b]->family.softmax(y, 2, x + 2, 2, 1, 2, &options);
            cr_assert(y[0] == 0.5f && y[1] == 0.5f, "%s: a scale of 0", tables[b]->build);
        }
}

/* --------------------------------------------------------------------------------------------- memory */

/* Rows of a valid length end at a guard page, in every array. */
Test(softmax_options, nothing_beyond_a_length)
{
    enum { LONGEST = 150, COLS = 4096 };
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables_of_both(tables, TABLES);
    test_guarded src = test_guarded_new(LONGEST), dst = test_guarded_new(LONGEST), dy = test_guarded_new(LONGEST);
    test_guarded bias = test_guarded_new(LONGEST), bytes = test_guarded_new(LONGEST), y = test_guarded_new(LONGEST);
    test_random random = {2204};
    for (size_t length = 0; length <= LONGEST; length += 1 + length / 20)
        for (unsigned kind = 0; kind < 8; kind++)
            for (size_t b = 0; b < builds; b++) {
                const vacti_softmax_family *family = &tables[b]->family;
                const int64_t valid = (int64_t)length;
                vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
                float *x = src.first + src.n - length, *to = dst.first + dst.n - length;
                float *slopes = dy.first + dy.n - length, *out = y.first + y.n - length;
                float *added = bias.first + bias.n - length, sink = 1.0f, dsink, lse;
                unsigned char *keep = (unsigned char *)(bytes.first + bytes.n) - length;
                for (size_t c = 0; c < length; c++) {
                    x[c] = uniform(&random, 5.0), added[c] = uniform(&random, 5.0), keep[c] = c % 3 != 0;
                    slopes[c] = uniform(&random, 5.0), out[c] = 0.1f;
                }
                options.lengths = &valid;
                options.bias = kind & 1 ? added : NULL;
                options.keep = kind & 2 ? keep : NULL;
                options.softcap = kind & 4 ? 10.0f : 0.0f;
                options.sinks = kind & 4 ? &sink : NULL;
                vact_softmax_online_f32 state = {-INFINITY, 0.0};
                float rescale;
                family->softmax(to, COLS, x, COLS, 1, COLS, &options);
                family->log_softmax(to, COLS, x, COLS, 1, COLS, &options);
                family->logsumexp(&lse, x, COLS, 1, COLS, &options);
                family->online(&state, &rescale, to, COLS, x, COLS, 1, COLS, &options);
                for (vacti_softmax_kind of = VACTI_SOFTMAX; family->masked_backward && of <= VACTI_LOGSUMEXP; of++) {
                    const bool one = of == VACTI_LOGSUMEXP; /* dy and y per row */
                    const vacti_masked_gradient call = {of,
                                                        to,
                                                        kind & 4 ? &dsink : NULL,
                                                        one ? &sink : slopes,
                                                        x,
                                                        one ? &lse : out,
                                                        COLS,
                                                        COLS,
                                                        COLS,
                                                        COLS,
                                                        1,
                                                        COLS,
                                                        &options};
                    family->masked_backward(&call);
                }
                for (size_t c = 0; c < length; c++)
                    cr_assert(!isnan(to[c]));
            }
    test_guarded_free(&src), test_guarded_free(&dst), test_guarded_free(&dy);
    test_guarded_free(&bias), test_guarded_free(&bytes), test_guarded_free(&y);
}

/* --------------------------------------------------------------------------------------------- attention */

enum { QUERIES = 20, KEYS = 300, HEADS = 2, WIDTH = 8, BLOCK = 128 };

static float scores[HEADS * QUERIES * KEYS], shares[HEADS * QUERIES * KEYS];

/* Three blocks by the online form, with sink, soft cap, causal mask, window and lengths, equal the one-shot softmax
 * times V. */
Test(softmax_options, attention_in_blocks)
{
    static float values[KEYS * WIDTH], block[HEADS * QUERIES * BLOCK], lse[HEADS * QUERIES], once[HEADS * QUERIES];
    static double out[HEADS * QUERIES][WIDTH];
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables(tables, TABLES), rows = HEADS * QUERIES;
    const float sinks[HEADS] = {1.5f, -40.0f};
    const int64_t lengths[1] = {KEYS - 7};
    test_random random = {2205};
    for (int round = 0; round < 12; round++)
        for (size_t b = 0; b < builds; b++) {
            vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
            options.scale = 0.3f;
            options.sinks = round % 2 == 0 ? sinks : NULL;
            options.heads_layout = (vact_values_layout){HEADS, QUERIES};
            options.softcap = round % 4 < 2 ? 20.0f : 0.0f;
            options.causal_queries = QUERIES;
            options.causal_offset = KEYS - QUERIES;
            options.window_before = round % 3 == 0 ? 150 : 0;
            options.lengths = round % 3 == 1 ? lengths : NULL;
            for (size_t i = 0; i < rows * KEYS; i++)
                scores[i] = uniform(&random, 60.0), shares[i] = 0.0f;
            for (size_t i = 0; i < KEYS * WIDTH; i++)
                values[i] = uniform(&random, 1.0);
            memset(out, 0, sizeof out);
            tables[b]->family.softmax(shares, KEYS, scores, KEYS, rows, KEYS, &options);
            tables[b]->family.logsumexp(once, scores, KEYS, rows, KEYS, &options);
            vact_softmax_online_f32 state[HEADS * QUERIES];
            float rescale[HEADS * QUERIES], factor[HEADS * QUERIES];
            cr_assert(vact_softmax_online_start_f32(state, rows) == VACT_OK);
            for (size_t first = 0; first < KEYS; first += BLOCK) {
                const size_t n = KEYS - first < BLOCK ? KEYS - first : BLOCK;
                options.first_column = first;
                memset(block, 0, sizeof block);
                tables[b]->family.online(state, rescale, block, BLOCK, scores + first, KEYS, rows, n, &options);
                for (size_t r = 0; r < rows; r++)
                    for (size_t w = 0; w < WIDTH; w++) {
                        out[r][w] *= (double)rescale[r];
                        for (size_t c = 0; c < n; c++)
                            out[r][w] += (double)block[r * BLOCK + c] * (double)values[(first + c) * WIDTH + w];
                    }
            }
            cr_assert(vact_softmax_online_finish_f32(factor, lse, state, rows, &options) == VACT_OK);
            for (size_t r = 0; r < rows; r++) {
                cr_assert(fabsf(lse[r] - once[r]) <= 4.0f * 0x1p-23f * fmaxf(1.0f, fabsf(once[r])), "lse %a, %a",
                          (double)lse[r], (double)once[r]);
                for (size_t w = 0; w < WIDTH; w++) {
                    double want = 0.0;
                    for (size_t c = 0; c < KEYS; c++)
                        want += (double)shares[r * KEYS + c] * (double)values[c * WIDTH + w];
                    cr_assert(fabs(out[r][w] * (double)factor[r] - want) <= 4.0 * 0x1p-23, "%s, row %zu: %g, not %g",
                              tables[b]->build, r, out[r][w] * (double)factor[r], want);
                }
            }
        }
}

/* ggml's soft_max over [batch, heads, queries, keys]: softmax(x*scale + slope[head]*mask[query]) with a sink per head;
 * the slopes by its rule for max_bias. One call per head, and all in one. */
Test(softmax_options, ggml_soft_max)
{
    static float mask[QUERIES * KEYS], by_head[HEADS * QUERIES * KEYS];
    static long double z[KEYS], y[KEYS];
    const float scale = 0.088388f, sinks[HEADS] = {0.7f, -2.0f}, max_bias = 8.0f;
    const double m0 = exp2(-(double)max_bias / (double)HEADS);
    const float slopes[HEADS] = {(float)m0, (float)(m0 * m0)};
    test_random random = {2206};
    for (size_t i = 0; i < HEADS * QUERIES * KEYS; i++)
        scores[i] = uniform(&random, 90.0);
    for (size_t i = 0; i < QUERIES * KEYS; i++) {
        const size_t query = i / KEYS, key = i % KEYS;
        mask[i] = key > query + KEYS / 2 ? -INFINITY : -fabsf((float)key - (float)query);
    }
    for (size_t h = 0; h < HEADS; h++) {
        vact_softmax_options_f32 options = VACT_SOFTMAX_OPTIONS_F32;
        options.scale = scale, options.bias = mask, options.bias_layout.stride = KEYS;
        options.slopes = &slopes[h], options.sinks = &sinks[h];
        const float *x = scores + h * QUERIES * KEYS;
        cr_assert(vact_softmax_masked_f32(by_head + h * QUERIES * KEYS, KEYS, x, KEYS, QUERIES, KEYS, &options) ==
                  VACT_OK);
        for (size_t q = 0; q < QUERIES; q++) {
            for (size_t k = 0; k < KEYS; k++)
                z[k] = (long double)x[q * KEYS + k] * (long double)scale +
                       (long double)slopes[h] * (long double)mask[q * KEYS + k];
            family_softmax_sink(y, z, KEYS, true, (long double)sinks[h]);
            for (size_t k = 0; k < KEYS; k++)
                cr_assert(is_near(by_head[(h * QUERIES + q) * KEYS + k], y[k], 2.0L, 0.0L),
                          "head %zu, query %zu, key %zu", h, q, k);
        }
    }
    vact_softmax_options_f32 all = VACT_SOFTMAX_OPTIONS_F32;
    all.scale = scale, all.bias = mask, all.bias_layout = (vact_mask_layout){.stride = KEYS, .rows = QUERIES};
    all.slopes = slopes, all.sinks = sinks, all.heads_layout = (vact_values_layout){HEADS, QUERIES};
    cr_assert(vact_softmax_masked_f32(shares, KEYS, scores, KEYS, HEADS * QUERIES, KEYS, &all) == VACT_OK);
    cr_assert(memcmp(shares, by_head, sizeof shares) == 0, "one call for all heads");
}

/* --------------------------------------------------------------------------------------------- the piece */

Test(softmax_options, piece)
{
    static const float maxima[] = {0.0f, 5.0f, -3.0f, -80.0f, -100.0f, 100.0f, 1e6f, 3e37f, -INFINITY, INFINITY, NAN};
    static const float scales[] = {1.0f, 0.3f, -2.0f, 0.0f, 3e38f};
    static float x[MOST], got[2][MOST];
    const vacti_table *tables[TABLES];
    const size_t builds = family_tables_of_both(tables, TABLES);
    test_random random = {2207};
    for (int round = 0; round < 120; round++) {
        const size_t cols = any_columns(&random);
        const float max = maxima[(size_t)round % COUNT(maxima)], scale = scales[any_of(&random, COUNT(scales))];
        for (size_t c = 0; c < cols; c++)
            x[c] =
                (isfinite(max) && scale != 0.0f ? max / scale : 0.0f) + uniform(&random, round % 3 == 0 ? 120.0 : 8.0);
        if (round % 5 == 0 && cols > 3)
            x[cols / 2] = -INFINITY, x[cols / 3] = round % 10 == 0 ? INFINITY : NAN;
        double sums[2] = {NAN, NAN};
        for (size_t b = 0; b < builds; b++) {
            tables[b]->family.softmax_exp(&sums[b != 0], got[b != 0], cols, x, cols, &max, 1, cols, scale);
            cr_assert(memcmp(&sums[0], &sums[b != 0], sizeof sums[0]) == 0 || (isnan(sums[0]) && isnan(sums[1])),
                      "%s: the sum of %zu columns: %a, not %a", tables[b]->build, cols, sums[b != 0], sums[0]);
            for (size_t c = 0; b != 0 && c < cols; c++)
                cr_assert(test_same(got[0][c], got[1][c]), "%s: column %zu", tables[b]->build, c);
        }
        long double sum = 0.0L;
        for (size_t c = 0; c < cols; c++) {
            const long double e = expl((long double)x[c] * (long double)scale - (long double)max);
            const double error = vacti_ulp_error(got[0][c], (double)e);
            cr_assert(error <= 1.5, "e^(%a*%a - %a) = %a, exact %La: %g ULP", (double)scale, (double)x[c], (double)max,
                      (double)got[0][c], e, error);
            sum = isinf(got[0][c]) && !isnan(sum) ? INFINITY : sum + e;
        }
        cr_assert(isfinite(sum) ? fabsl((long double)sums[0] - sum) <= 0x1p-24L * sum + 0x1p-160L
                                : isnan(sum) == (bool)isnan(sums[0]) && isinf(sum) == (bool)isinf(sums[0]),
                  "the sum for %g of %zu columns is %g, exact %Lg", (double)max, cols, sums[0], sum);
    }
}
