/* The contents of the library's files: exports, the symbols of the kernel objects, and the instructions of the baseline
 * build. The linker must never confuse kernels of two instruction sets. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "command.h"
#include "dispatch/table.h"

/* Sanitizers and coverage add symbols and calls of their own to every object. */
static void skip_unless_plain(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    cr_skip("symbols: not under a sanitizer");
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    cr_skip("symbols: not under a sanitizer");
#endif
#endif
}

static void need(const char *tool)
{
    skip_unless_plain();
    if (!command_exists(tool))
        cr_skip("%s: not installed", tool);
}

/* The next line of a text, which is cut up; null at its end. */
static char *next_line(char **rest)
{
    char *line = NULL;
    do {
        line = strsep(rest, "\n");
    } while (line && *line == '\0');
    return line;
}

/* The standard output of a command that must succeed. */
static char *output_of(const char *format, const char *path)
{
    command_result result = command_run(format, path);
    cr_assert(result.status == 0, "status %d on %s", result.status, path);
    return result.text;
}

typedef struct kernel_object {
    char path[1024], build[64], type[8], set[64];
} kernel_object;

enum { OBJECT_LIMIT = 64 };

static kernel_object objects[OBJECT_LIMIT];
static size_t object_count;

/* The objects are named kernels_<build>_<set>.c.o, or kernels_<build>_<type>_<set>.c.o for other types than f32; the
 * build may have underscores, type and set have none. */
static void find_objects(void)
{
    char *list = read_text(VACT_KERNEL_OBJECTS_FILE), *rest = list;
    cr_assert_not_null(list, "%s cannot be read", VACT_KERNEL_OBJECTS_FILE);
    for (char *line = next_line(&rest); line; line = next_line(&rest)) {
        cr_assert(object_count < OBJECT_LIMIT);
        kernel_object *object = &objects[object_count++];
        snprintf(object->path, sizeof object->path, "%s", line);
        char *name = strrchr(line, '/');
        cr_assert(name && sscanf(name, "/kernels_%63[a-z0-9_].c.o", object->build) == 1, "a strange name: %s", line);
        char *split = strrchr(object->build, '_');
        cr_assert(split, "a strange name: %s", line);
        snprintf(object->set, sizeof object->set, "%s", split + 1);
        *split = '\0';
        snprintf(object->type, sizeof object->type, "f32");
        split = strrchr(object->build, '_');
        if (split && (strcmp(split, "_bf16") == 0 || strcmp(split, "_f16") == 0 || strcmp(split, "_f64") == 0)) {
            snprintf(object->type, sizeof object->type, "%s", split + 1);
            *split = '\0';
        }
    }
    free(list);
    cr_assert(object_count > 0, "no kernel objects");
}

Test(symbols, an_object_for_every_build_and_set)
{
    static const struct {
        const char *type, *set;
        size_t wanted;
    } each[] = {{"f32", "plain", 1},
                {"f32", "fast", 1},
                {"f32", "sleef", VACT_WITH_SLEEF},
                {"f32", "cr", VACT_WITH_CR},
                {"bf16", "plain", VACT_WITH_BF16},
                {"bf16", "fast", VACT_WITH_BF16},
                {"bf16", "rows", VACT_WITH_BF16},
                {"f16", "plain", VACT_WITH_F16},
                {"f16", "fast", VACT_WITH_F16},
                {"f16", "rows", VACT_WITH_F16},
                {"f64", "fast", VACT_WITH_F64},
                {"f64", "sleef", VACT_WITH_F64 && VACT_WITH_SLEEF}};
    find_objects();
    for (size_t i = 0; i < vacti_build_count; i++)
        for (size_t k = 0; k < sizeof each / sizeof each[0]; k++) {
            size_t found = 0;
            for (size_t j = 0; j < object_count; j++)
                found += strcmp(objects[j].build, vacti_builds[i]) == 0 && strcmp(objects[j].set, each[k].set) == 0 &&
                         strcmp(objects[j].type, each[k].type) == 0;
            cr_expect(found == each[k].wanted, "%zu objects of %s %s %s", found, vacti_builds[i], each[k].type,
                      each[k].set);
        }
    for (size_t i = 0; i < object_count; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect(strcmp(objects[i].build, objects[j].build) != 0 || strcmp(objects[i].set, objects[j].set) != 0 ||
                          strcmp(objects[i].type, objects[j].type) != 0,
                      "%s and %s have one name", objects[i].path, objects[j].path);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), cut = strlen(ending);
    return length >= cut && strcmp(text + length - cut, ending) == 0;
}

/* Of nm's letters: upper case is global; V, W, v, w weak; u unique. */
Test(symbols, kernel_objects_carry_their_name)
{
    need("nm");
    find_objects();
    for (size_t i = 0; i < object_count; i++) {
        char suffix[160], letter = 0, name[256];
        snprintf(suffix, sizeof suffix, "_%s_%s_%s", objects[i].type, objects[i].build, objects[i].set);
        char *text = output_of("nm --defined-only '%s'", objects[i].path), *rest = text;
        size_t count = 0;
        for (char *line = next_line(&rest); line; line = next_line(&rest)) {
            if (sscanf(line, "%*s %c %255s", &letter, name) != 2)
                continue;
            cr_expect(!strchr("VvWwu", letter), "%s: %s is weak", objects[i].path, name);
            cr_expect(!strchr("DdBbCcGgSs", letter), "%s: %s can be written", objects[i].path, name);
            if (!isupper((unsigned char)letter))
                continue;
            count++;
            cr_expect(letter == 'T' && strncmp(name, "vacti_", 6) == 0 && ends_with(name, suffix), "%s defines %c %s",
                      objects[i].path, letter, name);
        }
        cr_expect(count > 0, "%s defines nothing", objects[i].path);
        free(text);
    }
}

Test(symbols, kernel_objects_have_no_initialisers)
{
    need("readelf");
    find_objects();
    for (size_t i = 0; i < object_count; i++) {
        char *text = output_of("readelf --wide --section-headers '%s'", objects[i].path);
        cr_expect(strstr(text, ".text"), "%s: readelf shows no .text", objects[i].path);
        static const char *const unwanted[] = {".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors"};
        for (size_t k = 0; k < sizeof unwanted / sizeof unwanted[0]; k++)
            cr_expect(!strstr(text, unwanted[k]), "%s has %s", objects[i].path, unwanted[k]);
        free(text);
    }
}

/* What the kernels may call: SLEEF, the walk of rare epilogues of the same build, the exact functions from `cr`, the
 * size of the cache, and of the C library no more than this. */
Test(symbols, kernel_objects_call_only_mathematics)
{
    static const char *const allowed[] = {
        "fma", "fmaf", "memcpy", "memset", "vacti_cache_of_core", "_GLOBAL_OFFSET_TABLE_"};
    need("nm");
    find_objects();
    for (size_t i = 0; i < object_count; i++) {
        char *text = output_of("nm --undefined-only '%s'", objects[i].path), *rest = text, name[256], blocks[128];
        snprintf(blocks, sizeof blocks, "vacti_epilogue_blocks_f32_%s_plain", objects[i].build);
        for (char *line = next_line(&rest); line; line = next_line(&rest)) {
            if (sscanf(line, " %*c %255s", name) != 1)
                continue;
            bool right =
                (strncmp(name, "Sleef_", 6) == 0 || strcmp(name, blocks) == 0) && strcmp(objects[i].set, "plain") != 0;
            right = right || (strncmp(name, "vacti_exact_", 12) == 0 && strcmp(objects[i].set, "cr") == 0);
            for (size_t k = 0; k < sizeof allowed / sizeof allowed[0]; k++)
                right = right || strcmp(name, allowed[k]) == 0;
            cr_expect(right, "%s refers to %s", objects[i].path, name);
        }
        free(text);
    }
}

/* No instruction of the build for CPUs without AVX uses AVX's registers. */
Test(symbols, the_plainest_build_is_plain)
{
    need("objdump");
    find_objects();
    const char *plainest = vacti_builds[vacti_build_count - 1];
    if (strcmp(plainest, "scalar") != 0)
        cr_skip("symbols: this architecture has no build named scalar");
    for (size_t i = 0; i < object_count; i++) {
        command_result found =
            command_run("objdump -d --no-show-raw-insn '%s' | "
                        "grep -E '%%[yz]mm|\\sv[a-z0-9]+ .*%%xmm|\\svfn?m(add|sub)|\\{%%k[0-7]\\}' | "
                        "head -n 3",
                        objects[i].path);
        bool wide = found.text[0] != '\0';
        if (strcmp(objects[i].build, plainest) == 0)
            cr_expect(!wide, "%s: %s", objects[i].path, found.text);
        else
            cr_expect(wide, "%s: no instruction of its own was found: is the search right?", objects[i].path);
        free(found.text);
    }
}

/* Every kernel, as the instructions stand there (test_state.c asks the CPU, of those that it calls). */
Test(symbols, kernels_end_with_vzeroupper)
{
    need("objdump");
    need("python3");
    find_objects();
    if (strcmp(vacti_builds[vacti_build_count - 1], "scalar") != 0)
        cr_skip("symbols: not x86-64");
    command_result looked = command_run("tr '\\n' '\\0' <'" VACT_KERNEL_OBJECTS_FILE
                                        "' | xargs -0 python3 '" VACT_SOURCE_DIR "/tests/vzeroupper.py'");
    size_t functions = 0, wide = 0, without = 0;
    const char *last = looked.text;
    for (const char *line = last; line && line[0] != '\0'; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        last = line;
    cr_assert(sscanf(last, "%zu functions, %zu with wide registers, %zu without", &functions, &wide, &without) == 3,
              "vzeroupper.py prints %s", last);
    cr_expect(looked.status == 0 && without == 0, "%zu kernels, such as %.200s", without, looked.text);
    cr_expect(functions > 100 && (vacti_build_count == 2 || wide > 100), "%s: is the search right?", last);
    free(looked.text);
}

/* -------------------------------------------------------------------------------------- shared library */

enum { EXPORT_LIMIT = 512 };

typedef struct name_list {
    char names[EXPORT_LIMIT][64];
    size_t count;
} name_list;

static bool listed(const name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return true;
    return false;
}

static void add_name(name_list *list, const char *name, size_t length)
{
    cr_assert(list->count < EXPORT_LIMIT && length < sizeof list->names[0]);
    memcpy(list->names[list->count], name, length);
    list->names[list->count++][length] = '\0';
}

static void blank_comments(char *text)
{
    for (char *start = strstr(text, "/*"); start; start = strstr(start, "/*")) {
        char *end = strstr(start, "*/");
        cr_assert_not_null(end);
        memset(start, ' ', (size_t)(end + 2 - start));
    }
}

/* Every vact_<name> before a parenthesis is a function, except in the typedefs of function types. */
static void find_declared_in(name_list *list, const char *path)
{
    char *header = read_text(path), *rest = header;
    cr_assert_not_null(header);
    blank_comments(header);
    for (char *line = next_line(&rest); line; line = next_line(&rest)) {
        const char *name = strstr(line, "vact_");
        while (name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '(')
            name = strstr(name + 1, "vact_");
        if (name && strncmp(line, "typedef", 7) != 0)
            add_name(list, name, strcspn(name, "("));
    }
    free(header);
}

static void find_declared(name_list *list)
{
    find_declared_in(list, VACT_SOURCE_DIR "/include/vact/vact.h");
    find_declared_in(list, VACT_SOURCE_DIR "/include/vact/narrow.h");
    find_declared_in(list, VACT_SOURCE_DIR "/include/vact/f64.h");
}

Test(symbols, exports_are_the_header)
{
    static name_list exported, declared;
    need("nm");
    find_declared(&declared);
    char *text = output_of("nm --dynamic --defined-only '%s'", VACT_SHARED_LIBRARY), *rest = text;
    for (char *line = next_line(&rest); line; line = next_line(&rest)) {
        char letter = 0, name[64];
        if (sscanf(line, "%*s %c %63s", &letter, name) != 2)
            continue;
        add_name(&exported, name, strlen(name));
        cr_expect(letter == 'T', "%s is exported as %c", name, letter);
        cr_expect(listed(&declared, name), "%s is exported but not declared", name);
    }
    for (size_t i = 0; i < declared.count; i++)
        cr_expect(listed(&exported, declared.names[i]), "%s is declared but not exported", declared.names[i]);
    free(text);
}

/* The static library adds no names but those of the header and vacti_*. */
Test(symbols, static_library_has_two_prefixes)
{
    static name_list declared;
    need("nm");
    find_declared(&declared);
    char *text = output_of("nm --defined-only --extern-only '%s'", VACT_STATIC_LIBRARY), *rest = text;
    size_t public = 0, internal = 0;
    for (char *line = next_line(&rest); line; line = next_line(&rest)) {
        char name[256];
        if (sscanf(line, "%*s %*c %255s", name) != 1)
            continue;
        bool of_header = listed(&declared, name), inside = strncmp(name, "vacti_", 6) == 0;
        cr_expect(of_header || inside, "the static library defines %s", name);
        public += of_header, internal += inside;
    }
    cr_expect(public == declared.count && internal > 0, "%zu public names of %zu, %zu internal", public, declared.count,
              internal);
    free(text);
}

/* The library does not print, allocate, start threads or catch signals: it does not refer to functions that could. */
Test(symbols, imports_are_few)
{
    static const char *const allowed[] = {"fma",
                                          "fmaf",
                                          "memcpy",
                                          "memset",
                                          "memmove",
                                          "strcmp",
                                          "strlen",
                                          "getenv",
                                          "sysconf",
                                          "getauxval",
                                          "__tls_get_addr",
                                          "__stack_chk_fail", /* the compiler's, for a stack that is broken already */
                                          "__cxa_finalize",
                                          "strcpy",
                                          "strncpy",
                                          "__gmon_start__",
                                          "_ITM_deregisterTMCloneTable",
                                          "strcat",
                                          "memcmp",
                                          "_ITM_registerTMCloneTable"};
    need("nm");
    char *text = output_of("nm --dynamic --undefined-only --without-symbol-versions '%s'", VACT_SHARED_LIBRARY);
    char *rest = text, name[256];
    size_t sleef = 0;
    for (char *line = next_line(&rest); line; line = next_line(&rest)) {
        if (sscanf(line, " %*c %255s", name) != 1)
            continue;
        bool right = strncmp(name, "Sleef_", 6) == 0;
        sleef += right;
        for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
            right = right || strcmp(name, allowed[i]) == 0;
        cr_expect(right, "the library refers to %s", name);
    }
    cr_expect((sleef > 0) == (VACT_WITH_SLEEF != 0), "nm shows %zu references to SLEEF: is the search right?", sleef);
    free(text);
}

/* Of a library or a program, the text is to be freed. */
static char *expect_hardened(const char *path)
{
    char *text = output_of("readelf --wide --dynamic --program-headers '%s'", path);
    cr_expect(strstr(text, "GNU_RELRO"), "%s: no RELRO", path);
    cr_expect(strstr(text, "BIND_NOW") || strstr(text, "Flags: NOW"), "%s: bound lazily", path);
    cr_expect(!strstr(text, "TEXTREL"), "%s: text relocations", path);
    const char *stack = strstr(text, "GNU_STACK");
    cr_assert_not_null(stack);
    char flags[8] = "";
    sscanf(stack, "GNU_STACK %*s %*s %*s %*s %*s %7s", flags);
    cr_expect(strcmp(flags, "RW") == 0, "%s: the stack is %s", path, flags);
    char *imports = output_of("nm --dynamic --undefined-only '%s'", path);
    cr_expect(strstr(imports, "__stack_chk_fail"), "%s: no function has a stack protector", path);
    free(imports);
    return text;
}

Test(symbols, shared_object_is_hardened)
{
    need("readelf");
    char *text = expect_hardened(VACT_SHARED_LIBRARY);
    cr_expect(strstr(text, "Library soname: [libvact.so."), "no SONAME");
    free(text);
}

/* It reads files that its user may not trust. FORTIFY needs optimisation. */
Test(symbols, program_is_hardened)
{
    need("readelf");
    char *text = expect_hardened(VACT_PROGRAM);
    cr_expect(strstr(text, "Elf file type is DYN"), "the program is at a fixed address");
    free(text);
#if defined(__OPTIMIZE__)
    char *imports = output_of("nm --dynamic --undefined-only '%s'", VACT_PROGRAM);
    cr_expect(strstr(imports, "__printf_chk") || strstr(imports, "__vsnprintf_chk"), "built without _FORTIFY_SOURCE");
    free(imports);
#endif
}

/* The level of the checks of buffers is the user's, or the compiler's, where one of them has chosen it. */
Test(symbols, fortify_is_not_lowered)
{
    static const char *const flags[][2] = {{"-O2 -U_FORTIFY_SOURCE", "2"},
                                           {"-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3", "3"},
                                           {"-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=1", "1"},
                                           {"-O0 -U_FORTIFY_SOURCE", "_FORTIFY_SOURCE"},
                                           {"-O2 -U_FORTIFY_SOURCE -fsanitize=address", "_FORTIFY_SOURCE"}};
    skip_unless_plain();
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        command_result level = command_run("echo _FORTIFY_SOURCE | '" VACT_C_COMPILER
                                           "' %s -x c -E -P -include '" VACT_SOURCE_DIR "/dispatch/fortify.h' - 2>&1",
                                           flags[i][0]);
        level.text[strcspn(level.text, "\n")] = '\0';
        cr_expect(strcmp(level.text, flags[i][1]) == 0, "%s gives %s", flags[i][0], level.text);
        free(level.text);
    }
    char *commands = output_of("cat '%s'", VACT_BINARY_DIR "/compile_commands.json");
    cr_expect(strstr(commands, "dispatch/fortify.h"), "nothing includes dispatch/fortify.h");
    cr_expect(!strstr(commands, "-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"), "a user's _FORTIFY_SOURCE is taken away");
    free(commands);
}
