# The libraries: vact_static and vact_shared (both libvact), and the oracle.
include_guard()

file(GLOB vact_dispatch_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/dispatch/*.c")
set(vact_library_sources ${vact_dispatch_sources} "${PROJECT_SOURCE_DIR}/kernels/registry.c" ${VACT_TABLE_SOURCES})

foreach(kind IN ITEMS static shared)
    string(TOUPPER ${kind} library_type)
    set(target vact_${kind})
    add_library(${target} ${library_type} ${vact_library_sources} ${VACT_KERNEL_OBJECTS})
    add_library(vact::${target} ALIAS ${target})
    target_include_directories(${target}
        PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        PRIVATE "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/kernels" "${PROJECT_SOURCE_DIR}/dispatch"
            "${VACT_GENERATED_DIR}")
    target_compile_definitions(${target} PRIVATE VACT_SLEEF_VERSION="${SLEEF_VERSION}")
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:vact_options> SLEEF::sleef m)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME vact)
endforeach()
add_library(vact::vact ALIAS vact_shared)

# A static vact inside someone's shared library does not add to what that exports.
target_compile_definitions(vact_static PUBLIC VACT_STATIC_DEFINE)

set_target_properties(vact_shared PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}
    LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/vact.map")
target_link_options(vact_shared PRIVATE "LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/vact.map"
    LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
# A sanitizer's runtime may live in the executable alone.
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize=")
    target_link_options(vact_shared PRIVATE LINKER:--no-undefined)
endif()

file(GLOB vact_reference_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/kernels/reference/*.c")
add_library(vact_reference STATIC EXCLUDE_FROM_ALL ${vact_reference_sources})
target_include_directories(vact_reference PUBLIC "${PROJECT_SOURCE_DIR}/kernels")
target_link_libraries(vact_reference PRIVATE vact_numeric_options PUBLIC m)
