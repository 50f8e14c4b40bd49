/* vact eval: its values are the library's, its errors say where, and the numbers of a document are held to it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "kernels/registry.h"
#include "program.h"

TestSuite(eval, .init = program_enter, .fini = program_leave);

/* The numbers of the one line that an expression gives; the shell's quotes keep it in one piece. */
static size_t evaluate(const char *expression, double *values, size_t capacity)
{
    command_result result = command_run("'%s' eval -- \"%s\" 2>&1", VACT_PROGRAM, expression);
    cr_assert(result.status == 0, "%s: %s", expression, result.text);
    size_t count = 0;
    char *at = result.text, *end = NULL;
    for (values[count] = strtod(at, &end); end != at && count < capacity; values[count] = strtod(at, &end)) {
        count++;
        at = end + strspn(end, ", ");
    }
    free(result.text);
    return count;
}

static double value_of(const char *expression)
{
    double values[4];
    cr_assert(evaluate(expression, values, 3) == 1, "%s: not one number", expression);
    return values[0];
}

static void expect_near(const char *expression, double value, double tolerance)
{
    double got = value_of(expression);
    cr_expect(fabs(got - value) <= tolerance, "%s: %.9g, not %.9g", expression, got, value);
}

static void expect_same(const char *what, const vacti_op_info *info, const float *expected, size_t count)
{
    static const char points[] = "-inf, -3.25, -1, -0, 0, 0.3, 2, 100, inf, nan";
    char expression[128];
    double values[16];
    snprintf(expression, sizeof expression, "%s%s(%s)", info->name, what, points);
    cr_assert(evaluate(expression, values, 15) == count, "%s: another number of numbers", expression);
    for (size_t i = 0; i < count; i++) {
        bool same = isnan(expected[i])
                        ? isnan(values[i])
                        : (float)values[i] == expected[i] && !signbit(values[i]) == !signbit(expected[i]);
        cr_expect(same, "%s at %zu: %.9g, not %.9g", expression, i, values[i], (double)expected[i]);
    }
}

Test(eval, every_operation_and_its_derivative)
{
    static const float x[] = {-INFINITY, -3.25f, -1.0f, -0.0f, 0.0f, 0.3f, 2.0f, 100.0f, INFINITY, NAN};
    static const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    enum { COUNT = sizeof x / sizeof x[0] };
    float expected[COUNT];
    for (size_t i = 0; i < vacti_registry_count; i++) {
        if (vacti_registry[i].kind != VACT_KIND_UNARY)
            continue;
        cr_assert(vact_forward_f32(vacti_registry[i].op, NULL, expected, x, COUNT) == VACT_OK);
        expect_same("", &vacti_registry[i], expected, COUNT);
        cr_assert(vact_backward_f32(vacti_registry[i].op, NULL, expected, ones, x, COUNT) == VACT_OK);
        expect_same("'", &vacti_registry[i], expected, COUNT);
    }
}

Test(eval, parameters_rows_and_losses)
{
    double p[8], g[8];
    expect_near("elu(-100; 0.5)", -0.5, 0.0);
    expect_near("prelu(-2; 0.25)", -0.5, 0.0);
    expect_near("hardtanh(7; -1, 3)", 3.0, 0.0);
    cr_assert(evaluate("softmax(3.2, 1.8, 0.5)", p, 7) == 3);
    double sum = exp(3.2) + exp(1.8) + exp(0.5);
    cr_expect(fabs(p[0] - exp(3.2) / sum) < 1e-7 && fabs(p[2] - exp(0.5) / sum) < 1e-7);
    expect_near("log_softmax(3.2, 1.8, 0.5)[1]", 1.8 - log(sum), 1e-6);
    expect_near("cross_entropy(3.2, 1.8, 0.5; 1)", log(sum) - 1.8, 1e-6);
    cr_assert(evaluate("cross_entropy'(3.2, 1.8, 0.5; 1)", g, 7) == 3);
    cr_expect(fabs(g[0] - p[0]) < 1e-6 && fabs(g[1] - p[1] + 1.0) < 1e-6 && fabs(g[2] - p[2]) < 1e-6);
    expect_near("swiglu(1, -2; 3, 4)[1]", -8.0 / (1.0 + exp(2.0)), 1e-6);
    expect_near("reglu(2; -3)", -6.0, 0.0);
    expect_near("bce_with_logits(-2; 1)", log1p(exp(2.0)), 1e-6);
    expect_near("bce_with_logits'(-2; 1)", 1.0 / (1.0 + exp(2.0)) - 1.0, 1e-7);
}

Test(eval, over_intervals_and_distributions)
{
    const double pi = acos(-1.0);
    expect_near("min(sigmoid, -5, 5)", 1.0 / (1.0 + exp(5.0)), 1e-9);
    expect_near("max(sigmoid', -5, 5)", 0.25, 1e-9);
    expect_near("max(gelu', -5, 5)", 0.5 * erfc(-1.0) + exp(-1.0) / sqrt(pi), 1e-7); /* at sqrt(2) */
    expect_near("zero(hard_swish', -2.9, 0)", -1.5, 1e-6);
    expect_near("min(hard_swish, -5, 5)", -0.375, 1e-9);
    expect_near("max(leaky_relu', -5, -1; 0.2)", 0.2, 1e-7);
    expect_near("mean(relu)", 1.0 / sqrt(2.0 * pi), 1e-6);
    expect_near("mean(sigmoid)", 0.5, 1e-8);
    expect_near("mean(exp)", exp(0.5), 1e-6);
    expect_near("gain(leaky_relu; 0.2)", sqrt(2.0 / 1.04), 1e-7);
}

Test(eval, arithmetic)
{
    double values[4];
    expect_near("1 + 2*3 - 8/4", 5.0, 0.0);
    expect_near("-2^2", -4.0, 0.0);
    expect_near("2^-1^2", 0.5, 0.0);
    expect_near("(1 + 2)*.5e1", 15.0, 0.0);
    expect_near("zeros(relu'(linspace(-3, 3, 10)))", 5.0, 0.0);
    expect_near("zeros(leaky_relu'(linspace(-3, 3, 10)), 1, 0)", 1.0, 0.0);
    expect_near("sum(1, (2, 3), 4*(1, 1))", 14.0, 0.0);
    cr_assert(evaluate("(1, 2) + (3, 4)*2", values, 3) == 2 && values[0] == 7.0 && values[1] == 10.0);
}

Test(eval, errors_say_where)
{
    static const struct {
        const char *expression, *message;
    } wrong[] = {
        {"gelo(1)", "no operation or function has this name"},
        {"gelu(1", "at character 7: ')' is due here"},
        {"gelu(1) 2", "at character 9: this is too much"},
        {"gelu(1)[1]", "the list has no such number"},
        {"gelu(1; 2)", "the operation has fewer parameters"},
        {"elu(1; inf)", "a parameter is outside its domain"},
        {"softmax'(1)", "derivative is not to be had"},
        {"zero(relu, -1, 1)", "no change of sign"},
        {"min(gelu, (1, 2), 3)", "one number is due here"},
        {"(1, 2) + (1, 2, 3)", "these lists differ in length"},
        {"linspace(0, 1, 65)", "a count from 2 to 64"},
        {"cross_entropy(1, 2; 2)", "the target is none of the classes"},
        {"bce_with_logits(1, 2; 0)", "one logit is due here"},
        {"linspace(0, 1, 64), 1", "at most 64 numbers"},
        {"((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))", "nested too deeply"},
        {"gelu", "'(' is due here"},
        {"1 +", "a number or a name is due here"},
        {"", "a number or a name is due here"},
        {"swiglu(1, 2; 3)", "each gate has one up"},
        {"swiglu(1)", "';' and the ups are due here"},
        {"swiglu'(1; 2)", "derivative is not to be had"},
        {"gelu(.)", "this is no number"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        command_result result = command_run("'%s' eval \"%s\" 2>&1", VACT_PROGRAM, wrong[i].expression);
        cr_expect(result.status == 1 && strstr(result.text, wrong[i].message), "%s: status %d, %s", wrong[i].expression,
                  result.status, result.text);
        free(result.text);
    }
    program_expect(program_run("eval"), 2, "an expression or a file is due");
}

/* --------------------------------------------------------------------------------------------- documents */

static void write_document(const char *text)
{
    FILE *file = fopen("page.md", "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void expect_document(const char *text)
{
    char *now = read_text("page.md");
    cr_assert_not_null(now);
    cr_expect_str_eq(now, text);
    free(now);
}

Test(eval, numbers_of_a_document)
{
    static const char good[] =
        "a +0.0067<!-- vact: min(sigmoid, -5, 5) --> at\n−0.752<!--x--> "
        "−0.7518<!-- vact: zero(gelu', -2, 0) -->, 9.5e-07<!-- vact: 0.25^10 -->, 5<!-- vact: 5 -->\n";
    write_document(good);
    const program_result *result = program_run("eval --check page.md");
    program_expect(result, 0, "");
    cr_expect_str_eq(result->out, "4 numbers, 0 wrong\n");
    program_expect(program_run("eval --update page.md"), 0, "");
    expect_document(good);
}

Test(eval, wrong_numbers_are_found_and_put_right)
{
    static const char bad[] =
        "one\n0.74<!-- vact: sigmoid(1) --> -1.30<!-- vact: silu(-3)*10 --> 1.0<!-- vact: sigmoid'(0) -->";
    write_document(bad);
    const program_result *result = program_run("eval --check page.md");
    cr_expect(result->status == 1 && strcmp(result->out, "3 numbers, 3 wrong\n") == 0, "%s", result->out);
    cr_expect(strstr(result->err, "page.md: 2: 0.74 is 0.73: sigmoid(1)\n") != NULL, "%s", result->err);
    expect_document(bad);
    result = program_run("eval --update page.md");
    cr_expect(result->status == 0 && strcmp(result->out, "3 numbers, 3 put right\n") == 0, "%s", result->out);
    expect_document("one\n0.73<!-- vact: sigmoid(1) --> −1.42<!-- vact: silu(-3)*10 --> 0.2<!-- vact: sigmoid'(0) -->");
}

/* What is behind such a mark would not be held to anything. */
Test(eval, a_mark_without_its_end)
{
    static const char document[] = "1<!-- vact: 1 -->\n\n2<!-- vact: 3 \n4<!-- vact: 5 --\n";
    write_document(document);
    program_expect(program_run("eval --check page.md"), 1, "page.md: 3: the mark has no --> behind it\n");
    program_expect(program_run("eval --update page.md"), 1, "page.md: 3: ");
    expect_document(document);
}

Test(eval, documents_that_cannot_be_read)
{
    program_expect(program_run("eval --check no-such-file"), 1, "no-such-file: cannot be read: No such file");
    program_expect(program_run("eval --check ."), 1, ".: cannot be read: Is a directory");
    write_document("");
    program_expect(program_run("eval --check page.md"), 1, "page.md: the file is empty");
}

/* What is behind the byte would be neither checked nor kept. */
Test(eval, a_document_with_a_nul_byte)
{
    static const char words[] = "0.7<!-- vact: sigmoid(1) --> a NUL \0 byte, 0.6<!-- vact: sigmoid(1) -->";
    char now[sizeof words + 1];
    FILE *file = fopen("page.md", "w");
    cr_assert(file && fwrite(words, 1, sizeof words - 1, file) == sizeof words - 1 && fclose(file) == 0);
    program_expect(program_run("eval --check page.md"), 1, "page.md: has a NUL byte");
    program_expect(program_run("eval --update page.md"), 1, "page.md: has a NUL byte");
    file = fopen("page.md", "r");
    cr_assert(file && fread(now, 1, sizeof now, file) == sizeof words - 1 && fclose(file) == 0);
    cr_expect(memcmp(now, words, sizeof words - 1) == 0, "the document was changed");
}

/* A limit on the size of files stands for a full disk. Of two documents one can be written. */
Test(eval, a_document_that_cannot_be_written_stays_and_does_not_count)
{
    enum { LIMIT = 4096 };
    static char document[2 * LIMIT];
    int length = snprintf(document, sizeof document, "0.6<!-- vact: sigmoid(1) -->");
    memset(document + length, ' ', sizeof document - 1 - (size_t)length);
    write_document("0.6<!-- vact: sigmoid(1) -->");
    cr_assert(rename("page.md", "short.md") == 0);
    write_document(document);
    const program_result *result = program_run_limited("eval --update page.md short.md", LIMIT);
    cr_expect(result->status == 1 && strcmp(result->out, "2 numbers, 1 put right\n") == 0, "%d: %s", result->status,
              result->out);
    cr_expect(strstr(result->err, "page.md: 8191 bytes cannot be written: File too large\n"), "%s", result->err);
    expect_document(document);
    cr_assert(program_files() == 2, "a file was left");
    cr_assert(rename("short.md", "page.md") == 0);
    expect_document("0.7<!-- vact: sigmoid(1) -->");
}

Test(eval, marks_that_cannot_be_held)
{
    static const char *const documents[] = {"word<!-- vact: 1 -->",   "<!-- vact: 1 -->",    "1.5.2<!-- vact: 1 -->",
                                            "1<!-- vact: (1, 2) -->", "1<!-- vact: 1/0 -->", "1<!-- vact: nothing -->",
                                            "1e<!-- vact: 1 -->"};
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        write_document(documents[i]);
        program_expect(program_run("eval --check page.md"), 1, "page.md: 1: ");
        program_expect(program_run("eval --update page.md"), 1, "page.md: 1: ");
        expect_document(documents[i]);
    }
}
