/* Of half. */
#define NARROW_ELEMENT "elem/f16.h"
#define NARROW_ROUNDING "elem/rounding_f16.h"
#define NARROW_TERMS "elem/terms_f16.h"

#include "narrow_quotient.inc.h"
