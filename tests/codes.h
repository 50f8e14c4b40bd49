/* Codes as numbers, also those of no enumerator: callers may pass them and the library must refuse them. */
#ifndef VACT_TESTS_CODES_H
#define VACT_TESTS_CODES_H

#include "vact/vact.h"

/* NOLINTBEGIN(clang-analyzer-optin.core.EnumCastOutOfRange): on purpose */
static inline vact_op op_code(unsigned code) { return (vact_op)code; }

static inline vact_isa isa_code(int code) { return (vact_isa)code; }

static inline vact_math math_code(int code) { return (vact_math)code; }

static inline vact_status status_code(int code) { return (vact_status)code; }
/* NOLINTEND(clang-analyzer-optin.core.EnumCastOutOfRange) */

#endif
