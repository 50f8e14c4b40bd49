/* vact plot: what it draws is what the library computes. The data are read from the script that -o FILE.gp writes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "kernels/reference/reference.h"
#include "program.h"
#include "support.h"

TestSuite(plot, .init = program_enter, .fini = program_leave);

/* ----------------------------------------------------------------------------------------- the script */

static char *read_file(const char *path)
{
    char *text = read_text(path);
    cr_assert_not_null(text, "%s: not there", path);
    return text;
}

static char *script_of(const char *arguments)
{
    char command[512];
    snprintf(command, sizeof command, "plot %s -o script.gp", arguments);
    program_expect(program_run(command), 0, "");
    return read_file("script.gp");
}

/* The lines of a data block, or a failure. */
static const char *block(const char *script, const char *name)
{
    char head[64];
    snprintf(head, sizeof head, "$%s << EOD\n", name);
    const char *found = strstr(script, head);
    cr_assert_not_null(found, "no %s", name);
    return found + strlen(head);
}

/* The next "x y" of a block; a blank line in between sets *broken. */
static bool next_pair(const char **at, double *x, double *y, bool *broken)
{
    *broken = false;
    for (; **at == '\n'; (*at)++)
        *broken = true;
    if (strncmp(*at, "EOD", 3) == 0)
        return false;
    cr_assert(sscanf(*at, "%lf %lf", x, y) == 2, "no pair of numbers: %.40s", *at);
    *at = strchr(*at, '\n') + 1;
    return true;
}

static float library_value(const vacti_op_info *info, bool derivative, float x)
{
    static const float slope = 0.25f, one = 1.0f;
    float y = NAN;
    if (info->op == VACT_OP_PRELU)
        return derivative ? x > 0.0f ? 1.0f : slope : x >= 0.0f ? x : slope * x;
    cr_assert(derivative ? vact_backward_f32(info->op, NULL, &y, &one, &x, 1) == VACT_OK
                         : vact_forward_f32(info->op, NULL, &y, &x, 1) == VACT_OK);
    return y;
}

static void expect_curve(const vacti_op_info *info, bool derivative, const char *script)
{
    const char *at = block(script, derivative ? "derivative0" : "value0");
    double x = NAN;
    double y = NAN;
    double first = NAN;
    size_t count = 0;
    for (bool broken = false; next_pair(&at, &x, &y, &broken); count++) {
        if (count == 0)
            first = x;
        float exact = library_value(info, derivative, (float)x);
        cr_assert((float)y == exact, "%s, %s at %a: %a instead of %a", info->name, derivative ? "derivative" : "value",
                  x, y, (double)exact);
    }
    cr_assert(first == -5.0 && x == 5.0 && count > 600, "%s: %zu points from %g to %g", info->name, count, first, x);
}

Test(plot, draws_what_the_library_computes)
{
    for (size_t i = 0; i < vacti_registry_count; i++) {
        const vacti_op_info *info = &vacti_registry[i];
        if (info->kind != VACT_KIND_UNARY && info->kind != VACT_KIND_CHANNELS)
            continue;
        char *script = script_of(info->name);
        expect_curve(info, false, script);
        expect_curve(info, true, script);
        free(script);
    }
}

Test(plot, breaks_a_line_where_the_function_jumps)
{
    char *script = script_of("relu");
    const char *at = block(script, "derivative0");
    double x = NAN;
    double y = NAN;
    double before = NAN;
    size_t breaks = 0;
    for (bool broken = false; next_pair(&at, &x, &y, &broken); before = x) {
        if (!broken)
            continue;
        breaks++;
        cr_expect(before == 0.0 && (float)x == 0x1p-149f, "broken between %a and %a", before, x);
    }
    cr_expect(breaks == 1, "%zu breaks", breaks);
    free(script);
    script = script_of("exp --to=60"); /* steep, and whole */
    at = block(script, "value0");
    for (bool broken = false; next_pair(&at, &x, &y, &broken);)
        cr_expect(!broken, "exp is broken at %g", x);
    free(script);
}

Test(plot, takes_parameters_and_a_range)
{
    char *script = script_of("leaky_relu:alpha=0.5 hardtanh:lo=-2,hi=1 --from=-4 --to=-3");
    const char *at = block(script, "value0");
    double x = NAN;
    double y = NAN;
    bool broken = false;
    cr_assert(next_pair(&at, &x, &y, &broken));
    cr_expect(x == -4.0 && y == -2.0, "leaky_relu: %g at %g", y, x);
    at = block(script, "value1");
    cr_assert(next_pair(&at, &x, &y, &broken));
    cr_expect(x == -4.0 && y == -2.0, "hardtanh: %g at %g", y, x);
    free(script);
}

/* ------------------------------------------------------------------------------------------ the errors */

/* Of each span, at least the error at its first float, at most the variant's bound. */
static void expect_errors(const char *script, const vacti_op_info *info, vact_math math)
{
    char name[32];
    snprintf(name, sizeof name, "error0_%d", (int)math);
    const char *at = block(script, name);
    const vact_params_f32 params = vacti_registry_defaults(info);
    const double width = 10.0 / 450;
    double x = NAN;
    double error = NAN;
    bool broken = false;
    int i = 0;
    for (; next_pair(&at, &x, &error, &broken); i++) {
        float from = (float)(-5.0 + width * i);
        float computed = 0.0f;
        vact_kernel_f32(info->op, VACT_ISA_AUTO, math)(&computed, &from, 1, &params);
        double least = vacti_forward_error(info->op, &params, (double)from, computed,
                                           vacti_reference_f32(info->op)((double)from, &params));
        cr_assert(error >= least * (1.0 - 1e-5), "%s at %a: %g ULP is below %g", info->name, (double)from, error,
                  least);
        cr_assert(error <= vacti_registry_bound(info, math) + 1e-5, "%s near %g: %g ULP", info->name, x, error);
    }
    cr_expect(i == 450, "%d spans", i);
}

Test(plot, errors_are_those_of_each_variant)
{
    static const vact_math maths[] = {VACT_MATH_SLEEF, VACT_MATH_FAST};
    const vacti_op_info *info = vacti_registry_by_code(VACT_OP_TANH);
    char *script = script_of("tanh --error");
    for (size_t i = 0; i < sizeof maths / sizeof maths[0]; i++)
        if (vact_kernel_f32(info->op, VACT_ISA_AUTO, maths[i]) != NULL)
            expect_errors(script, info, maths[i]);
    free(script);
    script = script_of("softsign --error");
    expect_errors(script, vacti_registry_by_code(VACT_OP_SOFTSIGN), VACT_MATH_AUTO);
    free(script);
}

/* ------------------------------------------------------------------------------------------- the times */

static void put_time(FILE *file, const char *name, double ratio)
{
    fprintf(file, "{\"run_name\": \"%s/manual_time\", \"run_type\": \"iteration\", \"x_copy\": %g},\n", name, ratio);
}

static void write_report(void)
{
    FILE *file = fopen("bench.json", "w");
    cr_assert_not_null(file);
    fputs("{\"context\": {}, \"benchmarks\": [\n", file);
    put_time(file, "gelu/f32/avx512/fast/n:131072/uniform", 1.5);
    put_time(file, "gelu/f32/avx512/fast/n:131072/uniform", 9.0);
    put_time(file, "gelu/f32/avx512/fast/n:131072/uniform", 2.5);
    put_time(file, "gelu/f32/avx512/fast/n:1024/uniform", 4.0);
    put_time(file, "gelu/f32/avx512/fast/n:1024/normal", 77.0);
    put_time(file, "prelu/f32/avx2/plain/n:1024/slopes:64/uniform", 1.25);
    put_time(file, "mish/f32/avx2/fast/n:1024/uniform", 88.0);
    fputs("{\"run_name\": \"gelu/f32/avx2/fast/n:1024/uniform\", \"error_occurred\": true}]}\n", file);
    cr_assert(fclose(file) == 0);
}

static void expect_block(const char *script, const char *name, const char *text)
{
    const char *found = block(script, name);
    cr_expect(strncmp(found, text, strlen(text)) == 0, "%s: %.60s", name, found);
}

Test(plot, times_are_the_medians_of_the_report)
{
    write_report();
    char *script = script_of("prelu gelu --speed bench.json");
    expect_block(script, "times0", "0 1.25 0 \"1.25\"\n1 4 1 \"4.00\"\nEOD\n");
    expect_block(script, "times1", "1 2.5 1 \"2.50\"\nEOD\n");
    const char *small = strstr(script, "set title '4 KiB'");
    const char *large = strstr(script, "set title '512 KiB'");
    cr_expect(small != NULL && large != NULL && small < large && strstr(script, "avx2, 64 slopes") != NULL);
    free(script);
}

/* ----------------------------------------------------------------------------------------- the pictures */

Test(plot, svg_is_well_formed_and_labelled)
{
    static const char *const labels[] = {">relu<",
                                         ">gelu<",
                                         ">Value<",
                                         ">Derivative<",
                                         ">f(x)<",
                                         ">f′(x)<",
                                         ">x<",
                                         ">ULP<",
                                         ">4 KiB<",
                                         ">avx512, fast<",
                                         ">time / time of copying<"};
    write_report();
    program_expect(program_run("plot relu gelu --error --speed bench.json -o it's$(a)\"picture\".svg"), 0, "");
    char *svg = read_file("it's$(a)\"picture\".svg");
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        cr_expect(strstr(svg, labels[i]) != NULL, "no label %s", labels[i]);
    free(svg);
    cr_assert(rename("it's$(a)\"picture\".svg", "picture.svg") == 0);
    command_result parsed = command_run("python3 -c 'import xml.dom.minidom as m; m.parse(\"picture.svg\")' 2>&1");
    cr_expect(parsed.status == 0, "no XML: %s", parsed.text);
    free(parsed.text);
    program_expect(program_run("plot relu gelu --error --speed bench.json -o again.svg"), 0, "");
    command_result compared = command_run("cmp picture.svg again.svg 2>&1");
    cr_expect(compared.status == 0, "two pictures of one thing: %s", compared.text);
    free(compared.text);
}

Test(plot, one_operation_shows_its_formula)
{
    program_expect(program_run("plot silu -o silu.svg"), 0, "");
    char *svg = read_file("silu.svg");
    cr_expect(strstr(svg, vacti_registry_by_code(VACT_OP_SILU)->formula) != NULL);
    free(svg);
}

Test(plot, png)
{
    static const unsigned char start[] = {0x89, 'P', 'N', 'G'};
    unsigned char found[24] = {0};
    program_expect(program_run("plot relu -o relu.png"), 0, "");
    FILE *file = fopen("relu.png", "rb");
    cr_assert(file != NULL && fread(found, sizeof found, 1, file) == 1);
    fclose(file);
    cr_expect(memcmp(found, start, sizeof start) == 0, "no PNG");
    cr_expect(found[18] * 256 + found[19] == 920, "%d pixels wide", found[18] * 256 + found[19]);
}

/* ----------------------------------------------------------------------------------------- what is refused */

Test(plot, wrong_usage)
{
    program_expect(program_run("plot"), 2, "an operation is needed");
    program_expect(program_run("plot relu"), 2, "-o FILE is missing");
    program_expect(program_run("plot gello -o x.svg"), 2, "did you mean gelu");
    program_expect(program_run("plot softmax -o x.svg"), 2, "softmax works along rows: it has no curve");
    program_expect(program_run("plot relu -o x.jpg"), 2, "ends neither in .svg");
    program_expect(program_run("plot relu --from=2 --to=1 -o x.svg"), 2, "is no range");
    program_expect(program_run("plot relu --from=nan -o x.svg"), 2, "is not a number");
    program_expect(program_run("plot relu --to=1e39 -o x.svg"), 2, "is not a number");
    program_expect(program_run("plot relu:alpha=1 -o x.svg"), 2, "relu has no parameter 'alpha'");
    program_expect(program_run("plot elu:alpha -o x.svg"), 2, "is not NAME=VALUE");
    program_expect(program_run("plot celu:alpha=0 -o x.svg"), 2, "does not take these parameters");
    program_expect(program_run("plot relu --isa sse -o x.svg"), 2, "--isa 'sse' is unknown");
    cr_expect(program_files() == 0, "a file was made");
}

Test(plot, failures)
{
    program_expect(program_run("plot relu -o nowhere/x.svg"), 1, "nowhere/x.svg");
    program_expect(program_run("plot relu --speed nothing.json -o x.svg"), 1, "nothing.json");
    program_expect(program_run("plot exp --from=100 --to=200 -o x.svg"), 1, "no value in that range is finite");
    cr_expect(program_files() == 0, "a file was made");
    write_report();
    program_expect(program_run("plot silu --speed bench.json -o x.svg"), 1, "holds no time");
    FILE *file = fopen("text.json", "w");
    cr_assert(file != NULL && fputs("{}", file) >= 0 && fclose(file) == 0);
    program_expect(program_run("plot silu --speed text.json -o x.svg"), 1, "no report");
    cr_expect(program_files() == 2, "a file was made");
}

Test(plot, says_that_gnuplot_is_missing)
{
    cr_assert(setenv("PATH", "/nonexistent", 1) == 0);
    program_expect(program_run("plot relu -o x.svg"), 1, "gnuplot: is not installed");
    cr_expect(program_files() == 0, "a file was made");
    program_expect(program_run("plot relu -o x.gp"), 0, "");
}
