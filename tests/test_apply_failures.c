/* vact apply on file system errors, full disks and signals. The old output stays, no other files remain. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

TestSuite(apply_failures, .init = program_enter, .fini = program_leave);

static const float old[2] = {41.0f, 42.0f};

static const float values[3] = {-1.0f, 0.0f, 1.0f};

/* in.npy, and an out.npy that must survive. */
static void prepare(void)
{
    npy_save("in.npy", "(3,)", values, 3);
    npy_save("out.npy", "(2,)", old, 2);
}

static void expect_kept(size_t files)
{
    npy_expect("out.npy", "(2,)", old, 2);
    cr_assert(program_files() == files, "%zu files instead of %zu", program_files(), files);
}

Test(apply_failures, usage)
{
    static const struct {
        const char *arguments;
        const char *message;
    } cases[] = {
        {"apply in.npy out.npy", "--op is missing"},
        {"apply --op relu in.npy", "two files are needed"},
        {"apply --op relu in.npy out.npy more.npy", "'more.npy' is one file too many"},
        {"apply --op gelo in.npy out.npy", "no operation is named 'gelo'; did you mean gelu"},
        {"apply --op softmaxx in.npy out.npy", "did you mean softmax"},
        {"apply --op leakyrelo in.npy out.npy", "did you mean leaky_relu"},
        {"apply --op zzzzzz in.npy out.npy", "no operation is named 'zzzzzz'"},
        {"apply --op relu --alpha 1 in.npy out.npy", "relu has no parameter alpha; it has none"},
        {"apply --op softplus --lambda 1 in.npy out.npy", "it has: beta, threshold"},
        {"apply --op elu --slope s.npy in.npy out.npy", "elu has no parameter slope; it has: alpha"},
        {"apply --op prelu --alpha 1 in.npy out.npy", "it has: slope"},
        {"apply --op elu --alpha 1x in.npy out.npy", "'1x' is not a number"},
        {"apply --op elu --alpha 1e39 in.npy out.npy", "beyond the largest float"},
        {"apply --op elu --alpha nan in.npy out.npy", "alpha must be finite"},
        {"apply --op celu --alpha 0 in.npy out.npy", "alpha must be finite and not 0"},
        {"apply --op hardtanh --lo nan in.npy out.npy", "outside the domain of hardtanh"},
        {"apply --op relu --isa sse in.npy out.npy", "--isa 'sse' is unknown"},
        {"apply --op relu --math exact in.npy out.npy", "--math 'exact' is unknown"},
        {"apply --op relu --delta 1 in.npy out.npy", "unrecognized option"},
    };
    prepare();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        program_expect(program_run(cases[i].arguments), 2, cases[i].message);
    expect_kept(2);
}

Test(apply_failures, inputs_that_cannot_be_mapped)
{
    prepare();
    program_expect(program_run("apply --op relu none.npy out.npy"), 1, "vact apply: none.npy: No such file");
    program_expect(program_run("apply --op relu . out.npy"), 1, ".: is a directory");
    cr_assert(mkfifo("pipe", 0600) == 0);
    program_expect(program_run("apply --op relu pipe out.npy"), 1, "pipe: not a regular file");
    expect_kept(3);
}

Test(apply_failures, outputs_that_cannot_be_replaced)
{
    prepare();
    cr_assert(mkdir("folder", 0700) == 0 && mkfifo("pipe", 0600) == 0);
    program_expect(program_run("apply --op relu in.npy folder"), 1, "folder: is a directory");
    program_expect(program_run("apply --op relu in.npy folder/"), 1, "is a directory");
    program_expect(program_run("apply --op relu in.npy new/"), 1, "is not the name of a file");
    program_expect(program_run("apply --op relu in.npy pipe"), 1, "pipe: exists and is not a regular file");
    program_expect(program_run("apply --op relu in.npy none/out.npy"), 1, "none/out.npy: cannot be made in its folder");
    program_expect(program_run("apply --op relu in.npy in.npy/out.npy"), 1, "Not a directory");
    expect_kept(4);
}

Test(apply_failures, a_folder_or_file_without_permission)
{
    prepare();
    program_expect(program_run_unprivileged("apply --op relu in.npy new.npy"), 1,
                   "new.npy: cannot be made in its folder: Permission denied");
    program_expect(program_run_unprivileged("apply --op relu in.npy out.npy"), 1, "out.npy: Permission denied");
    cr_assert(chmod("in.npy", 0600) == 0);
    program_expect(program_run_unprivileged("apply --op relu in.npy new.npy"), 1, "in.npy: Permission denied");
    expect_kept(2);
}

static void save_large(const char *path, const char *shape, size_t count)
{
    npy_save(path, shape, NULL, 0);
    struct stat status;
    cr_assert(stat(path, &status) == 0);
    /* zeros without blocks behind them */
    cr_assert(truncate(path, status.st_size + (off_t)(count * sizeof(float))) == 0);
}

/* A limit on the size of files stands for the full disk: it makes the reservation fail, here with SIGXFSZ. */
Test(apply_failures, a_limit_on_the_size_of_files)
{
    prepare();
    save_large("large.npy", "(1000000,)", 1000000);
    program_expect(program_run_limited("apply --op relu large.npy out.npy", 1000000), 1,
                   "out.npy: 4000128 bytes cannot be written: File too large");
    expect_kept(3);
}

Test(apply_failures, a_full_disk)
{
    prepare();
    save_large("large.npy", "(1000000,)", 1000000);
    cr_assert(mkdir("small", 0700) == 0);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "small", "tmpfs", 0, "size=1m") != 0)
        cr_skip("no right to mount a small file system");
    program_expect(program_run("apply --op relu in.npy small/out.npy"), 0, "");
    program_expect(program_run("apply --op gelu large.npy small/out.npy"), 1,
                   "small/out.npy: 4000128 bytes cannot be written: No space left on device");
    cr_assert(chdir("small") == 0);
    cr_assert(program_files() == 1, "the temporary file was left");
    static const float expected[3] = {0.0f, 0.0f, 1.0f};
    npy_expect("out.npy", "(3,)", expected, 3);
    cr_assert(chdir("..") == 0 && umount("small") == 0);
}

/* A mount point cannot be replaced, which only renaming detects: OUT, here also the input, is renamed last. */
Test(apply_failures, a_second_output_that_cannot_be_renamed)
{
    prepare();
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("out.npy", "out.npy", NULL, MS_BIND, NULL) != 0)
        cr_skip("no right to mount a file");
    program_expect(program_run("apply --op prelu --backward in.npy --dslope out.npy in.npy in.npy"), 1,
                   "out.npy: cannot be written: Device or resource busy");
    cr_assert(umount("out.npy") == 0);
    npy_expect("in.npy", "(3,)", values, 3);
    expect_kept(2);
}

/* An address space too small for the array is an error, not a crash. */
Test(apply_failures, more_elements_than_the_file_has_bytes)
{
    prepare();
    npy_save("huge.npy", "(1152921504606846976,)", old, 2);
    program_expect(program_run("apply --op relu huge.npy out.npy"), 1, "huge.npy: truncated");
    expect_kept(3);
}

enum { LARGE = 1 << 25 }; /* 128 MiB: long enough to be met in the middle */

Test(apply_failures, a_signal_leaves_nothing_behind)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    prepare();
    save_large("large.npy", "(33554432,)", LARGE);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        pid_t child = program_start("apply --isa scalar --op gelu large.npy out.npy");
        program_wait_for_outputs(child, 1);
        cr_assert(kill(child, signals[i]) == 0);
        int status = program_wait(child);
        cr_assert(status == 128 + signals[i], "status %d", status);
        expect_kept(3);
    }
}

Test(apply_failures, a_signal_leaves_nothing_of_two_outputs)
{
    prepare();
    save_large("large.npy", "(33554432,)", LARGE);
    pid_t child =
        program_start("apply --isa scalar --op swiglu --backward large.npy --dup dup.npy large.npy large.npy out.npy");
    program_wait_for_outputs(child, 2);
    cr_assert(kill(child, SIGTERM) == 0);
    int status = program_wait(child);
    cr_assert(status == 128 + SIGTERM, "status %d", status);
    expect_kept(3);
}

Test(apply_failures, an_input_that_shrinks_while_it_is_read)
{
    prepare();
    save_large("large.npy", "(33554432,)", LARGE);
    pid_t child = program_start("apply --isa scalar --op gelu large.npy out.npy");
    program_wait_for_outputs(child, 1);
    cr_assert(truncate("large.npy", 4096) == 0);
    cr_assert(program_wait(child) == 1);
    expect_kept(3);
}
