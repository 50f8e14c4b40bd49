/* Signals that would leave temporary files, or end the program without a message. */
#ifndef VACT_TOOLS_SIGNALS_H
#define VACT_TOOLS_SIGNALS_H

/* For a program that has mapped a file: one that becomes shorter is a message and exit status 1, not SIGBUS. */
void vact_catch_bus_error(void);

/* For a program that makes files: SIGTERM and the like remove temporary names (replace.h) first, and a limit on the
 * size of files is an error of the write. */
void vact_catch_ending_signals(void);

#endif
