/*
 * `vact verify`: this library has the published bits, and whatever has others is found and named: a changed file, one
 * wrong result of all, two that changed places. The last test has the hash from its description alone.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "program.h"
#include "support.h"
#include "tools/verify/entry.h"
#include "tools/verify/hash.h"

TestSuite(verify, .init = program_enter, .fini = program_leave);

static char *path_of_file(void)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/docs/bits-v%d.txt", VACT_SOURCE_DIR, VACT_NUMERICS_VERSION);
    return path;
}

/* ---------------------------------------------------------------------------------------------- the program */

static size_t count_of(const cJSON *document, const char *status)
{
    size_t count = 0;
    const cJSON *result;
    cJSON_ArrayForEach(result, cJSON_GetObjectItemCaseSensitive(document, "results")) count +=
        strcmp(program_text(result, "status"), status) == 0 ? 1 : 0;
    return count;
}

/* What must be there is the same, all of it; only another SLEEF is skipped. */
static void expect_same(const char *arguments)
{
    char line[256];
    snprintf(line, sizeof line, "%s --quiet --json=report", arguments);
    const program_result *result = program_run(line);
    cr_assert(result->status == 0, "%s: status %d: %s%s", line, result->status, result->out, result->err);
    char *text = read_text("report");
    cJSON *document = cJSON_Parse(text);
    cr_assert_not_null(document);
    const size_t same = count_of(document, "same"), skipped = count_of(document, "skipped");
    const size_t all = (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(document, "results"));
    cr_expect(same > 0 && same + skipped == all, "%zu of %zu are the same", same, all);
    cr_expect(!VACT_WITH_SLEEF || strcmp(vact_info()->sleef_version, "3.5.1") != 0 || skipped == 0, "%zu skipped",
              skipped);
    cJSON_Delete(document);
    free(text);
}

Test(verify, quick, .timeout = 300)
{
    if (TEST_SANITIZED)
        cr_skip("verify: the suite bits_file takes less under a sanitizer");
    expect_same("verify --quick");
}

/* All 2^32 inputs. */
Test(verify, all_inputs_of_two, .timeout = 300)
{
    if (TEST_SANITIZED)
        cr_skip("verify: too many inputs under a sanitizer");
    expect_same("verify --op=exp,hard_swish --math=fast");
    expect_same("verify --op=hard_swish");
}

Test(verify, every_line_is_known)
{
    verify_file file;
    size_t count = 0, found = 0;
    verify_function *functions = verify_functions(&count);
    cr_assert(functions != NULL && verify_read_file(&file, path_of_file()));
    for (size_t i = 0; i < count; i++) {
        char name[VERIFY_NAME];
        verify_name(name, &functions[i]);
        const bool listed = verify_find_line(&file, name) != NULL;
        cr_expect(listed || functions[i].math == VACT_MATH_SLEEF, "no line of %s: ./dev bits writes it", name);
        found += listed ? 1 : 0;
    }
    if (VACT_WITH_SLEEF && strcmp(vact_info()->sleef_version, "3.5.1") == 0)
        cr_expect(found == count && file.count == count, "%zu lines for %zu functions", file.count, count);
    free(functions);
    verify_free_file(&file);
}

/* ------------------------------------------------------------------------------------------- another file */

/* The committed file, changed by a script of sed. */
static void change_file(const char *script)
{
    command_result changed =
        command_run("sed '%s' '%s' >changed && ! cmp -s changed '%s'", script, path_of_file(), path_of_file());
    cr_assert(changed.status == 0, "sed '%s' changes nothing", script);
    free(changed.text);
}

#define ONE "verify --quiet --op=relu --type=bf16 --file=changed"

static void expect(const char *arguments, int status, const char *out)
{
    const program_result *result = program_run(arguments);
    cr_expect(result->status == status && strstr(result->out, out), "%s: status %d, no '%s' in: %s%s", arguments,
              result->status, out, result->out, result->err);
}

Test(verify, another_word_is_named_by_its_block)
{
    change_file("s/^\\(relu forward cr bf16 65536 [0-9a-f]*\\( [0-9a-f]*\\)\\{17\\}\\) ....\\(....\\)/\\1 dead\\3/");
    expect(ONE, 1, "in block 17 of 64 (inputs 0x4400 to 0x47ff) first; in 1 of all blocks");
    expect(ONE, 1, "0 the same, 1 differ, 0 skipped.");
    expect("verify --quiet --op=relu --type=f16 --file=changed", 0, "1 the same, 0 differ");
}

Test(verify, another_hash_is_a_difference)
{
    change_file("s/^\\(relu forward cr bf16 65536\\) ....\\(....\\)/\\1 dead\\2/");
    expect(ONE, 1, "DIFFERS");
}

Test(verify, a_line_is_missing)
{
    change_file("/^relu forward cr bf16/d");
    expect(ONE, 1, "NOT LISTED");
}

Test(verify, another_sleef_is_skipped_by_name)
{
    if (!VACT_WITH_SLEEF)
        cr_skip("verify: without SLEEF");
    change_file("s/ sleef-[0-9.]* / sleef-0.1 /");
    expect("verify --quiet --quick --op=erf --math=sleef --file=changed", 0, " lines there are of another SLEEF");
    expect("verify --quiet --quick --op=erf --math=sleef --file=changed", 0, "skipped: other SLEEF");
    expect("verify --quiet --quick --op=erf --math=sleef --isa=scalar", 0, "skipped: no FMA");
}

Test(verify, a_file_that_is_none)
{
    change_file("1s/version [0-9]*/version 1/");
    program_expect(program_run(ONE), 1, "changed: it has numerics version 1, and this is");
    change_file("1s/numerics/other/");
    program_expect(program_run(ONE), 1, "changed: not a file of hashes");
    change_file("s/^\\(relu forward cr bf16 65536 [0-9a-f]*\\) ./\\1 x/");
    program_expect(program_run(ONE), 1, "is damaged");
    change_file("3s/ [0-9a-f]*$//");
    program_expect(program_run(ONE), 1, "line 3 is damaged");
    program_expect(program_run("verify --file=none"), 1, "none: cannot be read: No such file");
    command_result moved = command_run("cp '%s' vact && ./vact verify --quick 2>&1", VACT_PROGRAM);
    cr_expect(moved.status == 1 && strstr(moved.text, "--file names it"), "%s", moved.text);
    free(moved.text);
}

/* Written are the lines that were chosen; the others stay, those of another SLEEF last. */
Test(verify, writing_keeps_the_other_lines)
{
    if (strcmp(vact_info()->sleef_version, "3.5.1") != 0)
        cr_skip("verify: the file's lines of sleef are those of 3.5.1");
    change_file(
        "s/^\\(relu forward cr bf16 65536\\) ....\\(....\\)/\\1 dead\\2/; s/^\\(tanh .* sleef-\\)[0-9.]* /\\10.1 /");
    program_expect(program_run("verify --quiet --op=relu --type=bf16 --write=changed"), 0, "");
    expect(ONE, 0, "1 the same");
    command_result last = command_run("cut -d' ' -f1-3 changed | tail -n 2; grep -v '^tanh .*sleef' changed >a; "
                                      "grep -v '^tanh .*sleef' '%s' >b; cmp a b",
                                      path_of_file());
    cr_expect(last.status == 0 && strcmp(last.text, "tanh forward sleef-0.1\ntanh forward sleef-0.1\n") == 0, "%s",
              last.text);
    free(last.text);
}

Test(verify, wrong_usage)
{
    program_expect(program_run("verify --op=gello"), 2, "did you mean gelu");
    program_expect(program_run("verify --isa=sse"), 2, "--isa 'sse' is unknown");
    program_expect(program_run("verify --math=exact"), 2, "--math 'exact' is not one of");
    program_expect(program_run("verify --type=f"), 2, "--type 'f' is not one of");
    program_expect(program_run("verify --write=a --file=b"), 2, "--write does not compare");
    program_expect(program_run("verify --write=-"), 2, "--write needs the name of a file");
    program_expect(program_run("verify file"), 2, "'file': an argument without an option");
    program_expect(program_run("verify --threads=0"), 2, "not a number from 1 to 4096");
}

/* --------------------------------------------------------------------------------------------- other results */

static verify_function *functions;

/* relu's sample of 2^22. */
static const verify_function *relu(void)
{
    static size_t count;
    if (functions == NULL)
        functions = verify_functions(&count);
    for (size_t i = 0; functions != NULL && i < count; i++)
        if (functions[i].info != NULL && functions[i].info->op == VACT_OP_RELU && functions[i].quick)
            return &functions[i];
    cr_assert_fail("no relu");
    return NULL;
}

/* What a table's relu does besides: at the numbers of results, counted over all calls. */
static size_t counted, wrong_at;
static uint32_t wrong_bits;

static void wrong_relu(float *dst, const float *src, size_t n, const vact_params_f32 *params)
{
    vacti_table_of_build("scalar", VACT_MATH_FAST)->unary[VACT_OP_SLOT(VACT_OP_RELU)](dst, src, n, params);
    if (wrong_at >= counted && wrong_at < counted + n)
        dst[wrong_at - counted] = test_from_bits(test_raw_bits(dst[wrong_at - counted]) ^ wrong_bits);
    counted += n;
}

static verify_entry entry_with(vact_unary_f32_fn *kernel, const verify_file *file, verify_scratch *scratch)
{
    static vacti_table table;
    verify_entry entry = verify_entry_of(relu(), "scalar_fma", file);
    cr_assert(entry.table != NULL && entry.expected != NULL);
    table = *entry.table;
    table.unary[VACT_OP_SLOT(VACT_OP_RELU)] = kernel;
    entry.table = &table;
    counted = 0;
    for (unsigned part = 0; part < VERIFY_PARTS; part++)
        verify_entry_run(&entry, part, scratch);
    verify_entry_close(&entry);
    return entry;
}

/* One result of 2^22, by one bit of 32; the control of the control: by none. */
Test(verify, one_wrong_bit_is_found, .timeout = 300)
{
    enum { EACH = (1 << 22) / VERIFY_PARTS };
    static const size_t places[] = {0, 4095, 17 * EACH, 31 * EACH - 1, 64 * EACH - 1}; /* the last one is NaN */
    verify_scratch *scratch = verify_scratch_new();
    verify_file file;
    cr_assert(scratch != NULL && verify_read_file(&file, path_of_file()));
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (int bit = -1; bit < 32; bit += TEST_SANITIZED ? 16 : 4) {
            unsigned count = 0;
            wrong_at = places[i];
            wrong_bits = bit < 0 ? 0 : 1u << bit;
            const verify_entry entry = entry_with(wrong_relu, &file, scratch);
            if (bit < 0) {
                cr_expect(verify_entry_status(&entry) == VERIFY_SAME);
                continue;
            }
            if (places[i] == 64 * EACH - 1 && (bit < 23 || bit == 31)) /* another NaN, which counts as the same */
                continue;
            cr_expect(verify_entry_status(&entry) == VERIFY_DIFFERS, "result %zu, bit %d", places[i], bit);
            cr_expect(verify_first_difference(&entry, &count) == places[i] / EACH && count == 1,
                      "result %zu, bit %d: block %u", places[i], bit, verify_first_difference(&entry, &count));
        }
    verify_free_file(&file);
    free(scratch);
    free(functions);
}

Test(verify, nans_are_one_and_places_count)
{
    float results[512];
    for (size_t i = 0; i < 512; i++)
        results[i] = (float)(i % 100);
    results[3] = test_from_bits(0x7f800001u);
    const uint64_t sum = verify_terms(results, 512, 7);
    results[3] = test_from_bits(0xffffffffu);
    cr_expect(verify_terms(results, 512, 7) == sum, "NaNs differ");
    results[3] = test_from_bits(0x7f800000u);
    cr_expect(verify_terms(results, 512, 7) != sum, "infinity is a NaN");
    results[3] = test_from_bits(0x7fc00000u);
    cr_expect(verify_terms(results, 512, 8) != sum, "the first place does not count");
    results[10] = 11.0f, results[11] = 10.0f;
    cr_expect(verify_terms(results, 512, 7) != sum, "places do not count");
    results[10] = 10.0f, results[11] = 11.0f;
    cr_expect(verify_terms(results, 100, 7) + verify_terms(results + 100, 412, 107) == sum, "pieces do not add up");

    uint16_t narrow[4] = {0x7c01, 0x3c00, 0xfc00, 0x3c01};
    const uint64_t half = verify_terms_16(narrow, 4, 0, VACT_F16), brain = verify_terms_16(narrow, 4, 0, VACT_BF16);
    narrow[0] = 0xfe00;
    cr_expect(verify_terms_16(narrow, 4, 0, VACT_F16) == half, "NaNs of half differ");
    cr_expect(verify_terms_16(narrow, 4, 0, VACT_BF16) != brain, "numbers of bfloat16 are NaNs");
}

/* ------------------------------------------------------------------------------------------ other constants */

typedef struct control {
    char subject[32]; /* SET/OPERATION[/TYPE] */
    int most;         /* so many changes; ./dev verify --controls tries all */
} control;

static control controls[] = {{"fast/exp", 2}, {"sleef/tanh_shrink", 1}, {"fast/exp/f16", 2}};

ParameterizedTestParameters(verify, other_constants_are_found)
{
    return cr_make_param_array(control, controls, sizeof controls / sizeof controls[0]);
}

/* A kernel's last bit of a constant, and of 16 bits the rounding: the run over all inputs fails. */
ParameterizedTest(control *which, verify, other_constants_are_found, .timeout = 300)
{
    if (TEST_SANITIZED)
        cr_skip("verify: too many inputs under a sanitizer");
    if (!VACT_WITH_SLEEF && strncmp(which->subject, "sleef", 5) == 0)
        cr_skip("verify: without SLEEF");
    if (!command_exists("python3"))
        cr_skip("python3: not installed");
    command_result tried =
        command_run("'" VACT_SOURCE_DIR "/tests/verify/controls.py' '" VACT_BINARY_DIR "' --isa %s --first %d %s 2>&1",
                    vacti_table_find(VACT_ISA_AUTO, VACT_MATH_FAST)->build, which->most, which->subject);
    cr_expect(tried.status == 0 && strstr(tried.text, " found, 0 missed, "), "%s", tried.text);
    free(tried.text);
}

/* -------------------------------------------------------------------------------- docs/bits.md, by itself */

/* The examples of the page print lines of the file. */
Test(verify, page_describes_the_file)
{
    if (!command_exists("python3"))
        cr_skip("python3: not installed");
    command_result code = command_run("awk '/^```python/ { on = 1; next } /^```/ { on = 0 } on' '" VACT_SOURCE_DIR
                                      "/docs/bits.md' >bits.py && python3 bits.py");
    char *file = read_text(path_of_file()), *rest = code.text;
    cr_assert(code.status == 0 && file != NULL, "%s", code.text);
    const char *line = strsep(&rest, "\n"), *other = rest != NULL ? strsep(&rest, "\n") : NULL;
    cr_expect(strncmp(line, "relu forward cr bf16 ", 21) == 0 && strlen(line) > 64 * 9 && strstr(file, line),
              "not in the file: %s", line);
    cr_assert_not_null(other);
    const char *identity = strstr(file, "\nidentity backward plain f32 "), *word = strstr(other, ": ");
    cr_assert(identity != NULL && word != NULL, "%s", other);
    char first[9] = "";
    sscanf(identity, " %*s %*s %*s %*s %*s %*s %8s", first);
    cr_expect_str_eq(first, word + 2);
    free(code.text);
    free(file);
}
