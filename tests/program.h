/* Runs the built program in a temporary folder, and writes and reads .npy files independently of its code. */
#ifndef VACT_TESTS_PROGRAM_H
#define VACT_TESTS_PROGRAM_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PROGRAM_TEXT = 1 << 16, PROGRAM_ARGUMENTS = 16 };

typedef struct program_result {
    int status; /* exit status, or 128 + the signal that ended it */
    char out[PROGRAM_TEXT];
    char err[PROGRAM_TEXT];
} program_result;

/* Fixtures of a suite: a temporary folder as the working directory, removed afterwards. */
void program_enter(void);
void program_leave(void);

/* Runs the program with these arguments (separated by single spaces) and waits for it; a static result. */
const program_result *program_run(const char *arguments);

/* With a limit on the size of files, in bytes. */
const program_result *program_run_limited(const char *arguments, size_t file_size);

/* Without privileges; skips the test where there are none to drop or the program cannot be reached without them. */
const program_result *program_run_unprivileged(const char *arguments);

/* With the library of tests/interposed/, which these variables (NAME=VALUE, separated by single spaces) instruct; skips
 * the test under a sanitizer, which wants to be the first library. */
const program_result *program_run_interposed(const char *variables, const char *arguments);

/* Starts it without waiting, with standard error discarded; waits until it has mapped so many output files; and waits
 * for its end. */
pid_t program_start(const char *arguments);
void program_wait_for_outputs(pid_t child, size_t count);
int program_wait(pid_t child);

/* Fails the test unless the exit status is this one, and for 1 unless standard error is one line that holds the text.
 */
void program_expect(const program_result *result, int status, const char *text);

/* What it printed, as JSON; fails the test unless it ended well. And a string in it, which must be there. */
cJSON *program_json(const program_result *result);
const char *program_text(const cJSON *object, const char *key);

/* The number of files in the working directory, hidden ones included. */
size_t program_files(void);

/* Writes a .npy file with this version and header (newline and padding to the caller) and these data bytes. */
void npy_write(const char *path, int major, const char *header, const void *data, size_t size);

/* A valid file, as NumPy writes it; the shape in Python's syntax. */
void npy_save(const char *path, const char *shape, const float *values, size_t count);

/* Fails the test unless the file is exactly a version 1.0 file of this shape with these elements; all NaNs are equal.
 */
void npy_expect(const char *path, const char *shape, const float *values, size_t count);

#endif
