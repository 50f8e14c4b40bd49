# SLEEF through pkg-config (Debian's libsleef-dev ships no CMake package): target SLEEF::sleef, SLEEF_VERSION.
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_SLEEF QUIET sleef)
endif()
find_path(SLEEF_INCLUDE_DIR sleef.h HINTS ${PC_SLEEF_INCLUDE_DIRS} ${PC_SLEEF_INCLUDEDIR})
find_library(SLEEF_LIBRARY sleef HINTS ${PC_SLEEF_LIBRARY_DIRS} ${PC_SLEEF_LIBDIR})
mark_as_advanced(SLEEF_INCLUDE_DIR SLEEF_LIBRARY)

# Without pkg-config, from the header.
set(SLEEF_VERSION "${PC_SLEEF_VERSION}")
if(NOT SLEEF_VERSION AND SLEEF_INCLUDE_DIR)
    file(STRINGS "${SLEEF_INCLUDE_DIR}/sleef.h" sleef_lines
        REGEX "^#define SLEEF_VERSION_(MAJOR|MINOR|PATCHLEVEL) [0-9]+")
    list(TRANSFORM sleef_lines REPLACE ".* ([0-9]+).*" "\\1")
    list(JOIN sleef_lines "." SLEEF_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SLEEF
    REQUIRED_VARS SLEEF_LIBRARY SLEEF_INCLUDE_DIR
    VERSION_VAR SLEEF_VERSION
    REASON_FAILURE_MESSAGE "On Debian: apt-get install libsleef-dev pkg-config")

if(SLEEF_FOUND AND NOT TARGET SLEEF::sleef)
    add_library(SLEEF::sleef UNKNOWN IMPORTED)
    set_target_properties(SLEEF::sleef PROPERTIES
        IMPORTED_LOCATION "${SLEEF_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${SLEEF_INCLUDE_DIR}")
endif()
