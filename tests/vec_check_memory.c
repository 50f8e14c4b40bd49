/* Operations that move lanes: between vectors and memory, whole and partial, and within a vector; bit for bit. Partial
 * loads and stores are tested between guard pages. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vec_bits.h"
#include "vec_check.h"

int vec_check_pairs(const vec_ops *build, FILE *report)
{
    float pairs[2 * VEC_LANES_LIMIT], a[VEC_LANES_LIMIT], b[VEC_LANES_LIMIT], back[2 * VEC_LANES_LIMIT];
    float mixed_a[VEC_LANES_LIMIT], mixed_b[VEC_LANES_LIMIT];
    int failures = 0;
    for (size_t i = 0; i < 2 * build->lanes; i++)
        pairs[i] = from_bits(0xff800001u + (uint32_t)i);
    build->load_pairs(a, b, pairs);
    build->store_pairs(back, a, b);
    build->mixed_pairs(mixed_a, mixed_b, pairs);
    for (size_t i = 0; i < 2 * build->lanes; i++) {
        uint32_t want = to_bits(pairs[i]), mixed = to_bits(i % 2 ? mixed_b[i / 2] : mixed_a[i / 2]);
        if (to_bits(i % 2 ? b[i / 2] : a[i / 2]) != want || to_bits(back[i]) != want || mixed != want) {
            fprintf(report, "%s vf_load_pairs, vf_load_pairs_mixed, vf_unmixed, vf_store_pairs: element %zu\n",
                    build->build, i);
            failures++;
        }
    }
    return failures;
}

int vec_check_any(const vec_ops *build, FILE *report)
{
    int failures = 0;
    for (size_t other = 0; other <= build->lanes; other++) { /* the last: none */
        float one[VEC_LANES_LIMIT], rest[VEC_LANES_LIMIT];
        for (size_t lane = 0; lane < build->lanes; lane++) {
            one[lane] = lane == other ? -1.0f : 1.0f;
            rest[lane] = -one[lane];
        }
        bool none = other == build->lanes;
        if (build->any_negative(one) == none || build->all_negative(rest) != none) {
            fprintf(report, "%s vm_any, vm_all: lane %zu of %zu\n", build->build, other, build->lanes);
            failures++;
        }
    }
    return failures;
}

int vec_check_bytes(const vec_ops *build, FILE *report)
{
    int failures = 0;
    unsigned char p[VEC_LANES_LIMIT];
    float all[VEC_LANES_LIMIT];
    for (size_t other = 0; other < build->lanes; other++)
        for (unsigned value = 0; value < 256; value++) {
            for (size_t lane = 0; lane < build->lanes; lane++)
                p[lane] = (unsigned char)(lane == other ? value : lane % 2 * 255);
            build->bytes(all, p);
            for (size_t lane = 0; lane < build->lanes; lane++)
                if (all[lane] != (p[lane] != 0 ? 1.0f : 0.0f)) {
                    fprintf(report, "%s: vm_bytes, lane %zu of %u\n", build->build, lane, (unsigned)p[lane]);
                    failures++;
                }
        }
    return failures;
}

int vec_check_kept(const vec_ops *build, FILE *report)
{
    enum { MOST = 4 * VEC_LANES_LIMIT };
    int failures = 0;
    unsigned char p[MOST];
    float v[MOST], singly[MOST], in_four[MOST];
    for (unsigned round = 0; round < 3 * 256; round++) {
        for (unsigned i = 0; i < MOST; i++) {
            p[i] = (unsigned char)((i + round) % 3 == 0 ? 0 : (i + round) * 7u % 256u);
            v[i] = from_bits((i + round) * 0x9e3779b1u);
        }
        build->kept(singly, in_four, p, v);
        for (size_t i = 0; i < 4 * build->lanes; i++) {
            const uint32_t want = p[i] != 0 ? to_bits(v[i]) : 0;
            if (to_bits(singly[i]) != want || to_bits(in_four[i]) != want) {
                fprintf(report, "%s: vf_kept, lane %zu of byte %u: %08x and in four %08x, expected %08x\n",
                        build->build, i, (unsigned)p[i], to_bits(singly[i]), to_bits(in_four[i]), want);
                failures++;
            }
        }
    }
    return failures;
}

int vec_check_keep_first(const vec_ops *build, FILE *report)
{
    const uint32_t fill = 0xffc54321u;
    int failures = 0;
    float v[VEC_LANES_LIMIT], all[VEC_LANES_LIMIT];
    for (size_t lane = 0; lane < VEC_LANES_LIMIT; lane++)
        v[lane] = from_bits(0x7f800001u + (uint32_t)lane);
    for (size_t n = 0; n < build->lanes; n++) {
        build->keep_first(all, v, n, from_bits(fill));
        for (size_t lane = 0; lane < build->lanes; lane++) {
            uint32_t want = lane < n ? to_bits(v[lane]) : fill;
            if (to_bits(all[lane]) != want) {
                fprintf(report, "%s: the first %zu kept: lane %zu is %08x, expected %08x\n", build->build, n, lane,
                        to_bits(all[lane]), want);
                failures++;
            }
        }
    }
    return failures;
}

int vec_check_exchange(const vec_ops *build, FILE *report)
{
    int failures = 0;
    float v[VEC_LANES_LIMIT], all[VEC_LANES_LIMIT];
    for (size_t lane = 0; lane < VEC_LANES_LIMIT; lane++)
        v[lane] = from_bits(0x7f800001u + (uint32_t)lane);
    for (size_t d = 1; d < build->lanes; d++) {
        build->exchange(all, v, d);
        for (size_t lane = 0; lane < build->lanes; lane++)
            if (to_bits(all[lane]) != to_bits(v[lane ^ d])) {
                fprintf(report, "%s: exchanged by %zu: lane %zu is %08x, expected %08x\n", build->build, d, lane,
                        to_bits(all[lane]), to_bits(v[lane ^ d]));
                failures++;
            }
    }
    return failures;
}

int vec_check_exchange_pair(const vec_ops *build, FILE *report)
{
    int failures = 0;
    for (size_t d = 1; d < build->lanes; d *= 2) {
        float a[VEC_LANES_LIMIT], b[VEC_LANES_LIMIT];
        for (size_t lane = 0; lane < VEC_LANES_LIMIT; lane++) {
            a[lane] = from_bits(0x7f800001u + (uint32_t)lane);
            b[lane] = from_bits(0x7f900001u + (uint32_t)lane);
        }
        build->exchange_pair(a, b, d);
        for (size_t lane = 0; lane < build->lanes; lane++) {
            const uint32_t first = (lane & d ? 0x7f900001u : 0x7f800001u) + (uint32_t)(lane & ~d);
            const uint32_t second = (lane & d ? 0x7f900001u : 0x7f800001u) + (uint32_t)(lane | d);
            if (to_bits(a[lane]) != first || to_bits(b[lane]) != second) {
                fprintf(report, "%s: exchanged between two by %zu: lane %zu is %08x and %08x, expected %08x and %08x\n",
                        build->build, d, lane, to_bits(a[lane]), to_bits(b[lane]), first, second);
                failures++;
            }
        }
    }
    return failures;
}

/* One readable and writable page between two that fault. */
static float *guarded_page(size_t page)
{
    unsigned char *area = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED || mprotect(area + page, page, PROT_READ | PROT_WRITE) != 0)
        abort();
    return (float *)(void *)(area + page);
}

/* Places alternately at the start and at the end of the page, each way at every misalignment. */
static size_t place_in_page(size_t place, size_t n, size_t floats)
{
    return place % 2 ? floats - n - place / 2 : place / 2;
}

int vec_check_partial_loads(const vec_ops *build, FILE *report)
{
    int failures = 0;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), floats = page / sizeof(float);
    float *start = guarded_page(page);
    for (size_t i = 0; i < floats; i++)
        start[i] = from_bits(0x7f800001u + (uint32_t)i); /* signalling NaNs: a load must not touch a bit */
    for (size_t n = 0; n < build->lanes; n++)
        for (size_t place = 0; place < 2 * build->lanes; place++) {
            size_t first = place_in_page(place, n, floats);
            float all[VEC_LANES_LIMIT];
            build->load_partial(all, start + first, n);
            for (size_t lane = 0; lane < build->lanes; lane++) {
                uint32_t want = lane < n ? to_bits(start[first + lane]) : 0;
                if (to_bits(all[lane]) != want) {
                    fprintf(report, "%s: load of %zu from %zu: lane %zu is %08x, expected %08x\n", build->build, n,
                            first, lane, to_bits(all[lane]), want);
                    failures++;
                }
            }
        }
    return failures;
}

int vec_check_partial_stores(const vec_ops *build, FILE *report)
{
    int failures = 0;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), floats = page / sizeof(float);
    float *start = guarded_page(page);
    float all[VEC_LANES_LIMIT];
    for (size_t lane = 0; lane < VEC_LANES_LIMIT; lane++)
        all[lane] = from_bits(0xff800001u + (uint32_t)lane);
    for (size_t n = 0; n < build->lanes; n++)
        for (size_t place = 0; place < 2 * build->lanes; place++) {
            size_t first = place_in_page(place, n, floats);
            memset(start, 0x5a, page);
            build->store_partial(start + first, all, n);
            for (size_t i = 0; i < floats; i++) {
                uint32_t want = i >= first && i < first + n ? to_bits(all[i - first]) : 0x5a5a5a5au;
                if (to_bits(start[i]) != want) {
                    fprintf(report, "%s: store of %zu to %zu: element %zu is %08x, expected %08x\n", build->build, n,
                            first, i, to_bits(start[i]), want);
                    failures++;
                }
            }
        }
    return failures;
}

int vec_check_streams(const vec_ops *build, FILE *report)
{
    enum { VECTORS = 5 };
    int failures = 0;
    _Alignas(4 * VEC_LANES_LIMIT) float memory[VECTORS * VEC_LANES_LIMIT];
    float all[VEC_LANES_LIMIT];
    for (size_t lane = 0; lane < VEC_LANES_LIMIT; lane++)
        all[lane] = from_bits(0xff800001u + (uint32_t)lane);
    for (size_t first = 0; first < VECTORS * build->lanes; first += build->lanes) {
        memset(memory, 0x5a, sizeof memory);
        build->stream(memory + first, all, build->lanes);
        for (size_t i = 0; i < VECTORS * build->lanes; i++) {
            uint32_t want = i >= first && i < first + build->lanes ? to_bits(all[i - first]) : 0x5a5a5a5au;
            if (to_bits(memory[i]) != want) {
                fprintf(report, "%s: stream to %zu: element %zu is %08x, expected %08x\n", build->build, first, i,
                        to_bits(memory[i]), want);
                failures++;
            }
        }
    }
    return failures;
}
