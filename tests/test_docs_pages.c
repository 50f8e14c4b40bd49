/* The pages of docs/operations/ that are written by hand: their examples run, and what they quote is in vact.h. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "support.h"

#define PAGES VACT_SOURCE_DIR "/docs/operations/"

typedef struct page {
    char name[32];
    int examples;
} page;

static page pages[] = {{"cross_entropy", 1},
                       {"bce_with_logits", 1},
                       {"softmax_family", 4},
                       {"epilogues", 1},
                       {"inline", 1},
                       {"narrow", 1},
                       {"cr", 1},
                       {"f64", 1}};

enum { PAGE_COUNT = sizeof pages / sizeof pages[0] };

static char *text_of(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, PAGES "%s.md", name);
    char *text = read_text(path);
    cr_assert_not_null(text, "%s: not there", path);
    return text;
}

/* The next block of that language, ended by a zero; *at goes behind it. Null if there is none. */
static char *next_block(char **at, const char *language)
{
    char fence[16];
    snprintf(fence, sizeof fence, "```%s\n", language);
    char *start = strstr(*at, fence), *end;
    if (!start)
        return NULL;
    start += strlen(fence);
    end = strstr(start, "```\n");
    cr_assert_not_null(end, "a block has no end: %.40s", start);
    *end = '\0';
    *at = end + 1;
    return start;
}

static bool is_example(const char *block) { return strncmp(block, "#include", 8) == 0; }

static void expect_output(const char *folder, const char *name, const char *source, const char *output)
{
    char path[64];
    snprintf(path, sizeof path, "%s/example.c", folder);
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(source, file) >= 0 && fclose(file) == 0);
    command_result compiled =
        command_run("cd %s && '%s' -std=c11 -O1 -Wall -Wextra -Wpedantic -Werror %s -I'" VACT_SOURCE_DIR
                    "/include' -I'" VACT_BINARY_DIR "/generated/include' example.c '%s' -o example -lm 2>&1",
                    folder, VACT_C_COMPILER, strstr(source, "__m256") ? "-mavx2 -mfma" : "", VACT_SHARED_LIBRARY);
    cr_assert(compiled.status == 0, "%s: %s", name, compiled.text);
    command_result printed = command_run("LD_LIBRARY_PATH=\"$(dirname '%s')\" %s/example", VACT_SHARED_LIBRARY, folder);
    cr_expect(printed.status == 0, "%s: status %d", name, printed.status);
    cr_expect(strcmp(printed.text, output) == 0, "%s prints\n%sand the page says\n%s", name, printed.text, output);
    free(compiled.text);
    free(printed.text);
}

ParameterizedTestParameters(docs_pages, examples) { return cr_make_param_array(page, pages, PAGE_COUNT); }

ParameterizedTest(page *which, docs_pages, examples, .timeout = 60)
{
    char folder[] = "/tmp/vact-pages-XXXXXX";
    int found = 0;
    if (TEST_SANITIZED)
        cr_skip("docs_pages: not under a sanitizer");
    if (strcmp(which->name, "inline") == 0 && !vacti_build_runs("avx2"))
        cr_skip("this CPU lacks AVX2");
    if (!vact_backward_kernel_f32(VACT_OP_RELU, VACT_ISA_AUTO, VACT_MATH_AUTO))
        cr_skip("this build has no gradients");
    cr_assert_not_null(mkdtemp(folder));
    char *text = text_of(which->name), *at = text, *source;
    while ((source = next_block(&at, "c")) != NULL) {
        if (!is_example(source))
            continue;
        found++;
        const char *output = next_block(&at, "console");
        cr_assert_not_null(output, "%s has an example without output", which->name);
        expect_output(folder, which->name, source, output);
    }
    cr_expect(found == which->examples, "%s has %d examples", which->name, found);
    free(text);
    free(command_run("rm -r %s", folder).text);
}

/* In place: white space becomes one space, and the asterisks that begin the lines of a comment are dropped. */
static char *normalised(char *text)
{
    char *to = text;
    bool line_begins = true;
    for (const char *from = text; *from; from++) {
        if (*from == ' ' || *from == '\n') {
            line_begins = line_begins || *from == '\n';
            if (to > text && to[-1] != ' ')
                *to++ = ' ';
        } else if (*from != '*' || !line_begins || from[1] == 'v') { /* a pointer's name may begin a line */
            *to++ = *from;
            line_begins = false;
        }
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
    return text;
}

Test(docs_pages, quotations_are_in_the_header)
{
    char *header = read_text(VACT_SOURCE_DIR "/include/vact/vact.h");
    cr_assert_not_null(header);
    normalised(header);
    for (size_t i = 0; i < PAGE_COUNT; i++) {
        char *text = text_of(pages[i].name), *at = text, *block;
        while ((block = next_block(&at, "text")) != NULL)
            cr_expect(strstr(header, normalised(block)), "%s: vact.h does not say: %s", pages[i].name, block);
        free(text);
        text = at = text_of(pages[i].name);
        while ((block = next_block(&at, "c")) != NULL) {
            char *rest = block, *prototype;
            while (!is_example(block) && (prototype = strsep(&rest, ";")) != NULL)
                cr_expect(strstr(header, normalised(prototype)), "%s: vact.h does not declare %s", pages[i].name,
                          prototype);
        }
        free(text);
    }
    free(header);
}

/* The functions of vact.h that belong to no operation's page are on one of these. */
Test(docs_pages, every_loss_is_shown)
{
    static const char *const variants[] = {"", "_backward", "_forward_backward"};
    char *entropy = text_of("cross_entropy"), *binary = text_of("bce_with_logits"), name[64];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "vact_cross_entropy%s_i32_f32(", variants[i]);
        cr_expect(strstr(entropy, name), "no %s", name);
        snprintf(name, sizeof name, "vact_cross_entropy%s_i64_f32(", variants[i]);
        cr_expect(strstr(entropy, name), "no %s", name);
        snprintf(name, sizeof name, "vact_bce_with_logits%s_f32(", variants[i]);
        cr_expect(strstr(binary, name), "no %s", name);
    }
    free(entropy);
    free(binary);
}
