/*
 * The file of hashes, docs/bits-v<VACT_NUMERICS_VERSION>.txt. A line is
 *
 *   operation function variant type elements HASH WORD0 ... WORD63
 *
 * in hexadecimal the hash of 64 bits of all parts and the word of 32 bits of each (hash.h). Lines that begin with # are
 * comments; the first of them has the numerics version.
 */
#ifndef VACT_TOOLS_VERIFY_FILE_H
#define VACT_TOOLS_VERIFY_FILE_H

#include <stdio.h>

#include "functions.h"

typedef struct verify_line {
    const char *name; /* as verify_name makes it */
    uint64_t hash;
    uint32_t words[VERIFY_PARTS];
} verify_line;

typedef struct verify_file {
    char *text; /* that of the names */
    verify_line *lines;
    size_t count;
} verify_file;

enum { VERIFY_PATH = 4096 };

/* The path of the installed file, or that of the build folder, found from where the program is. False, with a message,
 * where there is none. */
bool verify_find_file(char path[VERIFY_PATH]);

/* False, with a message, where it cannot be read, is damaged, or is of another numerics version. */
bool verify_read_file(verify_file *file, const char *path);
void verify_free_file(verify_file *file);

/* Null if there is none. */
const verify_line *verify_find_line(const verify_file *file, const char *name);

/* Whether the file has the line but for the version of SLEEF. */
bool verify_has_other_sleef(const verify_file *file, const verify_function *function);

void verify_write_header(FILE *to);
void verify_write_line(FILE *to, const verify_line *line);

#endif
