# Flags that every target of ours shares.
add_library(geartrain_compiler INTERFACE)
target_include_directories(geartrain_compiler INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(geartrain_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Werror
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
# g++ 12 reports these inside the standard library's own optional, variant and string under -O2.
target_compile_options(geartrain_compiler INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
  -Wno-array-bounds -Wno-dangling-pointer>)
# libstdc++ 12 uses what it calls deprecated itself.
target_compile_options(geartrain_compiler INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
if(GEARTRAIN_SANITIZE)
  target_compile_options(geartrain_compiler INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(geartrain_compiler INTERFACE -fsanitize=address,undefined)
  if(GEARTRAIN_FUZZ)
    target_compile_options(geartrain_compiler INTERFACE -fsanitize=fuzzer-no-link)
  endif()
else()
  # Of the machine that it runs on the binary needs the C library alone.
  target_link_options(geartrain_compiler INTERFACE -static-libstdc++ -static-libgcc)
endif()

find_program(GEARTRAIN_MOLD mold)
if(GEARTRAIN_MOLD)
  target_link_options(geartrain_compiler INTERFACE -fuse-ld=mold)
endif()
find_program(GEARTRAIN_CCACHE ccache)
if(GEARTRAIN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${GEARTRAIN_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${GEARTRAIN_CCACHE}")
endif()
