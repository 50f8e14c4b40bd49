/* (x - tanh x)/x^3 in x^2 for |x| <= 1.
 * Made by docs/approximations/wide.py. */
#ifndef VACT_MATH_WIDE_TANH_SHRINK_TABLE_H
#define VACT_MATH_WIDE_TANH_SHRINK_TABLE_H

/* seven coefficients as hi, lo; the others */
static const double wide_tanh_shrink_terms[1][27] = {
    {0x1.5555555555555p-2,   0x1.55542bc62be53p-56,  -0x1.1111111111111p-3,  -0x1.e7fca2802694ap-60,
     0x1.ba1ba1ba1ba18p-5,   -0x1.3b50dae347a74p-60, -0x1.664f4882c0f68p-6,  -0x1.4d6865b3fa29ap-60,
     0x1.226e355e66a01p-7,   -0x1.5a95f633a83ccp-62, -0x1.d6d3d0dfdbe41p-9,  0x1.24e795c469bb8p-63,
     0x1.7da3643092b99p-10,  0x1.1b2825cb16e6dp-65,  -0x1.355822557f394p-11, 0x1.f57d4384cd603p-13,
     -0x1.967c479ba0f9ap-14, 0x1.4970fbee9967dp-15,  -0x1.0acf505bf96d7p-16, 0x1.aeb6c85d64436p-18,
     -0x1.5762313922363p-19, 0x1.084e145c31268p-20,  -0x1.77d574113c651p-22, 0x1.ccb1c680089bp-24,
     -0x1.b9bc391ff7b58p-26, 0x1.1e0c52e50ee09p-28,  -0x1.6f1956cf65736p-32}};

#endif
