/*
 * The constant of Newton's step in kernels/math/fast/logistic.h with which sigmoid never falls where x rises. Prints
 * the distance from FIRST in ULP, the constant and its number of falls for 2^-16 <= |x| < 1, where neighbouring x
 * differ least in their results; of FIRST itself 5, of the others only 0.
 *
 * Run: cc -O3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -ffp-contract=off -Ikernels -Iinclude
 *         docs/approximations/sigmoid_search.c -o sigmoid_search && ./sigmoid_search
 */
#include <stdint.h>
#include <stdio.h>

#include "vec/f32_avx512.h"

#define FIRST 0x1.0029fp+1f /* which halves the largest error: near_inverse.py */
#define FOUND 0x1.0028dp+1f /* what the header has in its place */

static float constant;

#define vf_set1(a) ((a) == FOUND ? _mm512_set1_ps(constant) : _mm512_set1_ps(a))
#include "math/fast/logistic.h"

enum { LANES = 16, TRIED = 600 };

/* Falls of the results from 2^-16 to 1 times sign, and no more than `enough`. */
static unsigned falls(int negative, unsigned enough)
{
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    unsigned count = 0;
    __m512 last = _mm512_set1_ps(0.5f);
    for (uint32_t bits = 0x37800000; bits < 0x3f800000 && count < enough; bits += LANES) {
        __m512 x = _mm512_castsi512_ps(_mm512_add_epi32(_mm512_set1_epi32((int)bits), lanes));
        __m512 y = fast_logistic(fast_common_sum(fast_monotone_power_of_negative(negative ? vf_neg(x) : x)));
        __m512 before = _mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(y), _mm512_castps_si512(last), 15));
        count += (unsigned)__builtin_popcount(negative ? vm_lt(before, y) : vm_lt(y, before));
        last = y;
    }
    return count;
}

int main(void)
{
    for (int step = -TRIED; step <= TRIED; step++) {
        constant = FIRST + (float)step * 0x1p-22f;
        unsigned enough = step == 0 ? 100 : 1;
        unsigned count = falls(0, enough) + falls(1, enough);
        if (step == 0 || count == 0)
            printf("%d %a %u\n", step, (double)constant, count);
    }
}
