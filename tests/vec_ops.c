/* Compiled once per build, with that build's flags, its vec/ header included first on the command line and
 * VACT_BUILD defined as its name. Defines vec_ops_<build>. */
#include "vec_ops.h"

#define JOIN_EXPANDED(a, b) a##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)
#define TEXT_EXPANDED(a) #a
#define TEXT(a) TEXT_EXPANDED(a)

typedef vf op_fn(vf a, vf b, vf c);

static vf number(vm mask) { return vf_select(mask, vf_set1(1.0f), vf_set1(0.0f)); }

/* Each forwards to the one operation that it is named for. */
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

UNARY(vf_neg)
UNARY(vf_abs)
UNARY(vf_apart)
UNARY(vf_quiet)
BINARY(vf_add)
BINARY(vf_sub)
BINARY(vf_mul)
BINARY(vf_div)
UNARY(vf_sqrt)
BINARY(vf_copysign)
BINARY(vf_or_nan)
BINARY(vf_max)
BINARY(vf_min)
TERNARY(vf_fma)
TERNARY(vf_fnma)
TERNARY(vf_fms)
BINARY(vf_flip_sign)
BINARY(vf_scale)
COMPARISON(vm_lt)
COMPARISON(vm_le)
COMPARISON(vm_eq)
OF_MASKS(vm_and)
OF_MASKS(vm_or)

/* Of an integer a, with the constant that the operation needs added. */
static vf op_vf_power_of_two(vf a, vf b, vf c)
{
    return (void)b, (void)c, vf_power_of_two(vf_add(a, vf_set1(VF_POWER_SHIFT)));
}

static vf op_vf_times_power(vf a, vf b, vf c) { return (void)c, vf_times_power(a, vf_add(b, vf_set1(VF_POWER_SHIFT))); }

/* Integers go in and come out as the bits of floats. */
#define OF_INTEGERS(name)                                                                                              \
    static vf op_##name(vf a, vf b, vf c) { return (void)c, vf_of_bits(name(vf_bits(a), vf_bits(b))); }

OF_INTEGERS(vi_add)
OF_INTEGERS(vi_sub)
OF_INTEGERS(vi_max)

static vf op_vf_bits(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_bits(vf_bits(a)); }
static vf op_vf_of_bits(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_bits(vi_add(vf_bits(a), vi_set1(0))); }
static vf op_vf_of_int(vf a, vf b, vf c) { return (void)b, (void)c, vf_of_int(vf_bits(a)); }
static vf op_vi_set1(vf a, vf b, vf c) { return (void)a, (void)b, (void)c, vf_of_bits(vi_set1(0xfedcba98u)); }

static vf op_vi_add_where(vf a, vf b, vf c) { return vf_of_bits(vi_add_where(vm_lt(a, b), vf_bits(c), vf_bits(a))); }

static vf op_vi_sub_where(vf a, vf b, vf c)
{
    return vf_of_bits(vi_sub_where(vm_lt(a, b), vf_bits(b), vf_bits(a), vf_bits(c)));
}

/* By one place, by some and by all but one; which of them is told by b's sign and c's. */
static vf op_vi_shift_left(vf a, vf b, vf c)
{
    vf by1 = vf_of_bits(vi_shift_left(vf_bits(a), 1)), by23 = vf_of_bits(vi_shift_left(vf_bits(a), 23));
    vf by31 = vf_of_bits(vi_shift_left(vf_bits(a), 31)), zero = vf_set1(0.0f);
    return vf_select(vm_lt(b, zero), by1, vf_select(vm_lt(c, zero), by23, by31));
}

static vf op_vi_shift_right(vf a, vf b, vf c)
{
    vf by1 = vf_of_bits(vi_shift_right(vf_bits(a), 1)), by23 = vf_of_bits(vi_shift_right(vf_bits(a), 23));
    vf by31 = vf_of_bits(vi_shift_right(vf_bits(a), 31)), zero = vf_set1(0.0f);
    return vf_select(vm_lt(b, zero), by1, vf_select(vm_lt(c, zero), by23, by31));
}

/* Of a where the contract defines it. */
static vf op_vi_round(vf a, vf b, vf c)
{
    vm meant = vm_lt(vf_abs(a), vf_set1(0x1p+31f));
    return (void)b, (void)c, vf_of_bits(vi_round(vf_select(meant, a, vf_set1(0.0f))));
}

/* The second is the first in reverse order, except for the first entry. */
_Alignas(64) static const
    float looked_up[2][8] = {{0x1.fffffep+127f, -1.5f, 0x1p-149f, -0.0f, -0x1p-126f, 0x1p5f, -0x1.fffffcp-127f, 3.0f},
                             {0x1.fffffep+127f, 3.0f, -0x1.fffffcp-127f, 0x1p5f, -0x1p-126f, -0.0f, 0x1p-149f, -1.5f}};

static vf op_vf_look_up(vf a, vf b, vf c) { return (void)b, (void)c, vf_look_up(looked_up[0], vf_bits(a)); }

static vf op_vf_look_up_16(vf a, vf b, vf c) { return (void)b, (void)c, vf_look_up_16(looked_up[0], vf_bits(a)); }

static vf op_vf_look_up_either(vf a, vf b, vf c)
{
    return (void)c, vf_look_up_either(vm_lt(a, b), looked_up, vf_bits(a));
}

/* Of a's low four bits, with b's above the four that the contract requires to be 0; the low eight bits of the result.
 */
static vf op_vi_look_up(vf a, vf b, vf c)
{
    _Alignas(16) static const unsigned char cells[16] = {3, 1, 4, 1, 5, 0, 2, 6, 255, 3, 5, 128, 7, 6, 0, 2};
    vi low = vi_shift_right(vi_shift_left(vf_bits(a), 28), 28), high = vi_shift_left(vf_bits(b), 8);
    vi cell = vi_look_up(cells, vi_add(low, high));
    return (void)c, vf_of_bits(vi_shift_right(vi_shift_left(cell, 24), 24));
}

/* Of a where the contract defines it. */
static vf op_vf_exponent(vf a, vf b, vf c)
{
    vm meant = vm_and(vm_le(vf_set1(0x1p-126f), a), vm_lt(a, vf_set1(__builtin_inff())));
    return (void)b, (void)c, vf_select(meant, vf_exponent(a), vf_set1(0.0f));
}

static vf op_vf_add_where(vf a, vf b, vf c) { return vf_add_where(vm_lt(a, b), c, a); }

static vf op_vm_outside(vf a, vf b, vf c) { return (void)b, (void)c, number(vm_outside(a, 0x1p-30f, 87.0f)); }

/* Lane by lane, the other lanes and vectors the limit itself, which is |b|; its vector among the four is the lane's. */
static vf any_lane(vf a, vf b, int (*found_in)(const vf x[4], float limit))
{
    float x[VF_LANES], limits[VF_LANES], found[VF_LANES];
    vf_store(x, a);
    vf_store(limits, vf_abs(b));
    for (size_t i = 0; i < VF_LANES; i++) {
        float lanes[VF_LANES];
        float limit = limits[i] == limits[i] ? limits[i] : 1.0f;
        vf four[4] = {vf_set1(limit), vf_set1(limit), vf_set1(-limit), vf_set1(limit)};
        vf_store(lanes, vf_set1(limit));
        lanes[i] = x[i];
        four[i % 4] = vf_load(lanes);
        found[i] = found_in(four, limit) ? 1.0f : 0.0f;
    }
    return vf_load(found);
}

static int one_beyond(const vf x[4], float limit)
{
    return vm_any_beyond(x[0], limit) || vm_any_beyond(x[1], limit) || vm_any_beyond(x[2], limit) ||
           vm_any_beyond(x[3], limit);
}

static int four_beyond(const vf x[4], float limit) { return vm_any_of_four_beyond(x[0], x[1], x[2], x[3], limit); }
static int four_below(const vf x[4], float limit) { return vm_any_of_four_below(x[0], x[1], x[2], x[3], limit); }

/* Every number is beyond a negative limit. */
static int beyond_negative(const vf x[4], float limit)
{
    const float negative[2] = {-0x1p-149f, -limit - 1.0f};
    int found = 1;
    for (size_t which = 0; which < 2; which++) {
        int numbers = 0;
        for (size_t k = 0; k < 4; k++) {
            int has_number = vm_any(vm_le(vf_abs(x[k]), vf_set1(__builtin_inff())));
            found &= !has_number || vm_any_beyond(x[k], negative[which]);
            numbers |= has_number;
        }
        found &= !numbers || vm_any_of_four_beyond(x[0], x[1], x[2], x[3], negative[which]);
    }
    return found;
}

/* A NaN of either kind, in the same lane of another vector, must not hide a lane. */
static int four_beyond_beside_nan(const vf x[4], float limit)
{
    const vf nan[2] = {vf_set1(__builtin_nanf("")), vf_set1(__builtin_nansf(""))};
    int found = 1;
    for (size_t place = 0; place < 4; place++)
        for (size_t kind = 0; kind < 2; kind++) {
            vf y[4] = {x[0], x[1], x[2], x[3]};
            y[place] = nan[kind];
            int beyond = 0;
            for (size_t k = 0; k < 4; k++)
                beyond |= k != place && vm_any(vm_lt(vf_set1(limit), vf_abs(x[k])));
            found &= !beyond || vm_any_of_four_beyond(y[0], y[1], y[2], y[3], limit);
        }
    return found;
}

static vf op_vm_any_beyond(vf a, vf b, vf c) { return (void)c, any_lane(a, b, one_beyond); }
static vf op_vm_any_of_four_beyond(vf a, vf b, vf c) { return (void)c, any_lane(a, b, four_beyond); }
static vf op_beyond_negative(vf a, vf b, vf c) { return (void)c, any_lane(a, b, beyond_negative); }
static vf op_vm_any_of_four_below(vf a, vf b, vf c) { return (void)c, any_lane(a, b, four_below); }
static vf op_beyond_beside_nan(vf a, vf b, vf c) { return (void)c, any_lane(a, b, four_beyond_beside_nan); }

static vf op_vf_select(vf a, vf b, vf c) { return vf_select(vm_lt(a, b), b, c); }
static vf op_vf_where(vf a, vf b, vf c) { return vf_where(vm_lt(a, b), c); }

#define NAMED(name) {#name, op_##name}
static const struct {
    const char *name;
    op_fn *op;
} operations[] = {
    NAMED(vf_neg),
    NAMED(vf_abs),
    NAMED(vf_apart),
    NAMED(vf_quiet),
    NAMED(vf_or_nan),
    NAMED(vf_add),
    NAMED(vf_sub),
    NAMED(vf_mul),
    NAMED(vf_div),
    NAMED(vf_sqrt),
    NAMED(vf_copysign),
    NAMED(vf_max),
    NAMED(vf_min),
    NAMED(vf_fma),
    NAMED(vf_fnma),
    NAMED(vm_lt),
    NAMED(vm_le),
    NAMED(vm_eq),
    NAMED(vm_and),
    NAMED(vm_or),
    NAMED(vf_select),
    NAMED(vf_where),
    NAMED(vf_fms),
    NAMED(vf_flip_sign),
    NAMED(vf_scale),
    NAMED(vf_power_of_two),
    NAMED(vf_add_where),
    NAMED(vm_outside),
    NAMED(vf_times_power),
    NAMED(vf_bits),
    NAMED(vf_of_bits),
    NAMED(vf_of_int),
    NAMED(vi_round),
    NAMED(vi_set1),
    NAMED(vi_add),
    NAMED(vi_sub),
    NAMED(vi_add_where),
    NAMED(vi_sub_where),
    NAMED(vi_max),
    NAMED(vi_shift_left),
    NAMED(vi_shift_right),
    NAMED(vi_look_up),
    NAMED(vf_look_up),
    NAMED(vf_look_up_16),
    NAMED(vf_look_up_either),
    NAMED(vf_exponent),
    NAMED(vm_any_beyond),
    NAMED(vm_any_of_four_beyond),
    NAMED(beyond_negative),
    NAMED(vm_any_of_four_below),
    NAMED(beyond_beside_nan),
};

static const char *name_of(size_t op)
{
    return op < sizeof operations / sizeof operations[0] ? operations[op].name : NULL;
}

static void run(size_t op, float *dst, const float *a, const float *b, const float *c, size_t n)
{
    for (size_t i = 0; i < n; i += VF_LANES)
        vf_store(dst + i, operations[op].op(vf_load(a + i), vf_load(b + i), vf_load(c + i)));
}

static void set1(float *all, float a) { vf_store(all, vf_set1(a)); }

static int any_negative(const float *all) { return vm_any(vm_lt(vf_load(all), vf_set1(0.0f))) != 0; }

static int all_negative(const float *all) { return vm_all(vm_lt(vf_load(all), vf_set1(0.0f))) != 0; }

static void load_pairs(float *a, float *b, const float *p)
{
    vf first, second;
    vf_load_pairs(p, &first, &second);
    vf_store(a, first);
    vf_store(b, second);
}

static void store_pairs(float *p, const float *a, const float *b) { vf_store_pairs(p, vf_load(a), vf_load(b)); }

static void mixed_pairs(float *a, float *b, const float *p)
{
    vf first, second;
    vf_load_pairs_mixed(p, &first, &second);
    vf_store(a, vf_unmixed(first));
    vf_store(b, vf_unmixed(second));
}

static void keep_first(float *all, const float *v, size_t n, float fill)
{
    vf_store(all, vf_keep_first(vf_load(v), n, vf_set1(fill)));
}

static void exchange(float *all, const float *v, size_t d)
{
    vf x = vf_load(v);
    if (VF_LANES > 8 && d & 8)
        x = vf_exchange(x, 8);
    if (VF_LANES > 4 && d & 4)
        x = vf_exchange(x, 4);
    if (VF_LANES > 2 && d & 2)
        x = vf_exchange(x, 2);
    if (VF_LANES > 1 && d & 1)
        x = vf_exchange(x, 1);
    vf_store(all, x);
}

static void exchange_pair(float *a, float *b, size_t d)
{
    vf x = vf_load(a), y = vf_load(b);
    if (VF_LANES > 8 && d == 8)
        vf_exchange_pair(&x, &y, 8);
    if (VF_LANES > 4 && d == 4)
        vf_exchange_pair(&x, &y, 4);
    if (VF_LANES > 2 && d == 2)
        vf_exchange_pair(&x, &y, 2);
    if (VF_LANES > 1 && d == 1)
        vf_exchange_pair(&x, &y, 1);
    vf_store(a, x);
    vf_store(b, y);
}

static void bytes(float *all, const unsigned char *p) { vf_store(all, number(vm_bytes(p))); }

static void kept(float *singly, float *in_four, const unsigned char *p, const float *v)
{
    vk four[4];
    vk_bytes_of_four(p, four);
    for (size_t k = 0; k < 4; k++) {
        const size_t i = k * VF_LANES;
        vf_store(singly + i, vf_kept(vk_bytes(p + i), vf_load(v + i)));
        vf_store(in_four + i, vf_kept(four[k], vf_load(v + i)));
    }
}

static void load_partial(float *all, const float *p, size_t n) { vf_store(all, vf_load_partial(p, n)); }

static void store_partial(float *p, const float *all, size_t n) { vf_store_partial(p, vf_load(all), n); }

static void stream(float *aligned, const float *all, size_t n)
{
    for (size_t i = 0; i < n; i += VF_LANES)
        vf_stream(aligned + i, vf_load(all + i));
    vf_stream_end();
}

extern const vec_ops JOIN(vec_ops_, VACT_BUILD);

const vec_ops JOIN(vec_ops_, VACT_BUILD) = {
    TEXT(VACT_BUILD), VF_LANES, name_of,       run,          set1,          any_negative,
    all_negative,     bytes,    kept,          load_pairs,   store_pairs,   mixed_pairs,
    keep_first,       exchange, exchange_pair, load_partial, store_partial, stream,
};
