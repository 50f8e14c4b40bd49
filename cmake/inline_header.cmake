# Script: writes a header of include/vact/inline.h from the kernels' own headers, which stay the only source. It joins
# them in the order of their includes and puts a prefix before each name that they define, so that one translation unit
# can have several vector types and only names with vact_ are defined. Then it writes one function per operation.
#
#   cmake -D KERNELS=<kernels/> -D OUTPUT=<file> -D SUFFIX=m512 -D TYPE=__m512 -D VECTOR=vec/f32_avx512.h
#         -P cmake/inline_header.cmake
cmake_minimum_required(VERSION 3.25)

set(prefix vact_${SUFFIX}_)
set(seen "")
set(text "")

# Appends a header to `text`, after the headers that it includes, each once, without guards and includes.
function(append header)
    if(header IN_LIST seen)
        return()
    endif()
    list(APPEND seen ${header})
    file(READ "${KERNELS}/${header}" body)
    if(header MATCHES "^vec/") # which one it is, some mathematics asks by its guard
        string(REGEX REPLACE "#ifndef [A-Z0-9_]+_H\n" "" body "${body}")
    else()
        string(REGEX REPLACE "#ifndef [A-Z0-9_]+_H\n#define [A-Z0-9_]+_H\n" "" body "${body}")
    endif()
    string(REGEX REPLACE "\n#endif\n$" "\n" body "${body}")
    string(REGEX MATCHALL "#include \"[^\"]+\"" includes "${body}")
    string(REGEX REPLACE "#include \"[a-z][^\"]+\"\n" "" body "${body}")
    foreach(line IN LISTS includes)
        string(REGEX REPLACE "#include \"(.*)\"" "\\1" name "${line}")
        if(name STREQUAL "contract.h")
            set(name vec/contract.h)
        endif()
        if(NOT name MATCHES "^vact/" AND NOT name STREQUAL "f32_generic.h") # that one comes after who includes it
            append(${name})
        endif()
    endforeach()
    set(text "${text}\n/* ---- kernels/${header} */\n${body}" PARENT_SCOPE)
    set(seen "${seen}" PARENT_SCOPE)
endfunction()

# What a file of loop/ makes of the forms of an activation or a gated unit, as text.
function(append_forms name file)
    file(READ "${KERNELS}/loop/${file}" forms)
    string(REGEX REPLACE "^.*#ifdef ACT_TWO_FORMS\n(.*)#el(se|if).*$" "\\1" forms "${forms}")
    string(REPLACE "#undef ACT_TWO_FORMS\n" "" forms "${forms}")
    if(text MATCHES "#define ACT_TWO_FORMS\n")
        string(REPLACE "#define ACT_TWO_FORMS\n" "" text "${text}")
        string(REGEX REPLACE "ACT\\(([a-z]+)\\)" "${name}_\\1" of_name "${forms}")
        set(text "${text}\n${of_name}" PARENT_SCOPE)
    endif()
endfunction()

file(READ "${KERNELS}/registry.def" registry)
string(REGEX MATCHALL "VACT_OP\\([a-z0-9_]+, +[A-Z0-9_]+, +(UNARY|GATE), +[A-Z]+, +[A-Z]+, +P[0-9][A-Z_]*\\([^)]*\\)"
    operations "${registry}")

append(${VECTOR})
append(vec/f32_generic.h)
foreach(operation IN LISTS operations)
    string(REGEX REPLACE "VACT_OP\\(([a-z0-9_]+), .*" "\\1" name "${operation}")
    if(operation MATCHES " GATE, ")
        if(name STREQUAL "swiglu_oai") # the kernel of four (cmake/kernels.cmake), before the first
            append(act/gate/gated_swish.h)
            append_forms(gated_swish gate_forms.inc.h)
        endif()
        append(act/gate/${name}.h)
        string(REGEX REPLACE "#define ACT_(OWN_FORMS|BY_PARAMETERS)\n" "" text "${text}")
        append_forms(${name} gate_forms.inc.h)
    elseif(EXISTS "${KERNELS}/act/fast/${name}.h")
        append(act/fast/${name}.h)
        append_forms(${name} forms.inc.h)
    else()
        append(act/plain/${name}.h)
    endif()
endforeach()

string(REGEX REPLACE "#define ACT_(USUAL|CALLED)[^\n]*\n" "" text "${text}") # for loops
string(REPLACE "MATH_SHORT" "VACT_MATH_SHORT" text "${text}") # its branches are not compiled

# The caller's operations before and after must not be fused with the function's own: a compiler that contracts would
# turn a product of the caller and a sum in here into one FMA, with other bits. Hence vf_apart.
string(APPEND text "
/* ---- what is called. The sum of two zeros is for Clang 14: on a function without an operator it leaves the attribute
 * no-nans-fp-math, whatever float_control says, and a minimum or maximum there may lose NaN. */
")

string(REGEX REPLACE "([^A-Za-z0-9_])NULL([^A-Za-z0-9_])" "\\1VACT_NULL\\2" text "${text}") # vact/inline.h
string(REGEX REPLACE "_Alignas[(]([0-9]+)[)]" "__attribute__((aligned(\\1)))" text "${text}") # C++ has another word
string(REGEX MATCHALL "(VACT_INLINE|VACT_NOINLINE static|VACT_SELDOM static) [A-Za-z0-9_]+ [A-Za-z0-9_]+\\(" functions "${text}")
string(REGEX MATCHALL "\n} [a-z0-9_]+" structures "${text}")
string(REGEX MATCHALL "\ntypedef [a-z0-9_]+ [a-z0-9_]+" types "${text}")
string(REGEX MATCHALL "#define [A-Za-z0-9_]+" macros "${text}")
string(REGEX MATCHALL "[{,] [A-Z][A-Z0-9_]+ = [0-9]" constants "${text}")
list(TRANSFORM constants REPLACE " = [0-9]$" "")
set(names ${constants} ${functions} ${structures} ${types} ${macros})
list(TRANSFORM names STRIP)
list(TRANSFORM names REPLACE "\\($" "")
list(TRANSFORM names REPLACE "^.* " "")
list(REMOVE_DUPLICATES names)

foreach(operation IN LISTS operations)
    string(REGEX REPLACE "VACT_OP\\(([a-z0-9_]+), .*" "\\1" name "${operation}")
    string(REGEX REPLACE ".* P[0-9][A-Z_]*\\(([^)]*)\\)$" "\\1" parameters "${operation}")
    string(REPLACE "," ";" parameters "${parameters}")
    set(declared "")
    set(values "")
    list(LENGTH parameters count)
    if(count GREATER 1)
        math(EXPR last "${count} - 1")
        foreach(i RANGE 0 ${last} 3)
            list(GET parameters ${i} parameter)
            string(STRIP "${parameter}" parameter)
            if(operation MATCHES "_BY_CODE") # the default; the function takes none
                math(EXPR i "${i} + 1")
                list(GET parameters ${i} parameter)
                string(STRIP "${parameter}" parameter)
            else()
                string(APPEND declared ", float ${parameter}")
            endif()
            list(APPEND values ${parameter})
        endforeach()
    endif()
    list(JOIN values ", " values)
    set(inputs "${TYPE} x")
    set(passed "vf_apart(x)")
    if(operation MATCHES " GATE, ")
        set(inputs "${TYPE} gate, ${TYPE} up")
        set(passed "vf_apart(gate), vf_apart(up)")
    endif()
    if(values STREQUAL "")
        string(APPEND text "
static inline ${TYPE} vact_${name}_${SUFFIX}(${inputs})
{
    (void)(0.0f + 0.0f);
    return vf_apart(${name}_forward(${passed}, VACT_NULL));
}
")
    else()
        string(APPEND text "
static inline ${TYPE} vact_${name}_${SUFFIX}(${inputs}${declared})
{
    const vact_params_f32 params = {{${values}}};
    (void)(0.0f + 0.0f);
    return vf_apart(${name}_forward(${passed}, &params));
}
")
    endif()
endforeach()

# Four lanes are the low half of eight: no second copy of the mathematics, and a look-up in eight floats is one
# instruction, which 128 bits do not have. The upper lanes hold 1, which is common to every operation.
if(SUFFIX STREQUAL "m256")
    string(APPEND text "
VACT_INLINE __m256 m128_widened(__m128 x)
{
    return _mm256_blend_ps(_mm256_castps128_ps256(x), _mm256_set1_ps(1.0f), 0xf0);
}
")
    list(APPEND names m128_widened)
    foreach(operation IN LISTS operations)
        string(REGEX REPLACE "VACT_OP\\(([a-z0-9_]+), .*" "\\1" name "${operation}")
        string(REGEX MATCH "static inline __m256 vact_${name}_m256\\(([^)]*)\\)" declaration "${text}")
        set(declared "${CMAKE_MATCH_1}")
        string(REPLACE "__m256" "__m128" declared "${declared}")
        string(REGEX REPLACE "(__m128|float) ([a-z0-9_]+)" "\\2" passed "${declared}")
        string(REGEX REPLACE "(^|, )(x|gate|up)(,|$)" "\\1m128_widened(\\2)\\3" passed "${passed}")
        string(REGEX REPLACE "(, )(up)(,|$)" "\\1m128_widened(\\2)\\3" passed "${passed}")
        string(APPEND text "
static inline __m128 vact_${name}_m128(${declared})
{
    return _mm256_castps256_ps128(vact_${name}_m256(${passed}));
}
")
    endforeach()
endif()

# Twice, since two names with one character between them share it.
foreach(name IN LISTS names)
    foreach(pass IN ITEMS 1 2)
        string(REGEX REPLACE "([^A-Za-z0-9_])${name}([^A-Za-z0-9_])" "\\1${prefix}${name}\\2" text "${text}")
    endforeach()
endforeach()

string(TOUPPER "VACT_INLINE_${SUFFIX}_H" guard)
file(WRITE "${OUTPUT}" "/*
 * Made from the kernels by cmake/inline_header.cmake; do not edit. Include vact/inline.h, which says what this is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ${guard}
#define ${guard}

#include <vact/vact.h>

/* Clang: the mathematics is IEEE's whatever -fno-honor-nans, -fassociative-math and the like say, of which no macro
 * tells. GCC, in C++: its own intrinsics for AVX-512 leave variables uninitialised, on purpose. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored \"-Wignored-pragmas\" /* Clang 14 for AArch64 has no float_control */
#pragma float_control(precise, on, push)
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \"-Wuninitialized\"
#pragma GCC diagnostic ignored \"-Wmaybe-uninitialized\"
#endif
${text}
#ifdef __clang__
#pragma float_control(pop)
#pragma clang diagnostic pop
#else
#pragma GCC diagnostic pop
#endif

#endif
")
