# One thread pool: libgomp, the one oneDNN uses. clang would bring a second runtime, so a clang build, which serves for
# checking only, takes gcc's omp.h and library and runs every parallel region on one thread.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  execute_process(COMMAND g++ -print-file-name=include OUTPUT_VARIABLE gcc_headers OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND g++ -print-file-name=libgomp.so OUTPUT_VARIABLE gomp OUTPUT_STRIP_TRAILING_WHITESPACE)
  add_library(OpenMP::OpenMP_CXX INTERFACE IMPORTED)
  target_compile_options(OpenMP::OpenMP_CXX INTERFACE -fopenmp=libgomp -Wno-unknown-pragmas -idirafter ${gcc_headers})
  target_link_libraries(OpenMP::OpenMP_CXX INTERFACE ${gomp})
else()
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
