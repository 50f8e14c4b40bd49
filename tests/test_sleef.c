/*
 * The bits of the functions that the sleef variant takes from SLEEF. The promise of the same bits everywhere, and
 * every figure in docs/accuracy.md, was established with SLEEF 3.5.1: this test notices another SLEEF's bits.
 */
#include <dlfcn.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* SLEEF's header hides these where the compiler is not told of FMA. */
extern float Sleef_finz_expf1_u10purecfma(float);
extern float Sleef_finz_expm1f1_u10purecfma(float);
extern float Sleef_finz_log1pf1_u10purecfma(float);
extern float Sleef_finz_tanhf1_u10purecfma(float);

static const char *const KNOWN_VERSION = "3.5.1";

typedef struct function {
    const char *name;
    float (*f)(float);
    uint64_t hash; /* of 3.5.1 */
} function;

static const function FUNCTIONS[] = {
    {"exp", Sleef_finz_expf1_u10purecfma, 0xdc24dcef27faff62u},
    {"expm1", Sleef_finz_expm1f1_u10purecfma, 0xe4ebf0f9385f6755u},
    {"log1p", Sleef_finz_log1pf1_u10purecfma, 0x8f897cfce033581au},
    {"tanh", Sleef_finz_tanhf1_u10purecfma, 0x3c30a127c80dd957u},
};

/* FNV-1a, 64 bits, over the bytes of 2^16 results, lowest byte first; the inputs are the multiples of 65537. */
static uint64_t hash_of(float (*f)(float))
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < 65536u; i++) {
        uint32_t bits = test_bits(f(test_from_bits(i * 65537u)));
        for (int byte = 0; byte < 4; byte++) {
            hash ^= bits >> (8 * byte) & 0xffu;
            hash *= 0x100000001b3u;
        }
    }
    return hash;
}

/* SLEEF cannot be asked for its version; the shared library's file name ends in it. */
static bool linked_version_is_known(char *found, size_t size)
{
    Dl_info info;
    char path[PATH_MAX];
    const char *marker;
    union {
        float (*function)(float);
        void *object;
    } address = {.function = Sleef_finz_expf1_u10purecfma};
    snprintf(found, size, "%s", VACT_SLEEF_VERSION);
    if (dladdr(address.object, &info) != 0 && info.dli_fname != NULL && realpath(info.dli_fname, path) != NULL) {
        marker = strstr(path, ".so.");
        if (marker != NULL)
            snprintf(found, size, "%s", marker + strlen(".so."));
    }
    return strcmp(VACT_SLEEF_VERSION, KNOWN_VERSION) == 0 && strcmp(found, KNOWN_VERSION) == 0;
}

Test(sleef, same_bits_as_recorded)
{
    char found[64];
    if (!linked_version_is_known(found, sizeof found))
        cr_skip("sleef: bits are recorded for %s; compiled against %s, linked with %s", KNOWN_VERSION,
                VACT_SLEEF_VERSION, found);
    if (!vacti_build_runs("scalar_fma"))
        cr_skip("scalar_fma: this CPU lacks it");
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof FUNCTIONS[0]; i++) {
        uint64_t hash = hash_of(FUNCTIONS[i].f);
        cr_expect(hash == FUNCTIONS[i].hash, "%s: hash 0x%016llx, recorded 0x%016llx", FUNCTIONS[i].name,
                  (unsigned long long)hash, (unsigned long long)FUNCTIONS[i].hash);
    }
}
