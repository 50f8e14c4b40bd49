/* Registry, public header, act/ and `vact list` agree. test_documents.c has the pages. */
#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "codes.h"
#include "command.h"
#include "kernels/registry.h"

static const char header_path[] = VACT_SOURCE_DIR "/include/vact/vact.h";

/* The codes as they were first released: an operation never changes its own and none is used again. A release adds
 * those of its new operations. */
typedef struct released_code {
    const char *name;
    unsigned code;
} released_code;

static const released_code codes[] = {
    {"relu", 0x101},
    {"relu6", 0x102},
    {"relu_squared", 0x103},
    {"leaky_relu", 0x104},
    {"elu", 0x105},
    {"celu", 0x106},
    {"selu", 0x107},
    {"gelu", 0x108},
    {"gelu_tanh", 0x109},
    {"gelu_quick", 0x10a},
    {"silu", 0x10b},
    {"swish", 0x10c},
    {"mish", 0x10d},
    {"sigmoid", 0x10e},
    {"log_sigmoid", 0x10f},
    {"hard_sigmoid", 0x110},
    {"hard_sigmoid6", 0x111},
    {"hard_swish", 0x112},
    {"tanh", 0x113},
    {"tanh_shrink", 0x114},
    {"hardtanh", 0x115},
    {"soft_shrink", 0x116},
    {"hard_shrink", 0x117},
    {"threshold", 0x118},
    {"thresholded_relu", 0x119},
    {"softplus", 0x11a},
    {"softsign", 0x11b},
    {"exp", 0x11c},
    {"identity", 0x11d},
    {"softcap", 0x11e},
    {"xielu", 0x11f},
    {"sqrt_softplus", 0x120},
    {"erf", 0x121},
    {"prelu", 0x201},
    {"softmax", 0x301},
    {"log_softmax", 0x302},
    {"glu", 0x401},
    {"reglu", 0x402},
    {"geglu", 0x403},
    {"geglu_tanh", 0x404},
    {"swiglu", 0x405},
    {"swiglu_oai", 0x406},
    {"swiglu_clamped", 0x407},
    {"swiglu_step", 0x408},
    {"geglu_quick", 0x409},
    {"situ_glu", 0x40a},
    {"fatreglu", 0x40b},
    {"relu_squared_glu", 0x40c},
};

enum { CODE_COUNT = sizeof codes / sizeof codes[0] };

static const vacti_op_info *end_of_registry(void) { return vacti_registry + vacti_registry_count; }

static char *header_text(void)
{
    char *text = read_text(header_path);
    cr_assert_not_null(text, "%s cannot be read", header_path);
    return text;
}

/* Every run of white space as one blank. */
static void collapse(char *text)
{
    char *out = text;
    for (const char *in = text; *in; in++)
        if (!isspace((unsigned char)*in))
            *out++ = *in;
        else if (out == text || out[-1] != ' ')
            *out++ = ' ';
    *out = '\0';
}

static bool is_word_character(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !is_word_character(at[-1])) && !is_word_character(at[length]))
            return true;
    return false;
}

/* --------------------------------------------------------------------------------------------- codes */

Test(registry, released_codes_stay)
{
    for (int i = 0; i < CODE_COUNT; i++) {
        const vacti_op_info *info = vacti_registry_by_name(codes[i].name);
        cr_assert_not_null(info, "%s is gone", codes[i].name);
        cr_expect((unsigned)info->op == codes[i].code, "%s is %#x, was released as %#x", codes[i].name,
                  (unsigned)info->op, codes[i].code);
    }
}

Test(registry, lines_are_sound)
{
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        vact_params_f32 defaults = vacti_registry_defaults(info);
        cr_expect(VACT_OP_KIND(info->op) == info->kind, "%s: the code's kind", info->name);
        cr_expect(((unsigned)info->op & 0xffu) != 0, "%s: slot 0 stays unused", info->name);
        cr_expect(vacti_registry_by_code(info->op) == info, "%s: the code stands twice", info->name);
        cr_expect(vacti_registry_by_name(info->name) == info, "%s: the name stands twice", info->name);
        cr_expect(vacti_registry_accepts(info, &defaults), "%s refuses its own defaults", info->name);
        cr_expect(info->bound_sleef >= 0.0 && info->bound_sleef <= (info->needs_math ? 4.0 : 1.5),
                  "%s: a bound of %g ULP", info->name, info->bound_sleef);
        /* A gated unit rounds its activation's result once more. */
        double most = info->kind == VACT_KIND_UNARY ? 1.85 : 3.0; /* a gate rounds twice, a row many times */
        cr_expect(info->bound_fast >= 0.0 && info->bound_fast <= (info->needs_math ? most : 1.5),
                  "%s: a bound of %g ULP in the fast variant", info->name, info->bound_fast);
        cr_expect(has_word(info->formula, "x") || has_word(info->formula, "x_i"), "%s: formula without x", info->name);
        cr_expect(info->range[0] != '\0', "%s: no range", info->name);
        for (int i = 0; i < info->param_count; i++)
            cr_expect(has_word(info->formula, info->params[i].name), "%s: formula without %s", info->name,
                      info->params[i].name);
    }
    cr_expect_null(vacti_registry_by_code(op_code(0)));
    cr_expect_null(vacti_registry_by_name("bogus"));
    cr_expect_null(vacti_registry_by_name(""));
}

/* -------------------------------------------------------------------------------------------- header */

Test(registry, header_enumerators)
{
    char *text = header_text(), *rest = NULL;
    size_t found = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[64], value[16];
        if (sscanf(line, " VACT_OP_%63[A-Z0-9_] = 0x%15[0-9a-f]", name, value) != 2)
            continue;
        unsigned long code = strtoul(value, NULL, 16);
        found++;
        for (char *c = name; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        const vacti_op_info *info = vacti_registry_by_name(name);
        cr_expect(info && (unsigned)info->op == code, "%s = %#lx has no line in the registry", name, code);
    }
    cr_expect(found == vacti_registry_count, "%zu enumerators, %zu lines", found, vacti_registry_count);
    free(text);
}

static void expect_prototype(const char *header, const vacti_op_info *info, const char *suffix, const char *parameters)
{
    char prototype[512];
    snprintf(prototype, sizeof prototype, "VACT_API vact_status vact_%s%s_f32(%s);", info->name, suffix, parameters);
    cr_expect(strstr(header, prototype), "the header lacks: %s", prototype);
}

/* Appends the operation's parameters to those of its function. */
static void add_declared(char *parameters, size_t size, const vacti_op_info *info)
{
    for (int i = 0; i < (info->named ? info->param_count : 0); i++) {
        size_t length = strlen(parameters);
        snprintf(parameters + length, size - length, ", float %s", info->params[i].name);
    }
}

Test(registry, header_prototypes)
{
    char *header = header_text();
    collapse(header);
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        char parameters[256] = "float *dst, const float *src, size_t n";
        switch (info->kind) {
        case VACT_KIND_UNARY:
            add_declared(parameters, sizeof parameters, info);
            expect_prototype(header, info, "", parameters);
            break;
        case VACT_KIND_CHANNELS:
            expect_prototype(header, info, "",
                             "float *dst, const float *src, const float *slope, size_t outer, "
                             "size_t channels, size_t inner");
            break;
        case VACT_KIND_ROWS:
            expect_prototype(header, info, "", "float *dst, const float *src, size_t rows, size_t cols");
            expect_prototype(header, info, "_rows",
                             "float *dst, size_t dst_stride, const float *src, "
                             "size_t src_stride, size_t rows, size_t cols");
            break;
        case VACT_KIND_GATE:
            snprintf(parameters, sizeof parameters, "float *dst, const float *gate, const float *up, size_t n");
            add_declared(parameters, sizeof parameters, info);
            expect_prototype(header, info, "", parameters);
            snprintf(parameters, sizeof parameters,
                     "float *dgate, float *dup, const float *dy, const float *gate, const float *up, size_t n");
            add_declared(parameters, sizeof parameters, info);
            expect_prototype(header, info, "_backward", parameters);
            break;
        default: cr_expect(false, "%s: a kind that this test does not know", info->name);
        }
    }
    free(header);
}

/* The comment that ends right before the prototype, as a string to be freed; null where there is none. */
static char *comment_before(const char *header, const char *prototype)
{
    const char *end = strstr(header, prototype);
    while (end && end > header && isspace((unsigned char)end[-1]))
        end--;
    if (!end || end - header < 4 || strncmp(end - 2, "*/", 2) != 0)
        return NULL;
    const char *start = end - 2;
    while (start > header && strncmp(start, "/*", 2) != 0)
        start--;
    return strndup(start, (size_t)(end - start));
}

Test(registry, header_documentation)
{
    char *header = header_text();
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        char prototype[128], number[32], *comment;
        snprintf(prototype, sizeof prototype, "VACT_API vact_status vact_%s_f32(", info->name);
        comment = comment_before(header, prototype);
        cr_expect(comment, "vact_%s_f32 has no documentation", info->name);
        if (!comment)
            continue;
        const char *first = comment + strspn(comment, "/* \n");
        size_t length = strlen(info->name);
        cr_expect(strncmp(first, info->name, length) == 0 && (first[length] == ':' || first[length] == ','),
                  "the documentation of %s begins with another's: %.40s", info->name, first);
        for (int i = 0; i < info->param_count; i++) {
            snprintf(number, sizeof number, "%g", (double)info->params[i].default_value);
            cr_expect(has_word(comment, info->params[i].name), "the documentation of %s lacks %s", info->name,
                      info->params[i].name);
            cr_expect(has_word(comment, number), "the documentation of %s lacks the default %s", info->name, number);
        }
        free(comment);
    }
    free(header);
}

static void expect_accepted(const char *compiler, const char *options)
{
    if (!command_exists(compiler))
        cr_skip("%s: not installed", compiler);
    command_result result = command_run("printf '%%s\\n' '#include <vact/vact.h>' 'int use(float *p);' "
                                        "'int use(float *p) { return vact_relu_f32(p, p, 1); }' | "
                                        "%s %s -Wall -Wextra -pedantic-errors -Werror -I '%s/include' -S -o - - 2>&1",
                                        compiler, options, VACT_SOURCE_DIR);
    cr_expect(result.status == 0, "%s %s: %s", compiler, options, result.text);
    cr_expect(has_word(result.text, "vact_relu_f32"), "%s %s mangles the name", compiler, options);
    free(result.text);
}

Test(registry, header_is_c)
{
    expect_accepted("cc", "-x c -std=c11");
    expect_accepted("cc", "-x c -std=c99");
}

Test(registry, header_is_cxx)
{
    expect_accepted("c++", "-x c++ -std=c++98");
    expect_accepted("c++", "-x c++ -std=c++17");
}

/* ------------------------------------------------------------------------------------- files, program */

/* Every file of act/ is some operation's, in a folder of a set that takes it. */
Test(registry, act_files_have_operations)
{
    glob_t files;
    cr_assert(glob(VACT_SOURCE_DIR "/kernels/act/*.h", 0, NULL, &files) == GLOB_NOMATCH);
    cr_assert(glob(VACT_SOURCE_DIR "/kernels/act/*/*.h", 0, NULL, &files) == 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char folder[64] = "", name[64] = "";
        sscanf(strstr(files.gl_pathv[i], "/act/"), "/act/%63[a-z]/%63[a-z0-9_].h", folder, name);
        if (strcmp(name, "gated_swish") == 0) /* the kernel of four operations */
            continue;
        const vacti_op_info *info = vacti_registry_by_name(name);
        cr_expect(info, "%s has no line in the registry", files.gl_pathv[i]);
        bool of_variant = strcmp(folder, "fast") == 0 || strcmp(folder, "sleef") == 0;
        bool plain = strcmp(folder, "plain") == 0;
        cr_expect(!info || !(of_variant || plain) || of_variant == info->needs_math, "%s: no set takes it",
                  files.gl_pathv[i]);
    }
    globfree(&files);
}

static void expect_act_file(const char *folder, const vacti_op_info *info)
{
    char path[512], whole[128], common[128];
    snprintf(path, sizeof path, "%s/kernels/act/%s/%s.h", VACT_SOURCE_DIR, folder, info->name);
    snprintf(whole, sizeof whole, "%s_%s", info->name, info->kind == VACT_KIND_ROWS ? "rows" : "forward");
    snprintf(common, sizeof common, "%s_common", info->name); /* of two forms (kernels/loop/forms.inc.h) */
    char *text = read_text(path);
    cr_expect(text && (has_word(text, whole) || has_word(text, common)), "%s defines neither %s nor %s", path, whole,
              common);
    free(text);
}

Test(registry, operations_have_act_files)
{
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        if (info->kind == VACT_KIND_GATE)
            expect_act_file("gate", info);
        else if (!info->needs_math)
            expect_act_file("plain", info);
        else {
            expect_act_file("fast", info);
            if (!info->own_math)
                expect_act_file("sleef", info);
        }
    }
}

Test(registry, program_lists_everything)
{
    command_result list = command_run("'%s' list", VACT_PROGRAM);
    cr_assert(list.status == 0, "vact list: status %d", list.status);
    for (const vacti_op_info *info = vacti_registry; info < end_of_registry(); info++) {
        cr_expect(has_word(list.text, info->name), "vact list lacks %s", info->name);
        cr_expect(strstr(list.text, info->formula), "vact list lacks the formula of %s", info->name);
        cr_expect(strstr(list.text, info->range), "vact list lacks the range of %s", info->name);
    }
    free(list.text);
}
