# The list of instruction sets. A new one is one entry below (with kernels/vec/<build>.h and a probe in
# dispatch/cpu.c). vact_isa() drops those that the target's processor or the compiler does not support and appends the
# others to VACT_BUILDS, in the order of the entries: strongest first.
#
#   vact_isa(<build> ISA <suffix> PROCESSORS <regex> [EXCEPT <regex>] HEADER <vec header> [OPTION <option>]
#            [FLAGS <compiler flags>...] [PROBE <macros that the compiler must define under these flags>...]
#            [GCC_TUNING <flags of GCC that change only the speed>...] [SMALL])
#
#   build        the name in object, symbol and table names
#   suffix       VACT_ISA_<suffix> selects it
#   option       leaves it out where it is OFF; the scalar builds have none
#   SMALL        its kernels are optimised for size: nobody runs it for speed
#
# -fexpensive-optimizations is on from -O2 on. Below, GCC does not end functions with vzeroupper without it, and then the
# caller's SSE code is slow. Under -Os it never does: so the kernels with wide vectors are never compiled for size, and
# GCC 14 must not copy structures by wide registers in those that are.
include_guard()
include(CheckCSourceCompiles)

set(VACT_BUILDS "")

function(vact_isa build)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SMALL" "ISA;PROCESSORS;EXCEPT;HEADER;OPTION" "FLAGS;PROBE;GCC_TUNING")
    if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(${arg_PROCESSORS})$")
        return()
    endif()
    if(arg_EXCEPT AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(${arg_EXCEPT})$")
        return()
    endif()
    if(arg_OPTION AND NOT ${arg_OPTION})
        return()
    endif()
    if(arg_PROBE)
        set(condition "${arg_PROBE}")
        list(TRANSFORM condition REPLACE "(.+)" "!defined(\\1)")
        list(JOIN condition " || " condition)
        list(JOIN arg_FLAGS " " CMAKE_REQUIRED_FLAGS)
        check_c_source_compiles("
            #if ${condition}
            #error the compiler lacks it
            #endif
            int main(void) { return 0; }" VACT_COMPILES_${build})
        if(NOT VACT_COMPILES_${build})
            message(STATUS "vact: the compiler cannot build ${build}: left out")
            return()
        endif()
    endif()
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        list(APPEND arg_FLAGS ${arg_GCC_TUNING})
    endif()
    if(arg_SMALL) # Clang would use vectors of a few numbers, and their other lanes would raise exceptions
        list(APPEND arg_FLAGS -fno-tree-slp-vectorize)
    endif()
    set(VACT_BUILDS ${VACT_BUILDS} ${build} PARENT_SCOPE)
    set(VACT_${build}_ISA ${arg_ISA} PARENT_SCOPE)
    set(VACT_${build}_HEADER ${arg_HEADER} PARENT_SCOPE)
    set(VACT_${build}_FLAGS ${arg_FLAGS} PARENT_SCOPE)
    set(VACT_${build}_LEVEL -O3 PARENT_SCOPE)
    if(arg_SMALL)
        set(VACT_${build}_LEVEL -Os PARENT_SCOPE)
    endif()
endfunction()

set(vact_x86_64 "x86_64|amd64|AMD64")
set(vact_aarch64 "aarch64|arm64|ARM64")

vact_isa(avx512 ISA AVX512 PROCESSORS ${vact_x86_64} HEADER vec/f32_avx512.h OPTION VACT_BUILD_AVX512
    FLAGS -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
    PROBE __x86_64__ __AVX512F__ __AVX512BW__ __AVX512DQ__ __AVX512VL__ __FMA__
    # the others interleave vectors (loop/walk.h): with 32 registers it pays. But the scheduler must not compute of special
    # lanes before the jump that avoids it: they would raise exceptions (tests/test_exceptions.c).
    GCC_TUNING -fexpensive-optimizations -fschedule-insns -fno-sched-spec -mtune=skylake-avx512)
vact_isa(avx2 ISA AVX2 PROCESSORS ${vact_x86_64} HEADER vec/f32_avx2.h OPTION VACT_BUILD_AVX2
    FLAGS -mavx2 -mfma
    PROBE __x86_64__ __AVX2__ __FMA__
    GCC_TUNING -fexpensive-optimizations)
set(VACT_avx2_f16_FLAGS -mf16c)
vact_isa(neon ISA NEON PROCESSORS ${vact_aarch64} HEADER vec/f32_neon.h
    PROBE __aarch64__ __ARM_NEON)
# sleef.h declares its purecfma functions under math.h's FP_FAST_FMA alone, which Clang does not set.
vact_isa(scalar_fma ISA SCALAR PROCESSORS ${vact_x86_64} HEADER vec/f32_scalar.h
    FLAGS -mfma -DFP_FAST_FMA=1
    PROBE __x86_64__ __FMA__ SMALL
    GCC_TUNING -fexpensive-optimizations -mmove-max=128 -mstore-max=128)
vact_isa(scalar_fma ISA SCALAR PROCESSORS ${vact_aarch64} HEADER vec/f32_scalar.h
    FLAGS -DFP_FAST_FMA=1
    PROBE __aarch64__ SMALL)
vact_isa(scalar ISA SCALAR PROCESSORS .* EXCEPT ${vact_aarch64} HEADER vec/f32_scalar.h SMALL)

list(JOIN VACT_BUILDS " " vact_builds_text)
message(STATUS "vact: builds for ${CMAKE_SYSTEM_PROCESSOR}: ${vact_builds_text}")

# vact_isa_objects(<prefix> <source>...): the sources as one object library <prefix>_<build> per build, compiled
# with its flags, VACT_BUILD defined as its name and its vector header included first.
function(vact_isa_objects prefix)
    foreach(build IN LISTS VACT_BUILDS)
        set(target ${prefix}_${build})
        add_library(${target} OBJECT ${ARGN})
        target_compile_options(${target} PRIVATE ${VACT_${build}_FLAGS} "SHELL:-include ${VACT_${build}_HEADER}")
        target_compile_definitions(${target} PRIVATE VACT_BUILD=${build})
        target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/kernels" "${PROJECT_SOURCE_DIR}")
        target_link_libraries(${target} PRIVATE vact_numeric_options)
    endforeach()
endfunction()
