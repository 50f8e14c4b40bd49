/* vact apply with standard input or standard output. */
#ifndef VACT_TOOLS_APPLY_STREAM_H
#define VACT_TOOLS_APPLY_STREAM_H

#include "request.h"

/* A forward function of one input, slice by slice. On failure it prints a message. */
bool vact_apply_stream(const vact_apply_request *asked);

#endif
