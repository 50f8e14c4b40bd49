/* Messages, names and choices that several sub-commands use. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch/table.h"
#include "tool.h"

const char *vact_tool_name = "vact";

int vact_tool_fail(const char *subject, const char *format, ...)
{
    char *message = NULL;
    char *shown = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    char *shown_subject = vact_tool_escape(subject);
    if (message != NULL)
        shown = vact_tool_escape(message);
    fprintf(stderr, "%s: %s: %s\n", vact_tool_name, shown_subject == NULL ? "?" : shown_subject,
            shown == NULL ? "out of memory" : shown);
    free(message);
    free(shown);
    free(shown_subject);
    return VACT_TOOL_FAILURE;
}

void vact_tool_misused(const struct argp_state *state, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    char *shown = length < 0 ? NULL : vact_tool_escape(message);
    argp_error(state, "%s", shown == NULL ? "out of memory" : shown);
    free(shown);
    free(length < 0 ? NULL : message);
}

char *vact_tool_read_text(const char *path)
{
    char *text = NULL;
    size_t capacity = 0;
    FILE *file = fopen(path, "r");
    ssize_t length = file == NULL ? -1 : getdelim(&text, &capacity, '\0', file);
    int error = errno;
    bool whole = file != NULL && feof(file);
    if (file != NULL)
        fclose(file);
    if (whole && length > 0)
        return text;
    if (whole)
        vact_tool_fail(path, "the file is empty");
    else if (length > 0 && text[length - 1] == '\0')
        vact_tool_fail(path, "has a NUL byte, so it is not a text");
    else
        vact_tool_fail(path, "cannot be read: %s", strerror(error));
    free(text);
    return NULL;
}

typedef struct word {
    const char *name;
    int code;
} word;

static const word isa_words[] = {
    {"auto", VACT_ISA_AUTO},     {"scalar", VACT_ISA_SCALAR}, {"avx2", VACT_ISA_AVX2},
    {"avx512", VACT_ISA_AVX512}, {"neon", VACT_ISA_NEON},
};
static const word math_words[] = {
    {"auto", VACT_MATH_AUTO},
    {"sleef", VACT_MATH_SLEEF},
    {"fast", VACT_MATH_FAST},
    {"cr", VACT_MATH_CR},
};

static int find_word(const struct argp_state *state, const char *option, const char *name, const word *words,
                     size_t count)
{
    char known[128] = "";
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, name) == 0)
            return words[i].code;
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", words[i].name);
    }
    vact_tool_misused(state, "%s '%s' is unknown; it is one of %s", option, name, known);
    return 0;
}

void vact_tool_needs_gradients(const struct argp_state *state, const char *option)
{
    if (!VACT_WITH_GRADIENTS)
        vact_tool_misused(state, "%s: this build has no gradients (VACT_WITH_GRADIENTS is OFF)", option);
}

vact_math vact_tool_math(const struct argp_state *state, const char *name)
{
    return (vact_math)find_word(state, "--math", name, math_words, sizeof math_words / sizeof math_words[0]);
}

void vact_tool_choose_isa(vact_tool_choice *choice, const struct argp_state *state, const char *name)
{
    choice->isa_word = name;
    choice->isa = (vact_isa)find_word(state, "--isa", name, isa_words, sizeof isa_words / sizeof isa_words[0]);
}

void vact_tool_choose_math(vact_tool_choice *choice, const struct argp_state *state, const char *name)
{
    choice->math_word = name;
    choice->math = vact_tool_math(state, name);
}

bool vact_tool_select(const vact_tool_choice *choice)
{
    /* Without an option the environment decides. */
    if (choice->isa_word != NULL && vact_select(choice->isa, vacti_table_current()->math) != VACT_OK) {
        vact_tool_fail("--isa", "%s is not supported by this CPU or this build (see `vact info')", choice->isa_word);
        return false;
    }
    if (choice->math_word != NULL && vact_select(vacti_table_current()->isa, choice->math) != VACT_OK) {
        vact_tool_fail("--math", "%s is not in this build", choice->math_word);
        return false;
    }
    return true;
}

const char *vact_tool_auto_variant(const vacti_op_info *op)
{
    if (!op->needs_math)
        return "plain";
    for (size_t i = 0; i < sizeof math_words / sizeof math_words[0]; i++)
        if (math_words[i].code == (int)op->auto_math)
            return math_words[i].name;
    return "auto";
}

const char *vact_tool_variant(const vacti_op_info *op)
{
    const char *in_use = vact_info()->math;
    return op->needs_math && strcmp(in_use, "auto") != 0 ? in_use : vact_tool_auto_variant(op);
}

const char *vact_tool_domain(const vacti_op_info *op, int index)
{
    switch (op->params[index].domain) {
    case VACT_DOMAIN_FINITE: return "finite";
    case VACT_DOMAIN_NONZERO: return "finite and not 0";
    case VACT_DOMAIN_POSITIVE: return "finite and > 0";
    case VACT_DOMAIN_ABOVE_ZERO: return "> 0";
    case VACT_DOMAIN_NONNEGATIVE: return ">= 0";
    case VACT_DOMAIN_NOT_NAN: return "not NaN";
    }
    return "";
}

const char *vact_tool_kind(vact_kind kind)
{
    switch (kind) {
    case VACT_KIND_UNARY: return "element by element";
    case VACT_KIND_CHANNELS: return "element by element, a slope per channel";
    case VACT_KIND_ROWS: return "along rows";
    case VACT_KIND_GATE: return "gate";
    }
    return "";
}

int vact_tool_output_failed(void)
{
    int status = vact_tool_fail("standard output", "%s", strerror(errno));
    __fpurge(stdout);
    clearerr(stdout);
    return status;
}

int vact_tool_print_json(struct cJSON *document)
{
    char *text = cJSON_Print(document);
    cJSON_Delete(document);
    if (text == NULL)
        return vact_tool_fail("JSON", "out of memory");
    int status = puts(text) < 0 || fflush(stdout) != 0 ? vact_tool_output_failed() : VACT_TOOL_OK;
    cJSON_free(text);
    return status;
}
