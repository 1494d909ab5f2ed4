target_link_libraries(gt_db PRIVATE lib_soci)
