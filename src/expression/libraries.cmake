target_link_libraries(gt_expression PRIVATE lib_re2)
set_source_files_properties("${CMAKE_SOURCE_DIR}/src/expression/documentation_test.cpp" PROPERTIES
  COMPILE_DEFINITIONS "GEARTRAIN_EXPRESSIONS_PAGE=\"${CMAKE_SOURCE_DIR}/docs/reference/expressions.md\"")
