/* bfloat16 and half for the oracle: what an element is, the nearest one to a double, and errors in ULP. */
#ifndef VACT_REFERENCE_NARROW_H
#define VACT_REFERENCE_NARROW_H

#include <stdbool.h>
#include <stdint.h>

#include "vact/vact.h"

float vacti_narrow_widen(uint16_t bits, vact_type type);

/* To nearest, ties to even, of any double but NaN. */
uint16_t vacti_narrow_nearest(double value, vact_type type);

/* Whether a finite value is this near, relative to itself, to a middle between two elements. */
bool vacti_narrow_is_near_tie(double value, double distance, vact_type type);

/* |bits - exact| in ULP of the type at the exact value, as docs/accuracy.md has it of floats; by the double oracle. */
double vacti_narrow_error(uint16_t bits, double exact, vact_type type);

/* The exponent of the last place of numbers from 2^exponent to below 2^(exponent + 1). */
int vacti_narrow_place(int exponent, vact_type type);

/* multiple*2^place, of a whole number of places that the rounding left. */
uint16_t vacti_narrow_of_multiple(double multiple, int place, bool negative, vact_type type);

#endif
