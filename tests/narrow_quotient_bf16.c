/* Of bfloat16. */
#define NARROW_ELEMENT "elem/bf16.h"
#define NARROW_ROUNDING "elem/rounding_bf16.h"
#define NARROW_TERMS "elem/terms_bf16.h"

#include "narrow_quotient.inc.h"
