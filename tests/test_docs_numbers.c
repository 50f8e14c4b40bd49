/* Every number of docs/choosing.md and docs/operations/ is the library's own answer. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "vact/vact.h"

#define DOCS VACT_SOURCE_DIR "/docs"
#define GENERATOR "PYTHONDONTWRITEBYTECODE=1 python3 '" VACT_SOURCE_DIR "/tools/operations.py' '" VACT_PROGRAM "'"

static const char begin[] = "<!-- generated: begin -->\n", end[] = "<!-- generated: end -->";

static char *guide(void)
{
    char *text = read_text(DOCS "/choosing.md");
    cr_assert_not_null(text);
    return text;
}

Test(docs_numbers, marked_numbers_hold)
{
    command_result result =
        command_run("'%s' eval --check '%s'/*.md '%s'/operations/*.md 2>&1", VACT_PROGRAM, DOCS, DOCS);
    cr_expect(result.status == 0, "%s", result.text);
    cr_expect(result.status != 0 || atoi(result.text) >= 40, "hardly a number is marked: %s", result.text);
    free(result.text);
}

/* What stands at `at` and is not prose: code, a comment, the target of a link; its end, else `at`. */
static const char *beyond_marks(const char *at)
{
    static const struct {
        const char *open, *close;
    } pairs[] = {{"`", "`"}, {"<!--", "-->"}, {"](", ")"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (strncmp(at, pairs[i].open, strlen(pairs[i].open)) == 0) {
            const char *close = strstr(at + strlen(pairs[i].open), pairs[i].close);
            return close ? close + strlen(pairs[i].close) : at + strlen(at);
        }
    return at;
}

/* The numbers with a decimal point and without a mark; the example's logits, in brackets, are given, not computed. */
static int unmarked(const char *text, const char **first)
{
    int count = 0;
    while (*text) {
        const char *next = strncmp(text, "(3.2, 1.8, 0.5)", 15) == 0 ? text + 15 : beyond_marks(text);
        if (next == text && isdigit((unsigned char)*text)) {
            next = text + strspn(text, "0123456789.e-");
            bool decimal = memchr(text, '.', (size_t)(next - text)) && next[-1] != '.';
            if (decimal && strncmp(next, "<!-- vact:", 10) != 0) {
                *first = count == 0 ? text : *first;
                count++;
            }
        }
        text = next > text ? next : text + 1;
    }
    return count;
}

Test(docs_numbers, every_number_of_the_guide_is_marked)
{
    const char *first = "";
    cr_expect(unmarked("1.5<!-- vact: 1.5 --> `2.5` 3 [x](4.5) end of 3.", &first) == 0);
    cr_expect(unmarked("a 1.5 b 2.5<!-- no mark --> 0.761, (3.2, 1.8)", &first) == 5);
    char *text = guide();
    char *generated = strstr(text, begin);
    cr_assert_not_null(generated);
    *generated = '\0';
    cr_expect(unmarked(text, &first) == 0, "not marked: %.30s", first);
    free(text);
}

Test(docs_numbers, table_is_generated)
{
    char *text = guide();
    char *start = strstr(text, begin), *stop = strstr(text, end);
    cr_assert(start && stop);
    *stop = '\0';
    command_result table = command_run(GENERATOR " --table 2>&1");
    cr_expect(table.status == 0, "%s", table.text);
    cr_expect(strcmp(table.text, start + strlen(begin)) == 0, "docs/choosing.md has another table: ./dev docs");
    free(table.text);
    free(text);
}

Test(docs_numbers, pages_are_generated)
{
    char folder[] = "/tmp/vact-pages-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    command_result made = command_run(GENERATOR " --pages '%s' 2>&1", folder);
    cr_expect(made.status == 0, "%s", made.text);
    command_result compared =
        command_run("diff -r -x '*.svg' -x '*.toml' -x '*.json' '%s' '" DOCS "/operations' 2>&1", folder);
    cr_expect(compared.status == 0, "docs/operations is not what it would be made now, by ./dev docs: %s",
              compared.text);
    command_result removed = command_run("rm -r '%s'", folder);
    cr_expect(removed.status == 0);
    free(made.text);
    free(compared.text);
    free(removed.text);
}

/* Textbook figures, checked without `vact eval`, so that it cannot hide its own mistakes. */
Test(docs_numbers, textbook_figures)
{
    static const float logits[3] = {3.2f, 1.8f, 0.5f}, ones[2] = {1.0f, 1.0f};
    float p[3], five = -5.0f, lowest, x = -0.7518f, y, slopes[2];
    const float beside[2] = {-0.75185f, -0.75175f};
    char figures[6][64];
    cr_assert(vact_softmax_f32(p, logits, 1, 3) == VACT_OK && vact_sigmoid_f32(&lowest, &five, 1) == VACT_OK &&
              vact_gelu_f32(&y, &x, 1) == VACT_OK && vact_gelu_backward_f32(slopes, ones, beside, 2) == VACT_OK);
    cr_expect(slopes[0] < 0.0f && slopes[1] > 0.0f, "gelu's minimum does not lie at -0.7518");
    for (int i = 0; i < 3; i++)
        snprintf(figures[i], sizeof figures[i], "%.3f<!-- vact: softmax", (double)p[i]);
    snprintf(figures[3], sizeof figures[3], "+%.4f<!-- vact: min(sigmoid", (double)lowest);
    snprintf(figures[4], sizeof figures[4], "−%.4f<!-- vact: min(gelu", -(double)y);
    snprintf(figures[5], sizeof figures[5], "x = −%.4f<!-- vact: zero(gelu", -(double)x);
    char *text = guide();
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        cr_expect(strstr(text, figures[i]), "docs/choosing.md does not say %s", figures[i]);
    free(text);
}
