// A matrix product of an engine in C++17, with the activation of vact/inline.h on the accumulators while they are in
// registers. Small and plain: the point is the epilogue.
#ifndef VACT_TESTS_GEMM_HPP
#define VACT_TESTS_GEMM_HPP

#include <cstddef>

#include <vact/inline.h>

namespace gemm
{

// The vectors of an instruction set. Structures, since templates take no vector types as arguments.
#if defined(__AVX2__) && defined(__FMA__)
struct m128 {
    using vector = __m128;
    static constexpr std::size_t width = 4;
    static vector zero() { return _mm_setzero_ps(); }
    static vector all(float x) { return _mm_set1_ps(x); }
    static vector load(const float *p) { return _mm_loadu_ps(p); }
    static void store(float *p, vector v) { _mm_storeu_ps(p, v); }
    static vector fma(vector a, vector b, vector c) { return _mm_fmadd_ps(a, b, c); }
};

struct m256 {
    using vector = __m256;
    static constexpr std::size_t width = 8;
    static vector zero() { return _mm256_setzero_ps(); }
    static vector all(float x) { return _mm256_set1_ps(x); }
    static vector load(const float *p) { return _mm256_loadu_ps(p); }
    static void store(float *p, vector v) { _mm256_storeu_ps(p, v); }
    static vector fma(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
};
#endif

#if defined(__AVX512F__)
struct m512 {
    using vector = __m512;
    static constexpr std::size_t width = 16;
    static vector zero() { return _mm512_setzero_ps(); }
    static vector all(float x) { return _mm512_set1_ps(x); }
    static vector load(const float *p) { return _mm512_loadu_ps(p); }
    static void store(float *p, vector v) { _mm512_storeu_ps(p, v); }
    static vector fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
};
#endif

// Rows of a matrix, `stride` elements apart.
template <class Element> struct matrix {
    Element *first;
    std::size_t stride;
    Element *at(std::size_t row, std::size_t column) const { return first + row * stride + column; }
};

// A tile of Rows rows and two vectors of c = epilogue(a*b, column), each sum in the order of k.
template <class Set, std::size_t Rows, class Epilogue>
void tile(matrix<float> c, matrix<const float> a, matrix<const float> b, std::size_t depth, std::size_t row,
          std::size_t column, const Epilogue &epilogue)
{
    typename Set::vector sum[Rows][2];
    for (auto &two : sum)
        two[0] = two[1] = Set::zero();
    for (std::size_t k = 0; k < depth; k++) {
        const auto left = Set::load(b.at(k, column)), right = Set::load(b.at(k, column + Set::width));
        for (std::size_t r = 0; r < Rows; r++) {
            const auto factor = Set::all(*a.at(row + r, k));
            sum[r][0] = Set::fma(factor, left, sum[r][0]);
            sum[r][1] = Set::fma(factor, right, sum[r][1]);
        }
    }
    for (std::size_t r = 0; r < Rows; r++) {
        Set::store(c.at(row + r, column), epilogue(sum[r][0], column));
        Set::store(c.at(row + r, column + Set::width), epilogue(sum[r][1], column + Set::width));
    }
}

// c = epilogue(a*b): `columns` is a multiple of two vectors, b is padded to it.
template <class Set, class Epilogue>
void product(matrix<float> c, matrix<const float> a, matrix<const float> b, std::size_t rows, std::size_t columns,
             std::size_t depth, const Epilogue &epilogue)
{
    for (std::size_t column = 0; column < columns; column += 2 * Set::width) {
        std::size_t row = 0;
        for (; rows - row >= 4; row += 4)
            tile<Set, 4>(c, a, b, depth, row, column, epilogue);
        for (; row < rows; row++)
            tile<Set, 1>(c, a, b, depth, row, column, epilogue);
    }
}

} // namespace gemm

#endif
