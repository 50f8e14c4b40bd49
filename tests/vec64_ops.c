/* Compiled once per build, with that build's flags, its header of lanes of double included first and VACT_BUILD
 * defined. Defines vec64_ops_<build>. */
#include "vec64_ops.h"

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)
#define TEXT_EXPANDED(a) #a
#define TEXT(a) TEXT_EXPANDED(a)

typedef vf op_fn(vf a, vf b, vf c);

static vf number(vm mask) { return vf_select(mask, vf_set1(1.0), vf_set1(0.0)); }

#define UNARY(name)                                                                                                    \
    static vf op_##name(vf a, vf b, vf c) { return (void)b, (void)c, name(a); }
#define BINARY(name)                                                                                                   \
    static vf op_##name(vf a, vf b, vf c) { return (void)c, name(a, b); }
#define TERNARY(name)                                                                                                  \
    static vf op_##name(vf a, vf b, vf c) { return name(a, b, c); }
#define COMPARISON(name)                                                                                               \
    static vf op_##name(vf a, vf b, vf c) { return (void)c, number(name(a, b)); }
#define OF_MASKS(name)                                                                                                 \
    static vf op_##name(vf a, vf b, vf c) { return number(name(vm_lt(a, b), vm_lt(b, c))); }
#define OF_INTEGERS(name)                                                                                              \
    static vf op_##name(vf a, vf b, vf c) { return (void)c, vf_of_bits(name(vf_bits(a), vf_bits(b))); }

UNARY(vf_neg)
UNARY(vf_abs)
UNARY(vf_apart)
UNARY(vf_quiet)
UNARY(vf_sqrt)
BINARY(vf_add)
BINARY(vf_sub)
BINARY(vf_mul)
BINARY(vf_div)
BINARY(vf_copysign)
BINARY(vf_flip_sign)
BINARY(vf_or_nan)
BINARY(vf_max)
BINARY(vf_min)
TERNARY(vf_fma)
TERNARY(vf_fnma)
TERNARY(vf_fms)
COMPARISON(vm_lt)
COMPARISON(vm_le)
COMPARISON(vm_eq)
OF_MASKS(vm_and)
OF_MASKS(vm_or)
OF_INTEGERS(vi_add)
OF_INTEGERS(vi_sub)
OF_INTEGERS(vi_and)

static vf op_vf_select(vf a, vf b, vf c) { return vf_select(vm_lt(a, b), b, c); }
static vf op_vf_where(vf a, vf b, vf c) { return vf_where(vm_lt(a, b), c); }
static vf op_vi_shift_left(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_bits(vi_shift_left(vf_bits(a), 52)); }
static vf op_vi_shift_right(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_bits(vi_shift_right(vf_bits(a), 49)); }

/* Of a within the range of the contract, else 0. */
static vf small(vf a, double most) { return vf_where(vm_le(vf_abs(a), vf_set1(most)), a); }
static vf op_vf_round(vf a, vf b, vf c) { return (void)b, (void)c, vf_round(small(a, 0x1p+51)); }
static vf op_vi_round(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_bits(vi_round(small(a, 0x1p+50))); }
static vf op_vf_of_int(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_int(vi_round(small(a, 0x1p+50))); }
static vf op_vf_exponent(vf a, vf b, vf c)
{
    const vm normal = vm_and(vm_le(vf_set1(0x1p-1022), a), vm_lt(a, vf_set1(__builtin_inf())));
    return (void)b, (void)c, vf_where(normal, vf_exponent(vf_select(normal, a, vf_set1(1.0))));
}

/* a*2^n for n = b rounded; a of the contract's range, b within 4000. */
static vf op_vf_scale(vf a, vf b, vf c)
{
    const vf size = vf_abs(a);
    const vm outside =
        vm_and(vm_lt(vf_set1(0.0), size), vm_or(vm_lt(size, vf_set1(0x1p-200)), vm_lt(vf_set1(0x1p+200), size)));
    const vm finite = vm_lt(size, vf_set1(__builtin_inf()));
    return (void)c, vf_scale(vf_select(vm_and(outside, finite), vf_set1(1.5), a), vf_round(small(b, 4000.0)));
}

static vf op_vf_power_of_two(vf a, vf b, vf c)
{
    return (void)b, (void)c, vf_power_of_two(vf_add(vf_round(small(a, 1000.0)), vf_set1(VF_POWER_SHIFT_F64)));
}

static vf op_vf_gather(vf a, vf b, vf c)
{
    static const double table[8] = {0.5, -1.0, 2.0, 3.0, 1e300, -0.0, 6.0, 7.0};
    return (void)b, (void)c, vf_gather(table, vi_and(vf_bits(a), vi_set1(7)));
}

static const struct {
    const char *name;
    op_fn *run;
} table[] = {
#define OP(name) {#name, op_##name}
    OP(vf_neg),   OP(vf_abs),    OP(vf_apart),    OP(vf_quiet),      OP(vf_sqrt),         OP(vf_add),
    OP(vf_sub),   OP(vf_mul),    OP(vf_div),      OP(vf_copysign),   OP(vf_flip_sign),    OP(vf_or_nan),
    OP(vf_max),   OP(vf_min),    OP(vf_fma),      OP(vf_fnma),       OP(vf_fms),          OP(vm_lt),
    OP(vm_le),    OP(vm_eq),     OP(vm_and),      OP(vm_or),         OP(vi_add),          OP(vi_sub),
    OP(vi_and),   OP(vf_select), OP(vf_where),    OP(vi_shift_left), OP(vi_shift_right),  OP(vf_round),
    OP(vi_round), OP(vf_of_int), OP(vf_exponent), OP(vf_scale),      OP(vf_power_of_two), OP(vf_gather),
};

static const char *name_of(size_t op) { return op < sizeof table / sizeof table[0] ? table[op].name : NULL; }

static void run(size_t op, double *dst, const double *a, const double *b, const double *c, size_t n)
{
    for (size_t i = 0; i < n; i += VF_LANES)
        vf_store(dst + i, table[op].run(vf_load(a + i), vf_load(b + i), vf_load(c + i)));
}

static void partial(double *dst, const double *src, size_t n) { vf_store_partial(dst, vf_load_partial(src, n), n); }

static void keep_first(double *all, const double *v, size_t n, double fill)
{
    vf_store(all, vf_keep_first(vf_load(v), n, vf_set1(fill)));
}

static int any_negative(const double *all) { return vm_any(vm_lt(vf_load(all), vf_set1(0.0))); }
static int all_negative(const double *all) { return vm_all(vm_lt(vf_load(all), vf_set1(0.0))); }

extern const vec64_ops JOIN(vec64_ops_, VACT_BUILD);
const vec64_ops JOIN(vec64_ops_, VACT_BUILD) = {TEXT(VACT_BUILD), VF_LANES,   name_of,      run,
                                                partial,          keep_first, any_negative, all_negative};
