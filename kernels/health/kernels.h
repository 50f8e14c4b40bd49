/* Counts that show the health of a layer. Included once, in the set `plain`, by the source that CMake writes. */
#ifndef VACT_HEALTH_KERNELS_H
#define VACT_HEALTH_KERNELS_H

typedef vm health_test_fn(vf x, vf low, vf high);

/* 1 in the lanes that pass, else 0. Lanes count in floats, which is exact below 2^24; a block has fewer elements. */
VACT_INLINE vf health_ones(vm passes) { return vf_select(passes, vf_set1(1.0f), vf_set1(0.0f)); }

enum { HEALTH_BLOCK = 1 << 20 };

VACT_INLINE size_t health_count_block(const elem *x, size_t n, vf low, vf high, health_test_fn *test)
{
    vf zero = vf_set1(0.0f);
    vf a = zero, b = zero;
    size_t i = 0;
    for (; n - i >= 2 * VF_LANES; i += 2 * VF_LANES) {
        a = vf_add(a, health_ones(test(elem_load(x + i), low, high)));
        b = vf_add(b, health_ones(test(elem_load(x + i + VF_LANES), low, high)));
    }
    for (; n - i >= VF_LANES; i += VF_LANES)
        a = vf_add(a, health_ones(test(elem_load(x + i), low, high)));
    if (i < n)
        b = vf_add(b, vf_keep_first(health_ones(test(elem_load_partial(x + i, n - i), low, high)), n - i, zero));
    float lanes[VF_LANES];
    vf_store(lanes, vf_add(a, b));
    size_t count = 0;
    for (size_t k = 0; k < VF_LANES; k++)
        count += (size_t)lanes[k];
    return count;
}

VACT_INLINE size_t health_count(const elem *x, size_t n, float low, float high, health_test_fn *test)
{
    size_t count = 0;
    for (size_t done = 0; done < n; done += HEALTH_BLOCK) {
        size_t block = n - done < HEALTH_BLOCK ? n - done : HEALTH_BLOCK;
        count += health_count_block(x + done, block, vf_set1(low), vf_set1(high), test);
    }
    return count;
}

VACT_INLINE vm health_is_zero(vf x, vf low, vf high)
{
    (void)low, (void)high;
    return vm_eq(x, vf_set1(0.0f));
}

VACT_INLINE vm health_is_outside(vf x, vf low, vf high) { return vm_or(vm_le(x, low), vm_le(high, x)); }

/* Columns are processed in blocks of so many. A block's state is on the stack. */
enum { HEALTH_UNITS = 1024 };

/* alive[u] stays 0 while column u has only zeros. */
VACT_INLINE void health_add_row(float *alive, const elem *x, size_t units)
{
    vf zero = vf_set1(0.0f), one = vf_set1(1.0f);
    size_t i = 0;
    for (; units - i >= VF_LANES; i += VF_LANES)
        vf_store(alive + i, vf_select(vm_eq(elem_load(x + i), zero), vf_load(alive + i), one));
    if (i < units) {
        vf known = vf_load_partial(alive + i, units - i), next = elem_load_partial(x + i, units - i);
        vf_store_partial(alive + i, vf_select(vm_eq(next, zero), known, one), units - i);
    }
}

VACT_INLINE size_t health_dead_units(unsigned char *mask, const elem *x, size_t batch, size_t units)
{
    float alive[HEALTH_UNITS];
    size_t count = 0;
    for (size_t first = 0; first < units; first += HEALTH_UNITS) {
        size_t block = units - first < HEALTH_UNITS ? units - first : HEALTH_UNITS;
        for (size_t u = 0; u < block; u++)
            alive[u] = 0.0f;
        for (size_t r = 0; r < batch; r++)
            health_add_row(alive, x + r * units + first, block);
        for (size_t u = 0; u < block; u++) {
            count += alive[u] == 0.0f;
            if (mask)
                mask[first + u] = alive[u] == 0.0f;
        }
    }
    return count;
}

vact_zeros_f32_fn KERNEL(zeros);
size_t KERNEL(zeros)(const elem *x, size_t n) { return health_count(x, n, 0.0f, 0.0f, health_is_zero); }

vact_outside_f32_fn KERNEL(outside);
size_t KERNEL(outside)(const elem *x, size_t n, float low, float high)
{
    return health_count(x, n, low, high, health_is_outside);
}

vact_dead_units_f32_fn KERNEL(dead_units);
size_t KERNEL(dead_units)(unsigned char *mask, const elem *x, size_t batch, size_t units)
{
    return health_dead_units(mask, x, batch, units);
}

#endif
