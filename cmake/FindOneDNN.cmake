# Finds oneDNN 2.x or 3.x and defines OneDNN::dnnl. Its own package file is not used: Debian's asks for OpenCL.
find_path(ONEDNN_INCLUDE_DIR NAMES oneapi/dnnl/dnnl.hpp dnnl.hpp)
find_library(ONEDNN_LIBRARY NAMES dnnl)
mark_as_advanced(ONEDNN_INCLUDE_DIR ONEDNN_LIBRARY)

if(ONEDNN_INCLUDE_DIR)
  foreach(header IN ITEMS oneapi/dnnl/dnnl_version.h dnnl_version.h)
    if(NOT ONEDNN_VERSION AND EXISTS ${ONEDNN_INCLUDE_DIR}/${header})
      file(STRINGS ${ONEDNN_INCLUDE_DIR}/${header} lines REGEX "#define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
      string(REGEX REPLACE "[^0-9;]+" "" numbers "${lines}")
      string(REPLACE ";" "." ONEDNN_VERSION "${numbers}")
    endif()
  endforeach()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OneDNN REQUIRED_VARS ONEDNN_LIBRARY ONEDNN_INCLUDE_DIR
                                  VERSION_VAR ONEDNN_VERSION
                                  REASON_FAILURE_MESSAGE "on Debian: apt install libdnnl-dev")
if(OneDNN_FOUND AND NOT TARGET OneDNN::dnnl)
  add_library(OneDNN::dnnl UNKNOWN IMPORTED)
  set_target_properties(OneDNN::dnnl PROPERTIES IMPORTED_LOCATION ${ONEDNN_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${ONEDNN_INCLUDE_DIR})
endif()
