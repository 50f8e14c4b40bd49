# Flags of the user, or of the project around, that would change results without a word. What the compiler reports,
# kernels/vec/contract.h refuses too, wherever the flag comes from. Of some the compiler reports nothing (Clang of all
# but two): those are refused only here, where CMake sees them.
include_guard()

set(vact_flags_seen "${CMAKE_C_FLAGS}")
foreach(configuration IN LISTS CMAKE_CONFIGURATION_TYPES CMAKE_BUILD_TYPE)
    string(TOUPPER "${configuration}" configuration)
    string(APPEND vact_flags_seen " ${CMAKE_C_FLAGS_${configuration}}")
endforeach()
get_directory_property(vact_flags_of_directory COMPILE_OPTIONS)
string(REGEX REPLACE "[$]<[$]<COMPILE_LANGUAGE:(CXX|CUDA|HIP|OBJC|OBJCXX|Fortran|,)+>:[^>]*>" "" vact_flags_of_directory
    "${vact_flags_of_directory}") # of other languages
string(APPEND vact_flags_seen " ${vact_flags_of_directory} ")

set(vact_parts_of_fast_math fast-math unsafe-math-optimizations associative-math reciprocal-math finite-math-only
    no-signed-zeros no-honor-nans no-honor-infinities approx-func single-precision-constant
    "denormal-fp-math=[^ ;>]*(sign|zero|dynamic)[^ ;>]*" "denormal-fp-math-f32=[^ ;>]*(sign|zero|dynamic)[^ ;>]*"
    "fp-model=(fast|aggressive)")
list(JOIN vact_parts_of_fast_math "|" vact_parts_of_fast_math)
if(vact_flags_seen MATCHES "(^|[ ;:>,\"])(-f(${vact_parts_of_fast_math})|-Ofast|-mfpmath=[^ ;>]*(387|both))($|[ ;>,\"])")
    message(FATAL_ERROR "vact: ${CMAKE_MATCH_2} changes results, which are the same bits in every build: leave it out of the "
        "flags that vact is compiled with")
endif()

# Whether the user chose a stack protector, or none.
set(VACT_STACK_PROTECTOR -fstack-protector-strong)
if(vact_flags_seen MATCHES "-f(no-)?stack-protector")
    set(VACT_STACK_PROTECTOR "")
endif()

# The level of the kernels in the build type Debug, if not the user's. Under -Og GCC refuses to inline what must be; under
# -Os it leaves vzeroupper out (isa.cmake).
set(VACT_DEBUG_LEVEL "")
if(vact_flags_seen MATCHES "-O[gsz]")
    set(VACT_DEBUG_LEVEL -O1)
endif()
