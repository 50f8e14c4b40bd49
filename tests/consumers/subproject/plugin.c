/* A library with vact inside, in C and C++. */
#include <vact/vact.h>

int plugin_run(float *dst, const float *src, size_t n);

int plugin_run(float *dst, const float *src, size_t n) { return vact_gelu_f32(dst, src, n) == VACT_OK; }
