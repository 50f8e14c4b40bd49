#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "replace.h"

/* SA_RESETHAND has restored the default action, which raise() then takes. */
static void on_signal(int number)
{
    int saved = errno;
    vact_replacement_remove_all();
    if (number == SIGBUS) {
        static const char message[] = "vact: a mapped file became shorter or unreadable while it was in use\n";
        if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
            _exit(1);
        _exit(1);
    }
    raise(number);
    errno = saved;
}

static void catch_signal(int number)
{
    struct sigaction before;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    /* nohup's ignored SIGHUP stays ignored */
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void vact_catch_bus_error(void) { catch_signal(SIGBUS); }

void vact_catch_ending_signals(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGBUS};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        catch_signal(numbers[i]);
    /* So that RLIMIT_FSIZE makes posix_fallocate fail. */
    signal(SIGXFSZ, SIG_IGN);
}
