set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/src/server/openapi.json")
file(READ "${CMAKE_SOURCE_DIR}/src/server/openapi.json" OPENAPI_TEXT)
configure_file("${CMAKE_SOURCE_DIR}/src/server/openapi.cpp.in" "${CMAKE_BINARY_DIR}/openapi.cpp"
  @ONLY)
target_sources(gt_server PRIVATE "${CMAKE_BINARY_DIR}/openapi.cpp")
