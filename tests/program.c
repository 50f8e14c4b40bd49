/* Drives the built program from a temporary folder. */
#include "program.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

enum { NOBODY = 65534 };

typedef struct limits {
    size_t file_size; /* 0: none */
    bool unprivileged;
    const char *interposed; /* the variables of tests/interposed/; null: without it */
} limits;

static char folder[] = "/tmp/vact-test-XXXXXX";

void program_enter(void) { cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0, "no temporary folder"); }

void program_leave(void)
{
    DIR *entries = opendir(folder);
    if (entries == NULL || chdir("/") != 0)
        return;
    int fd = dirfd(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        if (fd >= 0 && unlinkat(fd, entry->d_name, 0) != 0)
            unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    closedir(entries);
    rmdir(folder);
}

/* In the child: never returns. */
static void execute(const char *arguments, limits limit)
{
    char name[] = "vact";
    char copy[1024];
    char *words[PROGRAM_ARGUMENTS + 2] = {name};
    size_t count = 1;
    char *rest = NULL;
    snprintf(copy, sizeof copy, "%s", arguments);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL && count <= PROGRAM_ARGUMENTS;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    unsetenv("VACT_ISA");
    unsetenv("VACT_MATH");
    if (limit.file_size > 0) {
        const struct rlimit size = {limit.file_size, limit.file_size};
        if (setrlimit(RLIMIT_FSIZE, &size) != 0)
            _exit(126);
    }
    if (limit.unprivileged && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        _exit(126);
    if (limit.interposed != NULL) {
        char variables[256];
        snprintf(variables, sizeof variables, "%s", limit.interposed);
        for (char *word = strtok_r(variables, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
            char *equals = strchr(word, '=');
            *equals = '\0';
            setenv(word, equals + 1, 1);
        }
        /* LD_PRELOAD is a list that spaces separate, and a folder may have some. */
        char library[] = VACT_FILE_CALLS, *file = strrchr(library, '/');
        *file = '\0';
        setenv("LD_LIBRARY_PATH", library, 1);
        setenv("LD_PRELOAD", file + 1, 1);
    }
    execv(VACT_PROGRAM, words);
    _exit(127);
}

static int decode(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

static void read_back(FILE *file, char text[PROGRAM_TEXT])
{
    cr_assert(fseek(file, 0, SEEK_SET) == 0);
    size_t size = fread(text, 1, PROGRAM_TEXT - 1, file);
    text[size] = '\0';
    fclose(file);
}

static const program_result *run(const char *arguments, limits limit)
{
    static program_result result;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    int status = 0;
    cr_assert(out != NULL && err != NULL, "no temporary file");
    pid_t child = fork();
    cr_assert(child >= 0, "fork failed");
    if (child == 0) {
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        execute(arguments, limit);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    result.status = decode(status);
    read_back(out, result.out);
    read_back(err, result.err);
    cr_assert(result.status != 126 && result.status != 127, "cannot run " VACT_PROGRAM);
    return &result;
}

const program_result *program_run(const char *arguments) { return run(arguments, (limits){0}); }

const program_result *program_run_limited(const char *arguments, size_t file_size)
{
    return run(arguments, (limits){.file_size = file_size});
}

/* Whether any user may reach the program and run it. */
static bool everyone_reaches_program(void)
{
    char path[] = VACT_PROGRAM;
    struct stat status;
    for (char *slash = path + strlen(path); slash > path; slash = strrchr(path, '/')) {
        *slash = '\0';
        if (path[0] == '\0')
            break;
        if (stat(path, &status) != 0 || (status.st_mode & S_IXOTH) == 0)
            return false;
    }
    return true;
}

const program_result *program_run_unprivileged(const char *arguments)
{
    if (geteuid() != 0)
        cr_skip("not root, so there are no privileges to drop");
    if (!everyone_reaches_program())
        cr_skip("the build folder is closed to users without privileges");
    cr_assert(chmod(folder, 0755) == 0);
    return run(arguments, (limits){.unprivileged = true});
}

const program_result *program_run_interposed(const char *variables, const char *arguments)
{
    if (TEST_SANITIZED)
        cr_skip("program: a sanitizer wants to be the first library");
    return run(arguments, (limits){.interposed = variables});
}

pid_t program_start(const char *arguments)
{
    pid_t child = fork();
    cr_assert(child >= 0, "fork failed");
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        if (nowhere >= 0)
            dup2(nowhere, STDERR_FILENO);
        execute(arguments, (limits){0});
    }
    return child;
}

/* Of shared mappings that may be written. */
static size_t output_maps(pid_t child)
{
    char path[64], line[512];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%ld/maps", (long)child);
    FILE *maps = fopen(path, "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, " rw-s ") != NULL;
    if (maps != NULL)
        fclose(maps);
    return count;
}

void program_wait_for_outputs(pid_t child, size_t count)
{
    const struct timespec moment = {0, 200000};
    for (int i = 0; i < 50000 && output_maps(child) < count; i++)
        nanosleep(&moment, NULL);
    cr_assert(output_maps(child) == count, "the program mapped no %zu outputs within 10 s", count);
}

int program_wait(pid_t child)
{
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    return decode(status);
}

void program_expect(const program_result *result, int status, const char *text)
{
    cr_assert(result->status == status, "exit status %d instead of %d, standard error: %s", result->status, status,
              result->err);
    cr_assert(strstr(result->err, text) != NULL, "standard error lacks '%s': %s", text, result->err);
    const char *newline = strchr(result->err, '\n');
    if (status == 1)
        cr_assert(newline != NULL && newline[1] == '\0', "not one line: %s", result->err);
}

size_t program_files(void)
{
    size_t count = 0;
    DIR *entries = opendir(".");
    cr_assert(entries != NULL);
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return count;
}

void npy_write(const char *path, int major, const char *header, const void *data, size_t size)
{
    size_t length = strlen(header);
    const unsigned char prefix[12] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)major, 0, (unsigned char)length, (unsigned char)(length >> 8),
        0,    0};
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL);
    fwrite(prefix, 1, major == 1 ? 10 : 12, file);
    fwrite(header, 1, length, file);
    if (size > 0)
        fwrite(data, 1, size, file);
    cr_assert(fclose(file) == 0);
}

/* The header that NumPy writes for this shape, its newline at a multiple of 64 bytes from the file's start. */
static size_t good_header(char header[512], const char *shape)
{
    int length = snprintf(header, 512, "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape);
    size_t end = (10 + (size_t)length + 1 + 63) / 64 * 64 - 10;
    memset(header + length, ' ', end - (size_t)length);
    header[end - 1] = '\n';
    header[end] = '\0';
    return end;
}

void npy_save(const char *path, const char *shape, const float *values, size_t count)
{
    char header[512];
    good_header(header, shape);
    npy_write(path, 1, header, values, count * sizeof *values);
}

void npy_expect(const char *path, const char *shape, const float *values, size_t count)
{
    char header[512];
    char found[512];
    size_t length = good_header(header, shape);
    const unsigned char start[10] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)length, (unsigned char)(length >> 8)};
    unsigned char prefix[sizeof start];
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s is not there", path);
    cr_assert(fread(prefix, 1, sizeof prefix, file) == sizeof prefix && memcmp(prefix, start, sizeof start) == 0,
              "%s: magic, version or length of the header is wrong", path);
    cr_assert(fread(found, 1, length, file) == length && memcmp(found, header, length) == 0, "%s: wrong header", path);
    for (size_t i = 0; i < count; i++) {
        float value = 0.0f;
        cr_assert(fread(&value, sizeof value, 1, file) == 1, "%s ends before element %zu", path, i);
        cr_assert(test_same(value, values[i]), "%s: element %zu is %a instead of %a", path, i, (double)value,
                  (double)values[i]);
    }
    cr_assert(fgetc(file) == EOF, "%s is longer than its array", path);
    fclose(file);
}

cJSON *program_json(const program_result *result)
{
    program_expect(result, 0, "");
    cJSON *document = cJSON_Parse(result->out);
    cr_assert(document != NULL, "not JSON: %s", result->out);
    return document;
}

const char *program_text(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, key));
    cr_assert(text != NULL, "no string %s", key);
    return text;
}
