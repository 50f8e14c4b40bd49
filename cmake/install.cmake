# What `cmake --install` installs: the libraries, the headers, a CMake package, a pkg-config file, and the program where
# it is built. All paths are relative, so the prefix may be moved and may contain spaces.
include_guard()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(vact_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/vact")

# One export file each: a shared vact works without SLEEF's development files.
foreach(kind IN ITEMS shared static)
    string(TOUPPER ${kind} library_type)
    if(VACT_BUILD_${library_type})
        install(TARGETS vact_${kind} EXPORT vact-${kind}
            LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
            RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
            INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
        install(EXPORT vact-${kind} NAMESPACE vact:: DESTINATION "${vact_package_dir}")
    endif()
endforeach()
if(VACT_BUILD_TOOLS)
    install(TARGETS vact_program RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    install(FILES "${VACT_BITS_FILE}" DESTINATION "${CMAKE_INSTALL_DATADIR}/vact")
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/vact" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h")
install(FILES ${VACT_INLINE_HEADERS} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/vact")

# Not CMAKE_INSTALL_DOCDIR, which is that of the project around.
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/vact")

# As the shared library's name has it (library.cmake).
set(vact_compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(vact_compatibility SameMinorVersion)
endif()
write_basic_package_version_file("${VACT_GENERATED_DIR}/vactConfigVersion.cmake" COMPATIBILITY ${vact_compatibility})
install(FILES cmake/vactConfig.cmake "${VACT_GENERATED_DIR}/vactConfigVersion.cmake"
    DESTINATION "${vact_package_dir}")
if(VACT_WITH_SLEEF)
    install(FILES cmake/FindSLEEF.cmake DESTINATION "${vact_package_dir}")
endif()

# ------------------------------------------------------------------------------------------------ pkg-config

# vact_pc_path(<variable> <folder>): an installation folder as vact.pc writes it.
function(vact_pc_path variable folder)
    if(IS_ABSOLUTE "${folder}")
        set(${variable} "${folder}" PARENT_SCOPE)
    else()
        set(${variable} "\${prefix}/${folder}" PARENT_SCOPE)
    endif()
endfunction()

vact_pc_path(vact_pc_libdir "${CMAKE_INSTALL_LIBDIR}")
vact_pc_path(vact_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(vact_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH vact_pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" vact_pc_prefix "${vact_pc_prefix}")
    set(vact_pc_prefix "\${pcfiledir}/${vact_pc_prefix}")
endif()

# What libvact.a needs is public where there is no libvact.so. No `Requires.private: sleef`: pkg-config wants such a
# package even where only the shared library is linked.
set(vact_pc_needs "-lm")
if(VACT_WITH_SLEEF)
    get_filename_component(vact_pc_sleef "${SLEEF_LIBRARY}" DIRECTORY)
    set(vact_pc_needs "\"-L${vact_pc_sleef}\" -lsleef -lm")
endif()
set(vact_pc_libs "Libs: -L\${libdir} -lvact ${vact_pc_needs}")
if(VACT_BUILD_SHARED)
    set(vact_pc_libs "Libs: -L\${libdir} -lvact\nLibs.private: ${vact_pc_needs}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/vact.pc.in" "${VACT_GENERATED_DIR}/vact.pc" @ONLY)
install(FILES "${VACT_GENERATED_DIR}/vact.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
