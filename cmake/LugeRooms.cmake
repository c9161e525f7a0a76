# The rooms of src/ in the order in which data passes through them, and the library made of them.
# A room is an OBJECT library: ops, layers and kernels register themselves, and objects are never dropped by a linker.
set(LUGE_ROOMS core graph ops autodiff compile runtime backend nn init loss metrics optim data train tasks models io draw board experiment)
set(LUGE_ROOM_OBJECTS)

add_library(luge_headers INTERFACE)
target_include_directories(luge_headers INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

add_library(luge_internal INTERFACE)
target_include_directories(luge_internal INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(luge_internal INTERFACE LUGE_VERSION="${PROJECT_VERSION}" TOML_HEADER_ONLY=0)
target_link_libraries(luge_internal INTERFACE luge_flags luge_headers fmt::fmt hwy::hwy OneDNN::dnnl OpenMP::OpenMP_CXX
                      Threads::Threads ZLIB::ZLIB PNG::PNG JPEG::JPEG nlohmann_json::nlohmann_json tomlplusplus::tomlplusplus
                      pugixml::pugixml)

# The standard library and fmt are parsed once for all rooms; files still include what they use (-DLUGE_PCH=OFF shows).
add_library(luge_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch.cpp)
target_link_libraries(luge_pch PRIVATE luge_internal luge_sanitized)
if(LUGE_PCH)
  target_precompile_headers(luge_pch PRIVATE <algorithm> <array> <atomic> <cmath> <functional> <map> <memory> <span>
                            <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
endif()

# Files that are compiled by themselves, because a name of theirs is also another's (hot loops below: their flags differ).
file(STRINGS ${PROJECT_SOURCE_DIR}/cmake/alone.txt alone REGEX "^src/")
list(TRANSFORM alone PREPEND ${PROJECT_SOURCE_DIR}/)
set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

# How the files of src/ are compiled, whether they end in the library or in the command. About twelve files make a unit. A file's
# unit follows from its name, so that a new file changes one unit, not all that come after it.
function(luge_own target)
  target_link_libraries(${target} PRIVATE luge_internal luge_sanitized)
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  set(units 1)
  while(units LESS_EQUAL 128 AND count GREATER 16)
    math(EXPR units "2 * ${units}")
    math(EXPR count "${count} / 2")
  endwhile()
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${source})
    string(MD5 hash ${name})
    string(SUBSTRING ${hash} 0 8 digits)
    math(EXPR unit "0x${digits} % ${units}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${unit})
    foreach(edited IN LISTS LUGE_EDITED)
      if(name MATCHES ${edited})
        set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      endif()
    endforeach()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${LUGE_UNITY} UNITY_BUILD_MODE GROUP)
  if(LUGE_PCH)
    target_precompile_headers(${target} REUSE_FROM luge_pch)
  endif()
endfunction()

foreach(room IN LISTS LUGE_ROOMS)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.cpp)
  if(LUGE_DRAW)
    list(FILTER sources EXCLUDE REGEX "/draw/no_cairo\\.cpp$")
  else()
    list(FILTER sources EXCLUDE REGEX "/draw/cairo/")
  endif()
  if(LUGE_BOARD)
    list(FILTER sources EXCLUDE REGEX "/board/no_page\\.cpp$")
  endif()
  if(sources)
    add_library(luge_${room} OBJECT ${sources})
    luge_own(luge_${room})
    list(APPEND LUGE_ROOM_OBJECTS $<TARGET_OBJECTS:luge_${room}>)
  endif()
endforeach()

if(LUGE_SNDFILE_INCLUDE AND LUGE_ZIP_INCLUDE)
  target_include_directories(luge_io SYSTEM PRIVATE ${LUGE_SNDFILE_INCLUDE} ${LUGE_ZIP_INCLUDE})
endif()

if(LUGE_KISSFFT_INCLUDE)
  target_include_directories(luge_data SYSTEM PRIVATE ${LUGE_KISSFFT_INCLUDE})
endif()

# Their functions are looked up when the first figure is drawn, so only the headers are needed here.
if(LUGE_DRAW)
  target_include_directories(luge_draw SYSTEM PRIVATE ${PangoCairo_INCLUDE_DIRS})
  target_link_libraries(luge_draw PRIVATE ${CMAKE_DL_LIBS})
endif()

# The page of runs is in the library as text: our own files and the charting script of Debian's libjs-dygraphs.
if(LUGE_BOARD)
  set(page ${PROJECT_SOURCE_DIR}/src/board/page)
  set(page_scripts words.js base.js charts.js tables.js layers.js evaluation.js events.js histograms.js run.js runs.js main.js)
  list(TRANSFORM page_scripts PREPEND ${page}/ OUTPUT_VARIABLE page_files)
  list(JOIN page_scripts "," script_names)
  set(page_source ${PROJECT_BINARY_DIR}/board_page.cpp)
  add_custom_command(
    OUTPUT ${page_source} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${page_source} -DPAGE=${page} -DCHARTS=${LUGE_DYGRAPHS}
            -DCHARTS_STYLE=${LUGE_DYGRAPHS_STYLE} -DSCRIPTS=${script_names} -P ${PROJECT_SOURCE_DIR}/cmake/LugePage.cmake
    DEPENDS ${page_files} ${page}/page.html ${page}/page.css ${page}/dygraphs.LICENSE ${LUGE_DYGRAPHS}
            ${LUGE_DYGRAPHS_STYLE} ${PROJECT_SOURCE_DIR}/cmake/LugePage.cmake)
  target_sources(luge_board PRIVATE ${page_source})
endif()

# Hot loops are found by the names of their files.
file(GLOB_RECURSE loops CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*_simd.cpp)
set_source_files_properties(${loops} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
if(NOT LUGE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set_source_files_properties(${loops} PROPERTIES COMPILE_OPTIONS -O3 SKIP_PRECOMPILE_HEADERS ON)
endif()

set(LUGE_PRIVATE_LIBRARIES fmt::fmt hwy::hwy OneDNN::dnnl OpenMP::OpenMP_CXX Threads::Threads ZLIB::ZLIB PNG::PNG JPEG::JPEG
    tomlplusplus::tomlplusplus pugixml::pugixml ${CMAKE_DL_LIBS})

function(luge_library target type)
  add_library(${target} ${type} ${LUGE_ROOM_OBJECTS})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME luge VERSION ${PROJECT_VERSION}
                        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_link_libraries(${target} PUBLIC luge_headers PRIVATE ${LUGE_PRIVATE_LIBRARIES})
  target_compile_features(${target} PUBLIC cxx_std_20)
  if(LUGE_SANITIZE)
    # Its calls of inline functions stay its own: a program that is not sanitized has them, too.
    target_link_options(${target} PRIVATE -fsanitize=${LUGE_SANITIZE} -Wl,-Bsymbolic-functions)
  elseif(type STREQUAL "SHARED")
    target_link_options(${target} PRIVATE -Wl,--no-undefined)  # a missing symbol shows here, not in every program
  endif()
endfunction()

# Both are made of the same objects; luge::luge is the one that BUILD_SHARED_LIBS names.
if(BUILD_SHARED_LIBS OR LUGE_INSTALL)
  luge_library(luge_shared SHARED)
endif()
if(NOT BUILD_SHARED_LIBS OR LUGE_INSTALL)
  luge_library(luge_archive STATIC)
  add_library(luge_static INTERFACE)
  target_link_libraries(luge_static INTERFACE $<LINK_LIBRARY:WHOLE_ARCHIVE,luge_archive>)
endif()
if(BUILD_SHARED_LIBS)
  add_library(luge::luge ALIAS luge_shared)
else()
  add_library(luge::luge ALIAS luge_static)
endif()
