/*
 * Operations of the vector layer (contract.h) made of others. The header of an instruction set includes this file last.
 * An operation that it has defined itself, with a macro of its name, is left out here.
 */
#ifndef VACT_VEC_F32_GENERIC_H
#define VACT_VEC_F32_GENERIC_H

/* An operation's parameters, in the type of the lanes. */
typedef vact_params_f32 act_params;

VACT_INLINE int vm_any_beyond(vf x, float high) { return vm_any(vm_lt(vf_set1(high), vf_abs(x))); }

/* A compiler that does not know the addend keeps the addition, which -0 makes one of no effect on numbers. */
VACT_INLINE vf vf_quiet(vf a) { return vf_add(a, vf_apart(vf_set1(-0.0f))); }

#ifndef vf_where
VACT_INLINE vf vf_where(vm m, vf a) { return vf_select(m, a, vf_set1(0.0f)); }
#endif

VACT_INLINE vf vf_power_of_two(vf t) { return vf_of_bits(vi_shift_left(vf_bits(t), 23)); }

#ifndef vf_load_pairs_mixed
VACT_INLINE void vf_load_pairs_mixed(const float *p, vf *a, vf *b) { vf_load_pairs(p, a, b); }
VACT_INLINE vf vf_unmixed(vf v) { return v; }
#endif

#ifndef vf_times_power
VACT_INLINE vf vf_times_power(vf v, vf t) { return vf_mul(v, vf_power_of_two(t)); }
#endif

#ifndef vk_bytes
typedef vm vk;

VACT_INLINE vk vk_bytes(const unsigned char *p) { return vm_bytes(p); }
#endif

#ifndef vf_kept
VACT_INLINE vf vf_kept(vk k, vf a) { return vf_where(k, a); }
#endif

#ifndef vk_bytes_of_four
VACT_INLINE void vk_bytes_of_four(const unsigned char *p, vk *k)
{
    for (size_t i = 0; i < 4; i++)
        k[i] = vk_bytes(p + i * VF_LANES);
}
#endif

#ifndef vf_exponent
VACT_INLINE vf vf_exponent(vf a) { return vf_of_int(vi_sub(vi_shift_right(vf_bits(a), 23), vi_set1(127))); }
#endif

#ifndef vf_scale
/* VF_POWER_SHIFT with twice the bias: half of the low bits is then half of n, with one bias. */
#define VF_HALVES_SHIFT 0x1.8001fcp+23f

/* Two factors; the first product is exact. */
VACT_INLINE vf vf_scale(vf v, vf n)
{
    vi both = vf_bits(vf_add(n, vf_set1(VF_HALVES_SHIFT)));
    vi first = vi_shift_right(both, 1);
    vf product = vf_mul(v, vf_of_bits(vi_shift_left(first, 23)));
    return vf_mul(product, vf_of_bits(vi_shift_left(vi_sub(both, first), 23)));
}
#endif

#ifndef vi_sub_where
VACT_INLINE vi vi_sub_where(vm m, vi a, vi b, vi otherwise)
{
    return vf_bits(vf_select(m, vf_of_bits(vi_sub(a, b)), vf_of_bits(otherwise)));
}
#endif

#ifndef vf_look_up_either
VACT_INLINE vf vf_look_up_either(vm m, const float tables[2][8], vi i)
{
    return vf_select(m, vf_look_up(tables[1], i), vf_look_up(tables[0], i));
}
#endif

#endif
