/*
 * Elements of 16 bits to floats and back: makes vacti_widen_<type>_<build>_<set> and vacti_narrow_<type>_<build>_<set>,
 * without checks. Widening is exact; narrowing rounds once, to nearest, ties to even. The arrays are apart. Included
 * once, in the set `plain`.
 */
#ifndef VACT_LOOP_CONVERT_H
#define VACT_LOOP_CONVERT_H

vacti_widen_fn KERNEL(widen);
vacti_narrow_fn KERNEL(narrow);

VACT_INLINE void convert_widen(float *dst, vh v)
{
    vf a, b;
    elem_widen(v, &a, &b);
    elem_store_lanes(dst, a, b);
}

VACT_INLINE vh convert_narrow(const float *src)
{
    vf a, b;
    elem_load_lanes(src, &a, &b);
    return elem_narrow_any(a, b, TIES_TO_EVEN);
}

void KERNEL(widen)(float *dst, const void *src, size_t n)
{
    const elem *from = (const elem *)src;
    for (; n >= VH_LANES; n -= VH_LANES, dst += VH_LANES, from += VH_LANES)
        convert_widen(dst, vh_load(from));
    if (n > 0) {
        float lanes[2 * VF_LANES];
        convert_widen(lanes, vh_load_partial(from, n, 0));
        memcpy(dst, lanes, n * sizeof *lanes);
    }
}

void KERNEL(narrow)(void *dst, const float *src, size_t n)
{
    elem *to = (elem *)dst;
    for (; n >= VH_LANES; n -= VH_LANES, to += VH_LANES, src += VH_LANES)
        vh_store(to, convert_narrow(src));
    if (n > 0) {
        float lanes[2 * VF_LANES] = {0.0f};
        memcpy(lanes, src, n * sizeof *lanes);
        vh_store_partial(to, convert_narrow(lanes), n);
    }
}

#endif
