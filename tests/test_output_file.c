/* The file that the program puts in place: nothing is left of it after SIGKILL, links and owners stay, and it is on the
 * disk. What stays when it cannot be written is in test_apply_failures.c. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "program.h"

TestSuite(output_file, .init = program_enter, .fini = program_leave);

static const float values[3] = {-1.0f, 0.0f, 1.0f}, result[3] = {0.0f, 0.0f, 1.0f};

/* Every command that writes a file, to out. */
static const char *const writers[] = {
    "apply --op relu in.npy out",
    "run --repetitions 1 --save out in.npy",
    "accuracy --quiet --stride=4294967295 --op=relu --json=out",
    "accuracy --quiet --stride=4294967295 --op=relu --markdown=out",
    "accuracy --quiet --stride=4294967295 --op=relu --digest=out",
    "plot relu -o out.svg",
};
enum { WRITERS = sizeof writers / sizeof writers[0] };

static const char *out_of(int writer) { return strstr(writers[writer], "out.svg") ? "out.svg" : "out"; }

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static struct stat status_of(const char *path)
{
    struct stat status;
    cr_assert(lstat(path, &status) == 0, "%s is not there", path);
    return status;
}

/* ------------------------------------------------------------------------------------------- SIGKILL */

static void skip_without_nameless_files(void)
{
    int fd = open(".", O_TMPFILE | O_RDWR, 0600);
    if (fd < 0)
        cr_skip("the file system has no files without names");
    close(fd);
}

Test(output_file, nothing_is_left_of_apply_after_sigkill)
{
    skip_without_nameless_files();
    npy_save("in.npy", "(33554432,)", NULL, 0);
    cr_assert(truncate("in.npy", 128 + ((off_t)4 << 25)) == 0);
    npy_save("out", "(3,)", values, 3);
    pid_t child = program_start("apply --isa scalar --op swiglu --backward in.npy --dup dup.npy in.npy in.npy out");
    program_wait_for_outputs(child, 2);
    cr_assert(kill(child, SIGKILL) == 0);
    int status = program_wait(child);
    cr_assert(status == 128 + SIGKILL, "status %d: it had ended", status);
    cr_assert(program_files() == 2, "%zu files", program_files());
    npy_expect("out", "(3,)", values, 3);
}

/* The sweep of all inputs takes minutes; whatever file it makes is there at the start. */
Test(output_file, nothing_is_left_of_accuracy_after_sigkill)
{
    const struct timespec moment = {0, 100000000};
    skip_without_nameless_files();
    pid_t child = program_start("accuracy --threads 1 --op gelu --json out.json --markdown out.md");
    nanosleep(&moment, NULL);
    cr_assert(kill(child, SIGKILL) == 0);
    int status = program_wait(child);
    cr_assert(status == 128 + SIGKILL, "status %d: it had ended", status);
    cr_assert(program_files() == 0, "%zu files", program_files());
}

/* ------------------------------------------------------------------------------------- links and owners */

/* A link to nothing, by way of another link and another folder. */
Test(output_file, a_dangling_link_stays_and_its_target_is_made)
{
    npy_save("in.npy", "(3,)", values, 3);
    for (int i = 0; i < WRITERS; i++) {
        const char *out = out_of(i);
        cr_assert(mkdir("folder", 0700) == 0 && symlink("new", "folder/link") == 0 && symlink("folder/link", out) == 0);
        program_expect(program_run(writers[i]), 0, "");
        cr_expect(S_ISLNK(status_of(out).st_mode), "%s: the link is gone", writers[i]);
        cr_expect(S_ISLNK(status_of("folder/link").st_mode), "%s: the second link is gone", writers[i]);
        cr_expect(S_ISREG(status_of("folder/new").st_mode) && status_of("folder/new").st_size > 0, "%s", writers[i]);
        if (i == 0)
            npy_expect("folder/new", "(3,)", result, 3);
        cr_assert(unlink("folder/new") == 0 && unlink("folder/link") == 0 && rmdir("folder") == 0 && unlink(out) == 0);
        cr_expect(program_files() == 1, "%s: %zu files", writers[i], program_files());
    }
}

Test(output_file, links_that_lead_nowhere)
{
    npy_save("in.npy", "(3,)", values, 3);
    for (int i = 0; i < WRITERS; i++) {
        const char *out = out_of(i);
        cr_assert(symlink("none/new", out) == 0);
        program_expect(program_run(writers[i]), 1, "cannot be made in its folder: No such file or directory");
        cr_assert(unlink(out) == 0 && symlink(out, out) == 0);
        program_expect(program_run(writers[i]), 1, "Too many levels of symbolic links");
        cr_assert(unlink(out) == 0 && symlink("new/", out) == 0);
        program_expect(program_run(writers[i]), 1, "is not the name of a file");
        cr_assert(unlink(out) == 0 && program_files() == 1, "%s: %zu files", writers[i], program_files());
    }
    cr_assert(symlink("new.npy", "link") == 0);
    program_expect(program_run("apply --op prelu --backward in.npy --dslope link in.npy new.npy"), 2, "the same file");
}

Test(output_file, the_owner_stays)
{
    if (geteuid() != 0)
        cr_skip("not root, so no file can be given away");
    npy_save("in.npy", "(3,)", values, 3);
    for (int i = 0; i < WRITERS; i++) {
        const char *out = out_of(i);
        write_text(out, "old");
        cr_assert(chown(out, 1234, 2345) == 0 && chmod(out, 0640) == 0);
        ino_t inode = status_of(out).st_ino;
        program_expect(program_run(writers[i]), 0, "");
        struct stat status = status_of(out);
        cr_expect(status.st_uid == 1234 && status.st_gid == 2345, "%s: %u:%u", writers[i], status.st_uid,
                  status.st_gid);
        cr_expect((status.st_mode & 07777) == 0640, "%s: mode %o", writers[i], status.st_mode);
        cr_expect(status.st_ino != inode, "%s: written in place", writers[i]);
        cr_assert(unlink(out) == 0);
    }
}

/* A user without privileges keeps what of it may be kept: the permissions. */
Test(output_file, of_another_owner)
{
    npy_save("in.npy", "(3,)", values, 3);
    cr_assert(mkdir("open", 0700) == 0 && chmod("open", 0777) == 0);
    npy_save("open/out", "(3,)", values, 3);
    cr_assert(chmod("open/out", 0666) == 0);
    program_expect(program_run_unprivileged("apply --op relu in.npy open/out"), 0, "");
    npy_expect("open/out", "(3,)", result, 3);
    cr_expect((status_of("open/out").st_mode & 07777) == 0666);
    cr_assert(unlink("open/out") == 0);
}

/* ------------------------------------------------------------------------------------------- on the disk */

static void expect_calls(const char *variables, const char *arguments, const char *expected)
{
    char all[128];
    snprintf(all, sizeof all, "VACT_TEST_CALLS=calls %s", variables);
    program_expect(program_run_interposed(all, arguments), 0, "");
    char *calls = read_text("calls");
    cr_expect(calls != NULL && strcmp(calls, expected) == 0, "%s, %s: %s", arguments, variables,
              calls == NULL ? "none" : calls);
    free(calls);
    cr_assert(unlink("calls") == 0);
}

/* The contents before the name, and the name before the program ends. */
Test(output_file, is_on_the_disk_before_and_after_it_is_renamed)
{
    npy_save("in.npy", "(3,)", values, 3);
    for (int i = 0; i < WRITERS; i++)
        expect_calls("VACT_TEST_NAMED=1", writers[i], "sync file\nrename\nsync folder\n");
    skip_without_nameless_files();
    for (int i = 0; i < WRITERS; i++)
        expect_calls("", writers[i], "sync file\nlink\nrename\nsync folder\n");
    expect_calls("", "apply --op glu --backward in.npy --dup dup.npy in.npy in.npy in.npy",
                 "sync file\nsync file\nlink\nlink\nrename\nrename\nsync folder\nsync folder\n");
}

/* Where the file system has no files without names. */
Test(output_file, with_a_name_from_the_start)
{
    npy_save("in.npy", "(3,)", values, 3);
    npy_save("out", "(1,)", values, 1);
    program_expect(program_run_interposed("VACT_TEST_NAMED=1", writers[0]), 0, "");
    npy_expect("out", "(3,)", result, 3);
    cr_expect(program_files() == 2, "%zu files", program_files());
    program_expect(program_run_interposed("VACT_TEST_NAMED=1", "apply --op softmax --axis 5 in.npy out"), 1, "no axis");
    program_expect(program_run_interposed("VACT_TEST_NAMED=1 VACT_TEST_CUT=1:136:in.npy", writers[0]), 1, "its size");
    npy_expect("out", "(3,)", result, 3);
    cr_expect(program_files() == 2, "%zu files", program_files());
}
