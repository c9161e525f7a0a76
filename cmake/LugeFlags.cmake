# luge_flags: what every file of the project is compiled with, tests and examples included.
add_library(luge_flags INTERFACE)
target_compile_features(luge_flags INTERFACE cxx_std_20)
target_compile_options(luge_flags INTERFACE -Wall -Wextra -Wpedantic $<$<BOOL:${LUGE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these two in the standard library's own headers at -O2; clang checks them without false alarms.
  target_compile_options(luge_flags INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()

# luge_sanitized: what the library and the command are compiled with besides. Programs that use the library (tests, examples)
# are only linked with the sanitizers: compiled alike in both builds, they are compiled once (docs/decisions/0055-one-build.md).
add_library(luge_sanitized INTERFACE)
if(LUGE_SANITIZE)
  # The instrumentation itself makes gcc see uninitialized values in the standard library.
  target_compile_options(luge_sanitized INTERFACE -fsanitize=${LUGE_SANITIZE} -fno-omit-frame-pointer
                                                  -Wno-maybe-uninitialized)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # collects its garbage from 1 GiB on: a tenth less time for such large files
    target_compile_options(luge_sanitized INTERFACE --param=ggc-min-heapsize=1048576)
  endif()
  if(LUGE_SANITIZE MATCHES undefined)
    target_compile_options(luge_sanitized INTERFACE -fno-sanitize-recover=undefined)
  endif()
  target_link_options(luge_flags INTERFACE -fsanitize=${LUGE_SANITIZE})
  if(LUGE_SANITIZE_PROGRAMS)
    target_link_libraries(luge_flags INTERFACE luge_sanitized)
  endif()
endif()

# To be called in the folders of such programs.
macro(luge_program_flags)
  if(LUGE_SANITIZE AND NOT LUGE_SANITIZE_PROGRAMS)
    set(CMAKE_CXX_FLAGS_DEBUG ${CMAKE_CXX_FLAGS_RELEASE})
  endif()
endmacro()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

find_program(CCACHE_PROGRAM ccache)
mark_as_advanced(CCACHE_PROGRAM)
if(PROJECT_IS_TOP_LEVEL AND CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Sloppiness lets ccache keep files that use a precompiled header; the others let several checkouts share objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()
