/* What a library with vact inside might be: C and C++ alike. */
#include <vact/vact.h>

int plugin_run(float *dst, const float *src, size_t n);

int plugin_run(float *dst, const float *src, size_t n) { return vact_gelu_f32(dst, src, n) == VACT_OK; }
