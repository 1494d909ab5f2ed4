# Debian's libraries, linked statically where an archive exists, so that the binary starts fast and
# needs little of the machine that it runs on.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

function(geartrain_library target)
  cmake_parse_arguments(arg "" "" "NAMES;LINKS" ${ARGN})
  add_library(${target} INTERFACE)
  foreach(name IN LISTS arg_NAMES)
    find_library(library_${name} NAMES lib${name}.a ${name} REQUIRED)
    target_link_libraries(${target} INTERFACE ${library_${name}})
  endforeach()
  target_link_libraries(${target} INTERFACE ${arg_LINKS})
endfunction()

# As a shared library it would bring the shared C++ library along: to find their symbols took 0.6 of the
# 1.6 ms in which a small command starts.
add_library(lib_fmt STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt.cpp")
target_compile_options(lib_fmt PRIVATE "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
geartrain_library(lib_crypto NAMES crypto LINKS ${CMAKE_DL_LIBS} Threads::Threads)
geartrain_library(lib_ssl NAMES ssl LINKS lib_crypto)
geartrain_library(lib_boost_json NAMES boost_json boost_container)
geartrain_library(lib_soci NAMES soci_sqlite3 soci_core sqlite3 LINKS m ${CMAKE_DL_LIBS} Threads::Threads)
geartrain_library(lib_yaml NAMES yaml)
geartrain_library(lib_zstd NAMES zstd)
geartrain_library(lib_re2 NAMES re2 LINKS Threads::Threads)
# In this order: each needs some of those after it.
geartrain_library(lib_absl_time NAMES absl_time absl_time_zone absl_civil_time absl_strings
  absl_strings_internal absl_throw_delegate absl_base absl_spinlock_wait absl_int128
  absl_raw_logging_internal absl_log_severity LINKS Threads::Threads)
if(GEARTRAIN_TESTS)
  geartrain_library(lib_rapidcheck NAMES rapidcheck)
endif()
