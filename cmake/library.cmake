# The libraries: vact_static and vact_shared (both libvact), and the oracle.
include_guard()
include(CheckLinkerFlag)

file(GLOB vact_dispatch_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/dispatch/*.c")
# These have loops of their own over blocks: selects in them are to become vectors.
foreach(source IN ITEMS softmax log_softmax)
    set_source_files_properties("${PROJECT_SOURCE_DIR}/dispatch/narrow_${source}.c"
        PROPERTIES COMPILE_OPTIONS -fno-trapping-math)
endforeach()
file(GLOB vact_exact_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/exact/*.c")
set(vact_library_sources ${vact_dispatch_sources} ${vact_exact_sources} "${PROJECT_SOURCE_DIR}/kernels/registry.c"
    "${PROJECT_SOURCE_DIR}/kernels/gain.c" "${PROJECT_SOURCE_DIR}/kernels/rows/online_finish.c"
    "${PROJECT_SOURCE_DIR}/kernels/loop/cache.c" "${PROJECT_SOURCE_DIR}/kernels/lut/softmax_8.c" ${VACT_TABLE_SOURCES})

# So that a square root is an instruction, not a call that could set errno.
set_source_files_properties("${PROJECT_SOURCE_DIR}/kernels/gain.c" "${PROJECT_SOURCE_DIR}/kernels/rows/online_finish.c"
    ${vact_exact_sources}
    PROPERTIES COMPILE_OPTIONS -fno-math-errno)

set(vact_sleef_version none)
if(VACT_WITH_SLEEF)
    set(vact_sleef_version "${SLEEF_VERSION}")
endif()

# vact_harden(<target>): for what takes the caller's pointers and files. A choice of the user's stays, and so does the
# compiler's. Not for the kernels: they keep no outside data on their stacks, and a call of 16 elements would pay for
# the check.
foreach(flag IN ITEMS relro now noexecstack)
    string(TOUPPER VACT_LINKS_WITH_${flag} links)
    check_linker_flag(C "LINKER:-z,${flag}" ${links}) # other linkers than those for ELF do not know it
endforeach()
function(vact_harden target)
    target_compile_options(${target} PRIVATE ${VACT_STACK_PROTECTOR}
        "SHELL:-include \"${PROJECT_SOURCE_DIR}/dispatch/fortify.h\"")
    foreach(flag IN ITEMS relro now noexecstack)
        string(TOUPPER VACT_LINKS_WITH_${flag} links)
        if(${links})
            target_link_options(${target} PRIVATE "LINKER:-z,${flag}")
        endif()
    endforeach()
endfunction()

# The headers of include/vact/inline.h, for every instruction set: the user's compiler flags choose.
set(VACT_INLINE_HEADERS "")
file(GLOB vact_inline_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/vec/*.h"
    "${PROJECT_SOURCE_DIR}/kernels/math/common/*.h" "${PROJECT_SOURCE_DIR}/kernels/math/fast/*.h"
    "${PROJECT_SOURCE_DIR}/kernels/act/plain/*.h" "${PROJECT_SOURCE_DIR}/kernels/act/fast/*.h"
    "${PROJECT_SOURCE_DIR}/kernels/act/gate/*.h" "${PROJECT_SOURCE_DIR}/kernels/loop/form.h"
    "${PROJECT_SOURCE_DIR}/kernels/loop/forms.inc.h")
function(vact_inline_header suffix type vector)
    set(output "${VACT_GENERATED_DIR}/include/vact/inline_${suffix}.h")
    set(script "${PROJECT_SOURCE_DIR}/cmake/inline_header.cmake")
    add_custom_command(OUTPUT "${output}"
        COMMAND "${CMAKE_COMMAND}" -D "KERNELS=${PROJECT_SOURCE_DIR}/kernels" -D "OUTPUT=${output}" -D SUFFIX=${suffix}
            -D TYPE=${type} -D VECTOR=${vector} -P "${script}"
        DEPENDS "${script}" "${PROJECT_SOURCE_DIR}/kernels/registry.def" ${vact_inline_sources}
        COMMENT "Writing vact/inline_${suffix}.h" VERBATIM)
    set(VACT_INLINE_HEADERS "${VACT_INLINE_HEADERS};${output}" PARENT_SCOPE)
endfunction()
vact_inline_header(m256 __m256 vec/f32_avx2.h)
vact_inline_header(m512 __m512 vec/f32_avx512.h)
vact_inline_header(f32x4 float32x4_t vec/f32_neon.h)
add_custom_target(vact_inline ALL DEPENDS ${VACT_INLINE_HEADERS})

# Both targets always exist, since the program and the tests link what the shared library hides. An option that is OFF
# only keeps its library out of `all` and of the installation, and from being vact::vact.
foreach(kind IN ITEMS static shared)
    string(TOUPPER ${kind} library_type)
    set(target vact_${kind})
    add_library(${target} ${library_type} ${vact_library_sources} ${VACT_KERNEL_OBJECTS})
    add_library(vact::${target} ALIAS ${target})
    target_include_directories(${target}
        PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
            "$<BUILD_INTERFACE:${VACT_GENERATED_DIR}/include>"
        PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/kernels" "${PROJECT_SOURCE_DIR}/dispatch"
            "${VACT_GENERATED_DIR}")
    target_compile_definitions(${target} PRIVATE VACT_SLEEF_VERSION="${vact_sleef_version}")
    # Not linked: a project around that exports its own targets would have to export vact_options too.
    target_compile_options(${target} PRIVATE $<TARGET_PROPERTY:vact_options,INTERFACE_COMPILE_OPTIONS>
        $<$<STREQUAL:$<CONFIG>,>:-O2>) # without a build type, as the kernels
    target_compile_definitions(${target} PRIVATE $<TARGET_PROPERTY:vact_options,INTERFACE_COMPILE_DEFINITIONS>)
    target_link_libraries(${target} PRIVATE $<$<BOOL:${VACT_WITH_SLEEF}>:SLEEF::sleef> m)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME vact)
    add_dependencies(${target} vact_inline)
    if(NOT VACT_BUILD_${library_type})
        set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    target_compile_options(${target} PRIVATE ${VACT_CALLED_OPTIONS})
    vact_harden(${target})
endforeach()
if(VACT_BUILD_SHARED)
    add_library(vact::vact ALIAS vact_shared)
else()
    add_library(vact::vact ALIAS vact_static)
endif()

# Known to a project around that has export(EXPORT) for what links them.
export(TARGETS vact_shared vact_static NAMESPACE vact:: FILE "${PROJECT_BINARY_DIR}/vact-targets.cmake")

# A static vact inside another shared library exports nothing from it.
target_compile_definitions(vact_static PUBLIC VACT_STATIC_DEFINE)

# Until 1.0 a minor version may break a program that was linked before.
set(vact_soversion ${PROJECT_VERSION_MAJOR})
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(vact_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endif()
set_target_properties(vact_shared PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${vact_soversion}
    LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/vact.map")
# Without it, on other linkers than those for ELF, only hidden visibility limits the exports. No --no-undefined: a
# sanitizer's runtime may be in the executable only, and the project around may ask for one by ways that CMake does not
# show. Linking an executable, such as the examples, finds an undefined name as well.
set(vact_map "LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/vact.map")
check_linker_flag(C "${vact_map}" VACT_LINKS_WITH_MAP)
if(VACT_LINKS_WITH_MAP)
    target_link_options(vact_shared PRIVATE "${vact_map}")
endif()

file(GLOB vact_reference_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/reference/*.c")
add_library(vact_reference STATIC EXCLUDE_FROM_ALL ${vact_reference_sources})
target_include_directories(vact_reference PUBLIC "${PROJECT_SOURCE_DIR}/kernels")
target_link_libraries(vact_reference PRIVATE vact_numeric_options PUBLIC m)
