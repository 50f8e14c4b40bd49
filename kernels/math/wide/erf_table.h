/* erf(x)/x in x^2 for |x| <= 1/2.
 * Made by docs/approximations/wide.py. */
#ifndef VACT_MATH_WIDE_ERF_TABLE_H
#define VACT_MATH_WIDE_ERF_TABLE_H

/* four coefficients as hi, lo; the others */
static const double wide_erf_terms[1][18] = {
    {0x1.20dd750429b6dp+0, 0x1.1ae3a914fdf6ap-56, -0x1.812746b0379e7p-2, 0x1.ee12e4a773e76p-57, 0x1.ce2f21a042be2p-4,
     -0x1.2871d2465406ep-58, -0x1.b82ce31288b51p-6, 0x1.105bb8dea1da8p-61, 0x1.565bcd0e6a53fp-8, -0x1.c02db40040b7ep-11,
     0x1.f9a326f9b84f7p-14, -0x1.f4d25c3deab74p-17, 0x1.b9e6c9d220353p-20, -0x1.5f742c8bb254fp-23,
     0x1.fcc4c54b5dfa6p-27, -0x1.51c50a9389533p-30, 0x1.9bf0935be8c84p-34, -0x1.a47e9ce7186c8p-38}};

#endif
