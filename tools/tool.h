/* What the sub-commands of the program vact share. */
#ifndef VACT_TOOLS_TOOL_H
#define VACT_TOOLS_TOOL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry.h"
#include "vact/vact.h"

/* Exit statuses. */
enum { VACT_TOOL_OK = 0, VACT_TOOL_FAILURE = 1, VACT_TOOL_USAGE = 2 };

/* The sub-commands: argv[0] is "vact <command>"; the exit status is returned. */
int vact_tool_info(int argc, char **argv);
int vact_tool_list(int argc, char **argv);
int vact_tool_apply(int argc, char **argv);
int vact_tool_accuracy(int argc, char **argv);
int vact_tool_verify(int argc, char **argv);
int vact_tool_run(int argc, char **argv);
int vact_tool_eval(int argc, char **argv);
int vact_tool_plot(int argc, char **argv);
int vact_tool_health(int argc, char **argv);

/* The running command's name for messages: "vact apply". */
extern const char *vact_tool_name;

/* argp_parse, with -h besides --help. */
error_t vact_tool_parse(const struct argp *argp, int argc, char **argv, unsigned flags, void *input);

/* Names an unknown or unsupported VACT_ISA or VACT_MATH on standard error. */
void vact_tool_check_environment(void);

/* Prints "<command>: <subject>: <message>" as one line to standard error and returns VACT_TOOL_FAILURE. */
int vact_tool_fail(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* argp_error: a usage error, which exits. For messages that quote an argument. */
void vact_tool_misused(const struct argp_state *state, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as one line that a terminal shows and does not obey: bytes of characters that are not printable become
 * \xNN. To be freed; null when out of memory. The two functions above do it themselves. */
char *vact_tool_escape(const char *text);

/* From here on standard error does the same, but for newlines. */
void vact_tool_guard_errors(void);

/* A text file as a string, to be freed. Null, with a message, where it cannot be read, is empty or has a NUL byte. */
char *vact_tool_read_text(const char *path);

/* The operation of that name in any case: vact's, or that of another framework (names.c). An unknown name is a usage
 * error, which suggests the nearest names and exits. */
const vacti_op_info *vact_tool_operation(const struct argp_state *state, const char *name);

/* The operation's further names, from index 0 on; null after the last. */
const char *vact_tool_alias(const vacti_op_info *op, size_t index);

/* The names whose spellings are nearest to `name`, whatever the case, as "a, b or c", or "" where none is near. A name
 * may have several spellings. */
void vact_tool_suggest(char *text, size_t size, const char *name, const char *const *spellings,
                       const char *const *names, size_t count);

/* A usage error that names the option, where this build has no gradients. It exits. */
void vact_tool_needs_gradients(const struct argp_state *state, const char *option);

/* A decimal number from 1 to most, which ends at `end`. */
bool vact_tool_number(const char *text, uint32_t most, const char *end, uint32_t *value);

/* The CPUs that this process may use: as many threads. */
unsigned vact_tool_threads(void);

/* The static name of a build, the argument of --isa. An unknown name is a usage error, which exits. */
const char *vact_tool_build(const struct argp_state *state, const char *name);

/* The code for the argument of --math. An unknown name is a usage error, which exits. */
vact_math vact_tool_math(const struct argp_state *state, const char *name);

/* The arguments of --isa and --math, null where not given, and their codes. */
typedef struct vact_tool_choice {
    const char *isa_word, *math_word;
    vact_isa isa;
    vact_math math;
} vact_tool_choice;

/* Take the argument of the option. An unknown name is a usage error, which exits. */
void vact_tool_choose_isa(vact_tool_choice *choice, const struct argp_state *state, const char *name);
void vact_tool_choose_math(vact_tool_choice *choice, const struct argp_state *state, const char *name);

/* vact_select, with a message where the CPU or the build lacks it. */
bool vact_tool_select(const vact_tool_choice *choice);

/* The variant that an operation uses: with auto, and as selected now. "plain" where one kernel serves every variant. */
const char *vact_tool_auto_variant(const vacti_op_info *op);
const char *vact_tool_variant(const vacti_op_info *op);

/* A parameter's domain in words that follow "must be", and an operation's kind. */
const char *vact_tool_domain(const vacti_op_info *op, int index);
const char *vact_tool_kind(vact_kind kind);

/* After a write to standard output has failed: says why, drops what is left to write, and returns VACT_TOOL_FAILURE. */
int vact_tool_output_failed(void);

/* Prints a JSON document to standard output and frees it. The type is cJSON. */
struct cJSON;
int vact_tool_print_json(struct cJSON *document);

#endif
