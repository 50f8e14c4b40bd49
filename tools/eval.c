/* vact eval: expressions over the operations, and the numbers of documents held to them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expression.h"
#include "marks.h"
#include "output.h"
#include "tool.h"

typedef enum job { PRINT, CHECK, UPDATE } job;

typedef struct request {
    job job;
    int count;
    char **arguments;
} request;

static error_t parse(int key, char *argument, struct argp_state *state)
{
    request *asked = state->input;
    (void)argument;
    switch (key) {
    case 'c': asked->job = CHECK; return 0;
    case 'u': asked->job = UPDATE; return 0;
    case ARGP_KEY_ARGS:
        asked->arguments = &state->argv[state->next];
        asked->count = state->argc - state->next;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "an expression or a file is due"); return EINVAL;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static int print_value(const char *expression)
{
    expression_value value;
    const char *at = NULL;
    const char *error = expression_evaluate(expression, &value, &at);
    if (error != NULL)
        return vact_tool_fail(expression, "at character %zu: %s", (size_t)(at - expression) + 1, error);
    for (size_t i = 0; i < value.count; i++)
        printf("%s%.9g", i == 0 ? "" : ", ", value.v[i]);
    putchar('\n');
    return VACT_TOOL_OK;
}

static bool write_file(const char *path, const char *text)
{
    vact_output out = {0};
    unsigned char *bytes = vact_output_add(&out, path, strlen(text));
    if (bytes == NULL)
        return false;
    memcpy(bytes, text, out.files[0].size);
    return vact_output_commit(&out);
}

static int walk_file(const char *path, job asked, marks_result *all)
{
    marks_result result = {0, 0, 0};
    char *text = vact_tool_read_text(path);
    if (text == NULL)
        return VACT_TOOL_FAILURE;
    char *right = marks_walk(path, text, &result);
    int status = VACT_TOOL_OK;
    if (right == NULL)
        status = vact_tool_fail(path, "out of memory");
    else if (result.errors > 0 || (result.wrong > 0 && (asked == CHECK || !write_file(path, right))))
        status = VACT_TOOL_FAILURE;
    free(text);
    free(right);
    all->numbers += result.numbers;
    if (asked == CHECK || status == VACT_TOOL_OK)
        all->wrong += result.wrong;
    return status;
}

static int run(const request *asked)
{
    marks_result all = {0, 0, 0};
    int status = VACT_TOOL_OK;
    for (int i = 0; i < asked->count; i++) {
        const char *argument = asked->arguments[i];
        if ((asked->job == PRINT ? print_value(argument) : walk_file(argument, asked->job, &all)) != VACT_TOOL_OK)
            status = VACT_TOOL_FAILURE;
    }
    if (asked->job != PRINT)
        printf("%zu numbers, %zu %s\n", all.numbers, all.wrong, asked->job == CHECK ? "wrong" : "put right");
    return status;
}

int vact_tool_eval(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"check", 'c', NULL, 0, "The arguments are documents: hold their marked numbers to the library", 0},
        {"update", 'u', NULL, 0, "The same, and write the right numbers into them", 0},
        {NULL, 0, NULL, 0, NULL, 0}};
    const struct argp argp = {
        options,
        parse,
        "EXPRESSION...\n--check FILE...\n--update FILE...",
        "Evaluates expressions by the library's kernels.\v"
        "gelu(-1, 0, 1)  elu(-1; 0.5)      operations; parameters after ;\n"
        "softmax(3.2, 1.8, 0.5)[0]         one number of a list, from 0\n"
        "swiglu(1, 2; 3, 4)                a gated unit: gates; ups\n"
        "gelu'(0.5)                        the derivative\n"
        "cross_entropy(3, 1, 0; 2)         the loss of logits, target 2\n"
        "cross_entropy'(3, 1, 0; 2)        its gradient; bce_with_logits(3; 0)\n"
        "min(gelu, -5, 5)  max(gelu', -5, 5)  zero(gelu', -2, 0)\n"
        "mean(relu)  gain(relu)            over the normal distribution; vact_gain\n"
        "linspace(-3, 3, 10)               a list; zeros(...) and sum(...) of one\n"
        "+ - * / ^ ( ) inf nan             with -- first where a minus begins\n\n"
        "A document marks a number by an expression: 0.0067<!-- vact: min(sigmoid, -5, 5) -->. It is held to as many "
        "digits as it has.",
        NULL,
        NULL,
        NULL};
    request asked = {PRINT, 0, NULL};
    return vact_tool_parse(&argp, argc, argv, 0, &asked) != 0 ? VACT_TOOL_USAGE : run(&asked);
}
