# The kernels: per build (cmake/isa.cmake) and kernel set one object library from one generated source, which
# includes the vector header, the mathematics, every activation and kernels/kernel.c. Object and symbol names
# carry build and set, so that none is ever mistaken for another by the linker.
include_guard()

# plain: what needs no transcendental function. The others are the variants, named as in VACT_MATH_*.
set(VACT_SETS plain fast)
if(VACT_WITH_SLEEF)
    list(APPEND VACT_SETS sleef)
endif()
set(VACT_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")

# The headers that a set compiles, as #include lines in the variable `out`: its folders of act/, then the gated units,
# which are made of activations and their derivatives. The plain ones are in every set, for reglu.
function(vact_act_includes set out)
    set(folders plain ${set})
    if(set STREQUAL "plain")
        list(APPEND folders fast)
    endif()
    if(NOT set STREQUAL "sleef")
        list(APPEND folders backward)
    endif()
    list(APPEND folders gate)
    list(REMOVE_DUPLICATES folders)
    set(lines "")
    foreach(folder IN LISTS folders)
        file(GLOB headers RELATIVE "${PROJECT_SOURCE_DIR}/kernels" CONFIGURE_DEPENDS
            "${PROJECT_SOURCE_DIR}/kernels/act/${folder}/*.h")
        list(SORT headers)
        foreach(header IN LISTS headers)
            string(APPEND lines "#include \"${header}\"\n")
        endforeach()
    endforeach()
    set(${out} "${lines}" PARENT_SCOPE)
endfunction()

# The objects must keep the bits that their source says whatever the project around them does: no link-time
# optimisation across instruction sets.
function(vact_kernel_library build set)
    set(target vact_kernels_${build}_${set})
    set(source "${VACT_GENERATED_DIR}/kernels_${build}_${set}.c")
    set(vact_build ${build})
    set(vact_set ${set})
    string(TOUPPER "VACT_SET_${set}" which)
    set(${which} ON)
    set(vact_vec_header ${VACT_${build}_HEADER})
    vact_act_includes(${set} vact_act_includes)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/kernels.c.in" "${source}" @ONLY)

    add_library(${target} OBJECT "${source}")
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/kernels" "${PROJECT_SOURCE_DIR}")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O3> ${VACT_${build}_FLAGS} -fno-lto
        ${VACT_CALLED_OPTIONS})
    target_link_libraries(${target} PRIVATE vact_numeric_options
        $<$<STREQUAL:${set},sleef>:SLEEF::sleef>)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
endfunction()

set(VACT_KERNEL_LIBRARIES "")
set(VACT_TABLE_SOURCES "")
set(vact_builds_def "")
foreach(build IN LISTS VACT_BUILDS)
    foreach(set IN LISTS VACT_SETS)
        vact_kernel_library(${build} ${set})
        list(APPEND VACT_KERNEL_LIBRARIES vact_kernels_${build}_${set})
    endforeach()
    set(vact_build ${build})
    set(vact_isa ${VACT_${build}_ISA})
    configure_file("${PROJECT_SOURCE_DIR}/cmake/tables.c.in" "${VACT_GENERATED_DIR}/tables_${build}.c" @ONLY)
    list(APPEND VACT_TABLE_SOURCES "${VACT_GENERATED_DIR}/tables_${build}.c")
    string(APPEND vact_builds_def "VACT_BUILD_ENTRY(${build}, ${VACT_${build}_ISA})\n")
endforeach()
file(CONFIGURE OUTPUT "${VACT_GENERATED_DIR}/vact_builds.def" @ONLY CONTENT
    "/* The builds in this library, strongest first (cmake/isa.cmake): name, VACT_ISA_ suffix. */\n@vact_builds_def@")

set(VACT_KERNEL_OBJECTS "")
foreach(library IN LISTS VACT_KERNEL_LIBRARIES)
    list(APPEND VACT_KERNEL_OBJECTS $<TARGET_OBJECTS:${library}>)
endforeach()
