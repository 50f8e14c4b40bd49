/* The program vact: finds the sub-command and runs it. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

typedef struct command {
    const char *name;
    const char *full_name; /* argv[0] of the sub-command, which argp puts before its messages */
    int (*run)(int argc, char **argv);
} command;

static int run_help(int argc, char **argv);
static int run_version(int argc, char **argv);

static const command commands[] = {
    {"info", "vact info", vact_tool_info},       {"list", "vact list", vact_tool_list},
    {"apply", "vact apply", vact_tool_apply},    {"health", "vact health", vact_tool_health},
    {"run", "vact run", vact_tool_run},          {"accuracy", "vact accuracy", vact_tool_accuracy},
    {"verify", "vact verify", vact_tool_verify}, {"eval", "vact eval", vact_tool_eval},
    {"plot", "vact plot", vact_tool_plot},       {"help", "vact help", run_help},
    {"version", "vact version", run_version},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static const char documentation[] =
    "Neural-network activation kernels: lists them, measures their accuracy and speed, and applies them to files.\n"
    "\n"
    "Commands:\n"
    "  info      this CPU's features and the kernels in use\n"
    "  list      the operations: formula, parameters, range, error bound\n"
    "  apply     applies one operation to a .npy file\n"
    "  health    zeros, dead units and saturation in a layer's outputs, and the\n"
    "            gain for initialising weights\n"
    "  run       speed and largest error of every operation over a tensor\n"
    "  accuracy  the largest error over all 2^32 inputs\n"
    "  verify    whether the results have the published bits on this machine\n"
    "  eval      evaluates expressions over the operations, and checks the numbers\n"
    "            of a document\n"
    "  plot      pictures of operations, their derivatives, errors and times\n"
    "  help      this text, or with a COMMAND what --help says of it\n"
    "  version   this program's version"
    "\v"
    "`vact COMMAND --help' (or -h) describes each. Without options, the environment variables VACT_ISA (scalar, avx2, "
    "avx512, "
    "neon) and VACT_MATH (sleef, fast) choose the kernels.\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.";

typedef struct choice {
    const command *command;
    int first; /* index of the command's name in argv */
} choice;

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "vact %s\n", vact_version());
}

static const command *find_command(const struct argp_state *state, const char *name)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = commands[i].name;
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    char nearest[128];
    vact_tool_suggest(nearest, sizeof nearest, name, names, names, COMMAND_COUNT);
    if (nearest[0] != '\0')
        vact_tool_misused(state, "no command is named '%s'; did you mean %s?", name, nearest);
    else
        vact_tool_misused(state, "no command is named '%s'", name);
    return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    choice *chosen = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        chosen->command = find_command(state, argument);
        chosen->first = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        return 0;
    case ARGP_KEY_NO_ARGS: argp_state_help(state, stderr, ARGP_HELP_STD_ERR | ARGP_HELP_LONG | ARGP_HELP_DOC); return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_command(choice *chosen, int argc, char **argv)
{
    const struct argp argp = {NULL, parse, "COMMAND [ARGUMENT...]", documentation, NULL, NULL, NULL};
    return vact_tool_parse(&argp, argc, argv, ARGP_IN_ORDER, chosen);
}

static int run(const choice *chosen, int argc, char **argv)
{
    static char command_name[32];
    snprintf(command_name, sizeof command_name, "%s", chosen->command->full_name);
    vact_tool_name = command_name;
    argv[chosen->first] = command_name;
    return chosen->command->run(argc - chosen->first, argv + chosen->first);
}

/* `vact help COMMAND' is `vact COMMAND --help', and `vact help' is `vact --help'. */
static int run_help(int argc, char **argv)
{
    static char own_name[] = "vact";
    static char help[] = "--help";
    char *words[] = {own_name, argc > 1 ? argv[1] : help, argc > 1 ? help : NULL, NULL};
    choice chosen = {NULL, 0};
    vact_tool_name = own_name;
    if (parse_command(&chosen, argc > 1 ? 3 : 2, words) != 0 || chosen.command == NULL)
        return VACT_TOOL_USAGE;
    return chosen.command->run == run_help ? run_help(1, words) : run(&chosen, 3, words);
}

static int run_version(int argc, char **argv)
{
    static const struct argp argp = {NULL, NULL, NULL, "Prints this program's version.", NULL, NULL, NULL};
    if (vact_tool_parse(&argp, argc, argv, 0, NULL) != 0)
        return VACT_TOOL_USAGE;
    print_version(stdout, NULL);
    return VACT_TOOL_OK;
}

/* A full disk behind standard output shows only when it is flushed. Some commands, and argp for --help, call exit. */
static void check_output(void)
{
    const bool failed = ferror(stdout) != 0;
    int reason = 0;
    if (failed)
        putchar('\n'); /* where nothing is left to be flushed, another byte tells the reason */
    if (fflush(stdout) != 0)
        reason = errno;
    else if (!failed)
        return;
    vact_tool_fail("standard output", "%s", reason != 0 ? strerror(reason) : "not all of it could be written");
    _exit(VACT_TOOL_FAILURE);
}

int main(int argc, char **argv)
{
    static char own_name[] = "vact";
    setlocale(LC_CTYPE, ""); /* which characters are printable */
    vact_tool_guard_errors();
    atexit(check_output);
    argp_program_version_hook = print_version;
    argp_err_exit_status = VACT_TOOL_USAGE;
    if (argc > 0)
        argv[0] = own_name;

    choice chosen = {NULL, 0};
    if (parse_command(&chosen, argc, argv) != 0 || chosen.command == NULL)
        return VACT_TOOL_USAGE;
    vact_tool_check_environment();
    return run(&chosen, argc, argv);
}
