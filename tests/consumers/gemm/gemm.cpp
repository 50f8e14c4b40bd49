// Compiled with SET as m128, m256 or m512 and linked with vact: the product with its fused epilogue has the bits of the
// product followed by the library's functions. Prints how many comparisons passed, fails if one does not.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "gemm.hpp"

namespace
{

#define JOIN_EXPANDED(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_EXPANDED(a, b, c)
#define CALL(name) JOIN(vact_##name, _, SET)

using set = gemm::SET;
using vector = set::vector;

constexpr std::size_t rows = 37, columns = 96, depth = 70;

struct operands {
    std::vector<float> a, b, bias, sums, fused, apart;
    operands() : a(rows * depth), b(depth * columns), bias(columns), sums(rows * columns), fused(sums), apart(sums) {}
};

std::uint32_t state = 1;

// In [-scale, scale).
float number(float scale)
{
    state = state * 1664525u + 1013904223u;
    return scale * (static_cast<float>(state >> 8) * 0x1p-23f - 1.0f);
}

int failed = 0, passed = 0;

void compare(const char *name, const std::vector<float> &got, const std::vector<float> &want)
{
    const bool same = std::memcmp(got.data(), want.data(), got.size() * sizeof(float)) == 0;
    same ? passed++ : failed++;
    if (!same)
        std::printf("%s: other bits\n", name);
}

// The sums and bias in an addition of their own, then the activation, as the library's epilogue has them.
template <class Epilogue> void multiply(operands &o, std::vector<float> &c, const Epilogue &epilogue)
{
    gemm::product<set>({c.data(), columns}, {o.a.data(), depth}, {o.b.data(), columns}, rows, columns, depth, epilogue);
}

template <class Activation>
void check(const char *name, operands &o, vact_op op, const vact_params_f32 *params, Activation activation)
{
    vact_epilogue_options_f32 options = VACT_EPILOGUE_OPTIONS_F32;
    options.bias = o.bias.data();
    multiply(o, o.fused, [&](vector sum, std::size_t column) {
        return activation(set::fma(sum, set::all(1.0f), set::load(&o.bias[column])));
    });
    if (vact_epilogue_f32(op, params, o.apart.data(), columns, o.sums.data(), columns, rows, columns, &options) !=
        VACT_OK)
        failed++;
    compare(name, o.fused, o.apart);
}

} // namespace

#define CHECK(name, NAME) check(#name, o, VACT_OP_##NAME, nullptr, [](vector x) { return CALL(name)(x); })

int main()
{
    operands o;
    for (auto &x : o.a)
        x = number(0.8f);
    for (auto &x : o.b)
        x = number(0.8f);
    for (auto &x : o.bias)
        x = number(2.0f);
    multiply(o, o.sums, [](vector sum, std::size_t) { return sum; });
    for (std::size_t i = 0; i < o.apart.size(); i++) { // the sums themselves, in plain C++
        o.apart[i] = 0.0f;
        for (std::size_t k = 0; k < depth; k++)
            o.apart[i] = std::fma(o.a[i / columns * depth + k], o.b[k * columns + i % columns], o.apart[i]);
    }
    compare("sums", o.sums, o.apart);
    CHECK(relu, RELU);
    CHECK(gelu, GELU);
    CHECK(gelu_tanh, GELU_TANH);
    CHECK(silu, SILU);
    CHECK(mish, MISH);
    CHECK(sigmoid, SIGMOID);
    CHECK(tanh, TANH);
    CHECK(log_sigmoid, LOG_SIGMOID);
    CHECK(hard_swish, HARD_SWISH);
    const vact_params_f32 slope = {{0.1f, 0.0f, 0.0f, 0.0f}};
    check("leaky_relu", o, VACT_OP_LEAKY_RELU, &slope, [](vector x) { return CALL(leaky_relu)(x, 0.1f); });
    multiply(o, o.fused, [](vector sum, std::size_t) { return CALL(swiglu)(sum, CALL(tanh)(sum)); });
    std::vector<float> up(o.sums);
    if (vact_tanh_f32(up.data(), o.sums.data(), up.size()) != VACT_OK ||
        vact_swiglu_f32(o.apart.data(), o.sums.data(), up.data(), up.size()) != VACT_OK)
        failed++;
    compare("swiglu", o.fused, o.apart);
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
